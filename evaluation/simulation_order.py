"""Which pairs of invented bids change places when a third one goes or comes, or when another reference is used."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Final, Literal

from evaluation.scoring import catalogue
from evaluation.scoring.entries import Entry, Scored, Scoring
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.formulas import inverse_points, linear_points, mean
from evaluation.scoring.inputs import EvaluationSpec
from evaluation.scoring.ranking import rank
from evaluation.scoring.standard import weighted
from evaluation.simulator import Invented, Simulator

Order = Sequence[Sequence[str]]
Cause = Literal["left_out", "added", "reference"]
ADDED: Final = "a bid that comes in new"  # longer than any typed name
SCORES: Final = (Decimal(2), Decimal(5), Decimal(8), Decimal(10))  # of the bid that is added
STEPS: Final = range(5, 55, 5)  # per cent below the lowest and above the highest price


@dataclass(frozen=True, slots=True)
class Swap:
    """`ahead` would stand before `behind`, which stands before it now; `winner`: who would then come first.

    `what` is the bid that is left out or the code of the reference; an added bid has `price` and `performance`.
    """

    cause: Cause
    what: str
    ahead: str
    behind: str
    winner: tuple[str, ...]
    price: Decimal | None = None
    performance: Decimal | None = None


def swaps(made: Simulator, bids: Sequence[Entry]) -> tuple[Swap, ...]:
    """One example for each pair and cause; of the bids that could be added the one nearest to the prices there are."""
    valid = made.admissible(bids)
    if len(valid) < 2:
        return ()
    return (*_left_out(made, valid), *_added(made, valid), *_references(made, valid))


def _places(order: Order) -> dict[str, int]:
    return {name: place for place, group in enumerate(order) for name in group}


def _changed(before: Order, after: Order) -> Iterator[tuple[str, str]]:
    """(ahead, behind) as in `after`, of pairs that stand the other way round in `before`."""
    old, new = _places(before), _places(after)
    for one, two in combinations([name for name in old if name in new], 2):
        if (old[one] - old[two]) * (new[one] - new[two]) < 0:
            yield (one, two) if new[one] < new[two] else (two, one)


def _left_out(made: Simulator, bids: Sequence[Entry]) -> Iterator[Swap]:
    order = made.order(bids)
    for out in bids:
        rest = [bid for bid in bids if bid is not out]
        for ahead, behind in _changed(order, made.order(rest)):
            yield Swap("left_out", out.bid_id, ahead, behind, made.winners(rest))


def _added(made: Simulator, bids: Sequence[Entry]) -> Iterator[Swap]:
    """Bids that would not win themselves and yet change who stands before whom."""
    order, seen = made.order(bids), set()
    for new in _candidates(made, bids):
        among = (*bids, new)
        after, winner = made.order(among), made.winners(among)
        if ADDED in winner:
            continue
        for pair in _changed(order, after):
            if pair not in seen:
                seen.add(pair)
                yield Swap(
                    "added", ADDED, *pair, winner, as_decimal(new.price, 2), as_decimal(new.performance, 2)
                )  # fmt: skip


def _candidates(made: Simulator, bids: Sequence[Entry]) -> Iterator[Entry]:
    lowest, highest = min(bid.price for bid in bids), max(bid.price for bid in bids)
    for step in STEPS:
        for price in (lowest * (100 - step) / 100, highest * (100 + step) / 100):
            for score in SCORES:
                yield made.entry(Invented(ADDED, as_decimal(price, 2), dict.fromkeys(made.weights, score)))


# -- another reference value ------------------------------------------------------------------------------------------
Points = Callable[[EvaluationSpec, Fraction, Fraction], Fraction]
BY_PRICE: Final[Mapping[str, Points]] = {
    "weighted_linear": lambda spec, price, at: linear_points(price, at, Fraction(spec.zero_at_factor)),
    "inverse_proportional": lambda _spec, price, at: inverse_points(price, at),
    "qcbs": lambda _spec, price, at: inverse_points(price, at),
}


def other_references(spec: EvaluationSpec, bids: Sequence[Entry]) -> dict[str, Scoring]:
    """{code: the bids measured against another value}: mean or median price instead of the lowest, and the like."""
    prices = [bid.price for bid in bids]
    if (points := BY_PRICE.get(spec.method)) is not None:
        found = {"mean_price": mean(prices), "median_price": catalogue.median(prices)}
        return {
            code: Scoring(tuple(weighted(spec, bid, points(spec, bid.price, at)) for bid in bids), {})
            for code, at in found.items()
        }
    if spec.method in ("ratio_weighted_fixed", "ratio_weighted_median", "ratio_weighted_mean"):
        weights = (Fraction(spec.weight_quality), Fraction(spec.weight_price))
        return {
            kind: Scoring(tuple(
                Scored(bid.bid_id, (catalogue.weighted_reference(bid, weights, at),)) for bid in bids
            ), {})
            for kind in ("mean", "median")
            if spec.method != f"ratio_weighted_{kind}"
            for at in [catalogue.reference_values(bids, kind)]
        }  # fmt: skip
    return {}


def _references(made: Simulator, bids: Sequence[Entry]) -> Iterator[Swap]:
    order = made.order(bids)
    for code, scoring in other_references(made.spec, bids).items():
        found = rank(bids, scoring, made.spec.tie_chain)
        for ahead, behind in _changed(order, found.order):
            yield Swap("reference", code, ahead, behind, found.winners)
