"""The lock of a tender and the keys that open it together."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.evidence import digest
from accounts.models import OpenerKey, User
from tendering.models import Tender


def random_id() -> models.UUIDField[UUID, UUID]:
    return models.UUIDField(primary_key=True, default=uuid4, editable=False)


class TenderSealQuerySet(models.QuerySet["TenderSeal"]):
    def first_envelope(self) -> TenderSealQuerySet:
        """Without the locks of prices that have an envelope of their own."""
        return self.exclude(envelope="price")


class TenderSeal(models.Model):
    """The lock of one tender: its age recipient and the clock share, wrapped to the platform key (and escrow key).

    A tender with two envelopes has two per generation, with pieces and a clock share of their own.
    """

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="seals")
    generation = models.PositiveSmallIntegerField(default=1, help_text=_("Equals the round it seals"))
    envelope = models.CharField(
        max_length=10, default="single", choices=[(name, name) for name in ("single", "technical", "price")]
    )
    recipient = models.CharField(max_length=100)
    needed = models.PositiveSmallIntegerField()
    clock_wrapped = models.TextField()
    clock_escrow = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = TenderSealQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tender", "generation", "envelope"], name="one_seal_per_envelope")
        ]

    def __str__(self) -> str:
        return f"seal of tender {self.tender_id}"

    @property
    def scope(self) -> str:
        """What pieces and clock share are bound to, so that those of one envelope never pass for the other's."""
        return str(self.tender_id) if self.envelope == "single" else f"{self.tender_id}/{self.envelope}"

    def stored_bodies(self) -> list[dict[str, Any]]:
        """The pieces as stored; none after they were destroyed."""
        return [body for body in self.pieces.values_list("body", flat=True) if body]

    @property
    def fingerprint(self) -> str:
        """Short enough to compare by eye: 32 hex digits of the hash of the recipient, in groups of four."""
        text = digest("seal", self.recipient.encode())[:32]
        return " ".join(text[at : at + 4] for at in range(0, 32, 4))


class SealPiece(models.Model):
    """One officer's piece of the officers' part, for one subset of the opening group, wrapped to the officer's key.

    `opener`: whose key it is, for a recovery key who has made it. `key`: that very key; a newer one does not open it.
    """

    seal = models.ForeignKey(TenderSeal, on_delete=models.CASCADE, related_name="pieces")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(OpenerKey, on_delete=models.PROTECT, related_name="pieces")
    subset = models.JSONField()
    body = models.JSONField(help_text=_("Shape of bids.sealing: enc, ct, commit"))

    def __str__(self) -> str:
        return f"piece of {self.opener_id}"


class SealCheck(models.Model):
    """An opener has unlocked the own pieces of a seal and found them good; nothing secret was sent."""

    seal = models.ForeignKey(TenderSeal, on_delete=models.CASCADE, related_name="checks")
    opener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["checked_at"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["seal", "opener"], name="seal_checked_once_each")]

    def __str__(self) -> str:
        return f"check of {self.seal} by {self.opener_id}"
