"""What the platform measures about itself: one row per minute, without any personal data."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

# column: answers that took at most so many seconds, and longer than the column before
SPEEDS: Final = {"up_to_100_ms": 0.1, "up_to_300_ms": 0.3, "up_to_1_s": 1.0, "up_to_3_s": 3.0, "up_to_10_s": 10.0}
SLOWEST: Final = "over_10_s"
COUNTS: Final = ("requests", "errors", *SPEEDS, SLOWEST, "web_beats", "worker_beats", "cut_off")


class MeasuredMinute(models.Model):
    """Sums over all processes in the minute that starts at `at`. No row, or no sign of a web process: it was down.

    `errors` are answers 5xx; the speeds count answers to requests whose body the visitor's line cannot have slowed.
    `web_beats` and `worker_beats`: a process was alive. `cut_off`: a process could not reach the database.
    """

    at = models.DateTimeField(primary_key=True)
    day = models.DateField(db_index=True, help_text="The minute's day in the platform's time zone")
    requests = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    up_to_100_ms = models.PositiveIntegerField(default=0)
    up_to_300_ms = models.PositiveIntegerField(default=0)
    up_to_1_s = models.PositiveIntegerField(default=0)
    up_to_3_s = models.PositiveIntegerField(default=0)
    up_to_10_s = models.PositiveIntegerField(default=0)
    over_10_s = models.PositiveIntegerField(default=0)
    web_beats = models.PositiveIntegerField(default=0)
    worker_beats = models.PositiveIntegerField(default=0)
    cut_off = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
