"""The draw of lots by calculation over HTTP: one person starts it, another names the number, both read the record."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evaluation import actions
from evaluation.api import serializers as shapes
from evaluation.api.views import SignedIn, parsed
from evaluation.models import Draw, DrawStart
from evaluation.readers import Reader, reader, require_result
from tendering.models import Lot


class DrawStartView(SignedIn):
    @extend_schema(request=shapes.DrawStartIn, responses={201: shapes.DrawOut}, operation_id="draw_start")
    def post(self, request: Request, tender_id: int) -> Response:
        """Fix the seed of a draw between equal bids; only its hash is told."""
        who, data = reader(request.user, tender_id), parsed(shapes.DrawStartIn, request)
        start = actions.start_draw(actor=who.user, lot_id=_lot(who, data["lot"]).pk)
        return Response(shapes.DrawOut(_record(start)).data, status=201)


class DrawFinishView(SignedIn):
    @extend_schema(request=shapes.DrawFinishIn, responses={201: shapes.DrawOut}, operation_id="draw_finish")
    def post(self, request: Request, tender_id: int) -> Response:
        """Name the number as a second person; the seed is disclosed and the bid follows."""
        who, data = reader(request.user, tender_id), parsed(shapes.DrawFinishIn, request)
        draw = actions.finish_draw(actor=who.user, lot_id=_lot(who, data.pop("lot")).pk, **data)
        assert draw.start is not None
        return Response(shapes.DrawOut(_record(draw.start)).data, status=201)


class DrawRecordView(SignedIn):
    @extend_schema(responses=shapes.DrawOut, operation_id="draw_read")
    def get(self, request: Request, tender_id: int, lot: str) -> Response:
        """The record of the newest draw by calculation in a lot."""
        who = reader(request.user, tender_id)
        require_result(who)
        start = DrawStart.objects.filter(lot=_lot(who, lot)).select_related("lot").order_by("pk").last()
        if start is None:
            raise Http404
        return Response(shapes.DrawOut(_record(start)).data)


def _lot(who: Reader, code: str) -> Lot:
    found = Lot.objects.filter(tender=who.tender, code=code).first()
    if found is None:
        raise Http404
    return found


def _record(start: DrawStart) -> dict[str, Any]:
    """The seed only together with the bid that it drew."""
    draw = Draw.objects.filter(start=start).select_related("drawn").first()
    return {
        "lot": start.lot.code,
        "between": start.between,
        "commitment": start.commitment,
        "started_at": start.started_at,
        "seed": start.seed if draw else None,
        "number": draw.number if draw else None,
        "drawn": draw.drawn.reference if draw else None,
        "drawn_at": draw.drawn_at if draw else None,
        "place": draw.place if draw else "",
        "persons": draw.persons if draw else [],
        "witnesses": draw.witnesses if draw else [],
    }
