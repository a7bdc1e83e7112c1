"""The frozen input of one analysis: indicators, monthly readings, costs, and the promises made before the start.

All measured values, targets and money are `Decimal`, so that money derived from an effect is exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Group = Literal["citizen", "business", "authority"]
Arm = Literal["pilot", "control"]
Phase = Literal["baseline", "pilot"]
Better = Literal["lower", "higher"]

GROUPS: tuple[Group, ...] = ("citizen", "business", "authority")
ARMS: tuple[Arm, ...] = ("pilot", "control")


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator. `role` says which money figure it yields; `per` is the unit it is counted by."""

    id: str
    group: Group
    unit: str
    kind: str
    better: Better
    target: Decimal | None
    minimal_effect: Decimal
    is_primary: bool
    is_guard: bool
    role: str
    per: str
    decimals: int
    name_de: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of one indicator in one arm and one month (`YYYY-MM`), measured on `n` cases."""

    kpi_id: str
    arm: Arm
    month: str
    phase: Phase
    value: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class Costs:
    """Money in EUR. `cases_kpi` names the indicator whose `n` are the cases; None when there are no cases."""

    one_off_eur: Decimal
    monthly_run_eur: Decimal
    staff_hour_rate_eur: Decimal
    cases_kpi: str | None
    grant_eur: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Months:
    """First and last month of both phases, inclusive, and how many pilot months are ramp-up."""

    baseline: tuple[str, str]
    pilot: tuple[str, str]
    ramp_up: int = 0
    ramp_up_in_headline: bool = True

    def of(self, phase: Phase) -> tuple[str, ...]:
        """All months of a phase in order."""
        return months_between(*(self.baseline if phase == "baseline" else self.pilot))

    @property
    def ramp_up_months(self) -> frozenset[str]:
        return frozenset(self.of("pilot")[: self.ramp_up])


@dataclass(frozen=True, slots=True)
class SuccessRule:
    """Sealed before the start: the primary indicator improves by at least `at_least`; no guard worsens."""

    kpi_id: str
    verdict: str
    at_least: Decimal
    guards_none_worsened: bool


@dataclass(frozen=True, slots=True)
class StopRule:
    """Sealed before the start: guard_worse (kpi_id, by, periods), cost_over_budget (budget_eur, pct) or incident."""

    kind: str
    kpi_id: str | None = None
    by: Decimal | None = None
    periods: int | None = None
    budget_eur: Decimal | None = None
    pct: Decimal | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """The measurable part of the sealed registration."""

    design_kind: str = "did_control"
    confidence: Decimal = Decimal("0.95")
    expected_grade: str | None = None
    success: SuccessRule | None = None
    stop_rules: tuple[StopRule, ...] = ()


@dataclass(frozen=True, slots=True)
class PilotInput:
    """Everything an analysis depends on; equal inputs give equal results."""

    pilot_id: str
    kpis: tuple[Kpi, ...]
    series: tuple[Reading, ...]
    costs: Costs
    months: Months
    registration: Registration = Registration()


def months_between(first: str, last: str) -> tuple[str, ...]:
    """`("2024-11", "2025-01")` -> `("2024-11", "2024-12", "2025-01")`; empty when last is before first."""
    return tuple(f"{i // 12:04d}-{i % 12 + 1:02d}" for i in range(_month_number(first), _month_number(last) + 1))


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


class NotANumber(ValueError):
    """`text` is what stands where a number is needed."""

    def __init__(self, what: str, value: object) -> None:
        super().__init__(f"{what}: {value!r}")
        self.text = str(value)


def decimal_of(value: object) -> Decimal:
    """An exact decimal of a JSON number or text; a float is taken as its shortest printed form."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise NotANumber("not a number", value)
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation as error:
        raise NotANumber("not a number", value) from error
    if not number.is_finite():
        raise NotANumber("not a finite number", value)
    return number


def _optional(value: object) -> Decimal | None:
    return None if value is None else decimal_of(value)


def from_json(data: Mapping[str, Any]) -> PilotInput:
    """Read the shape of a `pilot.json` (keys that the analysis does not need are ignored).

    Raises KeyError for a missing key, ValueError for a number that is none. Parse the text with
    `parse_float=Decimal` when a value may have more than 15 digits.
    """
    registration = data.get("registration", {})
    return PilotInput(
        pilot_id=data["id"],
        kpis=tuple(_kpi(row) for row in data["kpis"]),
        series=tuple(_reading(row) for row in data["series"]),
        costs=_costs(data["costs"], data.get("funding") or {}),
        months=_months(data["phases"], registration.get("design", {})),
        registration=_registration(registration),
    )


def _kpi(row: Mapping[str, Any]) -> Kpi:
    plain = ("id", "group", "unit", "kind", "better", "is_primary", "is_guard", "role", "per", "decimals")
    return Kpi(
        **{name: row[name] for name in plain},
        name_de=row["name_de"],
        name_en=row["name_en"],
        target=_optional(row["target"]),
        minimal_effect=decimal_of(row["minimal_effect"]),
    )


def _reading(row: Mapping[str, Any]) -> Reading:
    return Reading(row["kpi_id"], row["arm"], row["month"], row["phase"], decimal_of(row["value"]), row["n"])


def _costs(costs: Mapping[str, Any], funding: Mapping[str, Any]) -> Costs:
    return Costs(
        one_off_eur=decimal_of(costs["one_off_eur"]),
        monthly_run_eur=decimal_of(costs["monthly_run_eur"]),
        staff_hour_rate_eur=decimal_of(costs["staff_hour_rate_eur"]),
        cases_kpi=costs["cases_kpi"],
        grant_eur=decimal_of(funding.get("grant_eur", 0)),
    )


def _months(phases: Mapping[str, Any], design: Mapping[str, Any]) -> Months:
    return Months(
        baseline=(phases["baseline"][0], phases["baseline"][1]),
        pilot=(phases["pilot"][0], phases["pilot"][1]),
        ramp_up=phases.get("ramp_up_months", 0),
        ramp_up_in_headline=design.get("ramp_up_in_headline", True),
    )


def _registration(row: Mapping[str, Any]) -> Registration:
    design = row.get("design", {})
    return Registration(
        design_kind=design.get("kind", "did_control"),
        confidence=decimal_of(design.get("confidence", "0.95")),
        expected_grade=design.get("expected_grade"),
        success=_success(row["success"]) if row.get("success") else None,
        stop_rules=tuple(_stop_rule(rule) for rule in row.get("stop_rules", ())),
    )


def _success(row: Mapping[str, Any]) -> SuccessRule:
    primary = row["primary"]
    at_least = decimal_of(primary["at_least"])
    return SuccessRule(primary["kpi_id"], primary["verdict"], at_least, row.get("guards") == "none_worsened")


def _stop_rule(row: Mapping[str, Any]) -> StopRule:
    return StopRule(
        kind=row["kind"],
        kpi_id=row.get("kpi_id"),
        by=_optional(row.get("by")),
        periods=row.get("periods"),
        budget_eur=_optional(row.get("budget_eur")),
        pct=_optional(row.get("pct")),
        of=row.get("of"),
    )


def to_json(pilot: PilotInput) -> dict[str, Any]:
    """The inverse of `from_json`: the keys of a `pilot.json`; decimals as text, so that a hash is exact."""
    design = {
        "kind": pilot.registration.design_kind,
        "ramp_up_in_headline": pilot.months.ramp_up_in_headline,
        "confidence": str(pilot.registration.confidence),
        "expected_grade": pilot.registration.expected_grade,
    }
    success = pilot.registration.success
    return {
        "id": pilot.pilot_id,
        "phases": {
            "baseline": list(pilot.months.baseline),
            "pilot": list(pilot.months.pilot),
            "ramp_up_months": pilot.months.ramp_up,
        },
        "kpis": [_plain(kpi) for kpi in pilot.kpis],
        "series": [_plain(row) for row in pilot.series],
        "costs": {name: value for name, value in _plain(pilot.costs).items() if name != "grant_eur"},
        "funding": {"grant_eur": str(pilot.costs.grant_eur)},
        "registration": {
            "design": design,
            "success": _success_to_json(success) if success else None,
            "stop_rules": [
                {name: value for name, value in _plain(rule).items() if value is not None}
                for rule in pilot.registration.stop_rules
            ],
        },
    }


def _success_to_json(rule: SuccessRule) -> dict[str, Any]:
    primary = {"kpi_id": rule.kpi_id, "verdict": rule.verdict, "at_least": str(rule.at_least)}
    return {"primary": primary, "guards": "none_worsened" if rule.guards_none_worsened else None}


def _plain(row: DataclassInstance) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
