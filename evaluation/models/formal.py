"""The formal check of bids: findings, supplements, exclusions, clarified prices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from bids.models import Bid
from bids.models.keys import random_id
from evaluation.lifecycle import DocumentFault, ExclusionCode, PriceOutcome
from tendering.models import Lot


class FormalCheck(models.Model):
    """The formal check of one bid: what was looked at and found. One row per bid, confirmed by a second person.

    `findings` = {"mandatory": {code: bool}, "documents": [{"name", "category", "status"}], "changed_documents": bool,
    "grounds": [see evaluation.grounds], "notes": []}; a document's status is provided, missing, incomplete, wrong or
    supplemented_late; `note` beside it says what it lacks.
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
    """A document asked for once: to be handed in, completed or corrected, with one due date for all.

    `accepted` is what the office says about what came. A word that differs from the clock (not accepted although in
    time, accepted although late) counts once a second person has confirmed it.
    """

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="supplement_requests")
    document = models.CharField(max_length=200)
    fault = models.CharField(max_length=12, choices=DocumentFault.choices, default=DocumentFault.MISSING)
    wanted = models.TextField(blank=True)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    judgement = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bid", "document"], name="asked_for_once"),
            models.CheckConstraint(
                condition=Q(second_person=None) | ~Q(second_person=F("judged_by")), name="supplement_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} of {self.bid}"

    @property
    def in_time(self) -> bool:
        return self.received_at is not None and self.received_at <= self.due_at

    @property
    def needs_judging(self) -> bool:
        """Whether a file was handed in here and nobody has looked at it. What the office noted itself needs none."""
        return self.accepted is None and self.received_at is not None

    @property
    def needs_second(self) -> bool:
        """Whether what the office said differs from the clock and waits for a second person."""
        return self.accepted is not None and self.accepted != self.in_time and self.second_person_id is None

    @property
    def counts(self) -> bool:
        """Whether the document mends the fault."""
        return self.in_time if self.accepted is None or self.needs_second else self.accepted


class SupplementDocument(models.Model):
    """A file the bidder handed in for a request, encrypted under the store key; never changed."""

    id = random_id()
    request = models.ForeignKey(SupplementRequest, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    received_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["received_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["request"], name="handed_in_once")]

    def __str__(self) -> str:
        return f"file for {self.request_id}"


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
