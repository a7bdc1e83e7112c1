import json
import math
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pilots import faults
from pilots.effects import (
    Fault,
    PilotInput,
    Reading,
    analyse,
    check_series,
    from_json,
    result_to_json,
    to_expected_shape,
    to_json,
)
from pilots.effects.estimate import welch_difference
from pilots.effects.inputs import SuccessRule, months_between
from pilots.effects.money import half_up

CASES = Path(__file__).parents[3] / "config" / "demo" / "procedures"
PILOTS = ("P01", "P02", "P03", "P04")
SOME_EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def case(pilot_id: str) -> dict:
    return json.loads((CASES / pilot_id / "pilot.json").read_text())


def expected(pilot_id: str) -> dict:
    return json.loads((CASES / pilot_id / "expected.json").read_text())


@pytest.fixture(scope="module")
def kiosk() -> PilotInput:
    return from_json(case("P01"))


@pytest.fixture(scope="module")
def fees() -> PilotInput:
    return from_json(case("P04"))


def with_values(pilot: PilotInput, change) -> PilotInput:
    return replace(pilot, series=tuple(replace(row, value=change(row)) for row in pilot.series))


def verdicts(pilot: PilotInput) -> dict[str, str]:
    return {result.kpi.id: result.verdict for result in analyse(pilot).kpis}


@pytest.mark.parametrize("pilot_id", PILOTS)
def test_every_pilot_case_gives_its_expected_result_to_the_last_printed_digit(pilot_id):
    shape = to_expected_shape(analyse(from_json(case(pilot_id))))
    assert json.dumps(shape) == json.dumps(expected(pilot_id))


def test_the_waiting_time_effect_equals_a_calculation_by_plain_arithmetic(kiosk):
    values = {(r.arm, r.month): float(r.value) for r in kiosk.series if r.kpi_id == "C1"}
    before = [values["pilot", m] - values["control", m] for m in months_between("2024-07", "2025-06")]
    after = [values["pilot", m] - values["control", m] for m in months_between("2025-07", "2026-06")]
    mean_before, mean_after = sum(before) / 12, sum(after) / 12
    effect = mean_after - mean_before
    error_before = sum((d - mean_before) ** 2 for d in before) / 11 / 12
    error_after = sum((d - mean_after) ** 2 for d in after) / 11 / 12
    df = (error_after + error_before) ** 2 / (error_after**2 / 11 + error_before**2 / 11)

    result = analyse(kiosk).primary

    assert float(result.did) == pytest.approx(effect, abs=1e-12)
    assert result.effect.df == pytest.approx(df, rel=1e-12)
    # 2.1203 is t(0.975) for 15.97 degrees of freedom in a printed table, between 2.131 (15) and 2.120 (16).
    half_width = 2.1203 * math.sqrt(error_after + error_before)
    assert result.effect.low == pytest.approx(effect - half_width, abs=1e-3)
    assert result.effect.high == pytest.approx(effect + half_width, abs=1e-3)


def test_staff_hours_and_value_are_recomputed_from_the_series_in_exact_fractions(kiosk):
    def average(arm, phase):
        rows = [r for r in kiosk.series if (r.kpi_id, r.arm, r.phase) == ("A1", arm, phase)]
        return sum(Fraction(r.value) for r in rows) / len(rows)

    effect = (average("pilot", "pilot") - average("pilot", "baseline")) - (
        average("control", "pilot") - average("control", "baseline")
    )
    hours = -effect * 28327 / 60
    assert analyse(kiosk).money.staff_hours_saved == Decimal("965.5") == half_up(hours, 1)
    assert analyse(kiosk).money.staff_value_eur == Decimal("50204.89") == half_up(hours * 52, 2)


def test_total_and_own_cost_follow_from_the_cost_lines(kiosk):
    money = analyse(kiosk).money
    assert money.total_cost_eur == 94000 + 12 * 3150
    assert money.own_cost_eur == 131800 - 66000
    assert money.cost_per_case_eur == Decimal("4.65")
    assert money.own_cost_per_case_eur == Decimal("2.32")


@SOME_EXAMPLES
@given(st.decimals(-1000, 1000, places=3), st.integers(0, 23))
def test_what_happens_to_both_arms_alike_changes_no_effect(kiosk, shift, month_index):
    months = months_between("2024-07", "2026-06")
    drift = {month: shift * (1 if i >= month_index else 0) for i, month in enumerate(months)}
    shifted = with_values(kiosk, lambda row: row.value + drift[row.month])
    for one, other in zip(analyse(kiosk).kpis, analyse(shifted).kpis, strict=True):
        assert one.effect == other.effect
        assert one.verdict == other.verdict


def test_swapping_the_arms_flips_the_sign_and_the_verdict(kiosk):
    other_arm = {"pilot": "control", "control": "pilot"}
    swapped = replace(kiosk, series=tuple(replace(row, arm=other_arm[row.arm]) for row in kiosk.series))
    opposite = {"improved": "worsened", "worsened": "improved"}
    for one, other in zip(analyse(kiosk).kpis, analyse(swapped).kpis, strict=True):
        assert other.did == -one.did
        assert (other.effect.low, other.effect.high) == pytest.approx((-one.effect.high, -one.effect.low))
        assert other.verdict == opposite.get(one.verdict, one.verdict)


def test_mirroring_the_values_and_the_good_direction_keeps_every_word(fees):
    mirrored = with_values(fees, lambda row: -row.value)
    turn = {"lower": "higher", "higher": "lower"}
    mirrored = replace(mirrored, kpis=tuple(replace(kpi, better=turn[kpi.better]) for kpi in fees.kpis))
    assert verdicts(mirrored) == verdicts(fees)


def test_an_interval_that_ends_exactly_at_zero_demonstrates_no_effect():
    probe = welch_difference([Fraction(v) for v in (4, 5, 6)], [Fraction(v) for v in (1, 2, 3)], Decimal("0.95"))
    at_zero = replace(probe, low=0.0)
    assert not at_zero.excludes_zero
    assert replace(probe, low=1e-9).excludes_zero


def test_hours_and_money_are_shown_as_zero_while_no_effect_is_demonstrated(kiosk):
    noisy = with_values(kiosk, lambda row: row.value + (Decimal(int(row.month[-2:]) % 3) * 40 if is_a1(row) else 0))
    money = analyse(noisy).money
    assert verdicts(noisy)["A1"] == "no_effect_demonstrated"
    assert money.staff_hours_saved != 0
    assert money.staff_hours_shown == 0
    assert money.staff_value_shown_eur == 0


def is_a1(row: Reading) -> bool:
    return (row.kpi_id, row.arm) == ("A1", "pilot")


def test_a_worsened_indicator_is_shown_as_a_cost(fees):
    money = analyse(fees).money
    assert money.revenue_change_shown_eur == money.revenue_change_eur == Decimal("-5812.17")


def test_fewer_than_three_months_or_no_spread_at_all_is_not_testable(kiosk):
    still = with_values(kiosk, lambda row: Decimal(5))
    assert set(verdicts(still).values()) == {"not_testable"}
    short = replace(kiosk, months=replace(kiosk.months, baseline=("2025-05", "2025-06")))
    assert set(verdicts(short).values()) == {"not_testable"}


def test_a_missing_month_makes_its_indicator_not_testable_and_leaves_the_others_alone(kiosk):
    gap = replace(kiosk, series=tuple(r for r in kiosk.series if (r.kpi_id, r.month) != ("C1", "2025-11")))
    assert verdicts(gap)["C1"] == "not_testable"
    assert {kpi: word for kpi, word in verdicts(gap).items() if kpi != "C1"} == {
        kpi: word for kpi, word in verdicts(kiosk).items() if kpi != "C1"
    }
    assert analyse(gap).success.met is None


def test_leaving_ramp_up_out_of_the_headline_is_the_registered_sensitivity(kiosk):
    without = replace(kiosk, months=replace(kiosk.months, ramp_up_in_headline=False))
    assert analyse(without).primary.did == analyse(kiosk).primary.sensitivity.without_ramp_up
    assert analyse(without).primary.n_pilot == 9


def test_the_sealed_success_rule_is_held_against_the_verdicts(kiosk, fees):
    assert analyse(kiosk).success.met is True
    chatbot = analyse(from_json(case("P03"))).success
    assert chatbot.met is False
    assert [(p.code, p.kpi_id) for p in chatbot.parts if not p.met] == [("guard_not_worsened", "A2")]
    rule = replace(kiosk.registration.success, at_least=Decimal("12.5"))
    stricter = replace(kiosk, registration=replace(kiosk.registration, success=rule))
    assert [p.code for p in analyse(stricter).success.parts if not p.met] == ["primary_at_least"]


def test_a_stop_rule_names_the_first_of_the_bad_months(fees):
    outcomes = {o.rule.kpi_id or o.rule.kind: o for o in analyse(fees).stop_rules}
    assert outcomes["A2"].triggered is True
    assert outcomes["A2"].since == "2025-09"
    assert outcomes["C2"].triggered is False
    assert outcomes["cost_over_budget"].triggered is False
    assert outcomes["incident"].triggered is None, "an incident is reported by a person, not found in a series"


def test_the_design_grade_is_computed_and_a_lower_one_than_registered_is_marked(kiosk):
    assert analyse(kiosk).grade == "B"
    design = replace(kiosk.registration, design_kind="before_after")
    alone = replace(kiosk, series=tuple(r for r in kiosk.series if r.arm == "pilot"), registration=design)
    result = analyse(alone)
    assert check_series(alone) == []
    assert result.grade == "C"
    assert result.grade_is_lower_than_registered
    assert result.primary.did == result.primary.naive_change


def test_an_improvement_below_the_agreed_minimum_is_marked_as_smaller_than_agreed(kiosk):
    picky = replace(kiosk, kpis=tuple(replace(kpi, minimal_effect=Decimal(13)) for kpi in kiosk.kpis))
    assert analyse(picky).primary.smaller_than_agreed
    assert not analyse(kiosk).primary.smaller_than_agreed


def test_no_effect_is_worded_with_the_best_that_is_still_compatible(fees):
    waiting = next(result for result in analyse(fees).kpis if result.kpi.id == "C1")
    assert waiting.best_case == pytest.approx(-4.4934, abs=5e-5)


@pytest.mark.parametrize("pilot_id", PILOTS)
def test_input_survives_json_and_the_record_is_plain_json(pilot_id):
    pilot = from_json(case(pilot_id))
    assert check_series(pilot) == []
    assert from_json(json.loads(json.dumps(to_json(pilot)))) == pilot
    record = result_to_json(analyse(pilot))
    assert json.loads(json.dumps(record)) == record


@pytest.mark.parametrize(
    ("name", "gist"), [("month_gap", "2025-11 is missing"), ("share_above_one", "between 0 and 1")]
)
def test_the_broken_copies_are_named_by_their_path(name, gist):
    folder = CASES / "broken" / name
    wanted = json.loads((folder / "faults.json").read_text())["faults"]
    faults = check_series(from_json(json.loads((folder / "pilot.json").read_text())))
    assert [fault.path for fault in faults] == [fault["path"] for fault in wanted]
    assert gist in faults[0].message


def test_doubled_months_impossible_counts_and_missing_groups_are_faults(kiosk):
    first, *rest = kiosk.series
    assert [f.message for f in check_series(replace(kiosk, series=(first, first, *rest)))] == [
        "month 2024-07 occurs 2 times for KPI C1, arm pilot"
    ]
    assert check_series(replace(kiosk, series=(replace(first, n=0), *rest)))[0].path == "$.series[0].n"
    no_primary = replace(kiosk, kpis=tuple(replace(kpi, is_primary=False) for kpi in kiosk.kpis))
    assert [f.message for f in check_series(no_primary)] == ["exactly one primary KPI is required, found 0"]
    only = [kpi for kpi in kiosk.kpis if kpi.group != "business"]
    messages = [f.message for f in check_series(replace(kiosk, kpis=tuple(only)))]
    assert "no KPI for the group business" in messages


def broken_inputs(kiosk):
    first, *rest = kiosk.series
    kpis = kiosk.kpis
    yield replace(kiosk, series=(first, first, *rest))
    yield replace(kiosk, series=tuple(rest))
    yield replace(kiosk, series=(replace(first, n=0, phase="pilot"), *rest))
    yield replace(kiosk, series=(replace(first, month="1999-01"), *rest))
    yield replace(kiosk, series=(replace(first, kpi_id="Z9"), *rest))
    yield replace(kiosk, series=tuple(replace(row, value=row.value + 7) for row in kiosk.series))
    yield replace(kiosk, kpis=tuple(replace(kpi, is_primary=False) for kpi in kpis))
    yield replace(kiosk, kpis=tuple(kpi for kpi in kpis if kpi.group != "business"))
    yield replace(kiosk, kpis=tuple(replace(kpi, role="revenue") for kpi in (*kpis, kpis[0])))
    yield replace(kiosk, costs=replace(kiosk.costs, cases_kpi="Z9"))
    rule = SuccessRule("Z9", "improved", Decimal(1), True)
    yield replace(kiosk, registration=replace(kiosk.registration, success=rule))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_fault_has_a_sentence_in_both_languages(kiosk, language):
    found = [fault for given in broken_inputs(kiosk) for fault in check_series(given)]
    assert {fault.code for fault in found} == set(faults.SENTENCES)
    with translation.override(language):
        said = {fault.code: faults.sentence(fault) for fault in found}
    assert not [text for text in said.values() if "%(" in text]
    if language == "de":
        words = re.compile(r"\b(month|arm|KPI|the|is|missing|pilot|control|baseline|group|revenue)\b")
        assert not [text for text in said.values() if words.search(text)], said
    plain = Fault("$.series", "Es steht kein Wert darin.")
    assert faults.sentence(plain) == plain.message


def test_a_number_that_is_none_is_refused():
    data = case("P01")
    data["series"][3]["value"] = "NaN"
    with pytest.raises(ValueError, match="finite"):
        from_json(data)
    data["series"][3]["value"] = True
    with pytest.raises(ValueError, match="not a number"):
        from_json(data)


@settings(deadline=None)
@given(st.fractions(), st.integers(0, 6))
def test_half_up_rounds_halves_away_from_zero_and_never_moves_more_than_half_a_unit(value, places):
    rounded = Fraction(half_up(value, places))
    assert abs(rounded - value) * 10**places <= Fraction(1, 2)
    assert Fraction(half_up(-value, places)) == -rounded
    tie = Fraction(int(value) * 2 + 1, 2 * 10**places)
    assert abs(Fraction(half_up(tie, places))) >= abs(tie)


def test_importing_the_package_does_not_import_scipy():
    import subprocess
    import sys

    code = "import sys, pilots.effects; sys.exit('scipy' in sys.modules or 'django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=CASES.parents[2], check=False).returncode == 0
