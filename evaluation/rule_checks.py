"""Faults and doubts about the published rule, told while a tender is drafted and again before its release."""

from collections.abc import Iterator
from typing import Any

from evaluation.fault_words import fault_words
from evaluation.inputs import criterion_input, lot_rules_of, spec_of
from evaluation.method_words import finding_words
from evaluation.scoring import Context, Finding, InputError, check_spec
from evaluation.scoring.inputs import LotInput
from tendering.models import Criterion, CriterionKind, Tender

INNOVATION = "INNOVATION_PARTNERSHIP"


def check_tender_rule(tender: Tender) -> list[dict[str, Any]]:
    """Findings {"code", "severity", "path", "message", "source", "confidence"} about rule and criteria.

    Messages are in the active language; severity "error" stops, "warning" and "info" are told.
    """
    try:
        rows = criteria_of(tender)
        lots = tuple(rule_lots(tender, rows))
        findings = check_spec(spec_of(tender), lots, lot_rules_of(tender), _context(tender, rows))
    except InputError as error:
        return [_unreadable(error)]
    return [_told(item) for item in findings]


def criteria_of(tender: Tender) -> list[Criterion]:
    """The criteria of a draft with their lots; two queries."""
    return list(tender.criteria.prefetch_related("lots").order_by("position", "id")) if tender.pk else []


def rule_lots(tender: Tender, criteria: list[Criterion] | None = None) -> Iterator[LotInput]:
    """The lots with their scored criteria and without bids; one query more than `criteria_of`."""
    criteria = criteria_of(tender) if criteria is None else criteria
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


def _context(tender: Tender, rows: list[Criterion]) -> Context:
    costs = [row for row in rows if row.kind == CriterionKind.COST and not row.life_cycle]
    undescribed = [row.code for row in costs if not row.description.strip()]
    return Context(tender.procedure_type == INNOVATION, tuple(undescribed))


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": finding.path,
        "message": finding_words(finding),
        "source": finding.source,
        "confidence": finding.confidence,
    }


def _unreadable(fault: InputError) -> dict[str, Any]:
    return {
        "code": "unreadable_rule", "severity": "error", "path": fault.path,
        "message": fault_words(fault), "source": "", "confidence": "D",
    }  # fmt: skip
