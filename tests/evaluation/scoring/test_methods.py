"""Each further method on numbers small enough to be checked by hand, and the list that forms offer."""

from decimal import Decimal

import pytest

from evaluation.scoring import METHODS, InputError, TenderInput, check_spec
from evaluation.scoring.inputs import Criterion, GroupMinimum
from tendering.methods import NUMBERS, OFFERS

from .builders import FIGURE, QUALITY, bid, lot, result, spec, tender

D = Decimal
FOUR_DIGITS = dict(METHODS["qcbs", "1"].defaults)


def figures(outcome):
    return {row.bid_id: row.figure for row in outcome.rows}


def test_at_a_fixed_price_the_best_performance_wins_and_a_tie_goes_to_the_chain():
    outcome = result([bid("A", "100", "8"), bid("B", "90", "7.5"), bid("C", "95", "8")], spec("quality_fixed_price"))
    assert outcome.winner == ("C",)
    assert [row.rank for row in outcome.rows] == [1, 3, 1]
    assert outcome.tie_break_used == ("higher_performance", "lower_price")
    assert outcome.row("B").quality_points == D("75.00")


def test_fixed_reference_values_give_the_published_key_figure():
    # 0.5 × 800 / 700 − 0.5 × 25000 / 25000 = 0.071428…
    outcome = result([bid("A", "25000", "8")], spec("ratio_weighted_fixed"))
    assert outcome.row("A").figure == D("0.071429")
    assert outcome.row("A").explain["figure"] == "0.5 × 800 / 700 − 0.5 × 25000.00 / 25000 = 0.071429"


def test_a_hopeless_bid_flips_the_winner_with_means_but_not_with_fixed_references():
    a, b, hopeless = bid("A", "20000", "6"), bid("B", "30000", "8.4"), bid("Z", "200000", "1")
    mean = spec("ratio_weighted_mean")
    assert result([a, b], mean).winner != result([a, b, hopeless], mean).winner
    fixed = spec("ratio_weighted_fixed")
    assert result([a, b], fixed).winner == result([a, b, hopeless], fixed).winner


def test_the_median_of_an_even_number_of_bids_lies_between_the_two_in_the_middle():
    outcome = result([bid("A", "100", "4"), bid("B", "300", "8")], spec("ratio_weighted_median"))
    assert outcome.references["p_ref"] == 200
    assert outcome.row("A").figure == D("0.083333")  # 0.5 × 400 / 600 − 0.5 × 100 / 200


def test_without_any_performance_the_reference_term_counts_nothing():
    outcome = result([bid("A", "100", "0"), bid("B", "300", "0")], spec("ratio_weighted_mean"))
    assert outcome.winner == ("A",)
    assert outcome.row("A").figure == D("-0.250000")


def test_a_fixed_scale_clips_at_both_ends():
    prices = {"A": "9000", "B": "10000", "C": "27500", "D": "45000", "E": "60000"}
    outcome = result([bid(name, price) for name, price in prices.items()], spec("absolute_scale"))
    assert [str(row.price_points) for row in outcome.rows] == ["100.00", "100.00", "50.00", "0.00", "0.00"]


def test_a_surcharge_makes_performance_count_less():
    bids = [bid("A", "100", "5"), bid("B", "160", "9")]
    assert result(bids, spec("kaden_surcharge", params={"surcharge": D(0)})).winner == ("B",)  # 5 against 5.625
    assert result(bids, spec("kaden_surcharge")).winner == ("A",)  # 10 against 8.75


def test_powers_weigh_performance_and_price_and_equal_products_are_a_tie():
    # L^(1/2) / P^(1/2): 400 / 100 and 800 / 200 are equal
    outcome = result([bid("A", "100", "4"), bid("B", "200", "8"), bid("C", "100", "0")], spec("kaden_exponential"))
    assert [row.rank for row in outcome.rows] == [1, 1, 3]
    assert outcome.winner == ("B",)  # by performance
    assert figures(outcome)["A"] == D("2.000000")
    assert figures(outcome)["C"] == 0


def test_powers_tell_bids_apart_that_differ_in_the_twentieth_digit():
    near = "100.00000000000000001"
    outcome = result([bid("A", near, "4"), bid("B", "200", "8")], spec("kaden_exponential", weight_price=D("0.5")))
    # both prices are rounded to cents before they are compared
    assert [row.rank for row in outcome.rows] == [1, 1]
    finer = result([bid("A", "100.01", "4"), bid("B", "200", "8")], spec("kaden_exponential"))
    assert [row.rank for row in finer.rows] == [2, 1]


def test_quality_points_come_off_the_price_that_is_compared():
    # 20000 − 300 × 60 = 2000, 23000 − 300 × 75 = 500
    outcome = result([bid("A", "20000", "6"), bid("B", "23000", "7.5")], spec("monetised"))
    assert figures(outcome) == {"A": D("2000.000000"), "B": D("500.000000")}
    assert outcome.winner == ("B",)


@pytest.mark.parametrize(("higher", "winner"), [("1", "B"), ("0", "A")])
def test_a_stated_key_figure_wins_at_its_published_end_and_a_bid_without_one_has_no_rank(higher, winner):
    bids = [bid("A", "100", promised={"E": D(3)}), bid("B", "100", promised={"E": D(5)}), bid("C", "1")]
    outcome = result(bids, spec("external", params={"higher": D(higher)}), criteria=(QUALITY, FIGURE))
    assert outcome.winner == (winner,)
    assert outcome.row("C").rank is None


def test_four_decimals_and_a_minimum_mark_belong_to_quality_and_cost_based_selection():
    rule = spec("qcbs", weight_price=D("0.2"), weight_quality=D("0.8"), min_performance_points=D(700), compare="exact",
                rounding={})  # fmt: skip
    outcome = result([bid("A", "100", "6.9"), bid("B", "120", "7.5"), bid("C", "150", "9")], rule)
    assert outcome.row("A").status == "excluded"
    assert outcome.references["pmin"] == D("120.00")
    assert outcome.winner == ("C",)  # 72 + 16 = 88 against 60 + 20 = 80


def test_rated_criteria_measure_quality_by_the_best_bid():
    outcome = result([bid("A", "100", "5"), bid("B", "200", "8")], spec("wb_rated", compare="exact"))
    assert outcome.row("A").quality_points == D("62.50")
    assert outcome.row("B").price_points == D("50.00")
    assert outcome.winner == ("A",)  # 81.25 against 75


def test_discounts_are_steep_up_to_their_mean_and_flat_beyond():
    # discounts of 10, 20 and 30 per cent from 50000: 0.85 × 10/20, 0.85, 1
    outcome = result([bid("A", "45000"), bid("B", "40000"), bid("C", "35000")], spec("italy_bilinear"))
    assert [str(row.price_points) for row in outcome.rows] == ["42.50", "85.00", "100.00"]
    none = result([bid("A", "50000"), bid("B", "60000")], spec("italy_bilinear"))
    assert [row.price_points for row in none.rows] == [0, 0]


@pytest.mark.parametrize(("score", "status"), [("6", "valid"), ("5.99", "excluded")])
def test_a_group_of_criteria_keeps_its_share_and_equal_passes(score, status):
    criteria = (Criterion("B1", "quality", "One", D(40)), Criterion("B2", "quality", "Two", D(60)))
    rule = spec(group_minima=(GroupMinimum("Service", ("B1", "B2"), D(60)),))
    outcome = result([bid("A", "100", {"B1": "6", "B2": score})], rule, criteria=criteria)
    assert outcome.row("A").status == status
    if status == "excluded":
        assert outcome.row("A").reasons[0].params == {"group": "Service", "share": "60"}


def test_a_group_without_a_criterion_of_the_lot_excludes_nobody():
    rule = spec(group_minima=(GroupMinimum("Service", ("X",), D(60)),))
    assert result([bid("A", "100", "1")], rule).row("A").status == "valid"


@pytest.mark.parametrize("method", ["ratio_weighted_fixed", "absolute_scale", "monetised", "italy_bilinear"])
def test_a_rule_without_its_published_numbers_is_no_input(method):
    data = tender([bid("A", "1")], spec(method)).to_json()
    del data["spec"]["params"]
    with pytest.raises(InputError, match="the published number is missing"):
        TenderInput.from_json(data)


@pytest.mark.parametrize("method", [key for key, _version in METHODS])
def test_a_rule_survives_being_stored_and_read(method):
    given = tender([bid("A", "1", promised={"E": D(1)})], spec(method), criteria=(QUALITY, FIGURE))
    assert TenderInput.from_json(given.to_json()) == given


def test_forms_offer_the_methods_the_engine_has_with_their_numbers_and_rounding():
    engine = {method.id: method for method in METHODS.values()}
    assert {offer.id for offer in OFFERS} == set(engine) - {"ratio_weighted_mean"}  # for imported tenders only
    for offer in OFFERS:
        method = engine[offer.id]
        own = {param.name for param in method.params} - {"higher"}
        assert {number.name for number in offer.numbers} == own
        assert dict(offer.keeps) == dict(method.defaults)
        assert offer.usual == (method.group == "usual")


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.id)
def test_what_forms_suggest_is_a_sound_rule(offer):
    numbers = {number.name: NUMBERS[number.name].suggestion for number in offer.numbers}
    keeps = {key: value for key, value in offer.keeps.items() if key == "compare"}
    more = {"params": {**numbers, "higher": D(1)}} if numbers or offer.id == "external" else {}
    rule = spec(offer.id, **more, **keeps)
    assert [item for item in check_spec(rule, [lot([])]) if item.severity == "error"] == []
