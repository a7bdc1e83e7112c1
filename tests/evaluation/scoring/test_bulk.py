"""The bulk path in whole numbers gives the digits of the ordinary engine."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import bulk
from evaluation.scoring.exact import half_up
from evaluation.scoring.formulas import linear_points
from evaluation.scoring.inputs import CriterionScores
from evaluation.scoring.performance import panel_score

from .builders import QUALITY, bid, result, spec


def test_a_sample_of_ten_thousand_bids_equals_the_decimal_path():
    generator = np.random.default_rng(7)
    scores = generator.integers(0, 11, (10_000, 40, 5), dtype=np.int8)
    weights = generator.integers(1, 9, 40).astype(np.int64)
    found = bulk.performance(scores, weights)
    for number in generator.integers(0, 10_000, 100):  # one in a hundred
        exact = sum(
            int(weight) * panel_score(CriterionScores({str(e): Decimal(int(s)) for e, s in enumerate(row)}), spec())
            for weight, row in zip(weights, scores[number], strict=True)
        )
        assert found[number] == exact * 100


@given(st.lists(st.lists(st.integers(0, 1_000), min_size=3, max_size=3), min_size=1, max_size=20))
def test_means_are_rounded_half_up_to_hundredths(rows):
    found = bulk.mean_scores(np.array(rows))
    assert list(found) == [half_up(Fraction(sum(row), 3), 2) * 100 for row in rows]


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30))
@settings(deadline=None)
def test_price_points_equal_the_exact_formula(cents):
    prices = np.array(cents, dtype=np.int64)
    lowest = np.full_like(prices, prices.min())
    found = bulk.linear_points(prices, lowest)
    exact = [half_up(linear_points(Fraction(p), Fraction(min(cents)), Fraction(2)), 2) * 100 for p in cents]
    assert list(found) == exact


def test_price_points_at_the_halves_that_binary_fractions_miss():
    # lowest 100,000.00: 100,005 gives exactly 99.995, published as 100.00; 100,015 gives 99.985 -> 99.99
    found = bulk.linear_points(np.array([10_000_500, 10_001_500]), np.array([10_000_000, 10_000_000]))
    assert list(found) == [10_000, 9_999]


@given(st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=6), min_size=1, max_size=8))
def test_ranks_count_the_strictly_better_bids_of_the_own_tender(groups):
    keys = np.array([key for group in groups for key in group], dtype=np.int64)
    starts = np.cumsum([0, *map(len, groups)][:-1])
    expected = [1 + sum(other > key for other in group) for group in groups for key in group]
    assert list(bulk.ranks(keys, starts)) == expected


def test_a_whole_tender_has_the_totals_and_ranks_of_the_engine():
    offers = {f"B{n}": (str(1000 + 37 * n), str(9 - n)) for n in range(6)}
    outcome = result([bid(name, price, score) for name, (price, score) in offers.items()], criteria=(QUALITY,))
    prices = np.array([int(Decimal(price) * 100) for price, _score in offers.values()])
    quality = np.array([int(Decimal(score) * 1000) for _price, score in offers.values()])
    starts = np.array([0])
    points = bulk.linear_points(prices, np.repeat(bulk.lowest_by_group(prices, starts), len(prices)))
    totals = bulk.totals(points, quality, 5_000, 5_000)
    assert [Decimal(int(total)) / 100 for total in totals] == [row.total for row in outcome.rows]
    assert list(bulk.ranks(totals, starts)) == [row.rank for row in outcome.rows]


def test_numbers_that_might_overflow_are_refused_before_anything_is_computed():
    with pytest.raises(bulk.Beyond):
        bulk.linear_points(np.array([10**15]), np.array([10**15]))
    with pytest.raises(bulk.Beyond):
        bulk.mean_scores(np.array([[2**60, 1]]))
    with pytest.raises(bulk.Beyond):
        bulk.performance(np.array([[[10]]]), np.array([2**62]))
    with pytest.raises(bulk.Beyond):
        bulk.mean_scores(np.array([[-1, 2]]))


def test_drawn_weights_choose_the_bid_with_the_highest_value():
    values, weights = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.7, 0.3], [0.2, 0.8]])
    assert list(bulk.first_by_weights(values, weights)) == [0, 1]
