"""The verdict on one indicator: four words, never "significant"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pilots.effects.estimate import KpiSeries, Sensitivity, Welch, did, mean, sensitivity
from pilots.effects.inputs import Kpi

Verdict = Literal["improved", "worsened", "no_effect_demonstrated", "not_testable"]


@dataclass(frozen=True, slots=True)
class KpiResult:
    """Exact means and changes in the unit of the indicator; None where a phase or arm has no values."""

    kpi: Kpi
    baseline_mean: Fraction | None
    pilot_mean: Fraction | None
    control_change: Fraction | None
    effect: Welch | None
    verdict: Verdict
    n_baseline: int
    n_pilot: int
    sensitivity: Sensitivity | None

    @property
    def naive_change(self) -> Fraction | None:
        if self.baseline_mean is None or self.pilot_mean is None:
            return None
        return self.pilot_mean - self.baseline_mean

    @property
    def naive_change_pct(self) -> Fraction | None:
        """Percent of the baseline mean; None when that is 0."""
        change = self.naive_change
        return 100 * change / self.baseline_mean if change is not None and self.baseline_mean else None

    @property
    def did(self) -> Fraction | None:
        return self.effect.estimate if self.effect else None

    @property
    def gain(self) -> Fraction:
        """The effect counted in the good direction: positive = better; 0 when nothing was measured."""
        effect = self.did or Fraction(0)
        return -effect if self.kpi.better == "lower" else effect

    @property
    def best_case(self) -> float | None:
        """The bound of the interval in the good direction: "compatible with up to x"."""
        if self.effect is None:
            return None
        return self.effect.low if self.kpi.better == "lower" else self.effect.high

    @property
    def target_met(self) -> bool | None:
        """The pilot mean against the target, whatever the verdict; None without target or values."""
        if self.kpi.target is None or self.pilot_mean is None:
            return None
        target = Fraction(self.kpi.target)
        return self.pilot_mean <= target if self.kpi.better == "lower" else self.pilot_mean >= target

    @property
    def smaller_than_agreed(self) -> bool:
        """Improved, but by less than the registered minimal effect."""
        return self.verdict == "improved" and self.gain < Fraction(self.kpi.minimal_effect)


def judge(series: KpiSeries, confidence: Decimal) -> KpiResult:
    """Estimate the effect of one indicator and put it into a word."""
    kpi = series.kpi
    before = series.values("pilot", series.headline_months("baseline"))
    after = series.values("pilot", series.headline_months("pilot"))
    is_complete = _is_complete(series)
    effect = did(series, confidence) if is_complete else None
    return KpiResult(
        kpi=kpi,
        baseline_mean=mean(before) if before else None,
        pilot_mean=mean(after) if after else None,
        control_change=_control_change(series),
        effect=effect,
        verdict=_verdict(kpi, effect),
        n_baseline=len(before),
        n_pilot=len(after),
        sensitivity=sensitivity(series, confidence) if is_complete else None,
    )


def _is_complete(series: KpiSeries) -> bool:
    """Every month of both phases present in every arm that is used: data missing means not testable."""
    months = (*series.months.of("baseline"), *series.months.of("pilot"))
    arms = ("pilot", "control") if series.has_control else ("pilot",)
    has_both = bool(series.headline_months("baseline")) and bool(series.headline_months("pilot"))
    return has_both and all((arm, month) in series.readings for arm in arms for month in months)


def _control_change(series: KpiSeries) -> Fraction | None:
    before = series.values("control", series.headline_months("baseline"))
    after = series.values("control", series.headline_months("pilot"))
    return mean(after) - mean(before) if before and after else None


def _verdict(kpi: Kpi, effect: Welch | None) -> Verdict:
    if effect is None or effect.low is None:
        return "not_testable"
    if not effect.excludes_zero:
        return "no_effect_demonstrated"
    return "improved" if (effect.estimate < 0) == (kpi.better == "lower") else "worsened"
