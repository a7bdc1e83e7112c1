"""How sure is an efficiency score? Smoothed bootstrap of Simar and Wilson (1998), with reflection at 1.

A point and its pseudo-reference lie on one ray, so each draw is one ordinary run over all units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmark import frontier
from evaluation.benchmark.frontier import Orientation, Returns

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Corrected:
    """Shares of the best (0 to 1) per unit: as computed, without bias, and the basic 95 % interval."""

    score: list[float]
    corrected: list[float]
    low: list[float]
    high: list[float]


def bootstrap(
    inputs: Sequence[Sequence[float]] | Array, outputs: Sequence[Sequence[float]] | Array,
    returns: Returns = "crs", orientation: Orientation = "in", *, draws: int = 2000, seed: int = 20260701,
) -> Corrected:  # fmt: skip
    """At least four units and 100 draws; ValueError otherwise. numpy PCG64 with a fixed seed."""
    x, y = frontier.table(inputs), frontier.table(outputs)
    if len(x) < 4 or draws < 100:
        raise ValueError("A bootstrap needs at least four units and 100 draws.")
    share = _shares(x, y, returns, orientation)
    chance, width = np.random.default_rng(seed), _width(share)
    found = np.empty((draws, len(x)))
    for draw in range(draws):
        pseudo = _pseudo(share, width, chance)
        moved = (x * (share / pseudo)[:, None], y) if orientation == "in" else (x, y * (pseudo / share)[:, None])
        found[draw] = _shares(*moved, returns, orientation) * share / pseudo
    low, high = np.percentile(found, [2.5, 97.5], axis=0)
    corrected = 2 * share - found.mean(axis=0)
    columns = (share, corrected, 2 * share - high, 2 * share - low)
    return Corrected(*(np.clip(column, 0, 1).tolist() for column in columns))


def _shares(x: Array, y: Array, returns: Returns, orientation: Orientation) -> Array:
    scores = np.array(frontier.scores(x, y, returns, orientation), dtype=np.float64)
    return np.minimum(scores if orientation == "in" else 1 / scores, 1.0)


def _width(share: Array) -> float:
    """Silverman's rule over the shares mirrored at 1."""
    both = np.concatenate([share, 2 - share])
    quarter, three = np.percentile(both, [25, 75])
    spread = min(float(both.std(ddof=1)), float(three - quarter) / 1.34) or float(both.std(ddof=1))
    return float(0.9 * spread * len(both) ** -0.2)


def _pseudo(share: Array, width: float, chance: np.random.Generator) -> Array:
    """Drawn shares, smoothed, mirrored at 1, with their variance put right; above 0."""
    drawn = chance.choice(share, len(share))
    moved = drawn + width * chance.standard_normal(len(share))
    moved = np.where(moved <= 1, moved, 2 - moved)
    variance = float(share.var())
    shrink = np.sqrt(1 + width**2 / variance) if variance else 1.0
    right: Array = np.clip(drawn.mean() + (moved - drawn.mean()) / shrink, share.min() / 2, 1.0)
    return right
