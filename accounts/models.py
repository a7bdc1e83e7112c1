"""People, organisations, roles, the audit trail, the outbox, tokens and opener keys."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import OrganizationKind, Role, role_fits


class Organization(models.Model):
    """A municipality, a service centre or a provider: the legal entity that buys or bids."""

    reference = models.CharField(max_length=40, unique=True, help_text=_("Short stable code, for example M01"))
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=OrganizationKind.choices)
    profile = models.CharField(max_length=40, default="uvgo_land", help_text=_("Rule profile of a buyer"))
    country = models.CharField(max_length=2, default="DE")
    land = models.CharField(max_length=10, blank=True)
    language = models.CharField(max_length=5, default="de")
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=50, default="Europe/Berlin")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    scale = models.CharField(max_length=10, blank=True, help_text=_("micro, small, medium or large"))
    default_vat_rate = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_buyer(self) -> bool:
        return self.kind != OrganizationKind.PROVIDER


class ContactUnit(models.Model):
    """A reachable unit of a buyer: name, functional mailbox, phone, hours and promised reply time."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="contact_units")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=40, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    reply_days = models.PositiveSmallIntegerField(default=2)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in by e-mail. `function` says what the account is for; rights come from memberships only."""

    reference = models.CharField(max_length=60, unique=True, null=True, blank=True)
    email = models.EmailField(_("E-mail"), unique=True)
    function = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="de")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.function or self.email

    @cached_property
    def role_table(self) -> dict[int, frozenset[str]]:
        """{organisation id: roles}; one query per request."""
        table: dict[int, set[str]] = {}
        for organization_id, role in self.memberships.values_list("organization_id", "role"):
            table.setdefault(organization_id, set()).add(role)
        return {key: frozenset(roles) for key, roles in table.items()}

    def roles_in(self, organization_id: int) -> frozenset[str]:
        return self.role_table.get(organization_id, frozenset())

    def has_role(self, organization_id: int, *roles: str) -> bool:
        """Whether the person holds any of the roles there. Staff and superusers hold none by being staff."""
        return self.is_active and not self.roles_in(organization_id).isdisjoint(roles)

    @property
    def is_bidder(self) -> bool:
        """Whether the person bids for any company."""
        return bool(self.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN))

    def organizations_with(self, *roles: str) -> list[int]:
        """Ids of the organisations where the person holds any of these roles."""
        return [key for key, held in self.role_table.items() if not held.isdisjoint(roles)]


class Membership(models.Model):
    """One role of one person in one organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "organization", "role"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def clean(self) -> None:
        if self.organization_id and not role_fits(self.role, self.organization.kind):
            raise ValidationError({"role": _("This role does not exist at this kind of organisation.")})


class OpenerKey(models.Model):
    """An opener's key pair for unlocking bids: public part, and the private part locked under a pass sentence.

    `locked` is an age passphrase file (bids.sealing.lock_opener_key); nobody without the sentence can use it.
    A password reset never touches it.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="opener_key")
    public = models.CharField(max_length=100)
    locked = models.BinaryField()
    created_at = models.DateTimeField()
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"key of {self.user}"


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


class ChainHead(models.Model):
    """Last link of a hash chain; locked while an event is appended, so that no chain forks or has gaps."""

    chain = models.CharField(max_length=80, unique=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"


class AuditEvent(models.Model):
    """One link: `body` is canonical JSON, kept byte by byte. Append-only: triggers refuse change and deletion."""

    chain = models.CharField(max_length=80)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=60)
    body = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["chain", "seq"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_has_no_fork"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.verb}"


class OutboxMessage(models.Model):
    """A mail to be sent, written in the same transaction as the act it tells of; sent once, later."""

    key = models.CharField(max_length=120, unique=True, help_text=_("Says what is told to whom; the same is told once"))
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="outbox_waiting", condition=models.Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"


class IdempotencyKey(models.Model):
    """Answer of an act that a client may repeat: the same key gives the same answer, never a second act."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    act = models.CharField(max_length=40)
    request_digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key", "act"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.key}"


def new_token() -> str:
    return "zt_" + secrets.token_urlsafe(32)


class ApiToken(models.Model):
    """A revocable key for the API. Only its SHA-256 is stored; the token itself is shown once."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(
        max_length=10, choices=[("read", _("read")), ("write", _("read and write"))], default="write"
    )
    label = models.CharField(max_length=80, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token {self.label or self.id} of {self.user}"
