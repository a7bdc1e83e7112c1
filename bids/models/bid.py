"""Drafts, sealed bids, their stored parts and receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import practice
from accounts.lifecycle import Role
from accounts.models import Organization, User
from bids.damage import reason
from bids.lifecycle import Status, status
from bids.models.keys import random_id
from bids.naming import with_variant
from tendering.models import Tender


class Draft(models.Model):
    """A company's bid in preparation. `content` is encrypted under the store key, which lies outside the database.

    Decrypted it is what bids.content.DraftContent.to_json gives.
    """

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="drafts")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    variant = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("0 the main bid, else the number of a variant beside it")
    )
    content = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    edition = models.PositiveSmallIntegerField(default=1, help_text=_("Edition of the documents its writers have seen"))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender", "company", "variant"], name="one_draft_per_number"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class DraftPresence(models.Model):
    """Who has which part of a draft open; a hint for colleagues, forgotten a minute and a half after the last sign."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=60)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "user"], name="one_place_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.part} of {self.draft_id}"


MENDABLE = Q(damaged_at__isnull=False, damage__mendable=True) & ~Q(damage_decision__has_key="confirmed_by")


class BidQuerySet(models.QuerySet["Bid"]):
    def visible_to(self, actor: Any, now: datetime) -> BidQuerySet:
        """Own bids always; others' for the buyer's office after opening. Being staff opens nothing.

        The panel is not among the readers: it judges without prices and reads through evaluation's score sheets.
        """
        if not getattr(actor, "is_authenticated", False):
            return self.none()
        companies = actor.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN)
        readers = actor.organizations_with(Role.OFFICER, Role.APPROVER, Role.AUDITOR, Role.OPENER)
        own = Q(company__in=companies) | Q(tender__buyer__in=readers, tender__opened_at__lte=now)
        return self.filter(own, practice.here("company"))

    def live(self) -> BidQuerySet:
        """The version that counts: neither replaced nor withdrawn."""
        return self.filter(superseded_at=None, withdrawn_at=None)

    def mendable(self) -> BidQuerySet:
        """Could not be opened by a fault of what is stored, and nobody has decided for good that it stays sealed."""
        return self.live().filter(MENDABLE)


class Bid(models.Model):
    """One sealed version of a company's bid. `opened` and the rows below it are empty until the opening."""

    id = random_id()
    reference = models.CharField(max_length=40, unique=True, null=True, blank=True)
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="bids")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="bids")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField(help_text=_("Slot the sealed objects are bound to"))
    variant = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text=_("0 the main bid, else the number of a variant beside it")
    )
    version = models.PositiveSmallIntegerField(default=1)
    edition = models.PositiveSmallIntegerField(default=1, help_text=_("Edition of the documents it answers"))
    confirmed_edition = models.PositiveSmallIntegerField(
        default=0, help_text=_("Later edition the company said it stands for, too")
    )
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
    damage = models.JSONField(default=dict, blank=True, help_text=_("problem, object, mendable; mended_at"))
    damage_decision = models.JSONField(default=dict, blank=True, help_text=_("Two people: it stays sealed for good"))
    restored_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When all its stored files were again those of the receipt")
    )
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
                fields=["tender", "company", "variant", "round", "is_late"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="one_live_bid_per_number",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"bid {self.pk}"

    @property
    def status(self) -> Status:
        return status(self)

    @property
    def bidder(self) -> str:
        """Name of the company, and which variant beside its main bid this is."""
        return with_variant(self.company.name, self.variant)

    @property
    def damage_words(self) -> str | Promise:
        """Why it could not be opened."""
        return reason(self.damage.get("problem", ""))

    @property
    def answers_edition(self) -> int:
        """The newest edition of the documents this bid stands for."""
        return max(self.edition, self.confirmed_edition)

    @property
    def is_older(self) -> bool:
        """Whether the documents were corrected since, and the company has not confirmed the bid."""
        return self.answers_edition < self.tender.edition


class SealedObject(models.Model):
    """One age file under DATA_DIR/sealed. Until it belongs to a bid it belongs to a draft and is never opened."""

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField(db_index=True)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, null=True, blank=True, related_name="objects_sealed")
    kind = models.CharField(max_length=10, choices=[("manifest", "manifest"), ("document", "document")])
    envelope = models.CharField(
        max_length=10, default="single", choices=[(name, name) for name in ("single", "technical", "price")]
    )
    path = models.CharField(max_length=120, unique=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField()
    sealed_at = models.CharField(
        max_length=10, default="server", choices=[("browser", "browser"), ("server", "server"), ("client", "client")]
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"sealed object {self.pk}"


class Upload(models.Model):
    """A sealed document on its way in. `offset` bytes are safely on disk; hash and size were announced beforehand.

    The announcement stays as evidence even if the transfer never ends. `ended` is empty while it may go on.
    """

    id = random_id()
    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    draft_id = models.UUIDField(db_index=True)
    object_id = models.UUIDField(unique=True, help_text=_("Id of the sealed object, as its slot line says it"))
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    path = models.CharField(max_length=120, unique=True)
    sealed_at = models.CharField(
        max_length=10, default="browser", choices=[("browser", "browser"), ("client", "client")]
    )
    note = models.BinaryField(help_text=_("Name, role, true size and hash under the store key, or empty"))
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    chunks = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0, help_text=_("Chunks that came damaged or out of turn"))
    pauses = models.PositiveIntegerField(default=0, help_text=_("Waits of at least half a minute between two chunks"))
    longest_pause = models.PositiveIntegerField(default=0, help_text=_("Seconds of the longest of them"))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("complete", "complete"),
            ("mismatch", "mismatch"),
            ("removed", "removed"),
            ("expired", "expired"),
        ],
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(offset__lte=models.F("size")), name="upload_within_its_size"),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"


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
