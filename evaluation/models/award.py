"""From the award to the contract: register query, vote, standstill, letters, reasons on request, complaints."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Message, Organization, User
from bids.models import Bid
from tendering.models import Lot, Tender


class RegisterQuery(models.Model):
    """The buyer asked the public register about the intended winner (R44): a dated answer, never asked of the bidder.

    Seen by the officers of the procedure only. Rows are added, never changed.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="register_queries")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    result = models.CharField(
        max_length=10, choices=[("clear", _("no entry")), ("entry", _("there is an entry"))], default="clear"
    )
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["answered_at", "id"]

    def __str__(self) -> str:
        return f"register query on {self.company_id}"


class CouncilResolution(models.Model):
    """What the competent body decided on the award: written when the vote on its paper is recorded.

    `awards` = {lot code: [bid numbers]} of the result it voted on; `outcome` as in pilots.Vote.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="resolutions")
    body = models.CharField(max_length=120)
    outcome = models.CharField(max_length=12)
    awards = models.JSONField(default=dict)
    result_hash = models.CharField(max_length=64)
    wording = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.tender_id}"


class StandstillNotice(models.Model):
    """One dispatch of letters about some lots, and what it sets going.

    `days` calendar days from the day after dispatch (0: none); `earliest_contract_date` the first day of the contract
    at the buyer's place, `ends_at` the same as a moment in UTC: from then on the contract may be signed.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="standstills")
    lots: models.ManyToManyField[Lot, Lot] = models.ManyToManyField(Lot, related_name="standstills")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField()
    earliest_contract_date = models.DateField()
    ends_at = models.DateTimeField()
    working_days = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["sent_at", "id"]
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"standstill of {self.tender_id} until {self.ends_at:%Y-%m-%d}"


class LetterKind(models.TextChoices):
    WINNER = "winner", _("Letter to the winner")
    REFUSAL = "refusal", _("Letter to a bidder that does not win")
    EXCLUDED = "excluded", _("Letter to an excluded bidder")


class Letter(models.Model):
    """What one bidder was told about the award: frozen when it is sent. `content` = {subject, parts, facts}.

    `sha256` is the digest of the canonical content; it also stands in the audit event of the dispatch.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    notice = models.ForeignKey(StandstillNotice, on_delete=models.CASCADE, related_name="letters")
    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="letters")
    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="letters")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    language = models.CharField(max_length=5, default="de")
    content: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    sent_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["sent_at", "bid__reference", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "bid"], name="one_letter_per_bid")]

    def __str__(self) -> str:
        return f"{self.kind} letter {self.pk}"


class LetterDispatch(models.Model):
    """One recipient of a letter: the message in the mailbox, and when this person first opened the letter."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="dispatches")
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["sent_at", "id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["letter", "recipient"], name="letter_once_a_person")]

    def __str__(self) -> str:
        return f"{self.letter_id} to {self.recipient_id}"


class WithholdGround(models.TextChoices):
    """Why a detail need not be published (§ 39 (6) VgV, § 30 (2) UVgO); one vocabulary for all profiles."""

    LAW_ENFORCEMENT = "law_enforcement", _("it would hinder the enforcement of law")
    PUBLIC_INTEREST = "public_interest", _("it would run against the public interest")
    BUSINESS_INTEREST = "business_interest", _("it would harm a company's legitimate business interests")
    FAIR_COMPETITION = "fair_competition", _("it would harm fair competition between companies")


class AwardNotice(models.Model):
    """What the public notice of an award leaves out, and why (R25). One row per tender; the latest values count."""

    tender = models.OneToOneField(Tender, on_delete=models.CASCADE, related_name="award_notice")
    withhold_value = models.BooleanField(default=False)
    withhold_ground = models.CharField(max_length=20, choices=WithholdGround.choices, blank=True)
    withhold_reason = models.TextField(blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(withhold_value=False) | ~Q(withhold_reason=""), name="withheld_why")
        ]

    def __str__(self) -> str:
        return f"award notice of {self.tender_id}"


class AwardNoticeEdition(models.Model):
    """A notice of the award as it was published: frozen content (shape: evaluation.award_notice) and its SHA-256.

    `findings` are the codes of what was missing or did not fit at that moment, `reason` why it was published all the
    same. Rows are added, never changed; the newest one counts.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="award_notice_editions")
    number = models.PositiveSmallIntegerField()
    is_modification = models.BooleanField(default=False, help_text=_("Tells changes of a contract told of before"))
    content: models.JSONField[dict[str, object], dict[str, object]] = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    findings = models.JSONField(default=list, blank=True)
    reason = models.TextField(blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "number"], name="award_notice_number_once")]

    def __str__(self) -> str:
        return f"award notice {self.number} of {self.tender_id}"


class DebriefRequest(models.Model):
    """A bidder asks for (more) reasons after its letter; the office answers within the days of the rule (R59)."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="questions")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    due_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return f"question about {self.letter_id}"


class Complaint(models.Model):
    """A bidder says that a rule was broken, with its clocks (R82).

    `known_on` is the day on which the company says it learned of it; `remedied` None = not answered yet;
    `review_until` the last day to go to the review body after an answer without remedy, None where there is none.
    """

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="complaints")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    known_on = models.DateField()
    text = models.TextField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(blank=True)
    remedied = models.BooleanField(null=True, blank=True)
    review_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["filed_at", "id"]

    def __str__(self) -> str:
        return f"complaint on {self.tender_id}"


class LotCancellation(models.Model):
    """Lots (or, with all open lots, the procedure) end without award: ground, reason, two people (R60)."""

    tender = models.ForeignKey(Tender, on_delete=models.CASCADE, related_name="lot_cancellations")
    lots: models.ManyToManyField[Lot, Lot] = models.ManyToManyField(Lot, related_name="cancellations")
    ground = models.CharField(max_length=30)
    reason = models.TextField()
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["requested_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("requested_by")),
                name="cancellation_by_second_person",
            )
        ]

    def __str__(self) -> str:
        return f"cancellation in {self.tender_id}"
