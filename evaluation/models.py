"""From the opening to the ranking: formal check, scores, clarifications, exclusions, draws and stored results."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bids.models import Bid
from evaluation.lifecycle import ExclusionCode
from tendering.models import Criterion, Lot, Tender


class FormalCheck(models.Model):
    """The formal check of one bid: what was looked at and found. One row per bid, confirmed by a second person.

    `findings` = {"mandatory": {code: bool}, "documents": [{"name", "category", "status"}], "changed_documents": bool,
    "grounds": [{"ground", "event_date", "self_cleaning", "decision", "reason"}], "notes": []}; a document's status is
    provided, missing or supplemented_late.
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
    """The clarification of a surprisingly low price: asked, answered, decided with a second person."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="price_clarifications")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    outcome = models.CharField(
        max_length=20, blank=True, choices=[("explained", _("explained")), ("not_explained", _("not explained"))]
    )
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "lot"], name="clarified_once_per_lot")]

    def __str__(self) -> str:
        return f"price clarification of {self.bid}"


class PanelMember(models.Model):
    """An evaluator of this tender; `submitted_at` = handed in, from then on immutable."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="panel")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "user"], name="on_the_panel_once")]

    def __str__(self) -> str:
        return f"{self.user} on the panel of {self.tender_id}"


class Score(models.Model):
    """One evaluator's score for one bid, lot and criterion, with its reason; 0 to 10, two decimals."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="scores")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    evaluator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    value = models.DecimalField(
        max_digits=4, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(10)]
    )
    comment = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["bid", "lot", "criterion", "evaluator"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bid", "lot", "criterion", "evaluator"], name="one_score_each"),
            models.CheckConstraint(condition=Q(value__gte=0, value__lte=10), name="score_on_the_scale"),
        ]

    def __str__(self) -> str:
        return f"score of {self.evaluator_id}"


class Consensus(models.Model):
    """The moderated score of the panel where single scores lie far apart; a second record, never an overwrite."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="consensus")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="+")
    value = models.DecimalField(
        max_digits=4, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(10)]
    )
    reason = models.TextField()
    moderated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "lot", "criterion"], name="one_consensus")]

    def __str__(self) -> str:
        return f"consensus for {self.bid_id}"


class PanelLock(models.Model):
    """The chair closed the panel: scores are final."""

    tender = models.OneToOneField(Tender, on_delete=models.CASCADE, related_name="panel_lock")
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"panel of {self.tender_id} closed"


class Draw(models.Model):
    """A documented drawing of lots between tied bids."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="draws")
    between = models.JSONField()
    drawn = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    persons = models.JSONField(default=list)
    witnesses = models.JSONField(default=list)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"draw for lot {self.lot_id}"


class EvaluationRun(models.Model):
    """One calculation: inputs, method and version, result; the same inputs give the same result hash."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="evaluation_runs")
    spec_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=40)
    method_version = models.CharField(max_length=20)
    inputs = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    result = models.JSONField()
    result_hash = models.CharField(max_length=64)
    robustness = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"evaluation of {self.tender_id} at {self.created_at:%Y-%m-%d %H:%M}"
