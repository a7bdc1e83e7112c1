"""What an officer says about a red flag: seen, and why it is harmless or what follows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import User
from tendering.models import Tender


class FlagNote(models.Model):
    """An acknowledged flag: `code` of the indicator, `subject` the lot or bid it is about. Never changed, never shown
    to bidders, councils or the public."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="flag_notes")
    code = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=80, blank=True)
    reason = models.TextField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["noted_at", "id"]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"
