"""The envelope log: who took a recovery key out for an opening, who was there, and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import OpenerKey, User
from bids.models.keys import random_id
from tendering.models import Tender


class RecoveryUse(models.Model):
    """`opener` opened the envelope of `key` with `witness`, who has confirmed it from an own session."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="recovery_uses")
    kind = models.CharField(max_length=20, help_text="What was to be opened, as in OpeningSession")
    key = models.ForeignKey(OpenerKey, on_delete=models.PROTECT, related_name="uses")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    started_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True, help_text="When its part was first released")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender"], condition=Q(ended_at=None), name="one_envelope_at_a_time"),
            models.CheckConstraint(condition=~Q(opener=F("witness")), name="envelope_signed_by_two"),
        ]

    def __str__(self) -> str:
        return f"use of {self.key_id}"
