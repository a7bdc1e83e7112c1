"""One call from the frozen input to the result."""

from __future__ import annotations

from pilots.effects.estimate import METHOD_VERSION, series_of
from pilots.effects.inputs import PilotInput
from pilots.effects.money import money_of
from pilots.effects.promises import design_grade, evaluate_stop_rule, evaluate_success
from pilots.effects.results import PilotResult
from pilots.effects.verdicts import judge


def analyse(pilot: PilotInput) -> PilotResult:
    """Estimate every indicator, judge the sealed promises, count the money.

    Call `check_series` first: incomplete indicators come out as not testable, double months as their last value.
    """
    confidence = pilot.registration.confidence
    series = {kpi.id: series_of(kpi, pilot.series, pilot.months) for kpi in pilot.kpis}
    results = {kpi_id: judge(one, confidence) for kpi_id, one in series.items()}
    money = money_of(pilot, results.values())
    rule = pilot.registration.success
    return PilotResult(
        pilot_id=pilot.pilot_id,
        method_version=METHOD_VERSION,
        kpis=tuple(results.values()),
        money=money,
        success=evaluate_success(rule, results) if rule else None,
        stop_rules=tuple(
            evaluate_stop_rule(stop, money.total_cost_eur, series) for stop in pilot.registration.stop_rules
        ),
        grade=design_grade(pilot),
        registered_grade=pilot.registration.expected_grade,
    )
