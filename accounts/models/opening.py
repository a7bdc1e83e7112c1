"""Keys of openers, recovery keys in their envelopes, and the groups that open together."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.evidence import digest
from accounts.models.people import Organization, User


class OpenerKeyQuerySet(models.QuerySet["OpenerKey"]):
    """Keys by what they are for."""

    def own(self) -> OpenerKeyQuerySet:
        """Keys of persons in use; each person has one at most."""
        return self.filter(retired_at=None, recovery_for=None)

    def recovery(self) -> OpenerKeyQuerySet:
        """Recovery keys that still open what was sealed to them."""
        return self.filter(retired_at=None, recovery_for__isnull=False)

    def usable(self) -> OpenerKeyQuerySet:
        """Keys that can open: those of active persons, and recovery keys, whoever has made them."""
        return self.filter(Q(recovery_for__isnull=False) | Q(user__is_active=True), retired_at=None)


def ready_recovery(prefix: str = "") -> Q:
    """Recovery keys that go into new seals: not lost, not replaced, never used."""
    return Q(**{f"{prefix}{name}": None for name in ("retired_at", "replaced_at", "used_at")})


class OpenerKey(models.Model):
    """An opener's key pair for unlocking bids: public part, and the private part locked under a pass sentence.

    `locked` is an age passphrase file (bids.sealing.lock_opener_key); nobody without the sentence can use it.
    A password reset never touches it. A key reported lost is retired and stays: the pieces of running tenders name it.

    A recovery key belongs to a group (`recovery_for`) and nobody opens with it as the own one: `locked` is empty, its
    secret exists on paper only. `user` has made it; `kept_by` (an office) keeps it at `kept_where`.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="opener_keys", related_query_name="opener_key"
    )
    public = models.CharField(max_length=100)
    locked = models.BinaryField(blank=True)
    made_at = models.CharField(
        max_length=10,
        default="server",
        choices=[("browser", _("in the own browser")), ("server", _("on the server, assisted"))],
    )
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True, help_text=_("When its owner last proved that it works"))
    assisted_at = models.DateTimeField(null=True, blank=True, help_text=_("When its sentence last went to the server"))
    retired_at = models.DateTimeField(null=True, blank=True)
    recovery_for: models.ForeignKey[OpeningGroup | None, OpeningGroup | None] = models.ForeignKey(
        "accounts.OpeningGroup", on_delete=models.PROTECT, null=True, blank=True, related_name="recovery_keys"
    )
    number = models.PositiveSmallIntegerField(default=0, help_text=_("Of a group's recovery keys, from 1"))
    kept_by = models.CharField(max_length=200, blank=True)
    kept_where = models.CharField(max_length=300, blank=True)
    used_at = models.DateTimeField(null=True, blank=True, help_text=_("When the envelope was first opened"))
    replaced_at = models.DateTimeField(
        null=True, blank=True, help_text=_("A newer one is in new seals; this one still opens those made before")
    )

    objects = OpenerKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(retired_at=None, recovery_for=None), name="one_key_in_use"
            ),
            models.UniqueConstraint(
                fields=["recovery_for"], condition=Q(retired_at=None, replaced_at=None), name="one_recovery_key_in_use"
            ),
            models.UniqueConstraint(fields=["recovery_for", "number"], name="recovery_key_numbered"),
            models.CheckConstraint(
                condition=Q(recovery_for=None, number=0) | Q(recovery_for__isnull=False, number__gte=1, locked=b""),
                name="recovery_key_on_paper_only",
            ),
        ]

    def __str__(self) -> str:
        return f"key of {self.holder}"

    @property
    def holder(self) -> str:
        """Whose key it is, for people: a person, or the office that keeps a recovery key."""
        if self.recovery_for_id is None:
            return str(self.user)
        return gettext("Recovery key (%(office)s)") % {"office": self.kept_by}

    @property
    def fingerprint(self) -> str:
        """To compare by voice: 16 hex digits of the hash of the public key, in groups of four."""
        text = digest("opener-key", self.public.encode())[:16]
        return " ".join(text[at : at + 4] for at in range(0, 16, 4))

    @property
    def identifier(self) -> str:
        """The name of this key in pieces and in its locked file."""
        if self.recovery_for is not None:
            return recovery_name(self.recovery_for.organization_id, self.number)
        return str(self.user_id)


class OpenerPasskey(models.Model):
    """A second lock of an opener's own key: the same secret as an age file under a passkey (WebAuthn PRF).

    Only ever beside the file under the pass sentence: a passkey that is deleted on its device takes nothing away.
    `credential` is the passkey's id in base64, no secret; what opens `locked` never leaves the authenticator.
    """

    key = models.OneToOneField(OpenerKey, on_delete=models.CASCADE, related_name="passkey")
    credential = models.CharField(max_length=1_400)
    locked = models.BinaryField()
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"passkey of {self.key}"


def recovery_name(organization_id: int, number: int) -> str:
    """The name of a buyer's recovery key of this number, known before it is made."""
    return f"recovery-{organization_id}-{number}"


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
