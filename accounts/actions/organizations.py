"""The organisation's own data, changed by its administrators: name, address, mailbox, phone, contact units."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.actions.people import chain_of
from accounts.actions.people_access import administer
from accounts.decision import refuse
from accounts.models import ContactUnit, Organization, User
from accounts.vat import clean_company_number, clean_vat_number

COLUMNS = frozenset({"name", "email", "phone", "vat_number", "scale", "default_vat_rate"})
DETAILS = frozenset({"street", "postcode", "town", "register", "iban", "lei", "website"})
SCALES = ("micro", "small", "medium", "large")


def update_organization(*, actor: User, organization_id: int, fields: dict[str, Any]) -> Organization:
    """Change the named fields (COLUMNS and DETAILS). ValidationError by field; the trail names what changed.

    Of the values the trail keeps the name only: it stands on bids, letters and published results.
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        if unknown := sorted(set(fields) - COLUMNS - DETAILS):
            raise ValidationError({name: _("This entry is not known.") for name in unknown})
        before, wanted = _values(organization, fields), _checked(organization, fields)
        changed = sorted(name for name, value in wanted.items() if value != before[name])
        if not changed:
            return organization
        _assign(organization, wanted)
        organization.full_clean()
        organization.save()
        data: dict[str, Any] = {"fields": changed}
        if "name" in changed:
            data |= {"name_before": before["name"], "name": organization.name}
        audit.record(chain_of(organization), "organization.changed", actor=actor, at=now, data=data)
    return organization


def save_contact_unit(
    *, actor: User, organization_id: int, unit_id: int | None, fields: dict[str, Any]
) -> ContactUnit:  # fmt: skip
    """A new contact unit, or other data of one that exists: name, email, phone, hours, reply_days. No persons."""
    with audit.in_transaction():
        organization, now = _buyer(actor, organization_id)
        unit = ContactUnit(organization=organization) if unit_id is None else _unit(organization, unit_id)
        for name in ("name", "email", "phone", "hours", "reply_days"):
            if name in fields:
                setattr(unit, name, fields[name])
        unit.full_clean()
        unit.save()
        verb = "contact.added" if unit_id is None else "contact.changed"
        audit.record(chain_of(organization), verb, actor=actor, at=now, subject=f"contact:{unit.pk}")
    return unit


def close_contact_unit(*, actor: User, organization_id: int, unit_id: int) -> None:
    """The unit leaves the directory and is offered for no new tender; tenders that name it keep it."""
    with audit.in_transaction():
        organization, now = _buyer(actor, organization_id)
        unit = _unit(organization, unit_id)
        if unit.closed_at is None:
            ContactUnit.objects.filter(pk=unit.pk).update(closed_at=now)
            audit.record(chain_of(organization), "contact.closed", actor=actor, at=now, subject=f"contact:{unit.pk}")


def _buyer(actor: User, organization_id: int) -> tuple[Organization, datetime]:
    organization, now = administer(actor, organization_id)
    if not organization.is_buyer:
        refuse("no_buyer", _("The directory lists the contacts of authorities only."))
    return organization, now


def _unit(organization: Organization, unit_id: int) -> ContactUnit:
    unit = ContactUnit.objects.filter(pk=unit_id, organization=organization).first()
    if unit is None:
        raise Http404
    return unit


def _values(organization: Organization, names: Any) -> dict[str, Any]:
    return {
        name: getattr(organization, name) if name in COLUMNS else organization.details.get(name, "") for name in names
    }


def _checked(organization: Organization, fields: dict[str, Any]) -> dict[str, Any]:
    wanted = {name: " ".join(value.split()) if isinstance(value, str) else value for name, value in fields.items()}
    if "vat_number" in wanted:
        wanted["vat_number"] = clean_vat_number(organization.country, wanted["vat_number"])
    for name in ("iban", "lei"):
        if name in wanted:
            wanted[name] = clean_company_number(name, wanted[name])
    if wanted.get("scale") and wanted["scale"] not in SCALES:
        raise ValidationError({"scale": _("Choose one of the sizes.")})
    if "email" in wanted:
        wanted["email"] = wanted["email"].lower()
    return wanted


def _assign(organization: Organization, wanted: dict[str, Any]) -> None:
    """Empty details are dropped instead of being kept as empty texts."""
    details = dict(organization.details)
    for name, value in wanted.items():
        if name in COLUMNS:
            setattr(organization, name, value)
        elif value:
            details[name] = value
        else:
            details.pop(name, None)
    organization.details = details
