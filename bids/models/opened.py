"""The opening, and what it brought to light."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from bids.models.bid import Bid
from bids.models.keys import random_id
from bids.models.recovery import RecoveryUse
from tendering.models import Criterion, Item, Lot, Tender


class OpeningSession(models.Model):
    """The opening by two (or more) people; `session_wrapped`: session key under the platform key, gone afterwards."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="opening_sessions")
    kind = models.CharField(
        max_length=20,
        default="bids",
        choices=[
            ("bids", _("bids")),
            ("late", _("admitted late bids")),
            ("prices", _("price envelopes")),
            ("again", _("restored bids")),
            ("again_prices", _("restored price envelopes")),
        ],
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    session_wrapped = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.JSONField(
        default=dict, blank=True, help_text=_("Pass sentences tried, per person id; not the sentences")
    )
    record = models.JSONField(default=dict, blank=True)
    failure = models.JSONField(
        default=dict, blank=True, help_text=_("Why enough parts opened nothing: code, at, person")
    )

    class Meta:
        ordering: ClassVar = ["started_at"]

    def __str__(self) -> str:
        return f"opening of tender {self.tender_id}"

    @property
    def session_info(self) -> dict[str, Any]:
        """What the wrapped session key is bound to."""
        return {"session": str(self.pk), "tender": str(self.tender_id), "what": "session"}


class OpeningRelease(models.Model):
    """Released pieces of one key, wrapped to the session key; counted per person, so that nobody releases two.

    With `recovery_use` they are those of a recovery key, which `opener` took out of its envelope.
    """

    session = models.ForeignKey(OpeningSession, on_delete=models.CASCADE, related_name="releases")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    unlocked_at = models.CharField(
        max_length=10, default="server", choices=[("browser", "browser"), ("server", "server")]
    )
    pieces = models.JSONField(default=list)
    recovery_use = models.ForeignKey(
        RecoveryUse, on_delete=models.PROTECT, null=True, blank=True, related_name="releases"
    )

    class Meta:
        ordering: ClassVar = ["released_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "opener"], name="each_opener_once"),
            models.UniqueConstraint(
                fields=["session"], condition=models.Q(recovery_use__isnull=False), name="one_recovery_key_per_opening"
            ),
        ]

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
    """A text answer to a quality criterion, or a promised number (`value`) for an efficiency or cost criterion.

    `numbers` ({part id: decimal text}) are those of a life-cycle cost.
    """

    bid_lot = models.ForeignKey(BidLot, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    numbers = models.JSONField(default=dict, blank=True)

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
    marks = models.CharField(max_length=64, blank=True)  # digest of author, program and time of creation: bids.marks
    marks_kinds = models.CharField(max_length=40, blank=True)
    marks_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["bid", "name"]

    def __str__(self) -> str:
        return self.name
