"""Which weight of price or criterion would bring another invented bid to the front: the exact points of change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaluation.scoring.analysis import HUNDRED, criterion_ends
from evaluation.scoring.entries import Entry
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.linear import Leaders, leaders, lines, weight_parts
from evaluation.simulator import Simulator

PRICE = "price"


@dataclass(frozen=True, slots=True)
class WeightRange:
    """From `low` to `high` (per cent for the price, points for a criterion; 4 decimals) these bids come first."""

    low: Decimal
    high: Decimal
    winner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighing:
    """All weights a criterion, or "price", could have, the others in proportion; `published` is its weight now."""

    what: str
    published: Decimal
    ranges: tuple[WeightRange, ...]


def weighings(made: Simulator, bids: Sequence[Entry]) -> Iterator[Weighing]:
    """The price first, then each criterion; nothing for methods whose order follows no straight lines."""
    valid = made.admissible(bids)
    if len(valid) < 2:
        return
    rule = made.unrounded if made.spec.compare == "exact" else made.spec
    scoring = made.method.score(rule, valid)
    parts = weight_parts(rule, valid, scoring) if made.method.weighted else None
    if parts is not None:
        ends = {name: (quality, price) for name, (price, quality) in parts.items()}
        yield Weighing(PRICE, made.spec.weight_price * 100, _ranges(leaders(ends)))
    found = lines(rule, valid, scoring)
    if found is None or len(made.weights) < 2 or sum(made.weights.values()) != HUNDRED:
        return
    for key, weight in made.weights.items():
        if weight != HUNDRED:
            ends = {bid.bid_id: criterion_ends(bid, key, weight, found[bid.bid_id]) for bid in valid}
            yield Weighing(key, as_decimal(weight, 2), _ranges(leaders(ends)))


def _ranges(found: Leaders) -> tuple[WeightRange, ...]:
    return tuple(WeightRange(as_decimal(low * 100, 4), as_decimal(high * 100, 4), names) for low, high, names in found)
