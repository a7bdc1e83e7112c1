"""Methods without a golden vector, each against a number worked out by hand or a law it must obey."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scoring import catalogue
from evaluation.scoring.entries import Entry
from evaluation.vectors import awards

PRICES = st.lists(st.integers(1, 10**6).map(F), min_size=2, max_size=12)


def test_min_max_interpolation_shows_why_it_is_refused():
    found = awards.span_lint({"prices": [100, 101], "max_points": 40})
    assert found == {"points": [40, 0], "lint": "span_interpolation_unlawful", "worst_gap_pct": 1}
    assert awards.span_lint({"prices": [7, 7], "max_points": 40})["points"] == [40, 40]


def test_rated_criteria_by_hand():
    bids = [{"id": "A", "C": 100, "T": 60}, {"id": "B", "C": 125, "T": 90}]
    # A: 0.4*100 + 0.6*100*60/90 = 80; B: 0.4*80 + 60 = 92
    assert awards.rated_criteria({"bids": bids, "X": "0.4"}) == {"B": {"A": 80, "B": 92}, "winner": "B"}


def test_the_median_reference_ignores_one_hopeless_bid():
    bids = [{"id": i, "L": L, "P": P} for i, L, P in (("A", 80, 100), ("B", 90, 120), ("C", 50, 900))]
    one = awards.richtwert_weighted({"sets": {"s": bids}, "GL": 1, "GP": 1, "reference": "median"})
    assert one["s"]["Z"]["A"] == catalogue.half_up(F(1) - F(100, 120), 6)
    with pytest.raises(ValueError, match="reference"):
        awards.richtwert_weighted({"sets": {"s": bids}, "GL": 1, "GP": 1, "reference": "mode"})


def test_equal_discounts_go_together_when_asked():
    rows = [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert awards.italy_threshold({"discounts": rows})["kept"] == 7
    assert awards.italy_threshold({"discounts": rows, "tie_block": True})["kept"] == 5
    with pytest.raises(ValueError, match="Too few"):
        awards.italy_threshold({"discounts": [1, 2]})


@pytest.mark.parametrize(
    ("bids", "budget", "reference", "left_out", "abnormal"),
    [
        ([74], 100, None, [], [74]),
        ([75], 100, None, [], []),
        ([79, 100], 200, None, [], [79]),
        ([80, 100], 200, None, [], []),
        ([90, 100, 140], 120, 95, [140], []),
        ([74, 76, 78], 100, 76, [], [74]),
        ([10, 10, 10, 90], 200, 10, [90], []),
        ([1, 100, 100, 100], 300, F(301, 4), [100, 100, 100], None),
    ],
)
def test_spain_counts_the_bids_first(bids, budget, reference, left_out, abnormal):
    found = awards.spain_85({"bids": bids, "budget": budget})
    if abnormal is None:  # fewer than three would be left: the three lowest make the mean
        assert found["reference_mean"] == 67
        return
    assert (found["reference_mean"], found["excluded_from_mean"], found["presumed_abnormal"]) == (
        reference,
        left_out,
        abnormal,
    )


def test_without_interest_the_annuity_is_the_mean():
    one = catalogue.life_cycle_cost([F(0), F(10), F(20)], [F(0), F(0), F(0)], F(0))
    assert (one.annuity, one.npv_cost, one.unit_cost_nominal) == (15, 30, None)
    with pytest.raises(ValueError, match="one figure each"):
        catalogue.life_cycle_cost([F(1)], [F(1)], F(0))


@given(PRICES, st.integers(2, 9))
def test_scaling_all_prices_moves_no_rank_of_the_ratio_family(prices, factor):
    bids = [Entry(str(n), price, F(n + 1)) for n, price in enumerate(prices)]
    bigger = [bid.at_price(bid.price * factor) for bid in bids]

    def order(some, points):
        return sorted((bid.bid_id for bid in some), key=lambda key: (-points(some[int(key)], some), key))

    for points in (
        lambda bid, some: bid.performance / bid.price,
        lambda bid, some: catalogue.weighted_reference(bid, (F(1), F(1)), catalogue.reference_values(some, "mean")),
        lambda bid, some: sum(catalogue.rated_parts(bid, min(b.price for b in some), max(b.performance for b in some))),
    ):
        assert order(bids, points) == order(bigger, points)


@given(PRICES)
def test_the_spanish_mean_never_rises_by_leaving_dear_bids_out(prices):
    found = catalogue.spanish_presumption(prices, F(10**7))
    if found.reference_mean is not None:
        assert found.reference_mean <= catalogue.mean(prices)
        assert all(price < found.reference_mean for price in found.presumed_abnormal if len(prices) > 3)
