"""The call for candidates of a procedure: companies apply first, the selected ones are invited to bid (§ 16, § 51 VgV).

The call is a tender of its own without prices. It serves exactly one tender, whose draft asks for the bids later.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse
from accounts.models import User
from tendering.actions.access import act_on
from tendering.actions.drafting import create_tender, set_evaluation, update_tender
from tendering.actions.parts import replace_criteria, replace_lots, replace_required_documents
from tendering.models import WITH_CALL, CriterionKind, Stage, Tender

TAKEN_OVER = (
    "title", "summary", "language", "cpv_main", "cpv_additional", "life_situation", "procedure_type", "profile",
    "legal_basis", "currency", "value", "value_method", "contract_months", "option_months", "is_framework",
    "subcontracting_allowed", "supplementation_allowed", "contact_unit", "authority",
)  # fmt: skip
MOMENTS = ("request_period_end", "enquiry_period_end", "opening_planned_at")
FIELDS = frozenset({*MOMENTS, "min_candidates", "max_candidates", "requirements", "selection", "documents"})
MOST = 999


def set_call(*, actor: User, tender_id: int, call: Mapping[str, Any]) -> Tender:
    """Begin the call of a draft, or change it while it is a draft itself; returns the call.

    `call`: the moments `request_period_end`, `enquiry_period_end`, `opening_planned_at`; whole numbers
    `min_candidates` and `max_candidates` (None: all suitable ones are invited); `requirements` of
    {"name", "description", "proof"}; `selection` of {"name", "description", "weight"}, weights in points of 100;
    `documents` of {"name", "category"}. ValidationError by these paths.
    """
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "prepare")
        if tender.procedure_type not in WITH_CALL or tender.is_call:
            refuse("no_call", gettext_lazy("This kind of procedure has no call for candidates. Choose another one."))
        rule = _rule(call)
        found = _begin(tender, actor, now) if tender.stage != Stage.BIDS else Tender.objects.get(bid_stage=tender)
        _write(found, tender, actor, call, rule)
        audit.record(found.chain, "call.set", actor=actor, at=now, data=rule)
    found.refresh_from_db()
    return found


def _begin(tender: Tender, actor: User, now: datetime) -> Tender:
    if tender.invitations.exists():
        refuse("invited", gettext_lazy("Companies are invited already; a call comes before invitations."))
    given = {name: getattr(tender, name) for name in TAKEN_OVER if getattr(tender, name) is not None}
    call = create_tender(
        actor=actor, buyer=tender.buyer, reference=f"{tender.reference[:38]}-C", evaluation={"method": "candidates"},
        imported=tender.imported, **given,
    )  # fmt: skip
    call.stage, call.bid_stage, call.responsible = Stage.CANDIDATES, tender, tender.responsible
    call.full_clean()
    call.save()
    tender.stage = Stage.BIDS
    tender.version += 1
    tender.full_clean()
    tender.save()
    audit.record(tender.chain, "call.begun", actor=actor, at=now, data={"call": call.reference})
    return call


def _write(call: Tender, tender: Tender, actor: User, data: Mapping[str, Any], rule: dict[str, str]) -> None:
    """Facts of the tender, own dates, one lot without positions, what is asked for. The rule is hashed at release."""
    fields: dict[str, Any] = {name: getattr(tender, name) for name in TAKEN_OVER}
    fields |= {"tender_period_end": data.get("request_period_end"), **{name: data.get(name) for name in MOMENTS[1:]}}
    key: dict[str, Any] = {"actor": actor, "tender_id": call.pk}
    update_tender(**key, expected_version=None, fields=fields)
    replace_lots(**key, lots=[{"code": "1", "title": tender.title, "value": tender.value}])
    requirements = [_numbered("A", number, row, "mandatory") for number, row in _rows(data, "requirements")]
    compared = [_numbered("S", number, row, "selection") for number, row in _rows(data, "selection")]
    replace_criteria(**key, criteria=[*requirements, *compared])
    replace_required_documents(**key, documents=[dict(row) for _number, row in _rows(data, "documents")])
    set_evaluation(**key, spec=rule)


def _rows(data: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows = data.get(name) or []
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise ValidationError({name: _("Must be a list of objects.")})
    return list(enumerate(rows, start=1))


def _numbered(letter: str, number: int, row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {**row, "code": f"{letter}{number}", "kind": CriterionKind(kind).value}


def _rule(data: Mapping[str, Any]) -> dict[str, str]:
    """The published numbers as frozen text: {"method", "min_candidates", "max_candidates"}."""
    if unknown := sorted(set(data) - FIELDS):
        raise ValidationError({name: _("This entry is not known.") for name in unknown})
    least, most = (_number(data, name) for name in ("min_candidates", "max_candidates"))
    if least is None:
        raise ValidationError({"min_candidates": _("Say how many candidates are invited at least.")})
    if most is not None and most < least:
        raise ValidationError({"max_candidates": _("The highest number cannot be smaller than the lowest.")})
    rule = {"method": "candidates", "min_candidates": str(least)}
    return rule if most is None else {**rule, "max_candidates": str(most)}


def _number(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= MOST:
        raise ValidationError({name: _("Write a whole number from 1 to %(most)s.") % {"most": MOST}})
    return value
