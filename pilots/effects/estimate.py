"""Difference-in-differences on monthly differences, with a Welch interval.

d_t = pilot_t - control_t for each month; B baseline months (n0), A pilot months (n1):

    DiD = mean_A(d) - mean_B(d)
    SE² = s_A²/n1 + s_B²/n0                                   sample variances
    df  = SE⁴ / ((s_A²/n1)²/(n1-1) + (s_B²/n0)²/(n0-1))       Welch-Satterthwaite
    interval = DiD ± t(1 - (1 - confidence)/2, df) · SE

Means and variances are exact fractions; only the root and the t quantile are floats. Months are unweighted.
Source: Angrist/Pischke, Mostly Harmless Econometrics, ch. 5.2; Welch (1947).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from pilots.effects.inputs import Arm, Kpi, Months, Phase, Reading

METHOD_VERSION = "did-welch-monthly/1"
METHOD_TEXT = (
    "monthly values; ramp-up months kept; DiD = (pilot arm pilot-phase mean - baseline mean) - (control arm same); "
    "CI95 = Welch t on monthly (pilot-control) differences"
)
MIN_PERIODS = 3


@dataclass(frozen=True, slots=True)
class Welch:
    """Estimate in the unit of the indicator; the interval is None when it cannot be determined."""

    estimate: Fraction
    low: float | None
    high: float | None
    df: float | None

    @property
    def excludes_zero(self) -> bool:
        """An edge of exactly 0 counts as containing 0."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the headline depends on; shown in the annex, never instead of the headline."""

    without_ramp_up: Fraction | None
    weighted_by_n: Fraction | None
    leave_one_out: tuple[Fraction, Fraction] | None
    pre_trend: Welch | None
    lag1_autocorrelation: float | None
    autocorrelated: bool


@dataclass(frozen=True, slots=True)
class KpiSeries:
    """The readings of one indicator by arm and month."""

    kpi: Kpi
    readings: Mapping[tuple[Arm, str], Reading]
    months: Months

    @property
    def has_control(self) -> bool:
        return any(arm == "control" for arm, _month in self.readings)

    def headline_months(self, phase: Phase) -> tuple[str, ...]:
        """The months that count for the headline: ramp-up stays in unless registered otherwise."""
        months = self.months.of(phase)
        if phase == "pilot" and not self.months.ramp_up_in_headline:
            return tuple(month for month in months if month not in self.months.ramp_up_months)
        return months

    def values(self, arm: Arm, months: Sequence[str]) -> list[Fraction]:
        rows = (self.readings.get((arm, month)) for month in months)
        return [Fraction(row.value) for row in rows if row is not None]

    def differences(self, months: Sequence[str]) -> list[Fraction]:
        """Pilot minus control for the months known in both arms; the pilot values where there is no control arm."""
        if not self.has_control:
            return self.values("pilot", months)
        pairs = ((self.readings.get(("pilot", month)), self.readings.get(("control", month))) for month in months)
        return [Fraction(p.value) - Fraction(c.value) for p, c in pairs if p is not None and c is not None]


def series_of(kpi: Kpi, rows: Sequence[Reading], months: Months) -> KpiSeries:
    return KpiSeries(kpi, {(row.arm, row.month): row for row in rows if row.kpi_id == kpi.id}, months)


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def variance(values: Sequence[Fraction]) -> Fraction:
    """Sample variance (n - 1)."""
    centre = mean(values)
    return sum(((value - centre) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def welch_difference(after: Sequence[Fraction], before: Sequence[Fraction], confidence: Decimal) -> Welch:
    """mean(after) - mean(before) with its Welch interval; no interval below three periods or without any spread."""
    estimate = mean(after) - mean(before)
    if min(len(after), len(before)) < MIN_PERIODS:
        return Welch(estimate, None, None, None)
    part_after = variance(after) / len(after)
    part_before = variance(before) / len(before)
    squared_error = part_after + part_before
    if squared_error == 0:
        return Welch(estimate, None, None, None)
    df = squared_error**2 / (part_after**2 / (len(after) - 1) + part_before**2 / (len(before) - 1))
    return _with_interval(estimate, squared_error, df, confidence)


def _with_interval(estimate: Fraction, squared_error: Fraction, df: Fraction, confidence: Decimal) -> Welch:
    half_width = _t_quantile(float(df), confidence) * math.sqrt(squared_error)
    return Welch(estimate, float(estimate) - half_width, float(estimate) + half_width, float(df))


def _t_quantile(df: float, confidence: Decimal) -> float:
    from scipy.special import stdtrit  # a second of import time that most callers never need

    return float(stdtrit(df, float((1 + confidence) / 2)))


def did(series: KpiSeries, confidence: Decimal) -> Welch:
    """The headline effect of one indicator."""
    after = series.differences(series.headline_months("pilot"))
    before = series.differences(series.headline_months("baseline"))
    return welch_difference(after, before, confidence)


def sensitivity(series: KpiSeries, confidence: Decimal) -> Sensitivity:
    """The checks shown beside the headline (registered method unchanged)."""
    before = series.differences(series.months.of("baseline"))
    after = series.differences(series.headline_months("pilot"))
    late = [month for month in series.months.of("pilot") if month not in series.months.ramp_up_months]
    settled = series.differences(late)
    lag1 = _lag1(before, after)
    return Sensitivity(
        without_ramp_up=mean(settled) - mean(before) if settled and before else None,
        weighted_by_n=_weighted_did(series),
        leave_one_out=_leave_one_out(after, before),
        pre_trend=_slope(before, confidence),
        lag1_autocorrelation=lag1,
        # Bartlett's rule of thumb for white noise.
        autocorrelated=lag1 is not None and abs(lag1) > 2 / math.sqrt(len(before) + len(after)),
    )


def _weighted_did(series: KpiSeries) -> Fraction | None:
    arms: tuple[Arm, ...] = ("pilot", "control") if series.has_control else ("pilot",)
    changes = [
        _weighted_mean(series, arm, series.headline_months("pilot"))
        - _weighted_mean(series, arm, series.headline_months("baseline"))
        for arm in arms
    ]
    return changes[0] - sum(changes[1:], Fraction(0))


def _weighted_mean(series: KpiSeries, arm: Arm, months: Sequence[str]) -> Fraction:
    rows = [row for month in months if (row := series.readings.get((arm, month))) is not None]
    return sum((Fraction(row.value) * row.n for row in rows), Fraction(0)) / sum(row.n for row in rows)


def _leave_one_out(after: Sequence[Fraction], before: Sequence[Fraction]) -> tuple[Fraction, Fraction] | None:
    if min(len(after), len(before)) < 2:
        return None
    estimates = [mean([*after[:i], *after[i + 1 :]]) - mean(before) for i in range(len(after))]
    estimates += [mean(after) - mean([*before[:i], *before[i + 1 :]]) for i in range(len(before))]
    return min(estimates), max(estimates)


def _slope(values: Sequence[Fraction], confidence: Decimal) -> Welch | None:
    """Ordinary least squares slope per month of the baseline differences: were both arms moving in parallel?"""
    count = len(values)
    if count < MIN_PERIODS:
        return None
    centred = [Fraction(2 * i - count + 1, 2) for i in range(count)]
    spread = sum((x * x for x in centred), Fraction(0))
    slope = sum((x * y for x, y in zip(centred, values, strict=True)), Fraction(0)) / spread
    level = mean(values)
    rest = sum(((y - level - slope * x) ** 2 for x, y in zip(centred, values, strict=True)), Fraction(0))
    if rest == 0:
        return Welch(slope, None, None, None)
    return _with_interval(slope, rest / (count - 2) / spread, Fraction(count - 2), confidence)


def _lag1(before: Sequence[Fraction], after: Sequence[Fraction]) -> float | None:
    """Lag-1 autocorrelation of the differences around the mean of their own phase."""
    if min(len(before), len(after)) < MIN_PERIODS:
        return None
    rest = [value - mean(before) for value in before] + [value - mean(after) for value in after]
    total = sum((value * value for value in rest), Fraction(0))
    if total == 0:
        return None
    return float(sum((a * b for a, b in pairwise(rest)), Fraction(0)) / total)
