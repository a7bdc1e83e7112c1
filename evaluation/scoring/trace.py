"""How the score of one criterion and the points of one kind came about, as text with the numbers put in.

The same functions as in the calculation make the numbers; what is said here is no part of the result and its hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from .exact import as_decimal, plain, rounded
from .formulas import curve_points, mean
from .inputs import Criterion, CriterionScores, EvaluationSpec, LotBid, LotInput, Rounding
from .life_cycle import life_cycle_steps, worked_out
from .performance import criterion_score, panel_score, scored_weights
from .pricing import price_bid

Origin = Literal["agreed", "mean", "curve"]
SHOWN_PLACES = 6


@dataclass(frozen=True, slots=True)
class CriterionTrace:
    """The score of one criterion of one bid.

    `origin`: the panel agreed on it, it is the mean of the panel's scores, or a published curve gives it for the number
    promised. `formula` ends with the unrounded value (cut after six decimals, marked "…"); `rounding` is the published
    step between it and `score`, None where nothing is rounded. `points` is weight times score. `before` is how the
    number of a life-cycle cost was worked out.
    """

    origin: Origin
    inputs: tuple[Decimal, ...]
    formula: str
    rounding: Rounding | None
    score: str
    points: str
    before: tuple[str, ...] = ()


def criterion_trace(
    criterion: Criterion, bid: LotBid, spec: EvaluationSpec, lot: LotInput | None = None
) -> CriterionTrace | None:
    """None where the bid has no score for this criterion. A life-cycle cost needs the lot with its price sheet."""
    before: tuple[str, ...] = ()
    if lot is not None and criterion.life_cycle is not None and bid.life_cycle:
        price = price_bid(bid, lot.positions, spec).evaluated
        bid, before = worked_out(bid, lot, price), life_cycle_steps(criterion, bid, price)
    found = _promised(criterion, bid, spec) if criterion.is_promised else _given(criterion, bid, spec)
    if found is None:
        return None
    origin, inputs, formula, rule, score = found
    shown, weight = plain(score), Fraction(criterion.weight)
    points = f"{plain(weight)} × {shown} = {plain(weight * score)}"
    return CriterionTrace(origin, inputs, formula, rule, shown, points, before)


_Found = tuple[Origin, tuple[Decimal, ...], str, Rounding | None, Fraction]


def _promised(criterion: Criterion, bid: LotBid, spec: EvaluationSpec) -> _Found | None:
    value = bid.promised.get(criterion.id)
    if value is None or not criterion.curve:
        return None
    curve = [(Fraction(x), Fraction(points)) for x, points in criterion.curve]
    exact = curve_points(curve, Fraction(value))
    formula = f"{_on_curve(curve, Fraction(value))} = {cut(exact)}"
    return "curve", (value,), formula, spec.rule("criterion_score"), criterion_score(criterion, Fraction(value), spec)


def _on_curve(curve: list[tuple[Fraction, Fraction]], value: Fraction) -> str:
    """The straight line the value lies on; beyond both ends the points of the end."""
    for (left, low), (right, high) in pairwise(curve):
        if left < value <= right:
            share = f"({plain(value)} − {plain(left)}) / ({plain(right)} − {plain(left)})"
            return f"{plain(low)} + ({plain(high)} − {plain(low)}) × {share}"
    return plain(curve_points(curve, value))


def _given(criterion: Criterion, bid: LotBid, spec: EvaluationSpec) -> _Found | None:
    scores = bid.scores.get(criterion.id, CriterionScores())
    score = panel_score(scores, spec)
    if score is None:
        return None
    given = tuple(scores.by_evaluator.values())
    if scores.consensus is not None:
        return "agreed", given, plain(score), None, score
    exact = mean(Fraction(one) for one in given)
    formula = f"({' + '.join(plain(Fraction(one)) for one in given)}) / {len(given)} = {cut(exact)}"
    return "mean", given, formula, spec.rule("evaluator_mean"), score


def kind_formulas(lot: LotInput, scores: Mapping[str, Decimal]) -> dict[str, str]:
    """{kind: sum of weight times score} of the scored criteria; empty where scores are missing."""
    weights = scored_weights(lot)
    parts: dict[str, list[tuple[Fraction, Fraction]]] = {}
    if not all(key in scores for key in weights):
        return {}
    for criterion in lot.criteria:
        if criterion.is_scored:
            parts.setdefault(criterion.kind, []).append((weights[criterion.id], Fraction(scores[criterion.id])))
    return {kind: _sum(products) for kind, products in parts.items()}


def _sum(products: list[tuple[Fraction, Fraction]]) -> str:
    terms = " + ".join(f"{plain(weight)} × {plain(score)}" for weight, score in products)
    return f"{terms} = {plain(sum((weight * score for weight, score in products), Fraction(0)))}"


def cut(value: Fraction) -> str:
    """The number in at most six decimals, with "…" where more follow; never rounded, so that the step is visible."""
    kept = rounded(value, "down", SHOWN_PLACES)
    return plain(value) if kept == value else f"{as_decimal(kept, SHOWN_PLACES)}…"
