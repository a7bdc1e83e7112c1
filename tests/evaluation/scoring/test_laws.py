"""Laws that must hold for any bids, checked on generated ones."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import METHODS, evaluate
from evaluation.scoring.inputs import Criterion, CriterionScores, LotBid, Reason
from evaluation.scoring.robustness import robustness

from . import builders
from .builders import ALL_METHODS, FIGURE, QUALITY, bid, spec

PRICES = st.integers(100, 400).map(lambda hundreds: Decimal(hundreds * 100))
SCORES = st.integers(0, 40).map(lambda quarters: Decimal(quarters) / 4)
methods = pytest.mark.parametrize("method", ALL_METHODS)
scale_free = pytest.mark.parametrize("method", [m for m in ALL_METHODS if METHODS[m, "1"].scale_free])
immune = pytest.mark.parametrize("method", [m for m in ALL_METHODS if not METHODS[m, "1"].relative])
CRITERIA = (QUALITY, FIGURE)  # the key figure carries no weight; only the method "external" looks at it


def result(bids, rule=None, **changes):
    return builders.result(bids, rule, **{"criteria": CRITERIA, **changes})


def tender(bids, rule=None):
    return builders.tender(bids, rule, criteria=CRITERIA)


def uncapped(method):
    """The rule without its price cap, which does not follow other currencies."""
    return spec(method, price_cap=None)


@st.composite
def bid_lists(draw, least: int = 1, most: int = 6) -> list[LotBid]:
    """Bids B0, B1, … with three evaluators each."""
    count = draw(st.integers(least, most))
    return [
        LotBid(
            f"B{number}",
            f"P{number}",
            {"1": draw(PRICES)},
            vat_rate=Decimal(19),
            scores={"Q": CriterionScores({name: draw(SCORES) for name in ("e1", "e2", "e3")})},
            promised={"E": draw(SCORES)},
        )
        for number in range(count)
    ]


def by_bid(outcome):
    return {row.bid_id: row for row in outcome.rows}


@methods
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_the_order_of_bids_and_evaluators_changes_nothing(method, data):
    bids = data.draw(bid_lists())
    mixed = [
        replace(item, scores={"Q": CriterionScores(dict(reversed(item.scores["Q"].by_evaluator.items())))})
        for item in data.draw(st.permutations(bids))
    ]
    first, second = result(bids, spec(method)), result(mixed, spec(method))
    assert by_bid(first) == by_bid(second)
    assert set(first.winner) == set(second.winner)
    assert first.order == second.order
    assert first.references == second.references


@scale_free
@given(bids=bid_lists(), factor=st.integers(2, 50))
@settings(max_examples=12, deadline=None)
def test_prices_in_another_currency_give_the_same_ranks(method, bids, factor):
    scaled = [replace(item, prices={"1": item.prices["1"] * factor}) for item in bids]
    first, second = result(bids, uncapped(method)), result(scaled, uncapped(method))
    assert {row.bid_id: row.rank for row in first.rows} == {row.bid_id: row.rank for row in second.rows}
    assert first.winner == second.winner


@methods
@given(bids=bid_lists(least=2), cut=st.integers(1, 9_999))
@settings(max_examples=12, deadline=None)
def test_a_lower_price_never_hurts_its_bidder(method, bids, cut):
    lowered = [replace(bids[0], prices={"1": bids[0].prices["1"] - cut}), *bids[1:]]
    before, after = result(bids, spec(method)), result(lowered, spec(method))
    assert (after.row("B0").rank or 99) <= (before.row("B0").rank or 99)
    if before.winner == ("B0",):
        assert after.winner == ("B0",)


@immune
@given(bids=bid_lists(least=2, most=5))
@settings(max_examples=12, deadline=None)
def test_a_hopeless_bid_changes_nothing_between_the_others(method, bids):
    worst = LotBid(
        "Z", "PZ", {"1": max(item.prices["1"] for item in bids) + 1}, vat_rate=Decimal(19),
        scores={"Q": CriterionScores(consensus=Decimal(0))}, promised={"E": Decimal(-1)},
    )  # fmt: skip
    without, with_it = result(bids, uncapped(method)), result([*bids, worst], uncapped(method))
    kept = [tuple(name for name in group if name != "Z") for group in with_it.order]
    assert tuple(group for group in kept if group) == without.order
    assert with_it.row("Z").rank >= max(row.rank for row in without.rows)


def test_ratios_of_three_digits_are_the_exception_where_a_lower_price_can_lose():
    # B has 996 / 10 = 99.6. At 7.01 A has 99.86: the best is below 100, so all are multiplied by ten: 999 before 996.
    # At 7.00 A has exactly 100, nothing is multiplied, both are 100, and B has more performance.
    rule = spec("ratio_simple", scale="three_digits", tie_chain=("higher_performance", "draw_lots"))
    dear = builders.result([bid("A", "7.01", "7"), bid("B", "10", "9.96")], rule)
    cheap = builders.result([bid("A", "7.00", "7"), bid("B", "10", "9.96")], rule)
    assert dear.winner == ("A",)
    assert cheap.winner == ("B",)


@methods
@given(bids=bid_lists(least=2), price=PRICES)
@settings(max_examples=12, deadline=None)
def test_an_excluded_bid_counts_as_if_it_had_never_come(method, bids, price):
    out = replace(bids[0], prices={"1": price}, formal_reasons=(Reason("form", "not signed"),))
    with_it, without_it = result([out, *bids[1:]], spec(method)), result(bids[1:], spec(method))
    assert with_it.row("B0").status == "excluded"
    assert with_it.rows[1:] == without_it.rows
    assert (with_it.winner, with_it.order) == (without_it.winner, without_it.order)
    assert (with_it.references, with_it.comparison) == (without_it.references, without_it.comparison)


STATED = {"E": Decimal(5)}


@methods
def test_a_single_bid_wins_in_every_method(method):
    outcome = result([bid("A", "1000", promised=STATED)], spec(method))
    assert outcome.winner == ("A",)
    assert outcome.row("A").rank == 1
    assert outcome.tie_break_used == ()


@methods
def test_equal_bids_all_win_and_lots_must_be_drawn(method):
    outcome = result([bid(name, "1000", promised=STATED) for name in "ABC"], spec(method))
    assert outcome.winner == ("A", "B", "C")
    assert [row.rank for row in outcome.rows] == [1, 1, 1]
    assert outcome.tie_break_used == ("higher_performance", "lower_price", "draw_lots")
    assert outcome.unresolved_tie
    assert outcome.award_blocked == ("draw_required",)
    assert outcome.order == (("A", "B", "C"),)


CURVE_CRITERION = Criterion(
    "E", "efficiency", "Days", Decimal(40), direction="lower",
    curve=((Decimal(2), Decimal(10)), (Decimal(6), Decimal(7)), (Decimal(20), Decimal(0))),
)  # fmt: skip
QUALITY_60 = replace(QUALITY, weight=Decimal(60))
DAYS = st.integers(-10, 400).map(lambda tenths: Decimal(tenths) / 10)


@given(DAYS, DAYS)
def test_a_shorter_promise_never_scores_less_and_scores_stay_on_the_scale(left, right):
    bids = [bid("A", "1000", promised={"E": min(left, right)}), bid("B", "1000", promised={"E": max(left, right)})]
    outcome = result(bids, criteria=(QUALITY_60, CURVE_CRITERION))
    a, b = (row.criterion_scores["E"] for row in outcome.rows)
    assert 10 >= a >= b >= 0


@methods
@given(bids=bid_lists(least=2, most=5))
@settings(max_examples=12, deadline=None)
def test_a_break_even_price_wins_and_one_cent_more_does_not(method, bids):
    rule = spec(method)
    for loser in robustness(tender(bids, rule), "L1").losers:
        at = loser.break_even_price
        others = [item for item in bids if item.bid_id != loser.bid_id]
        own = next(item for item in bids if item.bid_id == loser.bid_id)
        cent = Decimal("0.01")
        if at is None:
            assert result([*others, replace(own, prices={"1": cent})], rule).winner != (loser.bid_id,)
            continue
        assert result([*others, replace(own, prices={"1": at})], rule).winner == (loser.bid_id,)
        assert result([*others, replace(own, prices={"1": at + cent})], rule).winner != (loser.bid_id,)


@methods
@given(bids=bid_lists(least=2, most=4))
@settings(max_examples=12, deadline=None)
def test_a_needed_score_wins_and_a_hundredth_less_does_not(method, bids):
    rule = spec(method)

    def winner_with(own: LotBid, score: Decimal) -> tuple[str, ...]:
        changed = replace(own, scores={"Q": CriterionScores(consensus=score)})
        return result([changed if item is own else item for item in bids], rule).winner

    for loser in robustness(tender(bids, rule), "L1").losers:
        own = next(item for item in bids if item.bid_id == loser.bid_id)
        score = loser.needed_scores["Q"]
        if score is None:
            assert winner_with(own, Decimal(10)) != (own.bid_id,)
        else:
            assert winner_with(own, score) == (own.bid_id,)
            assert winner_with(own, score - Decimal("0.01")) != (own.bid_id,)


@given(bids=bid_lists(least=2, most=5))
@settings(max_examples=12, deadline=None)
def test_inside_its_weight_range_the_winner_is_never_behind(bids):
    rule = spec("weighted_linear", compare="exact")
    report = robustness(tender(bids, rule), "L1")
    if report.price_weight is None:
        return
    rows = evaluate(tender(bids, rule)).lots[0].rows
    for weight in report.price_weight:
        totals = {
            row.bid_id: weight * Fraction(row.price_points) + (1 - weight) * Fraction(row.quality_points)
            for row in rows
        }
        assert totals[report.winner[0]] == max(totals.values())
