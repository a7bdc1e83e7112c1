"""What was sealed before the start, held against what was measured: success rule, stop rules, design grade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pilots.effects.estimate import KpiSeries, mean
from pilots.effects.inputs import PilotInput, StopRule, SuccessRule
from pilots.effects.verdicts import KpiResult

GRADE_B_PERIODS = 8


@dataclass(frozen=True, slots=True)
class SuccessPart:
    """One sealed condition: `code` primary_improved, primary_at_least or guard_not_worsened; None = not testable."""

    code: str
    kpi_id: str
    met: bool | None


@dataclass(frozen=True, slots=True)
class Success:
    """`met` is True only when every part is met, False when one failed, None when something could not be tested."""

    met: bool | None
    parts: tuple[SuccessPart, ...]


@dataclass(frozen=True, slots=True)
class StopOutcome:
    """`triggered` None = needs a person (an incident leaves no trace in the series); `since` = first such month."""

    rule: StopRule
    triggered: bool | None
    since: str | None = None


def evaluate_success(rule: SuccessRule, results: Mapping[str, KpiResult]) -> Success:
    """Hold the sealed success rule against the verdicts. `at_least` is met by equality."""
    primary = results[rule.kpi_id]
    testable = primary.verdict != "not_testable"
    parts = [
        SuccessPart("primary_improved", rule.kpi_id, primary.verdict == rule.verdict if testable else None),
        SuccessPart("primary_at_least", rule.kpi_id, primary.gain >= Fraction(rule.at_least) if testable else None),
    ]
    if rule.guards_none_worsened:
        parts += [_guard_part(result) for result in results.values() if result.kpi.is_guard]
    return Success(_all_met([part.met for part in parts]), tuple(parts))


def _guard_part(result: KpiResult) -> SuccessPart:
    met = None if result.verdict == "not_testable" else result.verdict != "worsened"
    return SuccessPart("guard_not_worsened", result.kpi.id, met)


def _all_met(values: Sequence[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def evaluate_stop_rule(rule: StopRule, total_cost: Decimal, series: Mapping[str, KpiSeries]) -> StopOutcome:
    """Evaluate one stop rule as far as series and costs allow."""
    guard = series.get(rule.kpi_id or "")
    if rule.kind == "guard_worse" and guard is not None and rule.by is not None:
        return _guard_outcome(rule, guard, Fraction(rule.by))
    if rule.kind == "cost_over_budget" and rule.budget_eur is not None and rule.pct is not None:
        limit = Fraction(rule.budget_eur) * (1 + Fraction(rule.pct) / 100)
        return StopOutcome(rule, Fraction(total_cost) > limit)
    return StopOutcome(rule, None)


def _guard_outcome(rule: StopRule, series: KpiSeries, by: Fraction) -> StopOutcome:
    """Worse by at least `by` than the baseline difference between the arms, in `periods` months in a row."""
    before = series.differences(series.months.of("baseline"))
    if not before:
        return StopOutcome(rule, None)
    sign = 1 if series.kpi.better == "lower" else -1
    run: list[str] = []
    for month in series.months.of("pilot"):
        difference = series.differences([month])
        is_worse = bool(difference) and sign * (difference[0] - mean(before)) >= by
        run = [*run, month] if is_worse else []
        if len(run) >= (rule.periods or 1):
            return StopOutcome(rule, True, run[0])
    return StopOutcome(rule, False)


def design_grade(pilot: PilotInput) -> str:
    """A randomised, B at least 8 + 8 months with a control arm, C before/after only, D no comparison in time."""
    baseline = {row.month for row in pilot.series if row.arm == "pilot" and row.phase == "baseline"}
    after = {row.month for row in pilot.series if row.arm == "pilot" and row.phase == "pilot"}
    has_control = any(row.arm == "control" for row in pilot.series)
    if not baseline or not after:
        return "D"
    if pilot.registration.design_kind == "randomised" and has_control:
        return "A"
    return "B" if has_control and min(len(baseline), len(after)) >= GRADE_B_PERIODS else "C"
