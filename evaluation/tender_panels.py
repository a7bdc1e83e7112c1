"""What the evaluation adds to the pages of a tender: the rule in words with three invented bids."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.inputs import criterion_input
from evaluation.method_words import finding_words, method_names
from evaluation.scoring import InputError, check_spec
from evaluation.scoring.codec import decode
from evaluation.scoring.inputs import EvaluationSpec, LotInput
from evaluation.sentences import ExampleLine, formula_sentences, worked_example
from tendering.models import Criterion
from tendering.panels import Formula

FIELDS = ("code", "kind", "name", "weight", "minimum_score", "unit", "direction", "curve", "measures", "life_cycle")
UNFINISHED = frozenset({"weights_sum", "curve_too_short", "curve_values_not_rising", "curve_off_scale", "curve_flat"})


def published_formula(
    spec: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]], middle_price: Decimal | None, currency: str
) -> Formula | None:
    """The rule in words and judged by itself on three invented bids; ValueError says what is still missing."""
    try:
        rule = decode(EvaluationSpec, spec, "$.spec")
        lot = _lot(criteria, middle_price)
        findings = check_spec(rule, [lot])
        if any(finding.severity == "error" and finding.code in UNFINISHED for finding in findings):
            raise ValueError(
                _("The example appears as soon as the points add up to 100 and every line has two points.")
            )
        lines = worked_example(rule, lot, currency)
    except InputError as fault:
        raise ValueError(_("The example appears as soon as the rule is complete.")) from fault
    basis, *rest = formula_sentences(rule)
    return Formula(
        name=method_names()[rule.method],
        sentence=basis,
        lines=rest,
        heads=[_("Invented bid"), *((name, "number") for name in _columns(lines))],
        rows=[_row(line, currency) for line in lines],
        outcome=_outcome(lines),
        steps=[line.sentence for line in lines],
        doubts=[finding_words(finding) for finding in findings if finding.severity != "info"],
        hints=[finding_words(finding) for finding in findings if finding.severity == "info"],
    )


def _lot(criteria: Sequence[Mapping[str, Any]], middle_price: Decimal | None) -> LotInput:
    rows = [Criterion(**{name: data[name] for name in FIELDS if data.get(name) not in (None, "")}) for data in criteria]
    mine = tuple(criterion_input(row) for row in rows if row.is_scored)
    return LotInput(lot_id="", title="", positions=(), criteria=mine, bids=(), estimated_value=middle_price)


def _columns(lines: Sequence[ExampleLine]) -> list[str]:
    heads = [_("Price")]
    if lines[0].ratio is not None:
        heads += [_("Performance points"), _("Ratio")]
    elif lines[0].figure is not None:
        heads += [_("Performance points"), _("Key figure")]
    elif lines[0].quality_points is not None and lines[0].total is None:
        heads += [_("Quality points")]
    elif lines[0].total is not None:
        heads += [_("Price points"), _("Quality points"), _("Total")]
    return [*heads, _("Rank")]


def _row(line: ExampleLine, currency: str) -> dict[str, Any]:
    cells = [line.name, money(line.price, currency, 0)]
    if line.ratio is not None:
        cells += [number(shortest(line.performance_points)), number(line.ratio)]
    elif line.figure is not None:
        cells += [number(shortest(line.performance_points)), number(line.figure)]
    elif line.quality_points is not None and line.total is None:
        cells += [number(line.quality_points)]
    elif line.total is not None:
        cells += [number(line.price_points), number(line.quality_points), number(line.total)]
    return {"cells": [*cells, str(line.rank or "–")], "mark": "winner" if line.rank == 1 else ""}


def _outcome(lines: Sequence[ExampleLine]) -> str:
    first = [line.name for line in lines if line.rank == 1]
    return _("By this rule %(bid)s comes first.") % {"bid": first[0]} if len(first) == 1 else ""
