"""Checks of a rule, its formula and the worked example."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evaluation.scoring import Context, check_spec, example, formula
from evaluation.scoring.inputs import Criterion, GroupMinimum, LotRules

from .builders import ALL_METHODS, QUALITY, bid, lot, spec

D = Decimal
LOTS = [lot([bid("A", "1")])]
CURVE = Criterion("E", "efficiency", "Days", D(40), direction="lower", curve=((D(2), D(10)), (D(20), D(0))))


def codes(rule, lots=LOTS, rules=None):
    """Faults and doubts; hints are looked at apart."""
    return [finding.code for finding in check_spec(rule, lots, rules) if finding.severity != "info"]


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
        (spec("fastest"), "unknown_method"),
        (spec("span"), "span_interpolation_unlawful"),
        (spec("dea"), "unpublished_method"),
        (spec("ratio_weighted_mean"), "mean_reference_flipping"),
        (spec("ratio_weighted_median"), "relative_reference"),
        (spec("weighted_linear", zero_at_factor=D("1.2")), "steep_line"),
        (spec("ratio_weighted_fixed", reference_reason=None), "reference_ex_ante"),
        (spec("ratio_weighted_fixed", reference_set_on=None), "reference_ex_ante"),
        (spec("ratio_weighted_fixed", params={"l_ref": D(700)}), "parameter_faulty"),
        (spec("ratio_weighted_fixed", params={"l_ref": D(700), "p_ref": D(0)}), "parameter_faulty"),
        (spec("absolute_scale", params={"full_at": D(9), "zero_at": D(9)}), "parameter_faulty"),
        (spec("monetised", reference_reason=None), "value_unreasoned"),
        (spec("external", reference_reason=None), "figure_unexplained"),
        (spec("external", figure_criterion=None), "parameter_faulty"),
        (spec("fbs", price_cap=None), "budget_missing"),
        (spec("lcs", min_performance_points=None), "minimum_missing"),
        (spec("italy_bilinear"), "base_price_not_cap"),
        (spec("italy_bilinear"), "price_share_italy"),
        (spec(group_minima=(GroupMinimum("Service", ("Q",), D(101)),)), "min_above_scale"),
        (spec(group_minima=(GroupMinimum("Service", ("X",), D(50)),)), "group_unknown"),
    ],
)
def test_a_doubtful_rule_is_named(rule, code):
    assert code in codes(rule)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (spec("ratio_simple"), "not_a_weight"),
        (spec("ratio_simple", scale="three_digits"), "scale_jump"),
        (spec("inverse_proportional"), "flat_for_dear"),
    ],
)
def test_a_hint_informs_and_stops_nothing(rule, code):
    found = {finding.code: finding.severity for finding in check_spec(rule, LOTS)}
    assert found[code] == "info"
    assert "error" not in found.values()


def test_the_price_alone_is_no_way_to_find_an_innovation_partner():
    found = check_spec(spec("price_only"), [], None, Context(innovation=True))
    assert [(item.code, item.severity, item.confidence) for item in found] == [
        ("innovation_price_only", "warning", "V")
    ]
    assert check_spec(spec("price_only"), []) == []


def test_a_cost_criterion_says_how_it_is_calculated():
    found = check_spec(spec("ratio_simple"), LOTS, None, Context(undescribed_costs=("C1",)))
    assert ("lcc_method_missing", {"criterion": "C1"}) in [(item.code, item.message_params) for item in found]


def test_points_below_zero_cannot_be_divided_by_a_price():
    criterion = replace(CURVE, weight=D(100), curve=((D(2), D(10)), (D(20), D(-5))))
    assert "negative_scale_ratio" in codes(spec("ratio_simple"), [lot([], criteria=(criterion,))])


def test_a_price_scale_that_misses_the_estimate_is_named():
    estimated = [lot([], estimated_value=D(100_000))]
    assert "scale_misses_estimate" in codes(spec("absolute_scale"), estimated)
    wide = spec("absolute_scale", params={"full_at": D(80_000), "zero_at": D(160_000)})
    assert "scale_misses_estimate" not in codes(wide, estimated)


def test_what_a_court_or_a_statute_says_carries_its_source_and_how_sure_it_is():
    span, own = check_spec(spec("span"), LOTS)[0], check_spec(spec("external", reference_reason=None), LOTS)[0]
    assert (span.source, span.confidence) == ("OLG Düsseldorf, 29.05.2024, Verg 35/23", "S")
    assert (own.source, own.confidence) == ("", "D")


def test_the_price_line_has_a_floor_when_a_group_of_criteria_has_a_minimum():
    group = GroupMinimum("Service", ("Q",), D(50))
    assert "linear_without_floor" not in codes(spec(group_minima=(group,)))


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
    if method == "external":  # its figure is whatever the bid states
        assert shown.result.winner == ("cheap",)  # whose promised number is the highest
        return
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
