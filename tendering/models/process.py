"""What happens to a tender: questions, amendments, declarations, second persons, outcomes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from tendering.models.parts import Lot
from tendering.models.tender import Tender


class Question(models.Model):
    """A bidder's question; the answer goes to all, the asker is never shown."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="questions")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField(_("Question"))
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(_("Answer"), blank=True)

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"question {self.pk}"


class Amendment(models.Model):
    """A change after publication: what changed (before and after), why, by whom and released by whom.

    `changes` = {field: {"before", "after"}}; of "documents" lists of {"id", "name", "size", "sha256"}. A published
    correction has the number of the edition it made.
    """

    class Kind(models.TextChoices):
        EXTENSION = "extension", _("Later deadline")
        CORRECTION = "correction", _("Correction")

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="amendments")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    changes = models.JSONField(default=dict)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.EXTENSION)
    is_material = models.BooleanField(default=False, help_text=_("Whether bidders need time for it"))
    why_not_later = models.TextField(blank=True, help_text=_("Why a material change leaves the deadline as it is"))
    edition = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("by")), name="amendment_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"amendment of {self.tender_id} at {self.at:%Y-%m-%d}"


class ConflictDeclaration(models.Model):
    """A person's declaration of (no) conflict of interest, made before any bid is shown to them."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="conflict_declarations")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    conflict = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "user"], name="declared_once")]

    def __str__(self) -> str:
        return f"declaration of {self.user_id} for {self.tender_id}"


class Approval(models.Model):
    """A second person's yes to a step that needs two (release, exclusion, award)."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="approvals")
    kind = models.CharField(max_length=30)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="approval_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.tender_id}"


class LotOutcome(models.Model):
    """What became of a lot, for the public status; written by evaluation through a tendering action."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(
        max_length=20,
        choices=[
            ("awarded", _("awarded")),
            ("cancelled", _("cancelled")),
            ("unsuccessful", _("unsuccessful")),
            ("contract", _("contract signed")),
        ],
    )
    at = models.DateTimeField()
    winner = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    saving_per_year = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    cost_per_case = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["at", "id"], name="outcome_by_moment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.lot_id}"
