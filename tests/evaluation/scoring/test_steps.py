"""The order of steps: who is out, why, and what that does to everybody else."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import InputError, TenderInput, evaluate
from evaluation.scoring.inputs import Criterion, Position, Reason

from .builders import QUALITY, bid, lot, result, spec, tender

D = Decimal


def test_a_withdrawn_and_a_late_bid_show_no_price_and_no_points():
    outcome = result([bid("A", "900", state="withdrawn"), bid("B", "950", state="late"), bid("C", "1000")])
    assert [row.status for row in outcome.rows] == ["withdrawn", "late", "valid"]
    for row in outcome.rows[:2]:
        assert row.net is None
        assert row.lines == ()
        assert row.criterion_scores == {}
        assert row.reason_codes == (row.status,)
    assert outcome.references["pmin"] == D("1000.00")


def test_all_formal_reasons_are_kept_and_the_price_is_still_shown():
    reasons = (Reason("mandatory_requirement", "A1 not met"), Reason("documents_missing", "no references"))
    row = result([bid("A", "900", formal_reasons=reasons), bid("B", "1000")]).row("A")
    assert row.reason_codes == ("mandatory_requirement", "documents_missing")
    assert row.evaluation_price == D("900.00")
    assert row.performance_points is None


def test_a_lot_without_an_admissible_bid_is_cancelled():
    outcome = result([bid("A", "900", state="late")])
    assert outcome.winner == ()
    assert outcome.cancellation == "no_admissible_bid"
    assert outcome.comparison == {}


POSITIONS = (
    Position("1", "Case", "case", D(100)),
    Position("2", "Training", "day", D(2), essential=False),
    Position("3", "On call", "hour", D(50), is_optional=True, in_evaluation=False, essential=False),
    Position("4", "Option", "hour", D(10), is_optional=True, essential=False),
)


def test_a_missing_essential_price_excludes_and_a_missing_other_price_counts_nothing():
    bids = [
        replace(bid("A", "0"), prices={"2": D(500), "3": D(1), "4": D(1)}),
        replace(bid("B", "0"), prices={"1": D("9.99"), "3": D(70)}),
    ]
    outcome = result(bids, positions=POSITIONS)
    assert outcome.row("A").reason_codes == ("price_missing",)
    assert outcome.row("A").net == D("1010.00")
    assert outcome.row("B").net == D("999.00")
    assert outcome.winner == ("B",)


def test_an_optional_position_counts_only_if_its_evaluation_was_published():
    prices = {"1": D(10), "2": D(100), "3": D(1000), "4": D(5)}
    row = result([replace(bid("A", "0"), prices=prices)], positions=POSITIONS).rows[0]
    assert row.net == D("1250.00")
    assert [line.line_total for line in row.lines] == [D("1000.00"), D("200.00"), D("50000.00"), D("50.00")]


def test_unit_prices_prevail_over_a_stated_total_and_the_difference_is_recorded():
    row = result([bid("A", "1000", stated_total=D("990"))]).rows[0]
    assert row.evaluation_price == D("1000.00")
    assert (row.stated_total, row.arithmetic_difference) == (D("990"), D("10.00"))
    assert [note.code for note in row.notes] == ["arithmetic_correction"]


@pytest.mark.parametrize("stated", ["1000", "980.00"])
def test_a_total_stated_before_or_after_the_discount_is_no_difference(stated):
    row = result([bid("A", "1000", stated_total=D(stated), discount_pct=D(2))]).rows[0]
    assert row.net == D("980.00")
    assert row.arithmetic_difference is None
    assert [note.code for note in row.notes] == ["discount_applied"]


def test_a_price_above_the_published_cap_is_out_and_the_cap_itself_is_not():
    outcome = result([bid("A", "1000"), bid("B", "1000.01")], spec(price_cap=D(1000)))
    assert [row.status for row in outcome.rows] == ["valid", "excluded"]
    assert outcome.row("B").reason_codes == ("price_cap",)


def test_a_score_equal_to_the_minimum_passes_and_one_hundredth_less_does_not():
    criteria = (replace(QUALITY, minimum_score=D(6)),)
    outcome = result([bid("A", "1000", "6"), bid("B", "900", "5.99")], criteria=criteria)
    assert [row.status for row in outcome.rows] == ["valid", "excluded"]
    assert outcome.row("B").reason_codes == ("min_score",)
    assert outcome.references["pmin"] == D("1000.00")


def test_the_minimum_of_performance_points_is_compared_exactly():
    outcome = result([bid("A", "1000", "5.5"), bid("B", "1000", "5.49")], spec(min_performance_points=D(550)))
    assert [row.reason_codes for row in outcome.rows] == [(), ("min_performance",)]


def test_a_price_far_below_the_next_opens_a_question_and_blocks_the_award():
    outcome = result([bid("A", "800"), bid("B", "1000")])
    flag = outcome.row("A").flags[0]
    assert (flag.base, flag.pct) == ("next", D("20.00"))
    assert outcome.row("A").abnormally_low_outcome == "clarification_required"
    assert outcome.winner == ("A",)
    assert outcome.award_blocked == ("price_clarification_pending",)


def test_a_gap_just_below_the_threshold_is_no_flag():
    assert result([bid("A", "800.01"), bid("B", "1000")]).row("A").flags == ()


def test_an_explained_price_may_win():
    outcome = result([bid("A", "800", clarification="explained"), bid("B", "1000")])
    assert outcome.row("A").abnormally_low_outcome == "explained"
    assert outcome.award_blocked == ()


def test_after_an_exclusion_the_next_lowest_is_tested_again():
    bids = [bid("A", "500", clarification="not_explained"), bid("B", "700"), bid("C", "1000")]
    outcome = result(bids)
    assert outcome.row("A").reason_codes == ("abnormally_low",)
    assert [flag.pct for flag in outcome.row("A").flags] == [D("28.57")]
    assert [flag.pct for flag in outcome.row("B").flags] == [D("30.00")]


def test_a_second_unexplained_price_found_after_the_first_exclusion_is_out_before_scoring():
    bids = [bid("A", "500", clarification="not_explained"), bid("B", "700", clarification="not_explained")]
    outcome = result([*bids, bid("C", "1000")])
    assert [row.reason_codes for row in outcome.rows] == [("abnormally_low",), ("abnormally_low",), ()]
    assert outcome.row("B").performance_points is None
    assert [flag.pct for flag in outcome.row("B").flags] == [D("30.00")]


def test_a_flag_disappears_when_the_bid_above_falls_below_its_minimum():
    criteria = (replace(QUALITY, minimum_score=D(5)),)
    outcome = result([bid("A", "790"), bid("B", "1000", "4"), bid("C", "980")], criteria=criteria)
    assert outcome.row("A").flags == ()
    outcome = result([bid("A", "790"), bid("B", "1000", "4"), bid("C", "1100")], criteria=criteria)
    assert [flag.pct for flag in outcome.row("A").flags] == [D("28.18")]


def test_the_estimate_is_compared_on_the_basis_of_the_prices():
    # 1000 net estimate → 1190.00 gross; 700 net → 833.00 gross, 30 % below
    row = result([bid("A", "700")], spec(price_basis="gross"), estimated_value=D(1000)).rows[0]
    assert [(flag.base, flag.pct) for flag in row.flags] == [("estimate", D("30.00"))]


def test_the_rate_of_the_bid_decides_the_gross_price():
    outcome = result([bid("A", "1000"), bid("B", "1100", vat_rate=D(0))], spec(price_basis="gross"))
    assert outcome.row("A").evaluation_price == D("1190.00")
    assert outcome.row("B").evaluation_price == D("1100.00")
    assert outcome.winner == ("B",)


def test_a_consensus_replaces_the_mean_of_the_panel():
    scores = {"by_evaluator": {"e1": "2", "e2": "9"}, "consensus": "8.5"}
    data = tender([bid("A", "1000")]).to_json()
    data["lots"][0]["bids"][0]["scores"] = {"Q": scores}
    assert evaluate(TenderInput.from_json(data)).lots[0].rows[0].criterion_scores["Q"] == D("8.50")


def test_a_missing_score_of_a_valid_bid_stops_the_evaluation_and_names_its_place():
    with pytest.raises(InputError) as caught:
        evaluate(tender([bid("A", "1000"), bid("B", "900", {})]))
    assert caught.value.path == "$.lots[0].bids[1].scores['Q']"


def test_a_missing_score_of_an_excluded_bid_is_no_matter():
    assert result([bid("A", "1000"), bid("B", "900", {}, formal_reasons=(Reason("form", "x"),))]).winner == ("A",)


PROMISE = Criterion("E", "efficiency", "Days", D(50), direction="lower", curve=((D(1), D(10)), (D(9), D(0))))


def test_a_bid_without_the_promised_number_is_out():
    criteria = (replace(QUALITY, weight=D(50)), PROMISE)
    outcome = result([bid("A", "1000"), bid("B", "1100", promised={"E": D(3)})], criteria=criteria)
    assert outcome.row("A").reason_codes == ("documents_missing",)
    assert outcome.winner == ("B",)


def test_a_criterion_of_weight_zero_informs_and_does_not_count():
    criteria = (QUALITY, Criterion("I", "quality", "For information", D(0)))
    row = result([bid("A", "1000", {"Q": "8", "I": "3"})], criteria=criteria).rows[0]
    assert row.criterion_scores == {"Q": D("8.00"), "I": D("3.00")}
    assert row.performance_points == D("800.00")


def test_a_price_of_zero_is_refused_where_the_method_divides_by_prices():
    for method in ("weighted_linear", "ratio_simple", "ratio_extended", "inverse_proportional"):
        with pytest.raises(InputError, match="greater than zero"):
            evaluate(tender([bid("A", "0")], spec(method)))
    assert result([bid("A", "0"), bid("B", "1")], spec("price_only")).winner == ("A",)


@pytest.mark.parametrize(("method", "points"), [("weighted_linear", "0.00"), ("inverse_proportional", "50.00")])
def test_a_bid_at_twice_the_lowest_price_gets_nothing_or_half(method, points):
    outcome = result([bid("A", "1000"), bid("B", "2000")], spec(method))
    assert outcome.row("B").price_points == D(points)


def test_another_zero_point_of_the_line_can_be_published():
    # 100 × (1.5 × 1000 − 1200) / (0.5 × 1000) = 60
    outcome = result([bid("A", "1000"), bid("B", "1200")], spec(zero_at_factor=D("1.5")))
    assert outcome.row("B").price_points == D("60.00")


def test_the_extended_ratio_takes_its_edge_inside_and_ranks_nobody_outside():
    # Z: A 10/1000, B 9.5/1000 = exactly 95 %, C 9.4/1000
    bids = [bid("A", "1000", "10"), bid("B", "1000", "9.5"), bid("C", "1000", "9.4")]
    outcome = result(bids, spec("ratio_extended"))
    assert [row.rank for row in outcome.rows] == [1, 2, None]
    assert outcome.comparison["m3"].in_band == ("A", "B")
    assert outcome.references["band_floor"] == Fraction(95, 100)


def test_the_extended_ratio_can_decide_by_price_or_by_a_named_criterion():
    bids = [bid("A", "1000", {"Q": "10", "R": "5"}), bid("B", "970", {"Q": "9.5", "R": "6"})]
    criteria = (replace(QUALITY, weight=D(90)), Criterion("R", "quality", "Reach", D(10)))
    winners = {
        criterion: result(bids, spec("ratio_extended", extended_criterion=criterion), criteria=criteria).winner
        for criterion in ("performance_points", "price", "R")
    }
    assert winners == {"performance_points": ("A",), "price": ("B",), "R": ("B",)}


def test_the_published_comparison_decides_whether_rounded_or_exact_totals_rank():
    # quality points 80.004 and 80.001 both show 80.00
    criteria = (replace(QUALITY, weight=D("99.99")), Criterion("R", "quality", "Reach", D("0.01")))
    bids = [bid("A", "1000", {"Q": "8", "R": "8"}), bid("B", "1000", {"Q": "8", "R": "8.3"})]
    rounded = result(bids, spec(), criteria=criteria)
    exact = result(bids, spec(compare="exact"), criteria=criteria)
    assert [row.rank for row in rounded.rows] == [1, 1]
    assert rounded.tie_break_used == ("higher_performance",)
    assert [row.rank for row in exact.rows] == [2, 1]
    assert rounded.winner == exact.winner == ("B",)


def test_the_published_tie_chain_is_followed_step_by_step():
    # A: 100 and 80; B: 90 and 90 → both 90.00
    bids = [bid("A", "1000", "8"), bid("B", "1100", "9")]
    assert result(bids).winner == ("B",)
    other = result(bids, spec(tie_chain=("lower_price", "higher_performance", "draw_lots")))
    assert (other.winner, other.tie_break_used) == (("A",), ("lower_price",))


def test_a_named_criterion_can_break_a_tie():
    criteria = (replace(QUALITY, weight=D(50)), Criterion("R", "quality", "Reach", D(50)))
    bids = [bid("A", "1000", {"Q": "8", "R": "6"}), bid("B", "1000", {"Q": "7", "R": "7"})]
    outcome = result(bids, spec(tie_chain=("named_criterion:R", "draw_lots")), criteria=criteria)
    assert (outcome.winner, outcome.tie_break_used) == (("B",), ("named_criterion:R",))


def test_a_result_as_json_holds_text_and_never_a_binary_number():
    def leaves(value):
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [value]

    outcome = evaluate(tender([bid("A", "1000"), bid("B", "1100.10")], estimated_value=D(1000)))
    assert not [leaf for leaf in leaves(outcome.to_json()) if isinstance(leaf, float) or leaf is None]
    assert outcome.awards() == {"L1": ("A",)}


def test_a_lot_without_criteria_goes_to_the_lowest_price():
    only = lot([bid("A", "1000", {}), bid("B", "999.99", {})], criteria=())
    rule = spec("price_only", weight_price=D(1), weight_quality=D(0))
    outcome = evaluate(replace(tender([]), spec=rule, lots=(only,))).lots[0]
    assert outcome.winner == ("B",)
    assert [row.rank for row in outcome.rows] == [2, 1]


def test_a_low_price_of_a_bid_that_loses_blocks_the_lot_until_it_is_clarified():
    bids = [bid("A", "800", "1"), bid("B", "1000", "10"), bid("C", "1010", "9")]
    outcome = result(bids)
    assert outcome.winner == ("B",)
    assert outcome.award_blocked == ("price_clarification_pending",)
    assert result([replace(bids[0], clarification="accepted"), *bids[1:]]).award_blocked == ()


@pytest.mark.parametrize("outcome", ["law_breached", "aid_unlawful"])
def test_a_breach_of_law_and_unlawful_aid_exclude_and_the_others_are_ranked_anew(outcome):
    bids = [bid("A", "500", clarification=outcome), bid("B", "700", clarification="explained"), bid("C", "1000")]
    found = result(bids)
    assert (found.row("A").status, found.row("A").reason_codes) == ("excluded", ("abnormally_low",))
    assert found.row("A").reasons[0].params == {"cause": outcome}
    assert found.references["pmin"] == D("700.00")


def test_a_price_asked_about_by_hand_counts_without_any_flag():
    bids = [bid("A", "990", clarification="open"), bid("B", "1000")]
    assert result(bids).award_blocked == ("price_clarification_pending",)
    assert result([replace(bids[0], clarification="law_breached"), bids[1]]).row("A").status == "excluded"


def test_mean_and_median_are_measures_of_their_own_from_three_bids_on():
    rule = spec(gap_to_next_pct=D(0), gap_to_estimate_pct=D(0), gap_to_mean_pct=D(40), gap_to_median_pct=D(20))
    outcome = result([bid("A", "800"), bid("B", "1000"), bid("C", "2200")], rule)
    # mean 4000/3: (4000/3 - 800) / (4000/3) = 40 % exactly; median 1000: 20 %
    flags = [(flag.base, flag.pct) for flag in outcome.row("A").flags]
    assert flags == [("mean", D("40.00")), ("median", D("20.00"))]
    assert outcome.row("B").flags == ()
    assert result([bid("A", "800"), bid("B", "2200")], rule).row("A").flags == ()


def test_a_measure_of_nought_per_cent_measures_nothing():
    rule = spec(gap_to_next_pct=D(0), gap_to_estimate_pct=D(0))
    assert result([bid("A", "1"), bid("B", "1000")], rule, estimated_value=D(1000)).row("A").flags == ()
