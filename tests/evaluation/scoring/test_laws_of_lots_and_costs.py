"""The laws of `test_laws` where more decides than price and one score: life-cycle cost, minima, and lots together."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import evaluate
from evaluation.scoring.inputs import BidTerms, Criterion, CriterionScores, GroupMinimum, LotBid, LotRules, TenderInput
from tendering.rules.life_cycle import CostPart, LifeCycle

from .builders import ALL_METHODS, FIGURE, lot, result, spec

D = Decimal
PRICES = st.integers(100, 300).map(lambda hundreds: D(hundreds * 100))
SCORES = st.integers(0, 20).map(lambda halves: D(halves) / 2)
COST = Criterion(
    "C", "cost", "Life-cycle cost", D(40), unit="EUR", direction="lower", curve=((D(10_000), D(10)), (D(50_000), D(0))),
    life_cycle=LifeCycle(4, D(2), (CostPart("energy", "use", "Energy", "kWh", D("0.30")),), with_price=True),
)  # fmt: skip
CRITERIA = (
    Criterion("Q", "quality", "Quality", D(40), minimum_score=D(2)), Criterion("R", "quality", "Second", D(20)), COST,
    FIGURE,
)  # fmt: skip
MINIMA = {
    "min_performance_points": D(300), "price_cap": D(28_000), "group_minima": (GroupMinimum("All", ("Q", "R"), D(25)),),
}  # fmt: skip
methods = pytest.mark.parametrize("method", ALL_METHODS)


@st.composite
def offers(draw, least=2, most=6):
    count = draw(st.integers(least, most))
    return [
        LotBid(
            f"B{number}", f"P{number}", {"1": draw(PRICES)}, vat_rate=D(19),
            scores={key: CriterionScores(consensus=draw(SCORES)) for key in ("Q", "R")}, promised={"E": draw(SCORES)},
            life_cycle={"C": {"energy": D(draw(st.integers(100, 20_000)))}},
        )
        for number in range(count)
    ]  # fmt: skip


def outcome(bids, method):
    return result(bids, spec(method, **MINIMA), criteria=CRITERIA)


@methods
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_the_order_of_bids_changes_nothing_with_life_cycle_cost_and_minima(method, data):
    bids = data.draw(offers())
    first, second = outcome(bids, method), outcome(data.draw(st.permutations(bids)), method)
    assert {row.bid_id: row for row in first.rows} == {row.bid_id: row for row in second.rows}
    assert set(first.winner) == set(second.winner) and first.order == second.order


@methods
@given(bids=offers(), cut=st.integers(1, 9_999))
@settings(max_examples=6, deadline=None)
def test_a_lower_price_never_hurts_its_bidder_where_it_is_part_of_the_life_cycle_cost(method, bids, cut):
    lowered = [replace(bids[0], prices={"1": bids[0].prices["1"] - cut}), *bids[1:]]
    before, after = outcome(bids, method), outcome(lowered, method)
    assert (after.row("B0").rank or 99) <= (before.row("B0").rank or 99)
    assert (
        after.row("B0").performance_points is None
        or before.row("B0").status != "valid"
        or (after.row("B0").performance_points >= before.row("B0").performance_points)
    )
    if before.winner == ("B0",):
        assert after.winner == ("B0",)


@methods
@given(bids=offers(), at=st.integers(0, 5))
@settings(max_examples=5, deadline=None)
def test_a_bid_below_a_minimum_counts_as_if_it_had_never_come(method, bids, at):
    weak = bids[at % len(bids)]
    below = replace(weak, scores={**weak.scores, "Q": CriterionScores(consensus=D("1.5"))})
    kept = [one for one in bids if one is not weak]
    with_it, without = outcome([*kept, below], method), outcome(kept, method)
    assert with_it.row(below.bid_id).status == "excluded"
    assert (with_it.winner, with_it.order, with_it.references) == (without.winner, without.order, without.references)


RULES = {
    "maximise_total_points": LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points"),
    "best_value_combination": LotRules(
        max_lots_awarded=2, allocation_rule="best_value_combination", combination_discounts_allowed=True
    ),
}
TERMS = (BidTerms("B0", "P0", combination_discounts=((("L1", "L2"), D(4)),)), BidTerms("B1", "P1", max_lots_capacity=1))
rules = pytest.mark.parametrize("rule", RULES)
SIMPLE = (Criterion("Q", "quality", "Quality", D(60)), Criterion("R", "quality", "Second", D(40)))


@st.composite
def tenders(draw, rule):
    """Three lots with two to four bids each; whole hundreds, so that a factor moves no rounding."""
    lots = []
    for number in (1, 2, 3):
        bids = [replace(one, life_cycle=None, promised={}) for one in draw(offers(2, 4))]
        lots.append(lot(bids, SIMPLE, lot_id=f"L{number}", estimated_value=D(draw(st.integers(100, 300)) * 100)))
    return TenderInput("T", spec(), tuple(lots), RULES[rule], TERMS)


@rules
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_the_order_of_bids_changes_no_allocation(rule, data):
    source = data.draw(tenders(rule))
    mixed = tuple(replace(one, bids=tuple(data.draw(st.permutations(one.bids)))) for one in source.lots)
    first, second = evaluate(source).allocation, evaluate(replace(source, lots=mixed)).allocation
    assert {key: set(bids) for key, bids in first.assignment.items()} == {
        key: set(bids) for key, bids in second.assignment.items()
    }
    assert (first.total_evaluation_price, first.value) == (second.total_evaluation_price, second.value)


@rules
@given(data=st.data(), factor=st.integers(2, 50))
@settings(max_examples=12, deadline=None)
def test_prices_in_another_currency_give_the_same_allocation(rule, data, factor):
    source = data.draw(tenders(rule))
    scaled = tuple(
        replace(
            one, estimated_value=one.estimated_value * factor,
            bids=tuple(replace(b, prices={"1": b.prices["1"] * factor}) for b in one.bids),
        )
        for one in source.lots
    )  # fmt: skip
    first, second = evaluate(source), evaluate(replace(source, lots=scaled))
    assert first.awards() == second.awards()
    assert [lot_.order for lot_ in first.lots] == [lot_.order for lot_ in second.lots]


@rules
@given(data=st.data(), cut=st.integers(1, 9_999))
@settings(max_examples=15, deadline=None)
def test_a_lower_price_in_a_lot_never_loses_that_lot(rule, data, cut):
    source = data.draw(tenders(rule))
    for number, one in enumerate(source.lots):
        for bid_id in evaluate(source).awards()[one.lot_id]:
            bids = tuple(
                replace(b, prices={"1": b.prices["1"] - cut}) if b.bid_id == bid_id else b for b in one.bids
            )  # fmt: skip
            lots = (*source.lots[:number], replace(one, bids=bids), *source.lots[number + 1 :])
            assert bid_id in evaluate(replace(source, lots=lots)).awards()[one.lot_id]
