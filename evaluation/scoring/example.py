"""A worked example for the tender page: three invented bids, evaluated by the published rule itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .engine import evaluate_lot
from .exact import as_decimal
from .inputs import Criterion, CriterionScores, EvaluationSpec, LotBid, LotInput, Position
from .results import LotResult

# name, share of the middle price in per cent, score 0-10
INVENTED = (("cheap", 90, 6), ("middle", 100, 8), ("strong", 115, 9))
DEFAULT_PRICE = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Example:
    """Three invented bids ("cheap", "middle", "strong") and what the published rule makes of them."""

    lot: LotInput
    result: LotResult


def example(spec: EvaluationSpec, criteria: Sequence[Criterion], middle_price: Decimal = DEFAULT_PRICE) -> Example:
    """Evaluate a cheap and weak, a middle and a dear and strong bid; raises `InputError` like `evaluate`.

    `middle_price` (above zero) is the evaluated price of the middle bid; a published price cap lowers it.
    """
    top = max(Fraction(share, 100) for _, share, _ in INVENTED)
    price = _middle(spec, Fraction(middle_price))
    if spec.price_cap is not None:
        price = min(price, Fraction(spec.price_cap) / top)
    bids = tuple(_bid(name, price * share / 100, Fraction(score), criteria, spec) for name, share, score in INVENTED)
    position = Position("1", "", "", Decimal(1))
    lot = LotInput("example", "", (position,), tuple(criteria), bids)
    return Example(lot, evaluate_lot(lot, spec))


def _middle(spec: EvaluationSpec, price: Fraction) -> Fraction:
    """Where the rule publishes prices of its own, the invented bids lie around those."""
    if spec.method == "absolute_scale":
        full, zero = spec.param("full_at"), spec.param("zero_at")
        return full + (zero - full) * 2 / 5
    if spec.method == "italy_bilinear":
        return spec.param("base_price") * 4 / 5
    return spec.param("p_ref") if spec.method == "ratio_weighted_fixed" else price


def _bid(name: str, price: Fraction, score: Fraction, criteria: Sequence[Criterion], spec: EvaluationSpec) -> LotBid:
    scores = {c.id: CriterionScores(consensus=_score(c, score)) for c in criteria if c.kind == "quality"}
    promised = {c.id: promise_for(c, score) for c in criteria if c.is_promised and c.curve}
    if spec.figure_criterion and spec.figure_criterion not in promised:
        promised[spec.figure_criterion] = as_decimal(score, 2)
    whole = as_decimal(Fraction(int(price)), 2)
    return LotBid(name, name, {"1": whole}, vat_rate=Decimal(0), scores=scores, promised=promised)


def _score(criterion: Criterion, score: Fraction) -> Decimal:
    least = Fraction(criterion.minimum_score or 0)
    return as_decimal(min(Fraction(10), max(score, least)), 2)


def promise_for(criterion: Criterion, score: Fraction) -> Decimal:
    """A value whose curve score is `score`, or the published point nearest to it; 2 decimals."""
    for (left, low), (right, high) in pairwise(criterion.curve):
        if low != high and min(low, high) <= score <= max(low, high):
            step = (score - Fraction(low)) / (Fraction(high) - Fraction(low))
            return as_decimal(Fraction(left) + step * (Fraction(right) - Fraction(left)), 2)
    return min(criterion.curve, key=lambda point: abs(Fraction(point[1]) - score))[0]
