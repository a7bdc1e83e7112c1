"""Questions to a bidder about what its bid says; the bid itself never changes by them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from bids.models import Bid


class BidClarification(models.Model):
    """A question about what one bid says, and the bidder's answer. Neither price nor content changes by it (R53)."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="clarifications")
    text = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"question about {self.bid}"
