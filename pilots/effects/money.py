"""What the effects are worth. Exact fractions up to the last line; printed half up.

staff hours    = -DiD (minutes per case) x cases / 60, value = unrounded hours x hourly rate: capacity, not cash
cash saving    = -DiD (EUR per case) x cases
revenue change = DiD (EUR per month) x pilot months
Shown figures are 0 unless an effect is demonstrated: a point estimate whose interval contains 0 is no money.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from pilots.effects.inputs import PilotInput
from pilots.effects.verdicts import KpiResult


def half_up(value: Fraction, places: int) -> Decimal:
    """Round an exact fraction commercially: halves away from zero. `half_up(Fraction(1, 8), 2)` -> `0.13`."""
    scaled = abs(value) * 10**places
    units = int(scaled + Fraction(1, 2))
    with localcontext() as context:
        context.prec = max(28, len(str(units)) + places)
        rounded = Decimal(units).scaleb(-places)
        return -rounded if value < 0 and units else rounded


def half_up_float(value: float, places: int) -> Decimal:
    """The same for a float, taken as its shortest printed form."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


@dataclass(frozen=True, slots=True)
class Money:
    """EUR and hours. Point estimates and, after `shown`, the figures that papers and totals use (zero rule)."""

    total_cost_eur: Decimal
    own_cost_eur: Decimal
    pilot_months: int
    cases: int | None = None
    staff_hours_saved: Decimal | None = None
    staff_value_eur: Decimal | None = None
    cash_saving_eur: Decimal | None = None
    revenue_change_eur: Decimal | None = None
    staff_hours_shown: Decimal | None = None
    staff_value_shown_eur: Decimal | None = None
    cash_saving_shown_eur: Decimal | None = None
    revenue_change_shown_eur: Decimal | None = None
    cost_per_case_eur: Decimal | None = None
    own_cost_per_case_eur: Decimal | None = None
    baseline_cost_per_case_eur: Decimal | None = None
    cost_per_success_eur: Decimal | None = None
    cost_per_success_interval_eur: tuple[Decimal, Decimal] | None = None


def money_of(pilot: PilotInput, results: Iterable[KpiResult]) -> Money:
    """All money figures of a pilot; a figure without its indicator, its cases or its effect is None."""
    results = tuple(results)
    months = len(pilot.months.of("pilot"))
    total = pilot.costs.one_off_eur + months * pilot.costs.monthly_run_eur
    own = total - min(pilot.costs.grant_eur, total)
    cases = _cases(pilot)
    figures: dict[str, Decimal | int | tuple[Decimal, Decimal] | None] = {"cases": cases}
    if cases:
        figures["cost_per_case_eur"] = half_up(Fraction(total) / cases, 2)
        figures["own_cost_per_case_eur"] = half_up(Fraction(own) / cases, 2)
    for result in results:
        figures |= _figures(result, cases, months, pilot.costs.staff_hour_rate_eur)
        if result.kpi.is_primary and cases:
            figures |= _cost_per_success(result, Fraction(total), cases)
    return Money(total_cost_eur=total, own_cost_eur=own, pilot_months=months, **figures)  # type: ignore[arg-type]  # keys and kinds agree with the fields above


def _cases(pilot: PilotInput) -> int | None:
    """The n of the named indicator, pilot arm, pilot phase, added up."""
    if pilot.costs.cases_kpi is None:
        return None
    wanted = (pilot.costs.cases_kpi, "pilot", "pilot")
    return sum(row.n for row in pilot.series if (row.kpi_id, row.arm, row.phase) == wanted)


def _figures(result: KpiResult, cases: int | None, months: int, rate: Decimal) -> dict[str, Decimal | None]:
    effect = result.did
    counts = result.verdict in {"improved", "worsened"}
    if result.kpi.role == "revenue" and effect is not None:
        change = half_up(effect * months, 2)
        return {"revenue_change_eur": change, "revenue_change_shown_eur": change if counts else Decimal("0.00")}
    if cases is None:
        return {}
    if result.kpi.role == "handling_time" and effect is not None:
        return _staff_figures(-effect * cases / 60, rate, counts)
    if result.kpi.role == "cost_per_case":
        return _cash_figures(result, cases, counts)
    return {}


def _staff_figures(hours: Fraction, rate: Decimal, counts: bool) -> dict[str, Decimal | None]:
    saved, value = half_up(hours, 1), half_up(hours * Fraction(rate), 2)
    return {
        "staff_hours_saved": saved,
        "staff_value_eur": value,
        "staff_hours_shown": saved if counts else Decimal("0.0"),
        "staff_value_shown_eur": value if counts else Decimal("0.00"),
    }


def _cash_figures(result: KpiResult, cases: int, counts: bool) -> dict[str, Decimal | None]:
    before = result.baseline_mean
    figures = {"baseline_cost_per_case_eur": None if before is None else half_up(before, 2)}
    if result.did is None:
        return figures
    saving = half_up(-result.did * cases, 2)
    return figures | {"cash_saving_eur": saving, "cash_saving_shown_eur": saving if counts else Decimal("0.00")}


def _cost_per_success(
    result: KpiResult, total: Fraction, cases: int
) -> dict[str, Decimal | tuple[Decimal, Decimal] | None]:
    """Cost per additional success = total / (effect x cases); only for an improved share, else not determinable."""
    effect = result.effect
    if result.kpi.kind != "share" or result.verdict != "improved" or effect is None:
        return {}
    edges = sorted(abs(edge) for edge in (effect.low, effect.high) if edge is not None)
    low, high = (half_up(total / (Fraction(edge) * cases), 2) for edge in reversed(edges))
    return {
        "cost_per_success_eur": half_up(total / (abs(effect.estimate) * cases), 2),
        "cost_per_success_interval_eur": (low, high),
    }
