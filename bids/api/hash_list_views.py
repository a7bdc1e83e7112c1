"""The hash list of a tender, for anybody."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import ApiView
from bids import hash_list
from tendering.models import Tender


class HashListAnswer(serializers.Serializer):
    """`commitment` from the deadline on; `nonce`, `receipts` and `later` are empty until the bids are opened."""

    v = serializers.IntegerField()
    tender = serializers.CharField()
    round = serializers.IntegerField()
    deadline = serializers.CharField()
    committed_at = serializers.CharField()
    commitment = serializers.CharField(help_text="SHA-256 over the canonical list and the secret nonce")
    nonce = serializers.CharField(allow_blank=True)
    receipts = serializers.ListField(child=serializers.CharField(), help_text="SHA-256 of signed receipts, sorted")
    later = serializers.ListField(child=serializers.CharField(), help_text="Arrived in time, recorded later")
    proof = serializers.DictField(
        help_text="From the commitment to a signed checkpoint: `event` (its only one, exact text) and `checkpoint` "
        "with `note`, `tick`, `nonce`, `index` and `path` (RFC 6962); empty until both exist"
    )


class HashListView(ApiView):
    """Which receipts counted at the deadline."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="tenders_hash_list", responses=HashListAnswer)
    def get(self, request: Request, tender_id: int) -> Response:
        """404 before the deadline; the commitment until the opening; then the list behind it."""
        now = clock.now()
        tender = Tender.objects.visible_to(request.user, now).filter(pk=tender_id).first()
        found = hash_list.published(tender, now) if tender and tender.published_at else None
        if found is None:
            raise Http404
        return Response(HashListAnswer(found.to_json()).data)
