"""Keys for programs: the API and calendars."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


def new_token() -> str:
    return "zt_" + secrets.token_urlsafe(32)


class ApiToken(models.Model):
    """A revocable key for the API. Only its SHA-256 is stored; the token itself is shown once."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(
        max_length=10, choices=[("read", _("read")), ("write", _("read and write"))], default="write"
    )
    label = models.CharField(max_length=80, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token {self.label or self.id} of {self.user}"


class CalendarKey(models.Model):
    """The secret in a person's calendar address; only its SHA-256 is stored. A new one makes the old one void."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_key")
    digest = models.CharField(max_length=64, unique=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"
