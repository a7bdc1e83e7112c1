"""Roles and what they are called. Rights follow role, organisation and phase; nothing else grants them."""

from collections.abc import Set

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused


class Role(models.TextChoices):
    """One vocabulary for all organisations; bidder roles exist at providers only, librarian at service centres only."""

    OFFICER = "officer", _("Procurement officer")
    APPROVER = "approver", _("Approver")
    OPENER = "opener", _("Opener")
    EVALUATOR = "evaluator", _("Evaluator")
    PANEL_CHAIR = "panel_chair", _("Panel chair")
    COUNCIL_MEMBER = "council_member", _("Council member")
    AUDITOR = "auditor", _("Auditor")
    ORG_ADMIN = "org_admin", _("Administrator")
    REQUESTER = "requester", _("Requesting department")
    LIBRARIAN = "librarian", _("Librarian")
    BIDDER = "bidder", _("Bidder")
    BIDDER_ADMIN = "bidder_admin", _("Bidder administrator")


class OrganizationKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("Municipality")
    SERVICE_CENTRE = "service_centre", _("Service centre")
    PROVIDER = "provider", _("Provider")


PROVIDER_ROLES = frozenset({Role.BIDDER, Role.BIDDER_ADMIN})
CENTRE_ROLES = frozenset({Role.LIBRARIAN})


def role_fits(role: str, kind: str) -> bool:
    """Whether a role may exist at this kind of organisation."""
    if kind == OrganizationKind.PROVIDER:
        return role in PROVIDER_ROLES
    if role in CENTRE_ROLES:
        return kind == OrganizationKind.SERVICE_CENTRE
    return role not in PROVIDER_ROLES


ADMINS = frozenset({Role.ORG_ADMIN, Role.BIDDER_ADMIN})
AT_WORK = frozenset({
    Role.OFFICER, Role.APPROVER, Role.OPENER, Role.EVALUATOR, Role.PANEL_CHAIR, Role.REQUESTER,
})  # fmt: skip


def roles_for(kind: str) -> list[Role]:
    """The roles that exist at this kind of organisation, in the order of the vocabulary."""
    return [role for role in Role if role_fits(role, kind)]


def decide_stand_in(role: str, own_roles: Set[str], *, has_opener_key: bool) -> Decision:
    """Whether a colleague who holds `own_roles` there may stand in for this role. Two persons stay two persons."""
    if role == Role.COUNCIL_MEMBER:
        return Refused("seat_is_personal", _("A seat in the council is personal: nobody can stand in for it."))
    if role == Role.OPENER and not has_opener_key:
        return Refused(
            "no_opener_key",
            _(
                "Bids are opened with a personal key, and this colleague has none yet. Let the colleague make an "
                "opening key and become a member of the opening group; or let another opener of the group open."
            ),
        )
    if role == Role.AUDITOR and not AT_WORK.isdisjoint(own_roles):
        return Refused(
            "audit_stays_apart",
            _("Who works on procedures cannot stand in for the audit. Choose a colleague without such a role."),
        )
    return ALLOWED
