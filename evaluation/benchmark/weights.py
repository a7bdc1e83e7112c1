"""What if the weights were others? Sensitivity and cross-check views; they explain a ranking, they never make it.

Triantaphyllou, Sánchez 1997 (critical weights), Lahdelma, Salminen 2001 (SMAA-2), Hwang, Yoon 1981 (TOPSIS),
Opricovic 1998 (VIKOR), Saaty 1980 (AHP).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DRAWS: Final = 400_000


def critical_weights(
    values: Sequence[Sequence[Fraction]], weights: Sequence[Fraction]
) -> tuple[list[Fraction], dict[tuple[int, int, int], Fraction | None]]:
    """(total per alternative, {(criterion, a, b): change of the weight in per cent that draws a and b level}).

    None where the change would exceed the weight itself; no entry where the criterion does not tell a from b.
    """
    totals = [sum((w * v for w, v in zip(weights, row, strict=True)), Fraction(0)) for row in values]
    changes: dict[tuple[int, int, int], Fraction | None] = {}
    for a, b in combinations(range(len(values)), 2):
        for k, weight in enumerate(weights):
            slope = values[b][k] - values[a][k]
            if slope:
                delta = (totals[b] - totals[a]) / slope
                changes[k, a, b] = None if delta > weight else 100 * delta / weight
    return totals, changes


@dataclass(frozen=True, slots=True)
class Acceptability:
    """Share of all weightings that give an alternative a rank, and the mean weighting under which it is first."""

    ranks: list[list[float]]
    central: list[list[float] | None]


def acceptability_of_two(values: Sequence[Sequence[Fraction]]) -> tuple[list[list[Fraction]], list[Fraction | None]]:
    """Two criteria, exact: (rank acceptability per alternative and rank, mean first weight where it is best)."""
    cuts = {Fraction(0), Fraction(1)}
    for (a1, a2), (b1, b2) in combinations(values, 2):
        slope = (a1 - a2) - (b1 - b2)
        if slope and 0 < (cut := (b2 - a2) / slope) < 1:
            cuts.add(cut)
    edges, count = sorted(cuts), len(values)
    ranks = [[Fraction(0)] * count for _row in values]
    centres: list[Fraction] = [Fraction(0)] * count
    for low, high in pairwise(edges):
        middle = (low + high) / 2
        order = sorted(range(count), key=lambda i: -(middle * values[i][0] + (1 - middle) * values[i][1]))
        for rank, alternative in enumerate(order):
            ranks[alternative][rank] += high - low
        centres[order[0]] += (high - low) * middle
    return ranks, [centre / row[0] if row[0] else None for centre, row in zip(centres, ranks, strict=True)]


def acceptability(values: Sequence[Sequence[float]], draws: int = DRAWS, seed: int = 1) -> Acceptability:
    """Any number of criteria by simulation: weights uniform on the simplex, fixed seed (the same answer each time)."""
    table = np.array(values, dtype=np.float64)
    count = len(table)
    drawn = np.random.default_rng(seed).dirichlet(np.ones(table.shape[1]), size=draws)
    order = np.argsort(-(drawn @ table.T), axis=1, kind="stable")
    ranks = [[float((order[:, rank] == one).mean()) for rank in range(count)] for one in range(count)]
    central: list[list[float] | None] = []
    for one in range(count):
        first = drawn[order[:, 0] == one]
        central.append(first.mean(axis=0).tolist() if len(first) else None)
    return Acceptability(ranks, central)


@dataclass(frozen=True, slots=True)
class Compromise:
    """TOPSIS closeness (1 best) and VIKOR's S, R and Q (0 best) per alternative."""

    closeness: list[float]
    s: list[float]
    r: list[float]
    q: list[float]


def compromise(
    values: Sequence[Sequence[float]], weights: Sequence[float], maximise: Sequence[bool], v: float = 0.5
) -> Compromise:
    """Alternatives x criteria; TOPSIS with vector normalisation, VIKOR with weight `v` of the majority."""
    table, share = np.array(values, dtype=np.float64), np.array(weights, dtype=np.float64)
    up = np.array(maximise)
    weighted = table / np.sqrt((table**2).sum(axis=0)) * share
    best = np.where(up, weighted.max(axis=0), weighted.min(axis=0))
    worst = np.where(up, weighted.min(axis=0), weighted.max(axis=0))
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=1))
    top = np.where(up, table.max(axis=0), table.min(axis=0))
    bottom = np.where(up, table.min(axis=0), table.max(axis=0))
    width = top - bottom
    regret = share * np.divide(top - table, width, out=np.zeros_like(table), where=width != 0)
    s, r = regret.sum(axis=1), regret.max(axis=1)

    def unit(column: Array) -> Array:
        reach = column.max() - column.min()
        return (column - column.min()) / reach if reach else np.zeros_like(column)

    q = v * unit(s) + (1 - v) * unit(r)
    return Compromise((to_worst / (to_best + to_worst)).tolist(), s.tolist(), r.tolist(), q.tolist())


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Weights from pairwise comparisons with the consistency index and ratio (above 0.1: compare again)."""

    weights: list[float]
    lambda_max: float
    index: float
    ratio: float | None


def pairwise_weights(comparisons: Sequence[Sequence[float]], random_index: float) -> Hierarchy:
    """Principal eigenvector of a square reciprocal matrix (AHP)."""
    matrix = np.array(comparisons, dtype=np.float64)
    values, vectors = np.linalg.eig(matrix)
    at = int(np.argmax(values.real))
    vector = np.abs(vectors[:, at].real)
    count = len(matrix)
    index = (float(values[at].real) - count) / (count - 1) if count > 1 else 0.0
    return Hierarchy(
        (vector / vector.sum()).tolist(), float(values[at].real), index, index / random_index if random_index else None
    )
