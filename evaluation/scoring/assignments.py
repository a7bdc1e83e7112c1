"""Search over assignments lot -> bid: complete enumeration, in the order of lots and bids, last lot fastest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .exact import half_up
from .formulas import combination_discount, linear_points, weighted_total


@dataclass(frozen=True, slots=True)
class Option:
    """A valid bid for a lot: evaluated price, total points, performance points L."""

    bid_id: str
    price: Fraction
    points: Fraction
    performance: Fraction


Assignment = tuple[Option | None, ...]
Term = tuple[str, tuple[int, ...], Fraction]


@dataclass(frozen=True, slots=True)
class Valued:
    """An assignment under best_value_combination: cost after discounts, mean quality 0-100, value."""

    assignment: Assignment
    cost: Fraction
    quality: Fraction
    value: Fraction


def enumerate_assignments(options: Sequence[Sequence[Option]], limits: Mapping[str, int]) -> list[Assignment]:
    """All assignments that fill every lot with a valid bid; if limits forbid that, those filling the most lots."""
    full = list(_walk([list(lot) or [None] for lot in options], limits))
    if full:
        return full
    partial = list(_walk([[*lot, None] for lot in options], limits))
    most = max(_filled(assignment) for assignment in partial)
    return [assignment for assignment in partial if _filled(assignment) == most]


def _filled(assignment: Assignment) -> int:
    return sum(option is not None for option in assignment)


def _walk(options: Sequence[Sequence[Option | None]], limits: Mapping[str, int]) -> Iterator[Assignment]:
    taken: dict[str, int] = {}
    chosen: list[Option | None] = []

    def visit(index: int) -> Iterator[Assignment]:
        if index == len(options):
            yield tuple(chosen)
            return
        for option in options[index]:
            if option and taken.get(option.bid_id, 0) >= limits[option.bid_id]:
                continue
            chosen.append(option)
            if option:
                taken[option.bid_id] = taken.get(option.bid_id, 0) + 1
            yield from visit(index + 1)
            chosen.pop()
            if option:
                taken[option.bid_id] -= 1

    return visit(0)


def total(assignment: Assignment, attribute: str) -> Fraction:
    """Sum of an attribute over the assigned bids."""
    return sum((getattr(option, attribute) for option in assignment if option), Fraction(0))


def best_by_points(options: Sequence[Sequence[Option]], limits: Mapping[str, int]) -> list[Assignment]:
    """Assignments with the most total points, among them the lowest total price; several if still equal."""
    candidates = enumerate_assignments(options, limits)
    keys = [(total(item, "points"), -total(item, "price")) for item in candidates]
    best = max(keys)
    return [item for item, key in zip(candidates, keys, strict=True) if key == best]


def discounted(assignment: Assignment, terms: Sequence[Term]) -> list[tuple[str, tuple[int, ...], Fraction]]:
    """Combination discounts that apply: (bid, lot indexes, amount off), the bid winning all lots named."""
    result = []
    for bid_id, indexes, percent in terms:
        named = [assignment[index] for index in indexes]
        prices = [option.price for option in named if option and option.bid_id == bid_id]
        if prices and len(prices) == len(indexes):
            result.append((bid_id, indexes, combination_discount(prices, percent)))
    return result


def cost(assignment: Assignment, terms: Sequence[Term]) -> Fraction:
    """Total evaluated price after combination discounts."""
    return total(assignment, "price") - sum((off for _, _, off in discounted(assignment, terms)), Fraction(0))


def mean_quality(assignment: Assignment, lot_weights: Sequence[Fraction]) -> Fraction:
    """Mean of L / 10 over the assigned lots, weighted, half up to 2 decimals."""
    pairs = [(weight, option) for weight, option in zip(lot_weights, assignment, strict=True) if option]
    weight = sum((weight for weight, _ in pairs), Fraction(0))
    if not weight:
        return Fraction(0)
    return half_up(sum((weight * option.performance / 10 for weight, option in pairs), Fraction(0)) / weight, 2)


def best_by_value(
    options: Sequence[Sequence[Option]],
    limits: Mapping[str, int],
    terms: Sequence[Term],
    lot_weights: Sequence[Fraction],
    weights: tuple[Fraction, Fraction],
    keep: int,
) -> tuple[list[Valued], int]:
    """Best assignments (all equal best ones and `keep` more) by value, then lower cost; and how many are equal best.

    value = half_up(wP * max(0, half_up(100 * (2 - C / Cmin), 2)) + wQ * quality, 2), C after combination discounts.
    """
    candidates = enumerate_assignments(options, limits)
    costs = [cost(item, terms) for item in candidates]
    lowest = min(costs)
    valued = []
    for item, amount in zip(candidates, costs, strict=True):
        points = half_up(linear_points(amount, lowest, Fraction(2)), 2) if lowest > 0 else Fraction(0)
        quality = mean_quality(item, lot_weights)
        valued.append(
            Valued(item, amount, quality, half_up(weighted_total(weights[0], points, weights[1], quality), 2))
        )
    valued.sort(key=lambda item: (-item.value, item.cost))
    tied = sum((item.value, item.cost) == (valued[0].value, valued[0].cost) for item in valued)
    return valued[: tied + keep], tied
