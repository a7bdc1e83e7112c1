"""The mailbox for programs."""

from typing import cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import mailbox
from accounts.actions.messages import open_message
from accounts.api.asking import PAGING, ApiView, flag, page_address, page_size
from accounts.keyset import LARGEST_PAGE, capped_total, page
from accounts.models import Message, User


class MessageRow(serializers.Serializer):
    """One message without its text; `read_at` is null while nobody has opened it."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    language = serializers.CharField()
    url = serializers.CharField(help_text="page it speaks of, a path of this site, or empty")
    procedure = serializers.CharField(source="chain", help_text='for example "tender:12", or empty')
    delivered_at = serializers.DateTimeField(source="created_at")
    read_at = serializers.SerializerMethodField()
    sha256 = serializers.CharField()

    def get_read_at(self, message: Message) -> str | None:
        if not hasattr(message, "read"):
            return None
        return serializers.DateTimeField().to_representation(message.read.at)


class MessageText(MessageRow):
    """The message with its text."""

    body = serializers.CharField()


class MessagePage(serializers.Serializer):
    total = serializers.CharField(help_text='"37", or "1000+"')
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = MessageRow(many=True)


class MessageListView(ApiView):
    permission_classes = (IsAuthenticated,)
    asked_with = ("unread", "procedure", *PAGING)

    @extend_schema(
        parameters=[
            OpenApiParameter("unread", bool, description="only messages nobody has opened"),
            OpenApiParameter("procedure", str, description='only of this procedure, for example "tender:12"'),
            OpenApiParameter("cursor", str, description="from `next` or `previous`"),
            OpenApiParameter("page_size", int, description=f"at most {LARGEST_PAGE}"),
        ],
        responses=MessagePage,
        operation_id="messages_list",
    )
    def get(self, request: Request) -> Response:
        """Your messages, newest first."""
        given = request.query_params
        rows = mailbox.chosen(
            cast(User, request.user), only_unread=flag(request, "unread"), chain=given.get("procedure", "")
        )
        found = page(
            rows,
            cursor=given.get("cursor", ""),
            size=page_size(request),
            order=mailbox.ORDER,
        )
        answer = {
            "total": capped_total(rows),
            "next": page_address(request, found.next),
            "previous": page_address(request, found.previous),
            "results": found.rows,
        }
        return Response(MessagePage(answer).data)


class MessageView(ApiView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=MessageText, operation_id="messages_read")
    def get(self, request: Request, message_id: UUID) -> Response:
        """One of your messages with its text; that it was opened is noted, as on the page."""
        message = open_message(actor=cast(User, request.user), message_id=message_id)
        return Response(MessageText(message).data, headers={"Cache-Control": "private, no-store"})
