"""The library by API: everybody reads templates with all versions, officers make drafts from them."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import choice
from accounts.api.fields import FiniteJSONField, StrictDecimalField
from tendering.actions import library as acts
from tendering.api.access import TenderView, body, organization, person
from tendering.library.makers import makers
from tendering.library.reading import newest_in_use
from tendering.library.results import Achieved, achieved
from tendering.library.shape import LANGUAGES, languages_of
from tendering.models import LifeSituation, Template, TemplateVersion

KINDS = ["tender", "pilot"]


class CaseCostShape(serializers.Serializer):
    """Cost per case of the awards, from three municipalities on."""

    unit = serializers.CharField()
    currency = serializers.CharField()
    low = StrictDecimalField(max_digits=12, decimal_places=4)
    high = StrictDecimalField(max_digits=12, decimal_places=4)
    municipalities = serializers.IntegerField()


class ResultShape(serializers.Serializer):
    """What was achieved with a template; figures are null or empty below three municipalities."""

    procedures = serializers.IntegerField()
    municipalities = serializers.IntegerField()
    awarded = serializers.IntegerField()
    saving_pct = StrictDecimalField(max_digits=7, decimal_places=1, allow_null=True)
    costs_per_case = CaseCostShape(many=True)
    pilots = serializers.IntegerField()
    verdicts = serializers.DictField(child=serializers.IntegerField())


class TemplateRow(serializers.Serializer):
    """A template as lists show it."""

    slug = serializers.SlugField()
    kind = serializers.ChoiceField(choices=KINDS)
    life_situation = serializers.ChoiceField(choices=LifeSituation.choices, allow_blank=True)
    owner = serializers.CharField(help_text="reference of the service centre")
    version = serializers.IntegerField(help_text="newest version in use")
    published_at = serializers.DateTimeField()
    languages = serializers.ListField(child=serializers.CharField())
    title = serializers.DictField(child=serializers.CharField(), help_text="by language")
    summary = serializers.DictField(child=serializers.CharField(), help_text="by language")
    results = ResultShape()


class VersionShape(serializers.Serializer):
    """One published version with its content (shape: tendering.library.shape)."""

    number = serializers.IntegerField()
    note = serializers.CharField()
    sha256 = serializers.CharField()
    published_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    content = FiniteJSONField()


class TemplateDetail(serializers.Serializer):
    """A template with all published versions, newest first."""

    slug = serializers.SlugField()
    kind = serializers.ChoiceField(choices=KINDS)
    owner = serializers.CharField()
    results = ResultShape()
    versions = VersionShape(many=True)


class UseRequest(serializers.Serializer):
    """For whom, in which language, from which version (default: the newest in use)."""

    buyer = serializers.CharField(max_length=40, help_text="reference of your organisation")
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    version = serializers.IntegerField(min_value=1, max_value=10_000, required=False)


class MadeShape(serializers.Serializer):
    """The new draft."""

    kind = serializers.ChoiceField(choices=KINDS)
    id = serializers.IntegerField()
    reference = serializers.CharField()
    url = serializers.CharField(help_text="page to go on at")


class TemplateListView(TenderView):
    asked_with = ("kind", "life_situation")

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", str, enum=KINDS),
            OpenApiParameter("life_situation", str, enum=LifeSituation.values),
        ],
        responses=TemplateRow(many=True),
        operation_id="templates_list",
    )
    def get(self, request: Request) -> Response:
        """Templates in use with what was achieved with them."""
        kind = choice(request, "kind", KINDS)
        situation = choice(request, "life_situation", LifeSituation.values)
        entries = [
            entry
            for entry in newest_in_use("de")
            if kind in {"", entry.template.kind} and situation in {"", entry.content["life_situation"]}
        ]
        results = achieved([entry.template.pk for entry in entries], clock.now())
        rows = [_row(entry.version, results[entry.template.pk]) for entry in entries]
        return Response(TemplateRow(rows, many=True).data)


class TemplateDetailView(TenderView):
    @extend_schema(responses=TemplateDetail, operation_id="templates_read")
    def get(self, request: Request, slug: str) -> Response:
        """One template with the content of all its published versions."""
        found = _visible(request, slug)
        data = {
            "slug": found.code, "kind": found.kind, "owner": found.owner.reference,
            "results": _result(achieved([found.pk], clock.now())[found.pk]),
            "versions": list(found.versions.exclude(published_at=None)),
        }  # fmt: skip
        return Response(TemplateDetail(data).data)


class TemplateUseView(TenderView):
    @extend_schema(request=UseRequest, responses={201: MadeShape}, operation_id="templates_use")
    def post(self, request: Request, slug: str) -> Response:
        """A complete draft of your organisation, made from the template."""
        found, fields = _visible(request, slug), body(UseRequest, request)
        versions = found.versions.in_use()
        version = versions.filter(number=fields["version"]).first() if "version" in fields else versions.first()
        buyer = organization(fields["buyer"], "buyer")
        if version is None or not person(request).has_role(buyer.pk, *makers[found.kind].roles):
            raise Http404
        made = acts.use_template(
            actor=person(request), version=version, buyer=buyer, language=fields.get("language", "")
        )
        shape = {"kind": found.kind, "id": made.pk, "reference": made.reference, "url": made.url}
        return Response(MadeShape(shape).data, status=201)


def _visible(request: Request, slug: str) -> Template:
    found = Template.objects.visible_to(request.user).select_related("owner").filter(code=slug).first()
    if found is None or not found.versions.exclude(published_at=None).exists():
        raise Http404
    return found


def _row(version: TemplateVersion, result: Achieved) -> dict[str, Any]:
    template = version.template
    return {
        "slug": template.code, "kind": template.kind, "life_situation": template.life_situation,
        "owner": template.owner.reference, "version": version.number, "published_at": version.published_at,
        "languages": languages_of(version.content), "title": version.content["title"],
        "summary": version.content["summary"], "results": _result(result),
    }  # fmt: skip


def _result(result: Achieved) -> dict[str, Any]:
    tried = result.tried
    return {
        "procedures": result.procedures, "municipalities": result.municipalities, "awarded": result.awarded,
        "saving_pct": result.saving_pct, "costs_per_case": result.costs, "pilots": tried.pilots if tried else 0,
        "verdicts": dict(tried.verdicts) if tried else {},
    }  # fmt: skip
