"""The bidder's side: draft, sealed bid, receipt; the tender's seal; the opening and what it brought to light.

Before opening no column here holds a price, a bid text or a file name in clear: drafts are encrypted under the store
key, bids are sealed objects under DATA_DIR/sealed.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import Role
from accounts.models import Organization, User
from bids.lifecycle import Status, status
from tendering.models import Criterion, Item, Lot, Tender


def random_id() -> models.UUIDField[UUID, UUID]:
    return models.UUIDField(primary_key=True, default=uuid4, editable=False)


class TenderSeal(models.Model):
    """The lock of one tender: its age recipient and the clock share, wrapped to the platform key (and escrow key)."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="seals")
    generation = models.PositiveSmallIntegerField(default=1, help_text=_("Equals the round it seals"))
    recipient = models.CharField(max_length=100)
    needed = models.PositiveSmallIntegerField()
    clock_wrapped = models.TextField()
    clock_escrow = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender", "generation"], name="one_seal_per_generation")
        ]

    def __str__(self) -> str:
        return f"seal of tender {self.tender_id}"


class SealPiece(models.Model):
    """One officer's piece of the officers' part, for one subset of the opening group, wrapped to the officer's key."""

    seal = models.ForeignKey(TenderSeal, on_delete=models.CASCADE, related_name="pieces")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subset = models.JSONField()
    body = models.JSONField(help_text=_("Shape of bids.sealing: enc, ct, commit"))

    def __str__(self) -> str:
        return f"piece of {self.opener_id}"


class Draft(models.Model):
    """A company's bid in preparation. `content` is encrypted under the store key, which lies outside the database.

    Decrypted it is what bids.content.DraftContent.to_json gives.
    """

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="drafts")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tender", "company"], name="one_draft_per_company")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class BidQuerySet(models.QuerySet["Bid"]):
    def visible_to(self, actor: Any, now: datetime) -> BidQuerySet:
        """Own bids always; others' for the buyer's office after opening. Being staff opens nothing.

        The panel is not among the readers: it judges without prices and reads through evaluation's score sheets.
        """
        if not getattr(actor, "is_authenticated", False):
            return self.none()
        companies = actor.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
        readers = actor.organizations_with(Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.OPENER)
        return self.filter(Q(company__in=companies) | Q(tender__buyer__in=readers, tender__opened_at__lte=now))

    def live(self) -> BidQuerySet:
        """The version that counts: neither replaced nor withdrawn."""
        return self.filter(superseded_at=None, withdrawn_at=None)


class Bid(models.Model):
    """One sealed version of a company's bid. `opened` and the rows below it are empty until the opening."""

    id = random_id()
    reference = models.CharField(max_length=40, unique=True, null=True, blank=True)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="bids")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="bids")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField(help_text=_("Slot the sealed objects are bound to"))
    version = models.PositiveSmallIntegerField(default=1)
    round = models.PositiveSmallIntegerField(default=1, help_text=_("Round of a negotiated procedure; the last counts"))
    sealed_at = models.CharField(
        max_length=10, choices=[("browser", "browser"), ("server", "server"), ("client", "client")]
    )
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    superseded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    damaged_at = models.DateTimeField(null=True, blank=True)
    late_admitted_at = models.DateTimeField(null=True, blank=True)
    late_decision = models.JSONField(default=dict, blank=True)
    opened = models.JSONField(default=dict, blank=True, help_text=_("What the opening read besides prices and answers"))
    vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    max_lots_capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Order of the opening record"))
    imported_as = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Imported cases only: reference, position and lots, also of unopened bids"),
    )

    objects = BidQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["tender", "position", "received_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tender", "company", "round", "is_late"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="one_live_bid_per_company",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"bid {self.pk}"

    @property
    def status(self) -> Status:
        return status(self)


class SealedObject(models.Model):
    """One age file under DATA_DIR/sealed. Until it belongs to a bid it belongs to a draft and is never opened."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField(db_index=True)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, null=True, blank=True, related_name="objects_sealed")
    kind = models.CharField(max_length=10, choices=[("manifest", "manifest"), ("document", "document")])
    path = models.CharField(max_length=120, unique=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"sealed object {self.pk}"


class Receipt(models.Model):
    """What the bidder can prove: a signed note; shown in human words first."""

    id = random_id()
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="receipts")
    act = models.CharField(
        max_length=10, choices=[("submit", _("submitted")), ("replace", _("replaced")), ("withdraw", _("withdrawn"))]
    )
    at = models.DateTimeField()
    note = models.TextField()

    class Meta:
        ordering: ClassVar = ["at"]

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class OpeningSession(models.Model):
    """The opening by two (or more) people; `session_wrapped`: session key under the platform key, gone afterwards."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="opening_sessions")
    kind = models.CharField(
        max_length=20, default="bids", choices=[("bids", _("bids")), ("late", _("admitted late bids"))]
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    session_wrapped = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.JSONField(
        default=dict, blank=True, help_text=_("Pass sentences tried, per person id; not the sentences")
    )
    record = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["started_at"]

    def __str__(self) -> str:
        return f"opening of tender {self.tender_id}"


class OpeningRelease(models.Model):
    """One opener's released pieces, wrapped to the session key; counted per person."""

    session = models.ForeignKey(OpeningSession, on_delete=models.CASCADE, related_name="releases")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    unlocked_at = models.CharField(
        max_length=10, default="server", choices=[("browser", "browser"), ("server", "server")]
    )
    pieces = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["released_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["session", "opener"], name="each_opener_once")]

    def __str__(self) -> str:
        return f"release of {self.opener_id}"


class BidLot(models.Model):
    """What was bid for one lot, known since the opening."""

    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="lot_bids")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    discount_pct: models.DecimalField[Decimal, Decimal] = models.DecimalField(
        max_digits=7, decimal_places=4, default=Decimal("0")
    )
    stated_total = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["bid", "lot"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid", "lot"], name="lot_once_per_bid")]

    def __str__(self) -> str:
        return f"{self.bid_id} for {self.lot_id}"


class ItemPrice(models.Model):
    """A unit price as bid; no row means the position was left empty."""

    bid_lot = models.ForeignKey(BidLot, on_delete=models.CASCADE, related_name="prices")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["bid_lot", "item"], name="one_price_per_position")]

    def __str__(self) -> str:
        return f"price of {self.item_id}"


class BidAnswer(models.Model):
    """A text answer to a quality criterion, or a promised number (`value`) for an efficiency or cost criterion."""

    bid_lot = models.ForeignKey(BidLot, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bid_lot", "criterion"], name="one_answer_per_criterion")
        ]

    def __str__(self) -> str:
        return f"answer to {self.criterion_id}"


class OpenedDocument(models.Model):
    """A document of an opened bid, kept encrypted under the store key in DATA_DIR/opened."""

    id = random_id()
    bid = models.ForeignKey(Bid, on_delete=models.CASCADE, related_name="documents")
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)

    class Meta:
        ordering: ClassVar = ["bid", "name"]

    def __str__(self) -> str:
        return self.name
