"""People, organisations, contact units and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts import clock, practice
from accounts.lifecycle import PROVIDER_ROLES, OrganizationKind, Role, role_fits


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
    practice_run = models.ForeignKey(
        "accounts.PracticeRun",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="organizations",
        help_text=_("Set for the invented town and companies of one person's practice; never visible outside it"),
    )

    objects = practice.ScopedManager["Organization"]()
    everywhere = models.Manager["Organization"]()

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
    closed_at = models.DateTimeField(null=True, blank=True)

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
        """{organisation id: roles held now} in the present world (accounts.practice); one query per request."""
        table: dict[int, set[str]] = {}
        held = self.memberships.active(clock.reading()).filter(organization__practice_run=practice.current_run_id())
        for organization_id, role in held.values_list("organization_id", "role"):
            table.setdefault(organization_id, set()).add(role)
        return {key: frozenset(roles) for key, roles in table.items()}

    def roles_in(self, organization_id: int) -> frozenset[str]:
        return self.role_table.get(organization_id, frozenset())

    def has_role(self, organization_id: int, *roles: str) -> bool:
        """Whether the person holds any of the roles there. Staff and superusers hold none by being staff."""
        return self.is_active and not self.roles_in(organization_id).isdisjoint(roles)

    @property
    def is_staff_of_buyer(self) -> bool:
        """Whether the person works for any municipality or service centre."""
        return any(role not in PROVIDER_ROLES for roles in self.role_table.values() for role in roles)

    @property
    def is_council_member(self) -> bool:
        return bool(self.organizations_with(Role.COUNCIL_MEMBER))

    @property
    def is_auditor(self) -> bool:
        return bool(self.organizations_with(Role.AUDITOR))

    @property
    def is_bidder(self) -> bool:
        """Whether the person bids for any company."""
        return bool(self.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN))

    def organizations_with(self, *roles: str) -> list[int]:
        """Ids of the organisations where the person holds any of these roles."""
        return [key for key, held in self.role_table.items() if not held.isdisjoint(roles)]


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, now: datetime | models.Expression) -> MembershipQuerySet:
        """Held at this moment: begun, not ended. Everything that asks for roles starts here."""
        return self.filter(Q(starts_at=None) | Q(starts_at__lte=now), Q(ends_at=None) | Q(ends_at__gt=now))


class Membership(models.Model):
    """One role of one person in one organisation, from `starts_at` to before `ends_at` (None: open).

    A stand-in holds the role for `stands_in_for`; somebody on duty from a service centre holds it `via` the centre.
    A leaver's rows stay, ended: the trail names people by them.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    stands_in_for = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="stand_ins")
    via = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="seconded")
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"], condition=Q(stands_in_for=None), name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "role", "stands_in_for"],
                condition=Q(stands_in_for__isnull=False),
                name="stand_in_once",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_for=None) | ~Q(stands_in_for=models.F("user")), name="nobody_stands_in_for_self"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def clean(self) -> None:
        if self.organization_id and not role_fits(self.role, self.organization.kind):
            raise ValidationError({"role": _("This role does not exist at this kind of organisation.")})
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must be later than the start.")})


class PersonInvitation(models.Model):
    """Somebody is asked to join an organisation. Only the SHA-256 of the link's secret is stored."""

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="person_invitations")
    email = models.EmailField(_("E-mail"))
    roles = models.JSONField(default=list)
    function = models.CharField(_("What the account is for"), max_length=200, blank=True)
    language = models.CharField(max_length=5, default="de")
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-invited_at"]

    def __str__(self) -> str:
        return f"invitation to {self.organization_id}"


class CentreMember(models.Model):
    """A municipality that a service centre works for, from `since` to before `until` (None: open)."""

    centre = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="centre_members")
    municipality = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="centres")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["centre", "municipality"], name="centre_member_once")]

    def __str__(self) -> str:
        return f"{self.municipality} at {self.centre}"


HEX_COLOUR = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", _("Write the colour as # and six digits, for example #1f5a2d."))


class Theme(models.Model):
    """How a municipality's pages look: accent colours for the light and the dark theme, and a logo."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="theme")
    accent = models.CharField(_("Colour in the light theme"), max_length=7, blank=True, validators=[HEX_COLOUR])
    accent_dark = models.CharField(_("Colour in the dark theme"), max_length=7, blank=True, validators=[HEX_COLOUR])
    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"theme of {self.organization}"
