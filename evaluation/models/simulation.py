"""A rule tried on invented bids before publication, kept with the file."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from tendering.models import Lot, Tender


class Simulation(models.Model):
    """Rule, invented bids and answers of one trial. `result` has the shape of evaluation.simulation.Simulation."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="simulations")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    spec = models.JSONField()
    bids = models.JSONField()
    sets = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    result = models.JSONField()
    versions = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"simulation of {self.tender_id} at {self.created_at:%Y-%m-%d %H:%M}"
