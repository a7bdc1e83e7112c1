"""What price and quality are worth against each other at an invented bid, by scoring a twin of it beside it.

A twin costs a little more, or does a little better; everything else is equal. Figures are those of the rule without
its rounding, because a step of one euro would vanish in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from evaluation.scoring.entries import Entry, Scored
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.robustness import MOST_POINTS, smallest_winning
from evaluation.simulator import DEAREST, TWIN, Simulator

QUALITY_POINT = Fraction(10)  # performance points in one quality point (of 100)


@dataclass(frozen=True, slots=True)
class Worth:
    """At one bid: total points lost by one unit of money more (`per_unit`, 9 decimals) and by 1 % more
    (`per_percent`, 4), both None under a method without a total; quality points of 100 that make up for 1 % more
    (`percent_in_quality`; None: nothing does); money one more quality point may cost (`per_point`; None: any)."""

    bid: str
    per_unit: Decimal | None = None
    per_percent: Decimal | None = None
    percent_in_quality: Decimal | None = None
    per_point: Decimal | None = None


def worths(made: Simulator, bids: Sequence[Entry]) -> Iterator[Worth]:
    """For every bid that has a rank."""
    valid = made.admissible(bids)
    ranked = {row.bid_id for row in made.method.score(made.unrounded, valid).rows if row.key} if valid else set()
    for own in (bid for bid in valid if bid.bid_id in ranked):
        yield Worth(
            bid=own.bid_id,
            per_unit=_lost(made, valid, own, own.price + 1, 9),
            per_percent=_lost(made, valid, own, own.price * Fraction(101, 100), 4),
            percent_in_quality=_in_quality(made, valid, own),
            per_point=_per_point(made, valid, own),
        )


def _per_point(made: Simulator, bids: Sequence[Entry], own: Entry) -> Decimal | None:
    """None where the price does not count, so that a better bid may cost anything."""
    points = own.performance + QUALITY_POINT
    if _level(made, bids, own, replace(own, bid_id=TWIN, price=own.price * DEAREST, performance=points)):
        return None
    dearest = made.dearest_level(bids, own, points, made.unrounded)
    return None if dearest is None else max(Decimal(0), dearest - as_decimal(own.price, 2))


def _twins(made: Simulator, bids: Sequence[Entry], own: Entry, twin: Entry) -> tuple[Scored, Scored]:
    rows = {row.bid_id: row for row in made.method.score(made.unrounded, [*bids, twin]).rows}
    return rows[own.bid_id], rows[twin.bid_id]


def _level(made: Simulator, bids: Sequence[Entry], own: Entry, twin: Entry) -> bool:
    """Whether the twin is not behind."""
    mine, its = _twins(made, bids, own, twin)
    return its.key is not None and (mine.key is None or its.key >= mine.key)


def _lost(made: Simulator, bids: Sequence[Entry], own: Entry, price: Fraction, places: int) -> Decimal | None:
    mine, its = _twins(made, bids, own, replace(own, bid_id=TWIN, price=price))
    return None if mine.total is None or its.total is None else as_decimal(mine.total - its.total, places)


def _in_quality(made: Simulator, bids: Sequence[Entry], own: Entry) -> Decimal | None:
    """Least quality points with which a twin that is 1 % dearer is not behind."""
    dearer = replace(own, bid_id=TWIN, price=own.price * Fraction(101, 100))

    def level(hundredths: int) -> bool:
        return _level(made, bids, own, dearer.with_performance(Fraction(hundredths, 100)))

    start = int(own.performance * 100)
    if level(start):
        return Decimal(0)
    found = smallest_winning(start, MOST_POINTS, level)
    return None if found is None else as_decimal((Fraction(found, 100) - own.performance) / 10, 3)
