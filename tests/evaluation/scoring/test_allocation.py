"""Handing out several lots."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import evaluate
from evaluation.scoring.assignments import (
    Option,
    Valued,
    best_by_points,
    best_by_value,
    cost,
    mean_quality,
    most_filled,
    total,
)
from evaluation.scoring.exact import half_up
from evaluation.scoring.inputs import BidTerms, LotRules, TenderInput

from .builders import bid, lot, spec

D = Decimal


def lots_of(table: dict[str, dict[str, tuple[str, str]]], rules: LotRules, terms=(), **changes) -> TenderInput:
    """Lots from {lot: {bid: (price, score)}}."""
    lots = tuple(
        replace(lot([bid(key, price, score) for key, (price, score) in bids.items()]), lot_id=lot_id, **changes)
        for lot_id, bids in table.items()
    )
    return TenderInput("T", spec(), lots, rules, tuple(terms))


TWO = {"L1": {"A": ("1000", "9"), "B": ("1100", "8")}, "L2": {"A": ("1000", "9"), "B": ("1050", "8")}}


def test_each_lot_goes_to_its_own_winner_by_default():
    allocation = evaluate(lots_of(TWO, LotRules())).allocation
    assert allocation.assignment == {"L1": ("A",), "L2": ("A",)}


def test_a_limit_gives_the_second_lot_to_the_bid_that_costs_least_points():
    rules = LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points")
    allocation = evaluate(lots_of(TWO, rules)).allocation
    # A in both lots 95.00; B 85.00 in L1 and 87.50 in L2
    assert allocation.assignment == {"L1": ("A",), "L2": ("B",)}
    assert (allocation.total_points, allocation.total_evaluation_price) == (D("182.50"), D("2050.00"))
    assert allocation.limit_changed_result is True


def test_the_capacity_of_a_bidder_works_like_a_limit():
    rules = LotRules(allocation_rule="maximise_total_points")
    limited = evaluate(lots_of(TWO, rules, [BidTerms("A", "P-A", max_lots_capacity=1)])).allocation
    assert limited.assignment == {"L1": ("A",), "L2": ("B",)}
    free = evaluate(lots_of(TWO, rules)).allocation
    assert (free.assignment, free.limit_changed_result) == ({"L1": ("A",), "L2": ("A",)}, False)


def test_equal_assignments_are_all_listed_and_lots_must_be_drawn():
    same = {"L1": {"A": ("1000", "8"), "B": ("1000", "8")}, "L2": {"A": ("1000", "8"), "B": ("1000", "8")}}
    rules = LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points")
    allocation = evaluate(lots_of(same, rules)).allocation
    assert allocation.assignment == {"L1": ("A", "B"), "L2": ("A", "B")}
    assert allocation.unresolved_tie


def test_a_lot_stays_empty_only_if_nobody_may_take_it():
    rules = LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points")
    one = {"L1": {"A": ("1000", "8")}, "L2": {"A": ("1000", "9")}, "L3": {}}
    allocation = evaluate(lots_of(one, rules)).allocation
    assert allocation.assignment == {"L1": (), "L2": ("A",), "L3": ()}


def test_a_combination_discount_counts_only_if_announced_and_all_lots_are_won():
    terms = [BidTerms("B", "P-B", combination_discounts=((("L1", "L2"), D(30)),))]
    rules = LotRules(allocation_rule="best_value_combination", combination_discounts_allowed=True)
    allocation = evaluate(lots_of(TWO, rules, terms)).allocation
    # B for both: 2150 − 645 = 1505 = Cmin, 100 points, quality 80 → 90; A for both: 2000 → 67.11 and 90 → 78.56
    assert allocation.assignment == {"L1": ("B",), "L2": ("B",)}
    assert (allocation.total_evaluation_price, allocation.value) == (D("1505.00"), D("90.00"))
    assert [item.off for item in allocation.combination_discounts] == [D("645.00")]
    unannounced = replace(rules, combination_discounts_allowed=False)
    assert evaluate(lots_of(TWO, unannounced, terms)).allocation.assignment == {"L1": ("A",), "L2": ("A",)}


HUNDREDTHS = st.integers(0, 10_000).map(lambda number: Fraction(number, 100))


@st.composite
def problems(draw):
    """Options per lot (some lots empty), limits, discounts: small enough for complete enumeration."""
    names = ["A", "B", "C", "D"][: draw(st.integers(1, 4))]
    providers = {name: draw(st.sampled_from(names)) for name in names}  # some with a main bid and a variant
    options = [
        [
            Option(
                name,
                providers[name],
                1 + draw(st.integers(1, 8)) * draw(HUNDREDTHS),
                draw(st.integers(0, 6)) * Fraction(5),
                10 * draw(HUNDREDTHS),
            )
            for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
        ]
        for _ in range(draw(st.integers(1, 4)))
    ]
    limits = {name: draw(st.integers(0, 4)) for name in names}
    terms = [
        (
            draw(st.sampled_from(names)),
            tuple(sorted(draw(st.sets(st.integers(0, len(options) - 1), min_size=1)))),
            draw(HUNDREDTHS),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return options, limits, terms


def enumerate_all(options, limits):
    """Every assignment within the limits that fills the most lots, in the order of enumeration."""
    every = [
        item
        for item in product(*([*lot_options, None] for lot_options in options))
        if all(sum(o is not None and o.provider_id == name for o in item) <= most for name, most in limits.items())
    ]
    most = max(sum(o is not None for o in item) for item in every)
    return [item for item in every if sum(o is not None for o in item) == most]


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_search_by_points_equals_complete_enumeration(problem):
    options, limits, _ = problem
    every = enumerate_all(options, limits)
    assert most_filled(options, limits) == sum(o is not None for o in every[0])
    keys = [(total(item, "points"), -total(item, "price")) for item in every]
    assert best_by_points(options, limits) == [item for item, key in zip(every, keys, strict=True) if key == max(keys)]


@given(problems(), st.integers(0, 20))
@settings(max_examples=150, deadline=None)
def test_the_search_by_value_equals_complete_enumeration(problem, twentieths):
    options, limits, terms = problem
    weights = (Fraction(twentieths, 20), 1 - Fraction(twentieths, 20))
    lot_weights = [Fraction(number + 1) for number in range(len(options))]
    every = enumerate_all(options, limits)
    lowest = min(cost(item, terms) for item in every)
    valued = []
    for item in every:
        amount, quality = cost(item, terms), mean_quality(item, lot_weights)
        points = half_up(max(Fraction(0), 100 * (2 - amount / lowest)), 2) if lowest > 0 else Fraction(0)
        valued.append(Valued(item, amount, quality, half_up(weights[0] * points + weights[1] * quality, 2)))
    valued.sort(key=lambda entry: (-entry.value, entry.cost))
    tied = sum(entry.rank == valued[0].rank for entry in valued)
    assert best_by_value(options, limits, terms, lot_weights, weights, keep=3) == (valued[: tied + 3], tied)


def test_twelve_lots_with_six_bids_each_are_handed_out_without_trying_two_billion_ways():
    names = "ABCDEF"
    table = {
        f"L{number}": {
            name: (str(1000 + (37 * number + 91 * index) % 211), str(5 + (3 * number + 5 * index) % 5))
            for index, name in enumerate(names)
        }
        for number in range(12)
    }
    rules = LotRules(max_lots_awarded=3, allocation_rule="maximise_total_points")
    allocation = evaluate(lots_of(table, rules)).allocation
    awarded = [bid_id for bids in allocation.assignment.values() for bid_id in bids[:1]]
    assert len(awarded) == 12
    assert max(awarded.count(name) for name in names) <= 3


@pytest.mark.parametrize("rule", ["maximise_total_points", "best_value_combination"])
def test_lots_without_any_bid_are_left_empty_by_every_rule(rule):
    allocation = evaluate(lots_of({"L1": {}, "L2": {}}, LotRules(allocation_rule=rule))).allocation
    assert allocation.assignment == {"L1": (), "L2": ()}
