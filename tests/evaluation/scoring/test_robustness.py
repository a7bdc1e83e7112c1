"""What would have to change for another winner."""

from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import evaluate, robustness
from evaluation.scoring.robustness import highest_winning, smallest_winning, staying_interval

from .builders import bid, spec, tender
from .case_input import TENDER_CASES, case_input

D = Decimal


def test_a_break_even_price_follows_from_the_ratio_of_the_winner():
    # A 900 / 120000; B wins with 800 / P > 0.0075, that is below 106666.66…; at equality A would win by performance
    report = robustness(tender([bid("A", "120000", "9"), bid("B", "118000", "8")], spec("ratio_simple")), "L1")
    loser = report.loser("B")
    assert loser.break_even_price == D("106666.66")
    assert loser.reduction == D("11333.34")
    assert loser.reduction_pct == D("9.60")


def test_a_bid_that_must_become_the_lowest_moves_the_reference_it_is_measured_by():
    # A: 100000 and 90 points, B: 130000 and 70. As the new lowest price p, B has 50 + 35 = 85.00 and A
    # 0.5 × 100 × (2 − 100000 / p) + 45; at 85.00 A wins by performance, so its price points must be below 79.985,
    # which rounds to 79.98: 100000 / p > 1.20015, p < 83322.918
    report = robustness(tender([bid("A", "100000", "9"), bid("B", "130000", "7")]), "L1")
    assert report.loser("B").break_even_price == D("83322.91")


def test_an_unreachable_win_is_none_not_zero():
    # price weight 10 %: even the lowest price cannot make up for 40 quality points
    rule = spec(weight_price=D("0.1"), weight_quality=D("0.9"))
    loser = robustness(tender([bid("A", "1000", "9"), bid("B", "1100", "5")], rule), "L1").loser("B")
    assert (loser.break_even_price, loser.reduction, loser.reduction_pct) == (None, None, None)


def test_the_score_that_would_have_won_is_found_per_criterion():
    # A: 50 + 40 = 90.00; B: 100 × (2 − 1.1) = 90 → 45 + q/2, equal at 9.00 with more performance: B wins at 9.00
    loser = robustness(tender([bid("A", "1000", "8"), bid("B", "1100", "8")]), "L1").loser("B")
    assert loser.needed_scores == {"Q": D("9.00")}
    none = robustness(tender([bid("A", "1000", "9"), bid("B", "1500", "8")]), "L1").loser("B")
    assert none.needed_scores == {"Q": None}


def test_leaving_out_a_hopeless_bid_can_make_another_bid_win():
    # price weight 40 %. With C (60): A 0.4 × 33.33 + 37.8 = 51.13, B 0 + 54 = 54, C 40.
    # Without C the lowest price is 100: A 40 + 37.8 = 77.8, B 20 + 54 = 74.
    rule = spec(weight_price=D("0.4"), weight_quality=D("0.6"))
    report = robustness(tender([bid("A", "100", "6.3"), bid("B", "150", "9"), bid("C", "60", "0")], rule), "L1")
    left_out = {item.bid_id: item for item in report.left_out}
    assert report.winner == ("B",)
    assert (left_out["C"].winner, left_out["C"].winner_changes) == (("A",), True)
    assert left_out["C"].order == (("A",), ("B",))
    assert (left_out["A"].winner, left_out["A"].winner_changes, left_out["A"].order_changes) == (("B",), False, False)


def test_the_winner_stays_in_front_within_a_range_of_price_weights():
    # A: 100 and 70, B: 80 and 90: A is ahead while w × 20 ≥ (1 − w) × 20
    report = robustness(
        tender([bid("A", "1000", "7"), bid("B", "1200", "9")], spec(weight_price=D("0.6"), weight_quality=D("0.4"))),
        "L1",
    )
    assert report.winner == ("A",)
    assert report.price_weight == (Fraction(1, 2), Fraction(1))
    assert report.lead == D("4.00")
    assert report.runner_up == ("B",)


def test_methods_without_weights_have_no_range_of_weights_and_no_lead_in_points():
    report = robustness(tender([bid("A", "1000"), bid("B", "1200")], spec("ratio_simple")), "L1")
    assert report.price_weight is None
    assert report.lead is None


def test_a_tie_has_no_losers_and_a_lot_without_bids_nothing_at_all():
    tied = robustness(tender([bid("A", "1000"), bid("B", "1000")]), "L1")
    assert (tied.winner, tied.losers, tied.left_out) == (("A", "B"), (), ())
    empty = robustness(tender([bid("A", "1", state="late")]), "L1")
    assert (empty.winner, empty.losers) == ((), ())


def test_the_searches_stop_at_the_last_number_that_wins():
    assert highest_winning(1000, lambda number: number <= 617) == 617
    assert highest_winning(1000, lambda number: True) == 1000
    assert highest_winning(1000, lambda number: False) is None
    assert highest_winning(0, lambda number: True) is None
    assert smallest_winning(0, 1000, lambda number: number >= 617) == 617
    assert smallest_winning(1000, 1000, lambda number: True) is None


def test_a_rival_better_at_price_and_quality_leaves_no_range():
    own, better = (Fraction(50), Fraction(50)), (Fraction(60), Fraction(60))
    assert staying_interval(own, [better]) is None
    assert staying_interval(own, []) == (0, 1)


@pytest.mark.parametrize("case_id", TENDER_CASES)
def test_every_loser_of_a_reference_tender_has_a_report(case_id):
    source = case_input(case_id)
    for lot in evaluate(source).lots:
        report = robustness(source, lot.lot_id)
        assert report.winner == lot.winner
        losers = {row.bid_id for row in lot.valid_rows} - set(lot.winner)
        assert {item.bid_id for item in report.losers} == losers
        assert {item.bid_id for item in report.left_out} == losers
        for item in report.losers:
            price = lot.row(item.bid_id).evaluation_price
            assert item.break_even_price is None or item.break_even_price <= price
