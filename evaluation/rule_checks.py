"""Faults and doubts about the published rule, told while a tender is drafted and again before its release."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import number
from evaluation.inputs import criterion_input, lot_rules_of, spec_of
from evaluation.scoring import Finding, InputError, check_spec
from evaluation.scoring.inputs import LotInput
from tendering.models import Tender


def check_tender_rule(tender: Tender) -> list[dict[str, Any]]:
    """Findings {"code", "severity", "path", "message"} about rule and criteria; messages in the active language."""
    try:
        findings = check_spec(spec_of(tender), tuple(rule_lots(tender)), lot_rules_of(tender))
    except InputError as error:
        return [_told("unreadable_rule", "error", error.path, f"{error.path}: {error.message}")]
    return [_told(item.code, item.severity, item.path, _message(item)) for item in findings]


def rule_lots(tender: Tender) -> Iterator[LotInput]:
    """The lots with their scored criteria and without bids; two queries and one for the lots of criteria."""
    criteria = list(tender.criteria.prefetch_related("lots").order_by("position", "id")) if tender.pk else []
    for lot in tender.lots.order_by("position", "id") if tender.pk else ():
        mine = [row for row in criteria if row.is_scored and (not row.lots.all() or lot in row.lots.all())]
        yield LotInput(
            lot_id=lot.code,
            title=lot.title,
            positions=(),
            criteria=tuple(criterion_input(row) for row in mine),
            bids=(),
            estimated_value=lot.value,
        )


def _told(code: str, severity: str, path: str, message: str) -> dict[str, Any]:
    return {"code": code, "severity": severity, "path": path, "message": message}


def _message(finding: Finding) -> str:
    texts = {
        "unknown_method": _("The award method %(method)s is not known."),
        "weights_sum": _("The weights add up to %(sum)s instead of %(expected)s."),
        "tie_chain_incomplete": _("The rule for equal bids must end with drawing lots."),
        "band_width": _("The band must be 1 to 10 per cent wide, and the deciding criterion must exist in every lot."),
        "relative_reference": _("The points of a bid depend on other bids: a bid that drops out can change the order."),
        "linear_without_floor": _("Without minimum points or a price cap a very cheap, weak bid can win."),
        "price_only_concept": _("Concepts are asked for, but only the price decides."),
        "min_above_scale": _("The minimum %(minimum)s lies above the highest value %(maximum)s."),
        "curve_too_short": _("Criterion %(criterion)s: publish at least two points of the scoring curve."),
        "curve_off_scale": _("Criterion %(criterion)s: the points of the curve lie between 0 and 10."),
        "curve_values_not_rising": _("Criterion %(criterion)s: the values of the curve must rise."),
        "curve_flat": _("Criterion %(criterion)s: the curve gives every value the same points."),
        "curve_against_direction": _("Criterion %(criterion)s: the curve rewards the opposite of what is wanted."),
        "lot_rule_missing": _("A limit of %(limit)s lots per bidder needs a rule that says which lots it gets."),
    }
    params = {key: number(value) if _is_number(value) else value for key, value in finding.message_params.items()}
    text = texts.get(finding.code, finding.code)
    return text % params


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit()
