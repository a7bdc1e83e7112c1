"""Random weights and random scores: how often would a bid still come first? Views on a ranking, never the ranking.

Generator numpy PCG64 with a fixed seed; the counts are whole numbers, so that they can be stored and read again.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GENERATOR: Final = "numpy PCG64"
BLOCK: Final = 4_000_000  # numbers drawn at once: bounds the memory


def rank_counts(values: Array, draws: int, seed: int) -> list[list[int]]:
    """How often each alternative gets each rank under weights drawn uniformly from the simplex.

    `values`: alternatives x criteria, the greater the better, on one scale. Ties go to the earlier alternative.
    """
    count, width = values.shape
    generator, found = np.random.default_rng(seed), np.zeros((count, count), dtype=np.int64)
    left, size = draws, max(1, BLOCK // max(1, width))
    while left:
        now = min(left, size)
        weights = generator.standard_exponential((now, width))
        weights /= weights.sum(axis=1, keepdims=True)
        order = np.argsort(-(weights @ values.T), axis=1, kind="stable")
        for rank in range(count):
            found[:, rank] += np.bincount(order[:, rank], minlength=count)
        left -= now
    return [[int(number) for number in row] for row in found]


@dataclass(frozen=True, slots=True)
class Noisy:
    """Scores (bids x criteria, scale 0-10) with weight points, and what makes of points a value: a + b * L per bid."""

    scores: Array
    weights: Array
    fixed: Array
    per_point: Array


def wins_under_noise(case: Noisy, winner: int, draws: int, seed: int, spread: float = 1.0) -> int:
    """In how many draws the winner keeps the highest value when every score moves by at most `spread`, uniformly."""
    generator, (count, width) = np.random.default_rng(seed), case.scores.shape
    left, size, stays = draws, max(1, BLOCK // max(1, count * width)), 0
    while left:
        now = min(left, size)
        moved = case.scores + generator.uniform(-spread, spread, (now, count, width))
        points = np.clip(moved, 0.0, 10.0) @ case.weights
        values = case.fixed + case.per_point * points
        stays += int((np.argmax(values, axis=1) == winner).sum())
        left -= now
    return stays
