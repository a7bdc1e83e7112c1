"""Read only: the own provision beside the bids, hints before the award, benchmarks. None of it decides an award."""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.decision import require
from evaluation.api import after_shapes as shapes
from evaluation.api.views import SignedIn, actor_of
from evaluation.benchmarks import analyse
from evaluation.flags import Shown, board
from evaluation.lifecycle import decide_result
from evaluation.models import BenchmarkSet
from evaluation.models.benchmark import READERS
from evaluation.provision import finding, of_view
from evaluation.readers import reader, require_file, require_result
from evaluation.results import view_of

MOST_SETS = 100


class ProvisionView(SignedIn):
    @extend_schema(responses=shapes.ProvisionOut(many=True), operation_id="own_provision")
    def get(self, request: Request, tender_id: int) -> Response:
        """Lot by lot what buying saves or costs against doing it oneself; for the office and the audit."""
        who = reader(request.user, tender_id)
        require_file(who)
        found = of_view(who.tender, view_of(require_result(who)))
        rows = [{**_plain(one), "finding": finding(one, who.tender.currency)} for one in found.values()]
        return Response(shapes.ProvisionOut(rows, many=True).data)


def _plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


class HintsView(SignedIn):
    @extend_schema(responses=shapes.HintOut(many=True), operation_id="hints")
    def get(self, request: Request, tender_id: int) -> Response:
        """Hints about the bids with their harmless explanations; for the office and the audit, never for bidders."""
        who = reader(request.user, tender_id)
        require_file(who)
        require(decide_result(who.roles, who.on_panel, who.closed))
        require_result(who)
        found = board(who.tender, who.now)
        states = [(found.raised, ""), (found.few, "few"), (found.fine, "fine")]
        rows = [_hint(one, state) for part, state in states for one in part]
        return Response(shapes.HintOut(rows, many=True).data)


def _hint(one: Shown, state: str) -> dict[str, Any]:
    return {**_plain(one), "state": state or ("open" if one.is_open else "answered")}


class BenchmarksView(SignedIn):
    @extend_schema(responses=shapes.BenchmarkRow(many=True), operation_id="benchmarks")
    def get(self, request: Request) -> Response:
        """Data sets of the own house and of its service centre, newest first; at most 100."""
        return Response(shapes.BenchmarkRow(_sets(request)[:MOST_SETS], many=True).data)


def _sets(request: Request) -> Any:
    user = actor_of(request)
    if not user.organizations_with(*READERS):
        raise Http404
    return BenchmarkSet.objects.visible_to(user, clock.now()).select_related("owner")


class BenchmarkView(SignedIn):
    asked_with = ("year", "returns", "orientation")

    @extend_schema(
        responses=shapes.BenchmarkOut,
        operation_id="benchmark",
        parameters=[
            OpenApiParameter("year", int, description="left out: the newest"),
            OpenApiParameter("returns", str, enum=["vrs", "crs"]),
            OpenApiParameter("orientation", str, enum=["in", "out"]),
        ],
    )
    def get(self, request: Request, set_id: int) -> Response:
        """Scores of a year with peers, in words; a benchmark, not an award criterion."""
        found = _sets(request).filter(pk=set_id).first()
        if found is None:
            raise Http404
        years = sorted(set(found.units.order_by().values_list("year", flat=True)))
        model = _model(request, years)
        try:
            result = analyse(found, **model)
        except (ValueError, ArithmeticError) as fault:
            text = _("The numbers give no comparison: a column is empty, or a unit uses or makes nothing.")
            raise ValidationError({"year": [text]}) from fault
        if result is None:
            raise Http404
        plain = {name: getattr(found, name) for name in ("id", "owner", "title", "about", "source", "inputs",
                                                         "outputs", "version")}  # fmt: skip
        units = [{**asdict(row), "sentence": row.sentence} for row in result.rows]
        body = {**plain, **model, "years": years, "warnings": result.warnings, "units": units}
        return Response(shapes.BenchmarkOut(body).data)


def _model(request: Request, years: list[int]) -> dict[str, Any]:
    """Year and model as asked for; ValidationError by name for anything unknown."""
    asked = request.query_params
    choices = {"year": [str(year) for year in reversed(years)], "returns": ["vrs", "crs"], "orientation": ["in", "out"]}
    model: dict[str, Any] = {}
    for name, known in choices.items():
        if not known:
            raise Http404
        model[name] = asked.get(name, known[0])
        if model[name] not in known:
            raise ValidationError({name: [_("Choose one of: %(words)s.") % {"words": ", ".join(known)}]})
    return {**model, "year": int(model["year"])}
