"""Is the series fit to be analysed? One fault per finding, each with the JSON path of a `pilot.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pilots.effects.inputs import ARMS, GROUPS, Arm, Kpi, PilotInput


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` in the notation `$.series[96].value`; `message` in English, complete without the path.

    Pages say `code` and `details` in the reader's language (pilots.faults); a message without a code stands as it is.
    """

    path: str
    message: str
    code: str = ""
    details: Mapping[str, str | int] = field(default_factory=dict)


def check_series(pilot: PilotInput) -> list[Fault]:
    """All faults of the indicators and their series; an empty list means fit for analysis."""
    return [*_check_kpis(pilot), *_check_rows(pilot), *_check_months(pilot)]


def _check_kpis(pilot: PilotInput) -> Iterator[Fault]:
    yield from _check_primary(pilot)
    for group in GROUPS:
        if all(kpi.group != group for kpi in pilot.kpis):
            yield Fault("$.kpis", f"no KPI for the group {group}", "group_without_kpi", {"group": group})
    for kpi_id, count in Counter(kpi.id for kpi in pilot.kpis).items():
        if count > 1:
            message = f"KPI {kpi_id} is listed {count} times"
            yield Fault("$.kpis", message, "kpi_twice", {"kpi": kpi_id, "count": count})
    roles = Counter(kpi.role for kpi in pilot.kpis)
    for role in ("handling_time", "cost_per_case", "revenue"):
        if roles[role] > 1:
            yield Fault("$.kpis", f"at most one KPI may have the role {role}", "role_twice", {"role": role})
    if pilot.costs.cases_kpi not in {None, *(kpi.id for kpi in pilot.kpis)}:
        yield _unknown("$.costs.cases_kpi", str(pilot.costs.cases_kpi))


def _check_primary(pilot: PilotInput) -> Iterator[Fault]:
    primaries = [kpi.id for kpi in pilot.kpis if kpi.is_primary]
    if len(primaries) != 1:
        message = f"exactly one primary KPI is required, found {len(primaries)}"
        yield Fault("$.kpis", message, "one_primary", {"count": len(primaries)})
    rule = pilot.registration.success
    if rule is not None and primaries and rule.kpi_id not in primaries:
        message = f"KPI {rule.kpi_id} is not the primary KPI"
        yield Fault("$.registration.success.primary.kpi_id", message, "not_primary", {"kpi": rule.kpi_id})


def _unknown(path: str, kpi_id: str) -> Fault:
    return Fault(path, f"KPI {kpi_id} is unknown", "unknown_kpi", {"kpi": kpi_id})


def _check_rows(pilot: PilotInput) -> Iterator[Fault]:
    kpis = {kpi.id: kpi for kpi in pilot.kpis}
    phase_of = {month: phase for phase in ("baseline", "pilot") for month in pilot.months.of(phase)}
    for index, row in enumerate(pilot.series):
        path = f"$.series[{index}]"
        if row.kpi_id not in kpis:
            yield _unknown(f"{path}.kpi_id", row.kpi_id)
        elif kpis[row.kpi_id].kind == "share" and not 0 <= row.value <= 1:
            yield Fault(f"{path}.value", "a share must lie between 0 and 1", "share_range")
        if row.n <= 0:
            yield Fault(f"{path}.n", "n must be greater than 0", "no_cases")
        if row.month not in phase_of:
            message = f"month {row.month} lies outside both phases"
            yield Fault(f"{path}.month", message, "month_outside", {"month": row.month})
        elif row.phase != phase_of[row.month]:
            message = f"month {row.month} belongs to the phase {phase_of[row.month]}"
            yield Fault(f"{path}.phase", message, "other_phase", {"month": row.month, "phase": phase_of[row.month]})


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
    details: dict[str, str | int] = {"month": month, "kpi": kpi.id, "arm": arm, "count": count}
    if count == 0:
        yield Fault("$.series", f"month {month} is missing {where}", "month_missing", details)
    elif count > 1:
        yield Fault("$.series", f"month {month} occurs {count} times {where}", "month_twice", details)
