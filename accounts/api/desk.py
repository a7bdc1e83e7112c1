"""The desk for programs: the same tasks as the page, in the language of the request."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.api.asking import ApiView
from accounts.desk import PERIODS, Task
from accounts.desk_page import desk_of
from accounts.models import User


class DeskTask(serializers.Serializer):
    """One thing to do. `mine` is false for what others of the office take care of; `waits`: not possible yet."""

    title = serializers.CharField()
    url = serializers.CharField(help_text="Address of the very page, empty where there is none.")
    due = serializers.DateTimeField(allow_null=True)
    period = serializers.ChoiceField(choices=list(PERIODS))
    group = serializers.CharField()
    note = serializers.CharField()
    why = serializers.CharField()
    role = serializers.CharField(help_text="Role in which the person is asked, empty where any.")
    organization = serializers.IntegerField(allow_null=True)
    mine = serializers.BooleanField()
    on_behalf_of = serializers.CharField(help_text="For whom the person stands in, empty for own tasks.")
    waits = serializers.BooleanField()
    offer = serializers.BooleanField(help_text="May be done at any time; not counted.")


class DeskAnswer(serializers.Serializer):
    """`count` is the number in the title of the page: own tasks that can be done now."""

    count = serializers.IntegerField()
    tasks = DeskTask(many=True)


class DeskView(ApiView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=DeskAnswer, operation_id="desk")
    def get(self, request: Request) -> Response:
        """What the signed-in person has to do: most urgent first, then what others take care of, then offers."""
        now = clock.now()
        desk = desk_of(cast(User, request.user), now)
        lines = [(line, True) for section in desk.sections for line in section.lines]
        lines += [(line, False) for line in desk.others]
        rows = [{**_task(line.task, now), "mine": mine, "on_behalf_of": line.for_whom} for line, mine in lines]
        rows += [{**_task(offer, now), "mine": True, "on_behalf_of": ""} for offer in desk.offers]
        return Response(DeskAnswer({"count": desk.count, "tasks": rows}).data)


def _task(task: Task, now: datetime) -> dict[str, Any]:
    return {
        "title": str(task.title),
        "url": f"{settings.BASE_URL}{task.url}" if task.url else "",
        "due": task.due,
        "period": task.period(now),
        "group": str(task.group),
        "note": str(task.note),
        "why": str(task.why),
        "role": task.role,
        "organization": task.organization,
        "waits": task.waits,
        "offer": task.offer,
    }
