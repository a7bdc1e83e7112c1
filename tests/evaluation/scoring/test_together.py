"""What would have won a lot handed out together with others wins when the whole tender is evaluated again."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import evaluate
from evaluation.scoring.allocation import best_assignments, options_of
from evaluation.scoring.engine import entries_of, examine
from evaluation.scoring.inputs import BidTerms, CriterionScores, LotRules, TenderInput
from evaluation.scoring.together import Together, is_together

from .builders import bid, lot, spec
from .case_input import TENDER_CASES, case_input

D = Decimal
CENT = Fraction(1, 100)


def awarded(source: TenderInput, lot_id: str, bid_id: str, **changed) -> bool:
    """Whether the lot goes to the bid alone, evaluating everything from the unit prices on."""
    lots = [
        replace(one, bids=tuple(replace(b, **changed) if b.bid_id == bid_id else b for b in one.bids))
        if one.lot_id == lot_id
        else one
        for one in source.lots
    ]
    return evaluate(replace(source, lots=tuple(lots))).awards()[lot_id] == (bid_id,)


def at_price(source: TenderInput, lot_id: str, price: Fraction):
    """Unit prices whose evaluated price is exact to the cent: all in the first position that counts, untaxed."""
    positions = next(one for one in source.lots if one.lot_id == lot_id).positions
    first = next(position for position in positions if position.in_evaluation)
    prices = {position.ref: D(0) for position in positions}
    prices[first.ref] = D(price.numerator) / D(price.denominator) / first.quantity
    return {"prices": prices, "vat_rate": D(0), "discount_pct": D(0), "stated_total": None}


def losers_of(source: TenderInput):
    result = evaluate(source)
    for one in result.lots:
        for row in one.valid_rows:
            if row.bid_id not in result.awards()[one.lot_id]:
                yield one.lot_id, row.bid_id


def hold(source: TenderInput, lot_id: str, bid_id: str) -> int:
    """Try every figure and a step less; how many there were."""
    needed, tried = Together(source).needed(lot_id, bid_id), 0
    assert lot_id not in needed.lots_now
    if needed.price is None:
        assert not awarded(source, lot_id, bid_id, **at_price(source, lot_id, CENT))
    else:
        price = Fraction(needed.price)
        assert lot_id in needed.lots_at_price
        assert awarded(source, lot_id, bid_id, **at_price(source, lot_id, price))
        assert not awarded(source, lot_id, bid_id, **at_price(source, lot_id, price + CENT))
        tried += 1
    own = next(b for one in source.lots if one.lot_id == lot_id for b in one.bids if b.bid_id == bid_id)
    for code, score in needed.scores.items():
        if code not in own.scores:
            continue

        def with_score(value: Decimal, code=code):
            return {"scores": {**own.scores, code: CriterionScores(consensus=value)}}

        at = D(10) if score is None else score
        assert awarded(source, lot_id, bid_id, **with_score(at)) == (score is not None)
        if score is not None:
            assert not awarded(source, lot_id, bid_id, **with_score(at - D("0.01")))
            tried += 1
    return tried


TOGETHER = [case for case in TENDER_CASES if is_together(case_input(case))]


def test_two_reference_cases_hand_out_their_lots_together():
    assert TOGETHER == ["T09", "T11"]


@pytest.mark.parametrize("case", TENDER_CASES)
def test_bids_scored_again_are_the_options_of_the_result(case):
    source = case_input(case)
    for one, result in zip(source.lots, evaluate(source).lots, strict=True):
        options = options_of(source.spec, entries_of(examine(one, source.spec)))
        assert [(item.bid_id, item.price, item.performance) for item in options] == [
            (row.bid_id, Fraction(row.evaluation_price), row.performance_points_exact) for row in result.valid_rows
        ]
        if source.spec.method == "weighted_linear":
            assert [item.points for item in options] == [row.total for row in result.valid_rows]


@pytest.mark.parametrize("case", TOGETHER)
def test_the_best_assignments_are_those_of_the_result(case):
    source, asked = case_input(case), Together(case_input(case))
    best, awards = best_assignments(source, asked.options), evaluate(source).awards()
    for number, one in enumerate(source.lots):
        found = {item[number].bid_id for item in best if item[number] is not None}
        assert found == set(awards[one.lot_id])


def test_every_figure_of_a_limit_of_lots_wins_when_all_is_evaluated_again_and_a_step_less_does_not():
    source = case_input("T09")
    assert sum(hold(source, *loser) for loser in losers_of(source)) >= 15


@pytest.mark.parametrize("loser", [("L2", "T11-B01"), ("L4", "T11-B06")])
def test_so_it_is_with_combination_discounts(loser):
    assert hold(case_input("T11"), *loser) >= 2


@pytest.mark.slow
def test_so_it_is_for_every_losing_bid_with_combination_discounts():
    source = case_input("T11")
    assert sum(hold(source, *loser) for loser in losers_of(source)) >= 25


def test_a_bid_that_leads_everywhere_learns_what_another_lot_would_have_cost_it():
    # B02 leads all three lots and may have two: a lower price in L1 brings L1 and loses L2
    needed = Together(case_input("T09")).needed("L1", "T09-B02")
    assert (needed.lots_now, needed.lots_at_price) == (("L2", "L3"), ("L1", "L3"))


def test_a_bidder_without_capacity_for_more_has_no_price_for_a_further_lot_alone():
    # A takes one lot at most: it has L1 by 1,000 EUR; cheaper in L2, it gets that one and leaves L1
    bids = [bid("A", "1000", "9"), bid("B", "1300", "8")]
    other = [bid("A", "2000", "8"), bid("B", "1990", "8")]
    source = TenderInput(
        "T", spec(), (lot(bids), lot(other, lot_id="L2")),
        LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points"),
        (BidTerms("A", "P-A", max_lots_capacity=1),),
    )  # fmt: skip
    assert evaluate(source).awards() == {"L1": ("A",), "L2": ("B",)}
    needed = Together(source).needed("L2", "A")
    assert needed.lots_at_price == ("L2",)
    assert hold(source, "L2", "A") >= 1


def test_lots_that_are_handed_out_one_by_one_are_not_together():
    assert not is_together(TenderInput("T", spec(), (lot([]), lot([], lot_id="L2"))))
    assert not is_together(TenderInput("T", spec(), (lot([]),), LotRules(allocation_rule="maximise_total_points")))
