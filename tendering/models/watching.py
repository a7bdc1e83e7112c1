"""Who wants to hear of what: saved searches and change notices, also without an account; bookmarks."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tendering.models.tender import Tender


class Subscription(models.Model):
    """Mail about new hits of a filter address (`query`) or about changes of one tender, to an address.

    Counts from `confirmed_at` (a link in a mail, or a signed-in person's own address) to `stopped_at`.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(_("E-mail"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions")
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, null=True, blank=True, related_name="subscriptions")
    query = models.CharField(max_length=1000, blank=True, help_text=_("Filter of the list as in its address"))
    name = models.CharField(max_length=200, blank=True)
    frequency = models.CharField(
        max_length=10,
        choices=[("now", _("at once")), ("daily", _("once a day")), ("weekly", _("once a week"))],
        default="now",
    )
    language = models.CharField(max_length=5, default="de")
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["email", "query"], condition=Q(tender=None, stopped_at=None), name="one_search_per_address"
            ),
            models.UniqueConstraint(
                fields=["email", "tender"],
                condition=Q(tender__isnull=False, stopped_at=None),
                name="one_tender_watch_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"subscription {self.pk}"


class Bookmark(models.Model):
    """A tender a person keeps an eye on, with an own note, a reminder and when they last looked at it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bookmarks")
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="bookmarks")
    note = models.CharField(max_length=500, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "tender"], name="one_bookmark")]

    def __str__(self) -> str:
        return f"bookmark {self.user_id} {self.tender_id}"
