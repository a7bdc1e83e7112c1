"""Checks of a rule, its formula and the worked example."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evaluation.scoring import check_spec, example, formula
from evaluation.scoring.inputs import Criterion, LotRules

from .builders import ALL_METHODS, QUALITY, bid, lot, spec

D = Decimal
LOTS = [lot([bid("A", "1")])]
CURVE = Criterion("E", "efficiency", "Days", D(40), direction="lower", curve=((D(2), D(10)), (D(20), D(0))))


def codes(rule, lots=LOTS, rules=None):
    return [finding.code for finding in check_spec(rule, lots, rules)]


def test_a_sound_rule_gives_no_errors():
    for method in ALL_METHODS:
        findings = check_spec(spec(method), LOTS)
        assert [finding for finding in findings if finding.severity == "error"] == []


def test_ratio_compared_exactly_depends_on_no_other_bid():
    assert codes(spec("ratio_simple")) == []
    assert "relative_reference" in codes(spec("inverse_proportional"))


def test_weights_that_do_not_add_up_are_found():
    finding = check_spec(spec("ratio_simple", weight_price=D("0.6")), LOTS)[0]
    assert (finding.code, finding.path, finding.message_params["sum"]) == (
        "weights_sum",
        "$.spec.weight_quality",
        "110",
    )
    lots = [lot([], criteria=(replace(QUALITY, weight=D(90)),))]
    finding = check_spec(spec("ratio_simple"), lots)[0]
    assert (finding.code, finding.path, finding.message_params["sum"]) == ("weights_sum", "$.lots[0].criteria", "90")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (spec("ratio_simple", tie_chain=("lower_price",)), "tie_chain_incomplete"),
        (spec("ratio_simple", tie_chain=()), "tie_chain_incomplete"),
        (spec("ratio_simple", min_performance_points=D(1001)), "min_above_scale"),
        (spec("weighted_linear"), "linear_without_floor"),
        (spec("price_only"), "price_only_concept"),
        (spec("ratio_extended", extended_swing_pct=D(11)), "band_width"),
        (spec("ratio_extended", extended_criterion="X"), "band_width"),
        (spec("span"), "unknown_method"),
    ],
)
def test_a_doubtful_rule_is_named(rule, code):
    assert code in codes(rule)


@pytest.mark.parametrize("change", [{"min_performance_points": D(500)}, {"price_cap": D(1000)}])
def test_a_minimum_or_a_cap_gives_the_line_its_floor(change):
    assert "linear_without_floor" not in codes(spec(**change))


def test_a_lot_limit_needs_a_rule_for_handing_out():
    lots = [LOTS[0], replace(LOTS[0], lot_id="L2")]
    assert codes(spec("ratio_simple"), lots, LotRules(max_lots_awarded=1)) == ["lot_rule_missing"]
    assert codes(spec("ratio_simple"), lots, LotRules(max_lots_awarded=2)) == []
    assert codes(spec("ratio_simple"), lots, LotRules(1, 1, "maximise_total_points")) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"curve": ((D(2), D(10)),)}, "curve_too_short"),
        ({"curve": ((D(2), D(11)), (D(3), D(0)))}, "curve_off_scale"),
        ({"curve": ((D(2), D(10)), (D(2), D(0)))}, "curve_values_not_rising"),
        ({"curve": ((D(2), D(5)), (D(3), D(5)))}, "curve_flat"),
        ({"direction": "higher"}, "curve_against_direction"),
        ({"minimum_score": D(11)}, "min_above_scale"),
    ],
)
def test_a_faulty_curve_is_named(change, code):
    lots = [lot([], criteria=(replace(QUALITY, weight=D(60)), replace(CURVE, **change)))]
    assert codes(spec("ratio_simple"), lots) == [code]


def test_the_formula_is_a_code_with_the_numbers_in_it():
    assert formula(spec(weight_price=D("0.45"), weight_quality=D("0.55"))) == (
        "weighted_linear",
        {"price_basis": "net", "weight_price": "45", "weight_quality": "55", "factor": "2"},
    )
    assert formula(spec("ratio_extended"))[1]["swing_pct"] == "5"
    assert formula(spec("price_only")) == ("price_only", {"price_basis": "net"})


@pytest.mark.parametrize("method", ALL_METHODS)
def test_the_worked_example_shows_three_bids_under_the_published_rule(method):
    criteria = (replace(QUALITY, weight=D(60), minimum_score=D(7)), CURVE)
    shown = example(spec(method, price_cap=D(50_000), price_basis="gross"), criteria)
    assert [row.bid_id for row in shown.result.rows] == ["cheap", "middle", "strong"]
    assert all(row.status == "valid" for row in shown.result.rows)
    assert len(shown.result.winner) == 1
    prices = [row.evaluation_price for row in shown.result.rows]
    assert prices == sorted(prices)
    assert prices[-1] <= 50_000
    points = [row.performance_points for row in shown.result.rows]
    assert points == sorted(points)


def test_the_worked_example_can_be_near_the_estimate():
    shown = example(spec(), (QUALITY,), D(20_000))
    assert [row.evaluation_price for row in shown.result.rows] == [D("18000.00"), D("20000.00"), D("23000.00")]
