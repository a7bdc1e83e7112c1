"""The formal check of bids: findings, supplements, exclusions, clarified prices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from bids.models import Bid
from evaluation.lifecycle import ExclusionCode, PriceOutcome
from tendering.models import Lot


class FormalCheck(models.Model):
    """The formal check of one bid: what was looked at and found. One row per bid, confirmed by a second person.

    `findings` = {"mandatory": {code: bool}, "documents": [{"name", "category", "status"}], "changed_documents": bool,
    "grounds": [see evaluation.grounds], "notes": []}; a document's status is provided, missing or supplemented_late.
    """

    bid = models.OneToOneField(Bid, on_delete=models.CASCADE, related_name="formal_check")
    findings = models.JSONField(default=dict)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("checked_by")), name="formal_check_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"formal check of {self.bid}"


class SupplementRequest(models.Model):
    """A missing document asked for once, with one due date for all."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="supplement_requests")
    document = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "document"], name="asked_for_once")]

    def __str__(self) -> str:
        return f"{self.document} of {self.bid}"

    @property
    def in_time(self) -> bool:
        return self.received_at is not None and self.received_at <= self.due_at


class Exclusion(models.Model):
    """A bid is excluded (from a lot, or as a whole): code, reason in words, decided by one, confirmed by another."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="exclusions")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=30, choices=ExclusionCode.choices)
    reason = models.TextField()
    ground = models.JSONField(default=dict, blank=True)  # of an exclusion ground: see evaluation.grounds
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["decided_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(second_person=None) | ~Q(second_person=F("decided_by")), name="exclusion_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.bid}"


class AbnormallyLowCheck(models.Model):
    """The clarification of a surprisingly low price: asked, answered, decided with a second person.

    Where State aid is the cause, the bidder is asked once more, for the proof that it was lawful (`aid_...`).
    `examined` names what was looked at. The steps and what may follow: evaluation.low_price.
    """

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="price_clarifications")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    aid_asked_at = models.DateTimeField(null=True, blank=True)
    aid_due_at = models.DateTimeField(null=True, blank=True)
    aid_answered_at = models.DateTimeField(null=True, blank=True)
    aid_answer = models.TextField(blank=True)
    examined = models.JSONField(default=list, blank=True)
    outcome = models.CharField(max_length=20, blank=True, choices=PriceOutcome.choices)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "lot"], name="clarified_once_per_lot")]

    def __str__(self) -> str:
        return f"price clarification of {self.bid}"
