"""A bid handed in for trial: a signed note and nothing else, for its own company alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, User
from bids.models.keys import random_id
from tendering.models import Tender


class Rehearsal(models.Model):
    """The receipt of a rehearsal. There is no bid behind it; it goes 30 days after the deadline."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField()
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed_at = models.CharField(
        max_length=10, choices=[("browser", "browser"), ("server", "server"), ("client", "client")]
    )
    is_sample = models.BooleanField(default=False)
    note = models.TextField()

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"rehearsal {self.pk}"
