"""Practice: one person's invented town with a clock of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import User


class PracticeRun(models.Model):
    """An exercise of one person. Its clock shows `moment` + (real time since `anchored_at`) x `speed`.

    Its town and companies carry `practice_run`: nothing of it is visible outside, nothing else is changed inside.
    Ending a run hides it; a reset ends it and starts another.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="practice_runs")
    part = models.CharField(max_length=20, help_text="Role that is practised, a code of accounts.lifecycle.Role")
    language = models.CharField(max_length=5, default="de")
    moment = models.DateTimeField()
    anchored_at = models.DateTimeField()
    speed = models.PositiveIntegerField(default=1)
    state: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at=None), name="one_practice_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"practice of {self.user_id}"

    def now(self, real: datetime) -> datetime:
        """The run's time at a real moment (both aware)."""
        return self.moment + (real - self.anchored_at) * self.speed
