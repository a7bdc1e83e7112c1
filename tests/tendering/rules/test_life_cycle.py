"""The published life-cycle calculation: factors, amounts, what is missing; the same numbers as the textbook."""

from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring.catalogue import life_cycle_cost, rounded_factor
from tendering.rules.life_cycle import CostPart, LifeCycle, numbers_of, part_key, read, stored

D = Decimal
USE = CostPart("1", "use", "Electricity", "kWh per year", D("0.35"))
CARE = CostPart("2", "maintenance", "Maintenance", "EUR per year")
END = CostPart("3", "end_of_life", "Disposal", "EUR")
REST = CostPart("4", "residual", "Residual value", "EUR")
RULE = LifeCycle(8, D(2), (USE, CARE, END, REST))
NUMBERS = {"1": D(1000), "2": D(500), "3": D(800), "4": D(300)}


def test_factors_are_rounded_before_they_are_used_so_that_a_pocket_calculator_gives_the_same():
    assert (RULE.yearly_factor, RULE.end_factor) == (D("7.3255"), D("0.8535"))
    assert [(one.factor, one.amount) for one in RULE.amounts(NUMBERS)] == [
        (D("7.3255"), D("2563.93")),  # 1,000 x 0.35 x 7.3255 = 2,563.925
        (D("7.3255"), D("3662.75")),
        (D("0.8535"), D("682.80")),
        (D("0.8535"), D("-256.05")),
    ]
    assert RULE.cost(NUMBERS, D("10000.00")) == D("16653.43")


def test_without_interest_every_year_counts_alike():
    rule = LifeCycle(5, D(0), (CARE,), with_price=False)
    assert (rule.yearly_factor, rule.end_factor) == (5, 1)
    assert rule.cost({"2": D("100.01")}, None) == D("500.05")


@pytest.mark.parametrize("rate", ["0.9", "2", "7"])
def test_factors_are_those_of_the_formula_catalogue(rate):
    rule = LifeCycle(6, D(rate), (CARE,), factor_decimals=6)
    share = Fraction(D(rate)) / 100
    assert rule.end_factor == rounded_factor(share, 6, 6)
    exact = life_cycle_cost([Fraction(0), *[Fraction(1)] * 6], [Fraction(0)] * 7, share).npv_cost
    assert abs(Fraction(rule.yearly_factor) - exact) <= Fraction(1, 2_000_000)


def test_a_cost_with_a_missing_number_or_price_is_unknown_and_never_taken_as_zero():
    assert RULE.cost({key: value for key, value in NUMBERS.items() if key != "3"}, D(1)) is None
    assert RULE.cost(NUMBERS, None) is None
    assert LifeCycle(8, D(2), RULE.parts, with_price=False).cost(NUMBERS, None) == D("6653.43")


def test_a_calculation_comes_back_from_its_stored_form():
    assert read(stored(RULE)) == RULE
    assert "unit_price" not in stored(RULE)["parts"][1]


def test_the_numbers_of_one_criterion_are_told_from_those_of_another():
    given = {part_key("C1", "1"): D(1), part_key("C11", "1"): D(2), "C1": D(3)}
    assert numbers_of("C1", given) == {"1": D(1)}
