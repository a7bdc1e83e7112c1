"""Pilots by API: read what is public, act as the municipality's person one is."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import PAGING, ApiView, flag, page_address, page_size
from accounts.api.parsing import LargeJSONParser
from accounts.models import User
from pilots import actions, results
from pilots.api import serializers as shapes
from pilots.council_page import page_of
from pilots.filters import PilotFilter, listed
from pilots.inputs import stored_series
from pilots.models import AnalysisRun, Pilot
from pilots.promise import indicator_json
from tendering.api.access import body, organization, person
from tendering.keyset import LARGEST_PAGE, capped_total, page

_MANY = {"status", "decision", "life_situation"}
_FILTERS = [OpenApiParameter(name, str, many=name in _MANY) for name in PilotFilter.base_filters]
_PAGING = [
    OpenApiParameter("cursor", str, description="from `next` or `previous`"),
    OpenApiParameter("page_size", int, description=f"at most {LARGEST_PAGE}"),
    OpenApiParameter("drafts", bool, description="own pilots that are not registered yet, instead of the public list"),
]
_DETAIL = ("description", "language", "currency", "legal_basis", "control_description", "phases", "costs", "funding",
           "registration", "registration_hash", "started_at", "frozen_at", "analysed_at", "simulated")  # fmt: skip


class PilotView(ApiView):
    """Anybody reads what is public; the acts decide about the rest."""

    permission_classes = (IsAuthenticatedOrReadOnly,)


class PilotListView(PilotView):
    asked_with = (*PilotFilter.base_filters, "drafts", *PAGING)

    @extend_schema(parameters=[*_FILTERS, *_PAGING], responses=shapes.PilotPage, operation_id="pilots_list")
    def get(self, request: Request) -> Response:
        """Registered pilots, newest first; filters as on the list page."""
        now = clock.now()
        drafts = flag(request, "drafts")
        queryset = listed(request.user, now)
        if drafts:
            queryset = Pilot.objects.visible_to(request.user, now).filter(registered_at=None)
        filters = PilotFilter(request.query_params, queryset, now=now)
        if not filters.form.is_valid():
            raise serializers.ValidationError(filters.form.errors)
        found = page(
            filters.qs.select_related("municipality", "decision").defer("sealed_registration"),
            cursor=request.query_params.get("cursor", ""),
            size=page_size(request),
            order=("id",) if drafts else ("registered_at", "id"),
        )
        answer = {
            "total": capped_total(filters.qs),
            "next": page_address(request, found.next),
            "previous": page_address(request, found.previous),
            "results": [row(pilot, now) for pilot in found.rows],
        }
        return Response(shapes.PilotPage(answer).data)

    @extend_schema(request=shapes.PilotCreate, responses={201: shapes.PilotDetail}, operation_id="pilots_create")
    def post(self, request: Request) -> Response:
        """A new draft of a municipality you work for."""
        fields = _fields(body(shapes.PilotCreate, request))
        municipality = organization(fields.pop("municipality"), "municipality")
        indicators = fields.pop("indicators", None)
        with transaction.atomic():
            pilot = actions.create_pilot(actor=person(request), municipality=municipality, **fields)
            if indicators is not None:
                actions.set_indicators(actor=person(request), pilot_id=pilot.pk, indicators=indicators)
        return described(request, pilot.pk, code=201)


class PilotDetailView(PilotView):
    @extend_schema(responses=shapes.PilotDetail, operation_id="pilots_read")
    def get(self, request: Request, pilot_id: int) -> Response:
        """The pilot with its indicators and its sealed registration."""
        return described(request, pilot_id)

    @extend_schema(request=shapes.PilotChange, responses=shapes.PilotDetail, operation_id="pilots_update")
    def patch(self, request: Request, pilot_id: int) -> Response:
        """Change a draft; a first signature falls away."""
        fields = _fields(body(shapes.PilotChange, request))
        indicators = fields.pop("indicators", None)
        with transaction.atomic():
            if fields or indicators is None:
                actions.update_pilot(actor=person(request), pilot_id=pilot_id, fields=fields)
            if indicators is not None:
                actions.set_indicators(actor=person(request), pilot_id=pilot_id, indicators=indicators)
        return described(request, pilot_id)


class RegisterView(PilotView):
    @extend_schema(request=shapes.RegistrationRequest, responses=shapes.PilotDetail, operation_id="pilots_register")
    def post(self, request: Request, pilot_id: int) -> Response:
        """First signature: fixes the text that a second person co-signs."""
        registration = body(shapes.RegistrationRequest, request)["registration"]
        if not isinstance(registration, dict):
            raise serializers.ValidationError({"registration": [_("This is not an object.")]})
        actions.request_registration(actor=person(request), pilot_id=pilot_id, registration=registration)
        return described(request, pilot_id)


class CoSignView(PilotView):
    @extend_schema(request=None, responses=shapes.PilotDetail, operation_id="pilots_co_sign")
    def post(self, request: Request, pilot_id: int) -> Response:
        """Second signature by another person: sealed and public."""
        actions.confirm_registration(actor=person(request), pilot_id=pilot_id)
        return described(request, pilot_id)


class StartView(PilotView):
    @extend_schema(request=None, responses=shapes.PilotDetail, operation_id="pilots_start")
    def post(self, request: Request, pilot_id: int) -> Response:
        """The trial begins."""
        actions.start_pilot(actor=person(request), pilot_id=pilot_id)
        return described(request, pilot_id)


class FreezeView(PilotView):
    @extend_schema(request=None, responses=shapes.PilotDetail, operation_id="pilots_freeze")
    def post(self, request: Request, pilot_id: int) -> Response:
        """No value is changed after this."""
        actions.freeze_data(actor=person(request), pilot_id=pilot_id)
        return described(request, pilot_id)


class MeasurementsView(PilotView):
    parser_classes = (LargeJSONParser,)

    @extend_schema(responses=shapes.MeasurementList, operation_id="pilots_measurements_list")
    def get(self, request: Request, pilot_id: int) -> Response:
        """The monthly values; public with the result, before that for the municipality's people."""
        pilot, _now = visible(request, pilot_id)
        if pilot.analysed_at is None and not _works_there(request, pilot):
            raise Http404
        return Response(shapes.MeasurementList({"results": stored_series(pilot)}).data)

    @extend_schema(
        request=shapes.MeasurementImport,
        responses={201: shapes.MeasurementImported},
        operation_id="pilots_measurements_import",
    )
    def post(self, request: Request, pilot_id: int) -> Response:
        """Deliver monthly values; every fault is named by its path and nothing is half stored."""
        data = body(shapes.MeasurementImport, request)
        number = actions.import_measurements(
            actor=person(request),
            pilot_id=pilot_id,
            rows=[dict(line) for line in data["rows"]],
            provenance={"source": "api", **data.get("provenance", {})},
        )
        return Response(shapes.MeasurementImported({"stored": number}).data, status=201)


class EffectsView(PilotView):
    @extend_schema(responses=shapes.Analysis, operation_id="pilots_effects_read")
    def get(self, request: Request, pilot_id: int) -> Response:
        """The confirmed analysis; 404 before."""
        pilot, _now = visible(request, pilot_id)
        run = results.latest(pilot)
        if run is None:
            raise Http404
        return Response(shapes.Analysis(analysis(run)).data)

    @extend_schema(request=None, responses={201: shapes.Analysis}, operation_id="pilots_effects_propose")
    def post(self, request: Request, pilot_id: int) -> Response:
        """Analyse the frozen data; a second person confirms it."""
        run = actions.propose_analysis(actor=person(request), pilot_id=pilot_id)
        return Response(shapes.Analysis(analysis(run)).data, status=201)


class EffectsConfirmView(PilotView):
    @extend_schema(request=None, responses=shapes.Analysis, operation_id="pilots_effects_confirm")
    def post(self, request: Request, pilot_id: int, run_id: int) -> Response:
        """The second person confirms; the result is public."""
        if not AnalysisRun.objects.filter(pk=run_id, pilot=pilot_id).exists():
            raise Http404
        run = actions.confirm_analysis(actor=person(request), run_id=run_id)
        return Response(shapes.Analysis(analysis(run)).data)


class ReviewView(PilotView):
    @extend_schema(responses=shapes.Review, operation_id="pilots_review")
    def get(self, request: Request, pilot_id: int) -> Response:
        """What the council's page says."""
        pilot, now = visible(request, pilot_id)
        context = page_of(pilot, now)
        texts = {name: str(context.get(name, "")) for name in ("sentence", "target_sentence", "kept")}
        answer = {**texts, "grade": context.get("grade_letter", ""), "options": context["options"]}
        return Response(shapes.Review(answer).data)


class DecisionView(PilotView):
    @extend_schema(responses=shapes.DecisionShape, operation_id="pilots_decision_read")
    def get(self, request: Request, pilot_id: int) -> Response:
        """What the council decided; 404 before."""
        pilot, now = visible(request, pilot_id)
        if pilot.decided_at is None or pilot.decided_at > now:
            raise Http404
        return Response(shapes.DecisionShape(pilot.decision).data)

    @extend_schema(
        request=shapes.DecisionShape, responses={201: shapes.DecisionShape}, operation_id="pilots_decision_record"
    )
    def post(self, request: Request, pilot_id: int) -> Response:
        """The officer writes down what the council decided; final."""
        data = body(shapes.DecisionShape, request)
        data["votes"] = dict(data["votes"])
        decision = actions.record_decision(actor=person(request), pilot_id=pilot_id, **data)
        return Response(shapes.DecisionShape(decision).data, status=201)


def visible(request: Request, pilot_id: int) -> tuple[Pilot, datetime]:
    """The pilot, if the person may know of it, and the request's one moment; else Http404."""
    now = clock.now()
    found = Pilot.objects.visible_to(request.user, now).filter(pk=pilot_id)
    pilot = found.select_related("municipality", "provider", "decision").first()
    if pilot is None:
        raise Http404
    return pilot, now


def described(request: Request, pilot_id: int, code: int = 200) -> Response:
    """The pilot as this person sees it now."""
    pilot, now = visible(request, pilot_id)
    shape = {
        **row(pilot, now),
        **{name: getattr(pilot, name) for name in _DETAIL},
        "provider": pilot.provider.reference if pilot.provider else None,
        "indicators": [indicator_json(indicator) for indicator in pilot.indicators.all()],
    }
    return Response(shapes.PilotDetail(shape).data, status=code)


def row(pilot: Pilot, now: datetime) -> dict[str, Any]:
    """A line of the list."""
    status = pilot.status(now)
    names = ("id", "reference", "title", "life_situation", "registered_at", "gate_date")
    return {
        **{name: getattr(pilot, name) for name in names},
        "municipality": {"reference": pilot.municipality.reference, "name": pilot.municipality.name},
        "status": status,
        "decision": pilot.decision.verdict if status == "decided" else None,
    }


def analysis(run: AnalysisRun) -> dict[str, Any]:
    """A run as the API shows it."""
    names = ("id", "method_version", "inputs_hash", "result_hash", "created_at", "confirmed_at")
    return {**{name: getattr(run, name) for name in names}, "effects": run.result}


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """References become objects."""
    fields = dict(data)
    if fields.get("provider"):
        fields["provider"] = organization(fields["provider"], "provider")
    if "indicators" in fields:
        fields["indicators"] = [dict(line) for line in fields["indicators"]]
    return fields


def _works_there(request: Request, pilot: Pilot) -> bool:
    return isinstance(request.user, User) and bool(request.user.roles_in(pilot.municipality_id))
