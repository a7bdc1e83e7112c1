"""The trail and the whole file over HTTP, for the audit and the own office."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.asking import ApiView, choice, page_address
from accounts.models import User
from reports.audit import access, trail
from reports.audit.actions import record_export
from reports.audit.export import tender_archive
from reports.audit.verbs import Kind
from reports.audit.views import ZIP
from reports.views import download

AS_ZIP = {(200, ZIP): OpenApiTypes.BINARY}


NAMES = ("at", "chain", "seq", "verb", "kind", "sentence", "who", "role", "reason", "hash", "is_simulated")


class FactShape(serializers.Serializer):
    name = serializers.CharField()
    text = serializers.CharField()


class EventShape(serializers.Serializer):
    """One act: in words, and as it was recorded (`body` is the exact text its `hash` was made of)."""

    at = serializers.DateTimeField()
    chain = serializers.CharField()
    seq = serializers.IntegerField()
    verb = serializers.CharField()
    kind = serializers.CharField()
    sentence = serializers.CharField()
    who = serializers.CharField()
    role = serializers.CharField()
    reason = serializers.CharField()
    facts = FactShape(many=True)
    hash = serializers.CharField()
    is_simulated = serializers.BooleanField()
    body = serializers.CharField(allow_null=True)


class EventsPage(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventShape(many=True)


class AuditEventsView(ApiView):
    permission_classes = (IsAuthenticated,)
    asked_with = ("act", "cursor")

    @extend_schema(
        parameters=[
            OpenApiParameter("act", str, enum=list(Kind.values), description="only this kind of act"),
            OpenApiParameter("cursor", str, description="from `next` or `previous`"),
        ],
        responses=EventsPage,
        operation_id="reports_audit_events",
    )
    def get(self, request: Request, tender_id: int) -> Response:
        """Every act of a tender in order, those of its bids after the opening; 50 at a time."""
        sight = access.tender_to_take(request.user, tender_id)
        kind = choice(request, "act", Kind.values)
        chains = trail.chains_of(sight)
        found = trail.page_of(chains, kind, request.query_params.get("cursor", ""))
        told = trail.entries(found.rows, sight.tender.buyer_id, sight)
        rows = [
            {
                **{name: getattr(entry, name) for name in NAMES},
                "facts": [{"name": label, "text": text} for label, text in (*entry.facts, *entry.hashes)],
                "body": None if entry.verb == "scores.moderated" and not sight.sees_scores else entry.body,
            }
            for entry in told
        ]
        answer = {
            "next": page_address(request, found.next),
            "previous": page_address(request, found.previous),
            "results": rows,
        }
        return Response(EventsPage(answer).data)


class AuditExportView(ApiView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=AS_ZIP, operation_id="reports_audit_export")
    def get(self, request: Request, tender_id: int) -> HttpResponse:
        """The whole file with list of hashes and checking script; recorded in the tender's own trail."""
        sight = access.tender_to_take(request.user, tender_id)
        assert isinstance(request.user, User)
        content = record_export(actor=request.user, chain=sight.tender.chain, archive=tender_archive(sight))
        return download(content, ZIP, f"{sight.tender.reference}.zip")
