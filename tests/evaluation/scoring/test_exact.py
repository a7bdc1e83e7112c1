"""Rounding and the formulas on exact halves."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scoring.exact import as_decimal, half_up, plain, rounded
from evaluation.scoring.formulas import curve_points, linear_points

from .builders import bid, result


def test_a_price_of_100015_against_100000_gets_99_99_points():
    assert half_up(linear_points(Fraction(100_015), Fraction(100_000), Fraction(2)), 2) == Fraction("99.99")
    row = result([bid("A", "100000"), bid("B", "100015")]).row("B")
    assert str(row.price_points) == "99.99"


@given(st.integers(0, 9_999))
def test_every_price_that_ends_on_half_a_hundredth_point_is_rounded_up(step):
    price = 100_005 + 10 * step
    points = half_up(linear_points(Fraction(price), Fraction(100_000), Fraction(2)), 2)
    thousandths = 200_000 - price  # points × 1000, always ending on 5
    assert points == Fraction(thousandths + 5, 1000)


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        ("2.5", "half_up", 3),
        ("-2.5", "half_up", -3),
        ("2.5", "half_even", 2),
        ("3.5", "half_even", 4),
        ("-2.5", "half_even", -2),
        ("2.9", "down", 2),
        ("-2.9", "down", -2),
        ("2.9", "none", Fraction("2.9")),
    ],
)
def test_a_rounding_mode_does_what_its_name_says(value, mode, expected):
    assert rounded(Fraction(value), mode, 0) == expected


def test_a_shown_number_keeps_its_places_however_long_it_is():
    assert str(as_decimal(Fraction(10**40) + Fraction(1, 8), 2)) == "1" + "0" * 40 + ".13"
    assert str(as_decimal(Fraction(-1, 200), 2)) == "-0.01"
    assert str(as_decimal(Fraction(0), 4)) == "0.0000"


@pytest.mark.parametrize(("value", "text"), [("811.70", "811.7"), ("100", "100"), ("2/3", "2/3"), ("0.0625", "0.0625")])
def test_an_exact_number_is_printed_as_short_as_possible(value, text):
    assert plain(Fraction(value)) == text


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_printing_a_decimal_exactly_loses_nothing(value):
    assert Decimal(plain(Fraction(value))) == value


CURVE = [(Fraction(2), Fraction(10)), (Fraction(5), Fraction(8)), (Fraction(10), Fraction(0))]


@given(st.fractions(min_value=-20, max_value=40), st.fractions(min_value=-20, max_value=40))
def test_a_falling_curve_never_gives_more_points_for_a_larger_value(left, right):
    low, high = sorted((left, right))
    assert curve_points(CURVE, low) >= curve_points(CURVE, high)


@given(st.fractions(min_value=-1000, max_value=1000))
def test_a_curve_is_clipped_at_both_ends(value):
    points = curve_points(CURVE, value)
    assert 0 <= points <= 10
    if value <= 2:
        assert points == 10
    if value >= 10:
        assert points == 0


def test_a_curve_is_straight_between_two_published_points():
    assert curve_points(CURVE, Fraction(3)) == Fraction(28, 3)
    assert curve_points(CURVE, Fraction(5)) == 8
    assert curve_points(CURVE, Fraction("7.5")) == 4
