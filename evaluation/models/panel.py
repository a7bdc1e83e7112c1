"""The panel: its members, their scores, the moderated ones, the lock."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from accounts.models import User
from bids.models import Bid
from tendering.models import Criterion, Lot, Tender


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
