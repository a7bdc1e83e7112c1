"""General statistics of effects and shares; pilots compose their own verdicts from such figures.

Wilson 1927, Newcombe 1998 (hybrid score), Fisher 1935, Welch 1947, exact permutation, segmented Poisson regression.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb, exp, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Z: Final = 1.959963984540054  # 97.5 % quantile of the normal distribution
MOST_SPLITS: Final = 2_000_000


def interval(value: float, error: float) -> tuple[float, float]:
    """95 % interval of a normal estimate."""
    return value - Z * error, value + Z * error


def difference_in_differences(cells: Mapping[str, Fraction]) -> Fraction:
    """(treated after - before) - (control after - before), exact."""
    return cells["treat_post"] - cells["treat_pre"] - (cells["control_post"] - cells["control_pre"])


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """95 % score interval of a share; trials above 0."""
    share, square = successes / trials, Z * Z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z / (1 + square / trials) * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, tuple[float, float]]:
    """(difference of two shares, 95 % hybrid score interval) for (successes, trials) each."""
    p, q = first[0] / first[1], second[0] / second[1]
    (low1, high1), (low2, high2) = wilson(*first), wilson(*second)
    gap = p - q
    low, high = sqrt((p - low1) ** 2 + (high2 - q) ** 2), sqrt((high1 - p) ** 2 + (q - low2) ** 2)
    return gap, (gap - low, gap + high)


def fisher(table: Sequence[Sequence[int]]) -> tuple[float, float]:
    """(p one-sided for a first cell at least as large, p two-sided) of a 2 x 2 table, by exact probabilities."""
    (a, b), (c, d) = table
    row, column, total = a + b, a + c, a + b + c + d
    cells = range(max(0, row + column - total), min(row, column) + 1)
    weights = {cell: comb(column, cell) * comb(total - column, row - cell) for cell in cells}
    everything, limit = sum(weights.values()), weights[a] * (1 + Fraction(1, 10**9))
    greater = Fraction(sum(weight for cell, weight in weights.items() if cell >= a), everything)
    both = Fraction(sum(weight for weight in weights.values() if weight <= limit), everything)
    return float(greater), float(both)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Welch's test of two means: t, degrees of freedom, p two-sided, 95 % interval of mean(a) - mean(b)."""

    t: float
    df: float
    p: float
    ci95: tuple[float, float]


def welch(a: Sequence[float], b: Sequence[float]) -> Comparison:
    """Two samples of at least two values each, not all equal; ValueError otherwise."""
    if min(len(a), len(b)) < 2:
        raise ValueError("Welch's test needs two values in each sample.")
    from scipy import stats

    parts = [float(np.var(sample, ddof=1)) / len(sample) for sample in (a, b)]
    error = sqrt(sum(parts))
    if not error:
        raise ValueError("Without any spread there is nothing to test.")
    gap = float(np.mean(a) - np.mean(b))
    df = sum(parts) ** 2 / sum(part**2 / (len(s) - 1) for part, s in zip(parts, (a, b), strict=True))
    reach = float(stats.t.ppf(0.975, df)) * error
    return Comparison(gap / error, df, float(2 * stats.t.sf(abs(gap) / error, df)), (gap - reach, gap + reach))


def permutation(a: Sequence[Fraction], b: Sequence[Fraction]) -> tuple[Fraction, int]:
    """(share of splits whose mean difference is at least the observed one, number of splits); exact.

    ValueError above two million splits.
    """
    values, size = [*a, *b], len(a)
    splits = comb(len(values), size)
    if splits > MOST_SPLITS:
        raise ValueError("Too many splits for an exact permutation test.")
    total, other = sum(values, Fraction(0)), len(values) - size

    def gap(chosen: Fraction) -> Fraction:
        return abs(chosen / size - (total - chosen) / other)

    observed = gap(sum(a, Fraction(0)))
    extreme = sum(gap(sum(chosen, Fraction(0))) >= observed for chosen in combinations(values, size))
    return Fraction(extreme, splits), splits


@dataclass(frozen=True, slots=True)
class Interruption:
    """Interrupted time series: rate ratio of the step with intervals, trend per unit of time, over-dispersion."""

    rate_ratio: float
    ci95: tuple[float, float]
    trend: float
    dispersion: float
    ci95_quasi: tuple[float, float]


def interrupted_poisson(
    counts: Sequence[float], population: Sequence[float], step: Sequence[int], time: Sequence[float]
) -> Interruption:
    """log mu = b0 + b1 step + b2 time + log population, by iteratively reweighted least squares."""
    y, exposure = np.array(counts, dtype=np.float64), np.log(np.array(population, dtype=np.float64))
    moments = np.array(time, dtype=np.float64)
    centre, width = moments.mean(), moments.std() or 1.0
    design = np.column_stack([np.ones(len(y)), np.array(step, dtype=np.float64), (moments - centre) / width])
    beta = np.array([np.log(y.sum() / np.exp(exposure).sum()), 0.0, 0.0])
    for _round in range(100):
        mu = np.exp(design @ beta + exposure)
        working = design @ beta + (y - mu) / mu
        information = design.T @ (design * mu[:, None])
        moved = np.linalg.solve(information, design.T @ (mu * working))
        done, beta = bool(np.abs(moved - beta).max() < 1e-12), moved
        if done:
            break
    mu = np.exp(design @ beta + exposure)
    error = sqrt(float(np.linalg.inv(design.T @ (design * mu[:, None]))[1, 1]))
    dispersion = float((((y - mu) ** 2) / mu).sum()) / (len(y) - 3)
    low, high = interval(float(beta[1]), error)
    quasi_low, quasi_high = interval(float(beta[1]), error * sqrt(dispersion))
    return Interruption(
        exp(beta[1]),
        (exp(low), exp(high)),
        exp(beta[2] / width),
        dispersion,
        (exp(quasi_low), exp(quasi_high)),
    )


@dataclass(frozen=True, slots=True)
class Option:
    """An alternative with cost and effect, for cost-effectiveness."""

    id: str
    cost: Fraction
    effect: Fraction


def incremental_ratios(options: Sequence[Option]) -> tuple[dict[str, Fraction], dict[str, str]]:
    """(cost per further unit of effect along the frontier, why an option is off it)."""
    ordered = sorted(options, key=lambda option: (option.cost, -option.effect))
    dominated: dict[str, str] = {}
    frontier: list[Option] = []
    for option in ordered:
        if frontier and option.effect <= max(other.effect for other in frontier):
            dominated[option.id] = "dominated"
        else:
            frontier.append(option)
    while (weak := _extended(frontier)) is not None:
        dominated[weak.id] = "extended_dominated"
        frontier.remove(weak)
    return {b.id: (b.cost - a.cost) / (b.effect - a.effect) for a, b in pairwise(frontier)}, dominated


def _extended(frontier: Sequence[Option]) -> Option | None:
    """The first option whose further effect costs more than that of the next one."""
    for a, b, c in zip(frontier, frontier[1:], frontier[2:], strict=False):
        if (b.cost - a.cost) * (c.effect - b.effect) > (c.cost - b.cost) * (b.effect - a.effect):
            return b
    return None
