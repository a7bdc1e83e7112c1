"""Taking a new opener in for a tender that runs: only those who hold its keys can do that."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import OpenerKey, User
from bids.models.keys import random_id
from tendering.models import Tender


class KeyHandover(models.Model):
    """`leader` computes pieces for `key` of the newcomer in the own browser, with the help of enough other holders."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="key_handovers")
    leader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    newcomer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(OpenerKey, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender"], condition=Q(ended_at=None), name="one_handover_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"

    @property
    def session(self) -> str:
        """What the helpers' pieces are bound to on their way to the leader."""
        return f"handover:{self.pk}"


class HandoverPart(models.Model):
    """A helper's own pieces, wrapped to the leader's key: the server cannot read them. Erased when it has ended."""

    handover = models.ForeignKey(KeyHandover, on_delete=models.CASCADE, related_name="parts")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    pieces = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["given_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "opener"], name="each_helper_once")]

    def __str__(self) -> str:
        return f"part of {self.opener_id}"
