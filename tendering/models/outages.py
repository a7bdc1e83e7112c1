"""When the platform was disturbed before a deadline: one later deadline is proposed, the same for all."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tendering.models.process import Amendment
from tendering.models.tender import Tender


class ExtensionProposal(models.Model):
    """The platform's own proposal to the office. `evidence` has the shape of tendering.disturbances.evidence_of.

    `deadline` is the one it was made for: when that moves otherwise, the proposal is past.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="extension_proposals")
    made_at = models.DateTimeField()
    deadline = models.DateTimeField()
    new_end = models.DateTimeField()
    minutes = models.PositiveIntegerField(help_text=_("Bad minutes"))
    counted_until = models.DateTimeField(help_text=_("Minutes before this moment are in the evidence"))
    evidence = models.JSONField()
    decision = models.CharField(
        max_length=10,
        blank=True,
        choices=[("accepted", _("accepted")), ("declined", _("declined")), ("past", _("the deadline moved otherwise"))],
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True)
    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["made_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender"], condition=Q(decision=""), name="one_open_extension_proposal"),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for {self.tender_id}"
