"""The directory of contacts for programs."""

from dataclasses import asdict

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from tendering import directory
from tendering.api.access import TenderView


class DirectoryEntry(serializers.Serializer):
    """A unit of a buyer; no persons."""

    id = serializers.IntegerField()
    organization = serializers.CharField()
    reference = serializers.CharField(help_text="Reference of the buyer")
    unit = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(allow_blank=True)
    hours = serializers.CharField(allow_blank=True)
    promised = serializers.IntegerField(help_text="Promised reply time in working days")
    measured = serializers.IntegerField(
        allow_null=True, help_text="Median of the answers of the last twelve months in working days; null below three"
    )
    answers = serializers.IntegerField(help_text="Answered questions of the last twelve months")


class DirectoryPage(serializers.Serializer):
    results = DirectoryEntry(many=True)


class ContactsView(TenderView):
    asked_with = ("q",)

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="words that occur in unit, organisation or mailbox")],
        responses=DirectoryPage,
        operation_id="contacts_list",
    )
    def get(self, request: Request) -> Response:
        """Contact units of all buyers, with promised and measured reply time; at most 1000."""
        words = request.query_params.get("q", "")[:100]
        found = directory.contacts(clock.now(), words)
        return Response(DirectoryPage({"results": [asdict(row) for row in found]}).data)
