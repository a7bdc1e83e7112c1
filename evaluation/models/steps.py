"""Steps of the formal check with a state per bid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bids.models import Bid
from tendering.models import Tender


class CheckStep(models.Model):
    """A step of the formal check of this tender: of the shipped list (`code`), or added by the office ("")."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="check_steps")
    code = models.CharField(max_length=40, blank=True)
    title = models.CharField(_("What is checked"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "title"], name="check_step_once")]

    def __str__(self) -> str:
        return self.title


class StepState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    OBJECTION = "objection", _("objection")
    NOT_NEEDED = "not_needed", _("not needed")


class CheckStepState(models.Model):
    """How far a step is for one bid, with a note; who set it last."""

    step = models.ForeignKey(CheckStep, on_delete=models.CASCADE, related_name="states")
    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="check_states")
    state = models.CharField(max_length=12, choices=StepState.choices, default=StepState.OPEN)
    note = models.TextField(blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["step", "bid"], name="one_state_per_bid")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.bid_id} {self.state}"
