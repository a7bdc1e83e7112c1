"""Is the series fit to be analysed? One fault per finding, each with the JSON path of a `pilot.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pilots.effects.inputs import ARMS, GROUPS, Arm, Kpi, PilotInput


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` in the notation `$.series[96].value`; `message` in English, complete without the path."""

    path: str
    message: str


def check_series(pilot: PilotInput) -> list[Fault]:
    """All faults of the indicators and their series; an empty list means fit for analysis."""
    return [*_check_kpis(pilot), *_check_rows(pilot), *_check_months(pilot)]


def _check_kpis(pilot: PilotInput) -> Iterator[Fault]:
    yield from _check_primary(pilot)
    for group in GROUPS:
        if all(kpi.group != group for kpi in pilot.kpis):
            yield Fault("$.kpis", f"no KPI for the group {group}")
    for kpi_id, count in Counter(kpi.id for kpi in pilot.kpis).items():
        if count > 1:
            yield Fault("$.kpis", f"KPI {kpi_id} is listed {count} times")
    roles = Counter(kpi.role for kpi in pilot.kpis)
    for role in ("handling_time", "cost_per_case", "revenue"):
        if roles[role] > 1:
            yield Fault("$.kpis", f"at most one KPI may have the role {role}")
    if pilot.costs.cases_kpi not in {None, *(kpi.id for kpi in pilot.kpis)}:
        yield Fault("$.costs.cases_kpi", f"KPI {pilot.costs.cases_kpi} is unknown")


def _check_primary(pilot: PilotInput) -> Iterator[Fault]:
    primaries = [kpi.id for kpi in pilot.kpis if kpi.is_primary]
    if len(primaries) != 1:
        yield Fault("$.kpis", f"exactly one primary KPI is required, found {len(primaries)}")
    rule = pilot.registration.success
    if rule is not None and primaries and rule.kpi_id not in primaries:
        yield Fault("$.registration.success.primary.kpi_id", f"KPI {rule.kpi_id} is not the primary KPI")


def _check_rows(pilot: PilotInput) -> Iterator[Fault]:
    kpis = {kpi.id: kpi for kpi in pilot.kpis}
    phase_of = {month: phase for phase in ("baseline", "pilot") for month in pilot.months.of(phase)}
    for index, row in enumerate(pilot.series):
        path = f"$.series[{index}]"
        if row.kpi_id not in kpis:
            yield Fault(f"{path}.kpi_id", f"KPI {row.kpi_id} is unknown")
        elif kpis[row.kpi_id].kind == "share" and not 0 <= row.value <= 1:
            yield Fault(f"{path}.value", "a share must lie between 0 and 1")
        if row.n <= 0:
            yield Fault(f"{path}.n", "n must be greater than 0")
        if row.month not in phase_of:
            yield Fault(f"{path}.month", f"month {row.month} lies outside both phases")
        elif row.phase != phase_of[row.month]:
            yield Fault(f"{path}.phase", f"month {row.month} belongs to the phase {phase_of[row.month]}")


def _check_months(pilot: PilotInput) -> Iterator[Fault]:
    counts = Counter((row.kpi_id, row.arm, row.month) for row in pilot.series)
    for kpi in pilot.kpis:
        for arm in _arms_of(pilot):
            for month in (*pilot.months.of("baseline"), *pilot.months.of("pilot")):
                yield from _check_month(kpi, arm, month, counts[(kpi.id, arm, month)])


def _arms_of(pilot: PilotInput) -> tuple[Arm, ...]:
    """A design without comparison has no control rows at all; a half-filled control arm is a fault."""
    has_control = any(row.arm == "control" for row in pilot.series)
    needs_control = pilot.registration.design_kind in {"randomised", "did_control"}
    return ARMS if has_control or needs_control else ("pilot",)


def _check_month(kpi: Kpi, arm: Arm, month: str, count: int) -> Iterator[Fault]:
    where = f"for KPI {kpi.id}, arm {arm}"
    if count == 0:
        yield Fault("$.series", f"month {month} is missing {where}")
    elif count > 1:
        yield Fault("$.series", f"month {month} occurs {count} times {where}")
