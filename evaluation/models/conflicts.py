"""What people of the panel say about each bidder once the names are known."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Organization, User
from tendering.models import Tender


class BidderDeclaration(models.Model):
    """One person's yes or no about one bidder of one tender; the general declaration stands beside it."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="bidder_declarations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    conflict = models.BooleanField()
    declared_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["tender", "user", "company"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender", "user", "company"], name="declared_once_per_bidder"),
        ]

    def __str__(self) -> str:
        return f"declaration of {self.user_id} about {self.company_id} in {self.tender_id}"
