"""Do the members of a panel measure the same thing? Agreement coefficients and members who stand apart.

Krippendorff's alpha (2011), intraclass correlations (Shrout, Fleiss 1979), Fleiss' kappa (1971), modified z-scores
(Iglewicz, Hoaglin 1993). None where a figure is not defined: never 0 in its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import median
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]
APART: Final = 3.5


def krippendorff_alpha(ratings: Sequence[Sequence[float | None]], metric: Metric = "interval") -> float | None:
    """1 - Do / De over raters (rows) and units (columns), None = missing; 1 full agreement, 0 chance.

    None when no unit has two values or all values are the same.
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        return None
    place = {value: number for number, value in enumerate(values)}
    coincidences = np.zeros((len(values), len(values)))
    for unit in units:
        for first, second in permutations(range(len(unit)), 2):
            coincidences[place[unit[first]], place[unit[second]]] += 1 / (len(unit) - 1)
    totals = coincidences.sum(axis=1)
    distance = _distances(values, totals, metric)
    expected = float((np.outer(totals, totals) * distance).sum()) / (totals.sum() - 1)
    return 1 - float((coincidences * distance).sum()) / expected if expected else None


def alpha_interval(
    ratings: Sequence[Sequence[float | None]], metric: Literal["ordinal", "interval"] = "interval", *,
    draws: int = 1000, seed: int = 20260701,
) -> tuple[float, float] | None:  # fmt: skip
    """95 % percentile interval of alpha, units drawn with replacement (PCG64, fixed seed). None where alpha is."""
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        return None
    pairs = np.stack([_coincidences(unit, values) for unit in units])
    taken = np.random.default_rng(seed).multinomial(len(units), [1 / len(units)] * len(units), size=draws)
    tables = np.tensordot(taken, pairs, axes=1)
    totals = tables.sum(axis=2)
    if metric == "ordinal":
        middle = np.cumsum(totals, axis=1) - totals / 2
        distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    else:
        distance = np.broadcast_to(_distances(values, totals[0], metric), tables.shape)
    expected = np.einsum("di,dj,dij->d", totals, totals, distance) / (totals.sum(axis=1) - 1)
    seen = (tables * distance).sum(axis=(1, 2))
    defined = expected > 0
    if not defined.any():
        return None
    low, high = np.percentile(1 - seen[defined] / expected[defined], [2.5, 97.5])
    return float(low), float(high)


def _coincidences(unit: Sequence[float], values: Sequence[float]) -> Array:
    """Pairs of values within one unit, each weighted by 1 / (values of the unit - 1)."""
    counts = np.array([unit.count(value) for value in values], dtype=np.float64)
    table: Array = (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    return table


def _distances(values: Sequence[float], totals: Array, metric: Metric) -> Array:
    """Squared difference between each two values under the metric."""
    points = np.array(values, dtype=np.float64)
    first, second = points[:, None], points[None, :]
    if metric == "nominal":
        return np.array(first != second, dtype=np.float64)
    if metric == "interval":
        return np.array((first - second) ** 2)
    if metric == "ratio":
        total = first + second
        return np.array(np.divide(first - second, total, out=np.zeros_like(total), where=total != 0) ** 2)
    middle = np.cumsum(totals) - totals / 2  # mid-ranks: what lies between two values counts, the ends half
    return np.array((middle[:, None] - middle[None, :]) ** 2)


@dataclass(frozen=True, slots=True)
class Intraclass:
    """Mean squares between targets, within, between judges, residual, and the six correlations (None: undefined)."""

    between: float
    within: float
    judges: float
    residual: float
    single: tuple[float | None, float | None, float | None]
    average: tuple[float | None, float | None, float | None]


def intraclass(ratings: Sequence[Sequence[float]]) -> Intraclass:
    """Complete table targets x raters, at least 2 x 2; ValueError otherwise."""
    table = np.array(ratings, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2:
        raise ValueError("Agreement needs at least two targets and two raters, without gaps.")
    n, k = table.shape
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = k * float(((rows - grand) ** 2).sum()) / (n - 1)
    within = float(((table - rows[:, None]) ** 2).sum()) / (n * (k - 1))
    judges = n * float(((columns - grand) ** 2).sum()) / (k - 1)
    rest = table - rows[:, None] - columns[None, :] + grand
    residual = float((rest**2).sum()) / ((n - 1) * (k - 1))

    def share(top: float, bottom: float) -> float | None:
        return top / bottom if bottom else None

    return Intraclass(
        between,
        within,
        judges,
        residual,
        single=(
            share(between - within, between + (k - 1) * within),
            share(between - residual, between + (k - 1) * residual + k * (judges - residual) / n),
            share(between - residual, between + (k - 1) * residual),
        ),
        average=(
            share(between - within, between),
            share(between - residual, between + (judges - residual) / n),
            share(between - residual, between),
        ),
    )


def fleiss_kappa(counts: Sequence[Sequence[float]]) -> tuple[float | None, float, float]:
    """(kappa, mean agreement, agreement by chance) of subjects x categories with a constant number of ratings."""
    table = np.array(counts, dtype=np.float64)
    raters = table.sum(axis=1)
    if table.ndim != 2 or (raters != raters[0]).any() or raters[0] < 2:
        raise ValueError("Each subject needs the same number of ratings, at least two.")
    n = float(raters[0])
    agreement = float(((table**2).sum(axis=1) - n).mean() / (n * (n - 1)))
    chance = float(((table.sum(axis=0) / table.sum()) ** 2).sum())
    return (None if chance == 1 else (agreement - chance) / (1 - chance)), agreement, chance


@dataclass(frozen=True, slots=True)
class Outliers:
    """Mean deviation of each member from the others' median, its modified z (None when MAD is 0), who stands apart."""

    mean_deviation: dict[str, float]
    modified_z: dict[str, float | None]
    flagged: list[str]


def outliers(scores: Mapping[str, Sequence[float]]) -> Outliers:
    """Leniency and strictness per member over the same items; at least three members, else nobody is flagged."""
    deviation = {
        name: sum(
            value - median(others[item] for other, others in scores.items() if other != name)
            for item, value in enumerate(own)
        )
        / len(own)
        for name, own in scores.items()
    }
    middle = median(deviation.values())
    spread = median(abs(value - middle) for value in deviation.values())
    z = {name: 0.6745 * (value - middle) / spread if spread else None for name, value in deviation.items()}
    return Outliers(deviation, z, [name for name, value in z.items() if value is not None and abs(value) > APART])
