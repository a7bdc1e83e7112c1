"""Two lots recomputed by hand: every number below is written out from the published rule, not taken from the code."""

from decimal import Decimal

import pytest

from evaluation.scoring import TenderInput, evaluate

TENDER = {
    "tender_id": "HAND",
    "spec": {"method": "weighted_linear", "weight_price": "0.4", "weight_quality": "0.6", "price_basis": "gross"},
    "lot_rules": {"max_lots_bid": 2},
    "lots": [
        {
            "lot_id": "L1",
            "title": "Parking fines",
            "estimated_value": "80000",
            "term_years": "4",
            "reference_quantity": "6000",
            "reference_unit": "case",
            "baseline_cost_per_case": "5.20",
            "baseline_minutes_per_case": "14",
            "positions": [
                {"ref": "1", "text": "Case", "unit": "case", "quantity": "24000"},
                {"ref": "2", "text": "Set-up", "unit": "flat", "quantity": "1"},
                {"ref": "3", "text": "On call", "unit": "hour", "quantity": "10", "in_evaluation": False,
                 "is_optional": True, "essential": False},
            ],
            "criteria": [
                {"id": "Q1", "kind": "quality", "name": "Concept", "weight": "50"},
                {"id": "E1", "kind": "efficiency", "name": "Minutes per case", "weight": "30", "unit": "min",
                 "direction": "lower", "measures": "minutes_per_case",
                 "curve": [["4", "10"], ["10", "4"], ["16", "0"]]},
                {"id": "C1", "kind": "cost", "name": "Energy per year", "weight": "20", "unit": "kWh",
                 "direction": "lower", "curve": [["100", "10"], ["400", "0"]]},
            ],
            "bids": [
                {"bid_id": "A", "provider_id": "PA", "vat_rate": "19", "prices": {"1": "2.95", "2": "1500", "3": "80"},
                 "discount_pct": "2", "scores": {"Q1": {"by_evaluator": {"e1": "8", "e2": "7", "e3": "7"}}},
                 "promised": {"E1": "7", "C1": "250"}},
                {"bid_id": "B", "provider_id": "PB", "vat_rate": "7", "prices": {"1": "3.10", "2": "0", "3": "75"},
                 "scores": {"Q1": {"by_evaluator": {"e1": "9", "e2": "5", "e3": "9"}, "consensus": "8"}},
                 "promised": {"E1": "13", "C1": "90"}},
            ],
        },
        {
            "lot_id": "L2",
            "title": "Letters",
            "estimated_value": "12000",
            "term_years": "2.5",
            "reference_quantity": "900",
            "baseline_cost_per_case": "4",
            "positions": [{"ref": "1", "text": "Letter", "unit": "piece", "quantity": "2250"}],
            "criteria": [{"id": "Q1", "kind": "quality", "name": "Concept", "weight": "100"}],
            "bids": [
                {"bid_id": "A", "provider_id": "PA", "vat_rate": "19", "prices": {"1": "3.80"},
                 "scores": {"Q1": {"by_evaluator": {"e1": "6", "e2": "7", "e3": "7"}}}},
            ],
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome():
    return evaluate(TenderInput.from_json(TENDER))


def numbers(row, *names):
    return tuple(str(getattr(row, name)) for name in names)


def test_prices_follow_lines_discount_and_the_tax_of_the_bid(outcome):
    a, b = outcome.lot("L1").rows
    # A: 24000 × 2.95 = 70800.00, + 1500 = 72300.00; − 2 % = 70854.00; × 1.19 = 84316.26 (position 3 is not evaluated)
    assert numbers(a, "line_sum", "net", "gross", "evaluation_price") == (
        "72300.00", "70854.00", "84316.26", "84316.26",
    )  # fmt: skip
    assert [str(line.line_total) for line in a.lines] == ["70800.00", "1500.00", "800.00"]
    # B: 24000 × 3.10 = 74400.00; × 1.07 = 79608.00
    assert numbers(b, "net", "evaluation_price") == ("74400.00", "79608.00")


def test_scores_follow_panel_consensus_and_published_curves(outcome):
    a, b = outcome.lot("L1").rows
    # A: mean (8+7+7)/3 = 7.33; 7 min lies halfway between (4, 10) and (10, 4): 7.00; 250 kWh halfway: 5.00
    assert {key: str(score) for key, score in a.criterion_scores.items()} == {"Q1": "7.33", "E1": "7.00", "C1": "5.00"}
    # B: consensus 8.00; 13 min halfway between (10, 4) and (16, 0): 2.00; 90 kWh is better than the best point: 10.00
    assert {key: str(score) for key, score in b.criterion_scores.items()} == {"Q1": "8.00", "E1": "2.00", "C1": "10.00"}
    # A: 50 × 7.33 = 366.50, 30 × 7 = 210, 20 × 5 = 100 → 676.50;  B: 400 + 60 + 200 = 660
    assert {kind: str(points) for kind, points in a.subtotals.items()} == {
        "quality": "366.50", "efficiency": "210.00", "cost": "100.00",
    }  # fmt: skip
    assert (str(a.performance_points), str(b.performance_points)) == ("676.50", "660.00")


def test_points_follow_the_lowest_gross_price(outcome):
    a, b = outcome.lot("L1").rows
    # A: 100 × (2 − 84316.26 / 79608) = 94.0857… → 94.09; 676.5 / 10 = 67.65; 0.4 × 94.09 + 0.6 × 67.65 = 78.226 → 78.23
    assert numbers(a, "price_points", "quality_points", "total", "rank") == ("94.09", "67.65", "78.23", "2")
    # B: 100; 66.00; 40 + 39.6 = 79.60
    assert numbers(b, "price_points", "quality_points", "total", "rank") == ("100.00", "66.00", "79.60", "1")
    assert outcome.lot("L1").winner == ("B",)


def test_cost_per_case_and_savings_follow_the_reference_quantity(outcome):
    a = outcome.lot("L1").row("A").economics
    # 6000 cases × 4 years = 24000; 84316.26 / 24000 = 3.5131775 → 3.51
    assert numbers(a, "cases_over_term", "eur_per_case") == ("24000", "3.51")
    # 5.20 − 3.5131775 = 1.6868225 → 1.69; × 6000 = 10120.935 → 10120.94; × 4 = 40483.74; 1.6868225 / 5.20 = 32.44 %
    assert numbers(a, "saving_per_case", "saving_per_year", "saving_over_term", "saving_pct") == (
        "1.69", "10120.94", "40483.74", "32.44",
    )  # fmt: skip
    # 14 − 7 = 7 minutes × 6000 / 60 = 700 hours, 50 %; quality 67.65 / 84316.26 × 1000 = 0.80233…
    assert numbers(a, "hours_saved_per_year", "time_saved_pct", "quality_points_per_1000_eur") == (
        "700.0", "50.00", "0.8023",
    )  # fmt: skip
    b = outcome.lot("L1").row("B").economics
    # 79608 / 24000 = 3.317 → 3.32; (14 − 13) × 6000 / 60 = 100 hours, 1/14 = 7.14 %; 66 / 79608 × 1000 = 0.82906…
    assert numbers(b, "eur_per_case", "saving_per_case", "hours_saved_per_year", "time_saved_pct") == (
        "3.32", "1.88", "100.0", "7.14",
    )  # fmt: skip
    assert str(b.quality_points_per_1000_eur) == "0.8291"


def test_a_lot_without_todays_minutes_saves_money_only_and_may_cost_more_than_today(outcome):
    row = outcome.lot("L2").row("A")
    # 2250 × 3.80 = 8550.00 × 1.19 = 10174.50; 900 × 2.5 = 2250 cases; 10174.5 / 2250 = 4.522 → 4.52
    assert (str(row.evaluation_price), str(row.economics.eur_per_case)) == ("10174.50", "4.52")
    # 4 − 4.522 = −0.522 → −0.52; × 900 = −469.80; × 2.5 = −1174.50; −13.05 %
    assert numbers(row.economics, "saving_per_case", "saving_per_year", "saving_over_term", "saving_pct") == (
        "-0.52", "-469.80", "-1174.50", "-13.05",
    )  # fmt: skip
    assert row.economics.hours_saved_per_year is None
    # mean (6+7+7)/3 = 6.67 → L = 667; total = 0.4 × 100 + 0.6 × 66.70 = 80.02
    assert numbers(row, "performance_points", "total") == ("667.00", "80.02")


def test_the_explanation_repeats_the_calculation_with_its_numbers(outcome):
    steps = outcome.lot("L1").row("A").explain
    assert steps["line:1"] == "24000 × 2.95 = 70800.00"
    assert steps["net"] == "72300.00 × (100 − 2) / 100 = 70854.00"
    assert steps["gross"] == "70854.00 × (100 + 19) / 100 = 84316.26"
    assert steps["performance_points"] == "50 × 7.33 + 30 × 7.00 + 20 × 5.00 = 676.5"
    assert steps["price_points"] == "max(0, 100 × (2 − 84316.26 / 79608.00)) = 94.09"
    assert steps["total"] == "0.4 × 94.09 + 0.6 × 67.65 = 78.23"
    assert steps["eur_per_case"] == "84316.26 / (6000 × 4) = 3.51"
    assert steps["saving_per_year"] == "(5.20 − 84316.26 / (6000 × 4)) × 6000 = 10120.94"


def test_without_a_reference_quantity_nothing_is_invented():
    lots = [{**TENDER["lots"][1]}]
    for key in ("reference_quantity", "baseline_cost_per_case"):
        lots[0].pop(key)
    row = evaluate(TenderInput.from_json({**TENDER, "lots": lots})).lots[0].rows[0]
    assert row.economics.eur_per_case is None
    assert row.economics.saving_per_case is None
    # 66.7 / 10174.5 × 1000 = 6.55560…
    assert row.economics.quality_points_per_1000_eur == Decimal("6.5556")
