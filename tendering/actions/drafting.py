"""A tender before publication: create it, change its fields, set the rule bids will be judged by."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import refuse, require
from accounts.models import ContactUnit, Organization, User
from tendering import search
from tendering.actions import registry
from tendering.actions.access import edit
from tendering.actions.rows import exact
from tendering.currencies import CURRENCIES
from tendering.defaults import default_evaluation
from tendering.frozen import canonical
from tendering.lifecycle import TOO_FAR, Status, decide, is_too_far
from tendering.locking import lock_row
from tendering.models import CPV, Tender

EDITABLE = frozenset({
    "title", "summary", "language", "cpv_main", "cpv_additional", "life_situation", "procedure_type", "profile",
    "legal_basis", "currency", "value", "value_method", "contract_months", "option_months", "is_framework",
    "max_lots_bid", "max_lots_awarded", "allocation_rule", "combination_discounts_allowed", "lot_waiver_reason",
    "variants_allowed", "variant_requirements", "subcontracting_allowed", "supplementation_allowed", "timeline",
    "council",
    "enquiry_period_end", "tender_period_end", "opening_planned_at", "bid_validity_end", "contact_unit",
    "authority",
})  # fmt: skip
CANDIDATES = "candidates"  # the rule of a call: how many are invited, see actions.calls
MOMENTS = ("enquiry_period_end", "tender_period_end", "opening_planned_at")


def create_tender(*, actor: User, buyer: Organization, title: str, reference: str = "", **fields: Any) -> Tender:
    """A new draft with the buyer's profile, language, currency and contact, and the default rule.

    `fields` may name any of EDITABLE, and `imported=True` while a case is played at invented times.
    """
    with audit.in_transaction():
        lock_row(Organization, buyer.pk)  # two officers at once get two numbers
        now = clock.now()
        require(decide("create", Status.DRAFT, actor.roles_in(buyer.pk)))
        imported = bool(fields.pop("imported", False)) and clock.is_simulated()
        tender = Tender(
            reference=reference or _next_reference(buyer, now), buyer=buyer, created_by=actor, created_at=now,
            responsible=actor,
            simulated=clock.is_simulated(), imported=imported, time_high_water=now,
        )  # fmt: skip
        given = {**_defaults(buyer, fields.get("profile") or buyer.profile), "title": title, **fields}
        _assign(tender, given)
        _save(tender)
        audit.record(tender.chain, "tender.created", actor=actor, at=now, data={"reference": tender.reference})
    return tender


def update_tender(*, actor: User, tender_id: int, expected_version: int | None, fields: dict[str, Any]) -> Tender:
    """Change fields of a draft. A version other than the stored one is refused with code "stale" (409)."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        if expected_version is not None and expected_version != tender.version:
            refuse(
                "stale", _("Somebody else has changed this draft in the meantime. Load it again to see the changes.")
            )
        _assign(tender, fields)
        touch(tender)
        names = ",".join(sorted(fields))
        audit.record(tender.chain, "tender.updated", actor=actor, at=now, data={"fields": names})
    return tender


def set_evaluation(*, actor: User, tender_id: int, spec: dict[str, Any]) -> Tender:
    """Store the rule bids will be judged by (EvaluationSpec JSON). Faults found by the registered checks stop it."""
    with audit.in_transaction():
        tender, now = edit(tender_id, actor)
        if not isinstance(spec, dict) or not spec:
            raise ValidationError({"evaluation": _("The evaluation settings are missing.")})
        canonical(spec)
        if (spec.get("method") == CANDIDATES) != tender.is_call:
            raise ValidationError({"evaluation": _("A call has the rule of its candidates, a tender one for bids.")})
        tender.evaluation = spec
        stop_on_faulty_spec(tender)
        touch(tender)
        audit.record(
            tender.chain, "tender.evaluation_set", actor=actor, at=now, data={"method": str(spec.get("method", ""))}
        )
    return tender


def spec_findings(tender: Tender) -> list[dict[str, Any]]:
    """What the registered checks say about the rule as it stands: {"code", "severity", "path", "message"}.

    A call has no award: its own rule is checked by `completeness`.
    """
    if tender.is_call:
        return []
    return [finding for check in registry.spec_checks for finding in check(tender)]


def stop_on_faulty_spec(tender: Tender, *, only_spec: bool = True) -> None:
    """Raise ValidationError on errors of the rule; with `only_spec` those about lots and criteria wait for release."""
    faults = [
        str(finding["message"])
        for finding in spec_findings(tender)
        if finding["severity"] == "error" and (not only_spec or finding.get("path", "").startswith("$.spec"))
    ]
    if faults:
        raise ValidationError({"evaluation": faults})


def touch(tender: Tender) -> None:
    """Count the change, refresh the words the search finds the tender by, check and save."""
    tender.version += 1
    _save(tender)


def _save(tender: Tender) -> None:
    if tender.currency not in CURRENCIES:
        raise ValidationError({"currency": _("Name the currency by its three capital letters, for example EUR.")})
    tender.search_extra = search.extra_words(tender)
    tender.full_clean()
    tender.save()


def _defaults(buyer: Organization, profile: str) -> dict[str, Any]:
    return {
        "profile": profile,
        "language": buyer.language,
        "currency": buyer.currency,
        "contact_unit": buyer.contact_units.filter(closed_at=None).order_by("pk").first(),
        "evaluation": default_evaluation(profile),
    }


def _next_reference(buyer: Organization, now: datetime) -> str:
    """Per buyer and year: M05-2026-0001, M05-2026-0002 …"""
    head = f"{buyer.reference}-{now.year}-"
    taken = Tender.objects.filter(reference__startswith=head).values_list("reference", flat=True)
    numbers = [int(tail) for reference in taken if (tail := reference.removeprefix(head)).isdecimal()]
    return f"{head}{max(numbers, default=0) + 1:04}"


def _assign(tender: Tender, fields: dict[str, Any]) -> None:
    known = EDITABLE | ({"evaluation"} if tender.pk is None else frozenset())
    if unknown := sorted(set(fields) - known):
        raise ValidationError({name: _("This entry is not known.") for name in unknown})
    if tender.stage and fields.get("procedure_type", tender.procedure_type) != tender.procedure_type:
        text = _("The procedure stays as it is: its call for candidates was begun.")
        raise ValidationError({"procedure_type": text})
    for name, value in fields.items():
        setattr(tender, name, _checked(tender, name, value))


def _checked(tender: Tender, name: str, value: Any) -> Any:
    """The value in its model type; ValidationError by field."""
    if name == "value":
        return _amount(value)
    if name == "contact_unit":
        return _contact_unit(tender, value)
    if name == "cpv_additional":
        return _codes(value)
    if name in MOMENTS and isinstance(value, datetime) and value.tzinfo is None:
        raise ValidationError({name: _("A moment needs its offset.")})
    if name in MOMENTS and isinstance(value, datetime) and is_too_far(value, clock.now()):
        raise ValidationError({name: TOO_FAR})
    if name in {"timeline", "council", "evaluation"}:
        canonical(value)
    return value


def _amount(value: Any) -> Any:
    try:
        return exact(value)
    except ValueError:
        raise ValidationError(
            {"value": _("Write the number with digits and a decimal point, without thousands separators.")}
        ) from None


def _contact_unit(tender: Tender, value: Any) -> ContactUnit | None:
    if value is None:
        return None
    key = value.pk if isinstance(value, ContactUnit) else value
    found = ContactUnit.objects.filter(pk=key, organization=tender.buyer).first()
    if found is None:
        raise ValidationError({"contact_unit": _("This contact does not belong to the buyer.")})
    return found


def _codes(value: Any) -> list[str]:
    codes = list(value or [])
    for code in codes:
        try:
            CPV(code if isinstance(code, str) else "")
        except ValidationError as error:
            raise ValidationError({"cpv_additional": error.messages}) from None
    return codes
