"""The self-declaration on grounds for exclusion for programs: given, read, taken into a bid. Codes of eForms."""

from typing import Any, cast
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization, User
from bids import actions, grounds
from bids.actions import declaration as declarations
from bids.api import answers
from bids.api import serializers as shapes
from bids.api.eligibility_views import own_company
from bids.api.views import SignedInView

COMPANY = OpenApiParameter("company", int, description="One of your companies; needed with several")


class DeclarationRequest(serializers.Serializer):
    """`applies`: codes of the grounds that apply; every other ground is denied by that."""

    applies = serializers.ListField(child=serializers.CharField(max_length=40))
    when = serializers.DateField(required=False, allow_null=True, help_text="Last event or judgment")
    what = serializers.CharField(required=False, allow_blank=True, help_text="Needed where a ground applies")
    compensation = serializers.CharField(required=False, allow_blank=True)
    cooperation = serializers.CharField(required=False, allow_blank=True)
    measures = serializers.CharField(required=False, allow_blank=True)


class GroundAnswer(serializers.Serializer):
    code = serializers.CharField(help_text="eForms code list exclusion-ground")
    kind = serializers.ChoiceField(["mandatory", "optional"])
    text = serializers.CharField()
    applies = serializers.BooleanField(allow_null=True, help_text="null: nothing is declared yet")


class DeclarationAnswer(serializers.Serializer):
    declared_on = serializers.DateField(allow_null=True)
    list_version = serializers.CharField()
    grounds = GroundAnswer(many=True)
    when = serializers.DateField(allow_null=True)
    what = serializers.CharField(allow_blank=True)
    compensation = serializers.CharField(allow_blank=True)
    cooperation = serializers.CharField(allow_blank=True)
    measures = serializers.CharField(allow_blank=True)


class TakeRequest(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, help_text="Of the draft", max_value=2**31)


class CompanyView(SignedInView):
    """The declaration kept in the profile."""

    asked_with = acts_with = ("company",)

    @extend_schema(operation_id="company_declaration", parameters=[COMPANY], responses=DeclarationAnswer)
    def get(self, request: Request) -> Response:
        """Every ground with the company's answer."""
        return _answer(self._company(request))

    @extend_schema(
        operation_id="company_declare", parameters=[COMPANY], request=DeclarationRequest, responses=DeclarationAnswer
    )
    def put(self, request: Request) -> Response:
        """Declare anew; the declaration before is erased."""
        company = self._company(request)
        wanted = DeclarationRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(wanted.validated_data)
        when = data.pop("when", None)
        value = grounds.read({**data, **({"when": when.isoformat()} if when else {})})
        declarations.declare(actor=self.actor, company_id=company.pk, declaration=value)
        return _answer(company)

    def _company(self, request: Request) -> Organization:
        company = own_company(request)
        if company is None:
            raise Http404
        return company


class BidView(SignedInView):
    """The declaration in a draft."""

    @extend_schema(operation_id="bids_take_declaration", request=TakeRequest, responses=shapes.DraftAnswer)
    def post(self, request: Request, bid_id: UUID) -> Response:
        """Take the company's declaration into the draft, as it stands in the profile now. 409 if the draft moved on."""
        wanted = TakeRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        draft = actions.own_draft(self.actor, bid_id)
        if declarations.declared(draft.company) is None:
            raise serializers.ValidationError({"company": [_("Your company has not declared anything yet.")]})
        draft = declarations.take_declaration(
            actor=cast(User, request.user), draft_id=bid_id, expected_version=wanted.validated_data["version"]
        )
        return Response(shapes.DraftAnswer(answers.draft_answer(draft)).data, headers={"Cache-Control": "no-store"})


def _answer(company: Organization) -> Response:
    found = declarations.declared(company)
    rows = [
        {"code": row.code, "kind": row.kind, "text": str(row), "applies": found and row.code in found.applies}
        for row in grounds.shipped()
    ]
    said = found or grounds.Declaration()
    texts = {name: getattr(said, name) for name in (*grounds.TEXTS, "when", "declared_on")}
    body = {"list_version": said.version or grounds.version(), "grounds": rows, **texts}
    return Response(DeclarationAnswer(body).data, headers={"Cache-Control": "no-store"})
