"""What was calculated, and lots drawn between equals."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from bids.models import Bid
from tendering.models import Lot, Tender


class DrawStart(models.Model):
    """The first half of a draw by calculation: a seed nobody has seen, fixed by its hash before a number is named."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="draw_starts")
    result_hash = models.CharField(max_length=64)
    between = models.JSONField()
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["lot", "result_hash"], name="draw_started_once")]

    def __str__(self) -> str:
        return f"draw started for lot {self.lot_id}"


class Draw(models.Model):
    """A documented drawing of lots between tied bids; by calculation where it has a `start` and a `number`."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="draws")
    between = models.JSONField()
    drawn = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    persons = models.JSONField(default=list)
    witnesses = models.JSONField(default=list)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    start = models.OneToOneField(DrawStart, on_delete=models.PROTECT, null=True, blank=True, related_name="draw")
    number = models.PositiveIntegerField(null=True, blank=True)

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
