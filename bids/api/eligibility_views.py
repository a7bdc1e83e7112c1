"""Am I eligible? for programs: the same points as the page."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import ApiView, number
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization
from bids import eligibility
from tendering.models import Tender


class PointAnswer(serializers.Serializer):
    """One thing the tender asks for; `by` says whether the profile or the draft of the company answers it."""

    kind = serializers.ChoiceField(["requirement", "proof"])
    name = serializers.CharField()
    state = serializers.ChoiceField(["met", "missing", "unknown"])
    note = serializers.CharField(allow_blank=True)
    by = serializers.ChoiceField(["profile", "draft"], allow_blank=True)


class EligibilityAnswer(serializers.Serializer):
    """The sentence, its numbers, every point, and the papers that are written for this bid."""

    kind = serializers.ChoiceField(["success", "info", "warning", "danger"])
    sentence = serializers.CharField()
    proofs = serializers.IntegerField()
    missing_proofs = serializers.IntegerField()
    unmet = serializers.IntegerField()
    unknown = serializers.IntegerField()
    points = PointAnswer(many=True)
    to_write = serializers.ListField(child=serializers.CharField())


class EligibilityView(ApiView):
    """Before bidding."""

    asked_with = ("company",)

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="tenders_eligibility",
        parameters=[OpenApiParameter("company", int, description="One of your companies; needed with several")],
        responses=EligibilityAnswer,
    )
    def get(self, request: Request, tender_id: int) -> Response:
        """What the profile of your company answers, what is missing, what only you can judge. Nothing is kept.

        Without signing in every point is `unknown`.
        """
        now = clock.now()
        tender = Tender.objects.visible_to(request.user, now).select_related("buyer").filter(pk=tender_id).first()
        if tender is None:
            raise Http404
        asked = eligibility.asked_by(tender, now)
        company = own_company(request)
        own = eligibility.own_side(request.user, company, tender, asked, now) if company else None  # type: ignore[arg-type]  # signed in
        found = eligibility.points(asked, own, {})
        told = eligibility.verdict(found, own)
        body: dict[str, Any] = {
            "kind": told.kind, "sentence": told.sentence, "proofs": told.proofs, "missing_proofs": told.missing_proofs,
            "unmet": told.unmet, "unknown": told.unknown, "points": found, "to_write": list(asked.others),
        }  # fmt: skip
        return Response(EligibilityAnswer(body).data, headers={"Cache-Control": "no-store"})


def own_company(request: Request) -> Organization | None:
    """The company of `?company=`, else the person's first one; None without any. Http404 for somebody else's."""
    wanted = number(request, "company")
    own = request.user.organizations_with(*PROVIDER_ROLES) if request.user.is_authenticated else []
    if wanted is None:
        return Organization.objects.filter(pk__in=own).order_by("pk").first()
    company = Organization.objects.filter(pk__in=own, pk=wanted).first()
    if company is None:
        raise Http404
    return company
