"""Keys of openers and the groups that open together."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.evidence import digest
from accounts.models.people import Organization, User


class OpenerKeyQuerySet(models.QuerySet["OpenerKey"]):
    """Keys by what they are for."""

    def own(self) -> OpenerKeyQuerySet:
        """Keys in use; each person has one at most."""
        return self.filter(retired_at=None)


class OpenerKey(models.Model):
    """An opener's key pair for unlocking bids: public part, and the private part locked under a pass sentence.

    `locked` is an age passphrase file (bids.sealing.lock_opener_key); nobody without the sentence can use it.
    A password reset never touches it. A key reported lost is retired and stays: the pieces of running tenders name it.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="opener_keys", related_query_name="opener_key"
    )
    public = models.CharField(max_length=100)
    locked = models.BinaryField()
    made_at = models.CharField(
        max_length=10,
        default="server",
        choices=[("browser", _("in the own browser")), ("server", _("on the server, assisted"))],
    )
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True, help_text=_("When its owner last proved that it works"))
    assisted_at = models.DateTimeField(null=True, blank=True, help_text=_("When its sentence last went to the server"))
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = OpenerKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(retired_at=None), name="one_key_in_use"),
        ]

    def __str__(self) -> str:
        return f"key of {self.user}"

    @property
    def fingerprint(self) -> str:
        """To compare by voice: 16 hex digits of the hash of the public key, in groups of four."""
        text = digest("opener-key", self.public.encode())[:16]
        return " ".join(text[at : at + 4] for at in range(0, 16, 4))

    @property
    def identifier(self) -> str:
        """The name of this key in pieces and in its locked file."""
        return str(self.user_id)


class OpeningGroup(models.Model):
    """The standing group of a buyer: `needed` of its members open bids together."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="opening_group")
    members: models.ManyToManyField[User, Any] = models.ManyToManyField(User, related_name="opening_groups")
    needed = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(needed__gte=2), name="opening_needs_two"),
        ]

    def __str__(self) -> str:
        return f"opening group of {self.organization}"
