"""The result of one analysis and its two printed shapes: `expected.json` of a case, and the stored record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pilots.effects.estimate import METHOD_TEXT, Sensitivity, Welch
from pilots.effects.money import Money, half_up, half_up_float
from pilots.effects.promises import StopOutcome, Success
from pilots.effects.verdicts import KpiResult

__all__ = ["KpiResult", "Money", "PilotResult", "result_to_json", "to_expected_shape"]

NOTE = "capacity effect, not cash"


@dataclass(frozen=True, slots=True)
class PilotResult:
    """Equal inputs and equal `method_version` give an equal result."""

    pilot_id: str
    method_version: str
    kpis: tuple[KpiResult, ...]
    money: Money
    success: Success | None
    stop_rules: tuple[StopOutcome, ...]
    grade: str
    registered_grade: str | None

    @property
    def primary(self) -> KpiResult:
        """The indicator that decides; the others are read one by one."""
        return next(result for result in self.kpis if result.kpi.is_primary)

    @property
    def grade_is_lower_than_registered(self) -> bool:
        return self.registered_grade is not None and self.grade > self.registered_grade


def to_expected_shape(result: PilotResult) -> dict[str, Any]:
    """The shape of a pilot's `expected.json`: JSON numbers, 4 decimals (df and percentages 2), verdicts with spaces."""
    return {
        "pilot_id": result.pilot_id,
        "method": METHOD_TEXT,
        "kpis": [_kpi_shape(kpi) for kpi in result.kpis],
        "costs": _cost_shape(result.money),
    }


def _kpi_shape(result: KpiResult) -> dict[str, Any]:
    effect = result.effect
    return {
        "kpi_id": result.kpi.id,
        "group": result.kpi.group,
        "baseline_mean": _rounded(result.baseline_mean, 4),
        "pilot_mean": _rounded(result.pilot_mean, 4),
        "naive_change": _rounded(result.naive_change, 4),
        "naive_change_pct": _rounded(result.naive_change_pct, 2),
        "control_change": _rounded(result.control_change, 4),
        "did": _rounded(result.did, 4),
        "ci95": _interval(effect),
        "welch_df": _rounded(effect.df if effect else None, 2),
        "verdict": result.verdict.replace("_", " "),
        "target": _as_registered(result.kpi.target),
        "target_met": result.target_met,
    }


def _rounded(value: Fraction | float | None, places: int) -> float | None:
    if value is None:
        return None
    return float(half_up(value, places) if isinstance(value, Fraction) else half_up_float(value, places))


def _interval(effect: Welch | None) -> list[float | None] | None:
    if effect is None or effect.low is None:
        return None
    return [_rounded(effect.low, 4), _rounded(effect.high, 4)]


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number: whole amounts without a decimal point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _as_registered(target: Decimal | None) -> int | float | None:
    """`15` stays 15 and `4.0` stays 4.0."""
    if target is None:
        return None
    return float(target) if "." in str(target) else int(target)


def _cost_shape(money: Money) -> dict[str, Any]:
    """Keys without a figure are left out."""
    has_hours = money.staff_hours_saved is not None
    shape: dict[str, Any] = {
        # The key's name is historic: it is the cost of all pilot months.
        "total_cost_12_months_eur": _number(money.total_cost_eur),
        "own_cost_after_grant_eur": _number(money.own_cost_eur),
        "cases_pilot": money.cases,
        "staff_hours_saved": float(money.staff_hours_saved) if money.staff_hours_saved is not None else None,
        "staff_value_eur": _number(money.staff_value_eur),
        "note": NOTE if has_hours else None,
        "cash_saving_eur": _number(money.cash_saving_eur),
        "revenue_change_eur": _number(money.revenue_change_eur),
    }
    return {name: value for name, value in shape.items() if value is not None}


def result_to_json(result: PilotResult) -> dict[str, Any]:
    """The stored record of an analysis: every figure, exact ones as text, fit for canonical JSON and hashing."""
    return {
        "pilot_id": result.pilot_id,
        "method_version": result.method_version,
        "kpis": [_kpi_record(kpi) for kpi in result.kpis],
        "money": _record(result.money),
        "success": _success_record(result.success),
        "stop_rules": [_stop_record(outcome) for outcome in result.stop_rules],
        "grade": result.grade,
        "registered_grade": result.registered_grade,
    }


def _kpi_record(result: KpiResult) -> dict[str, Any]:
    effect = result.effect
    return {
        "kpi_id": result.kpi.id,
        "baseline_mean": _text(result.baseline_mean),
        "pilot_mean": _text(result.pilot_mean),
        "naive_change": _text(result.naive_change),
        "control_change": _text(result.control_change),
        "effect": _welch_record(effect) if effect else None,
        "verdict": result.verdict,
        "target_met": result.target_met,
        "smaller_than_agreed": result.smaller_than_agreed,
        "periods": [result.n_baseline, result.n_pilot],
        "sensitivity": _sensitivity_record(result.sensitivity) if result.sensitivity else None,
    }


def _text(value: Fraction | float | None) -> str | None:
    """Six decimals: two more than any page prints."""
    if value is None:
        return None
    return str(half_up(value, 6) if isinstance(value, Fraction) else half_up_float(value, 6))


def _welch_record(effect: Welch) -> dict[str, str | None]:
    return {name: _text(getattr(effect, name)) for name in ("estimate", "low", "high", "df")}


def _sensitivity_record(checks: Sensitivity) -> dict[str, Any]:
    return {
        "without_ramp_up": _text(checks.without_ramp_up),
        "weighted_by_n": _text(checks.weighted_by_n),
        "leave_one_out": [_text(edge) for edge in checks.leave_one_out] if checks.leave_one_out else None,
        "pre_trend": _welch_record(checks.pre_trend) if checks.pre_trend else None,
        "lag1_autocorrelation": _text(checks.lag1_autocorrelation),
        "autocorrelated": checks.autocorrelated,
    }


def _record(money: Money) -> dict[str, Any]:
    values = {field.name: getattr(money, field.name) for field in fields(money)}
    return {name: _printable(value) for name, value in values.items()}


def _printable(value: object) -> object:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return str(value) if isinstance(value, Decimal) else value


def _success_record(success: Success | None) -> dict[str, Any] | None:
    if success is None:
        return None
    parts = [{"code": part.code, "kpi_id": part.kpi_id, "met": part.met} for part in success.parts]
    return {"met": success.met, "parts": parts}


def _stop_record(outcome: StopOutcome) -> dict[str, Any]:
    rule = outcome.rule
    return {"kind": rule.kind, "kpi_id": rule.kpi_id, "triggered": outcome.triggered, "since": outcome.since}
