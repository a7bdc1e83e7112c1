"""Roles and what they are called. Rights follow role, organisation and phase; nothing else grants them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
