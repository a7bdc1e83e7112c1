"""Up to which value who decides on awards, and how long a buyer waits with the contract, beyond its rule profile."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions.people import chain_of
from accounts.actions.people_access import administer
from accounts.models import Organization, User

MOST_DAYS = 60


def set_award_limits(
    *,
    actor: User,
    organization_id: int,
    mayor_up_to: Decimal | None,
    committee_up_to: Decimal | None,
    waiting_days: int | None,
) -> Organization:
    """Keep the buyer's own limits (net, in its currency) and days; None: those of the rule profile.

    Above `committee_up_to`, or above `mayor_up_to` without one, the council decides. Awards that are proposed are
    looked at by the limits of that moment. ValidationError by field; the trail keeps the values before and after.
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        if not organization.is_buyer:
            raise Http404
        _check(mayor_up_to, committee_up_to, waiting_days)
        details, before = dict(organization.details), _said(organization)
        limits = {"mayor_up_to": mayor_up_to, "committee_up_to": committee_up_to}
        details["award_competence"] = {name: str(limit) for name, limit in limits.items() if limit is not None}
        details["pre_information_days"] = waiting_days or 0
        organization.details = {name: value for name, value in details.items() if value not in ({}, 0)}
        after = _said(organization)
        if after == before:
            return organization
        organization.full_clean()
        organization.save()
        data = {"before": before, "after": after}
        audit.record(chain_of(organization), "award_limits.changed", actor=actor, at=now, data=data)
    return organization


def _check(mayor: Decimal | None, committee: Decimal | None, days: int | None) -> None:
    faults = {}
    if committee is not None and mayor is None:
        faults["mayor_up_to"] = _("Say first up to which value the mayor decides alone; 0 if never.")
    elif committee is not None and mayor is not None and committee <= mayor:
        faults["committee_up_to"] = _("The committee's limit lies above that of the mayor.")
    if any(limit is not None and (limit < 0 or limit != round(limit, 2)) for limit in (mayor, committee)):
        faults.setdefault("mayor_up_to", _("Limits are amounts of 0 or more with at most two decimals."))
    if days is not None and not 0 <= days <= MOST_DAYS:
        faults["waiting_days"] = _("Enter a number of days from 0 to %(most)s.") % {"most": MOST_DAYS}
    if faults:
        raise ValidationError(faults)


def _said(organization: Organization) -> dict[str, Any]:
    """What is set, as texts, without what is not."""
    limits = organization.details.get("award_competence") or {}
    said = {name: str(limits[name]) for name in ("mayor_up_to", "committee_up_to") if limits.get(name) is not None}
    if days := organization.details.get("pre_information_days"):
        said["waiting_days"] = str(days)
    return said
