"""Candidates of a call: their points by the published criteria, the selection by two people, the letters to all."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar
from uuid import UUID, uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import Organization, User
from bids.models import Bid
from tendering.models import Criterion, Tender


class CandidateScore(models.Model):
    """Points (0 to 10) of one request by one published criterion, and why."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="candidate_scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    value: models.DecimalField[Decimal, Decimal] = models.DecimalField(
        max_digits=4, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(10))]
    )
    reason = models.TextField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["criterion__position", "criterion", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "criterion"], name="candidate_score_once")]

    def __str__(self) -> str:
        return f"{self.criterion_id} of {self.bid_id}"


class CandidateSelection(models.Model):
    """Who is invited and who is not, proposed by one, decided by another. `outcome` as of the proposal.

    `outcome` is a list of {"bid", "company", "total" (points of 100 as text or None), "rank", "selected", "reasons"}.
    """

    tender = models.OneToOneField(Tender, on_delete=models.CASCADE, related_name="candidate_selection")
    outcome: models.JSONField[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="selection_by_second_person"
            ),
        ]

    def __str__(self) -> str:
        return f"selection of {self.tender_id}"


class CandidateLetter(models.Model):
    """What one candidate was told, frozen when it is sent. `content` = {"selected": bool, "parts": [sentence, …]}."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    selection = models.ForeignKey(CandidateSelection, on_delete=models.CASCADE, related_name="letters")
    bid = models.OneToOneField(Bid, on_delete=models.CASCADE, related_name="candidate_letter")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5, default="de")
    content: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["sent_at", "bid__reference", "id"]

    def __str__(self) -> str:
        return f"candidate letter {self.pk}"
