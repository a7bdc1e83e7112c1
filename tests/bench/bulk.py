"""Ten million scores, a million bids, ten thousand weightings: exact whole numbers against what numpy can do at all."""

from typing import Any

import numpy as np

from evaluation.scoring import bulk
from tests.bench.measuring import Table, rounds

BIDS, CRITERIA, EVALUATORS = 10_000, 200, 5
TENDERS, PER_TENDER = 250_000, 4
DRAWS, FINALISTS = 10_000, 50


def tables() -> list[Table]:
    return [scores(), prices(), sensitivity()]


def scores() -> Table:
    """One tender with 10,000 bids, 200 criteria, 5 evaluators."""
    import pandas

    generator = np.random.default_rng(1)
    given = generator.integers(0, 11, (BIDS, CRITERIA, EVALUATORS), dtype=np.int8)
    weights = generator.integers(1, 9, CRITERIA).astype(np.int64)
    flat = np.repeat(weights / EVALUATORS, EVALUATORS)
    floats = given.reshape(BIDS, -1).astype(np.float64)
    ids = np.arange(given.size)
    frame = pandas.DataFrame({
        "bid": (ids // (CRITERIA * EVALUATORS)).astype(np.int32),
        "criterion": ((ids // EVALUATORS) % CRITERIA).astype(np.int16),
        "score": given.ravel(),
    })  # fmt: skip

    def with_pandas() -> Any:
        means = frame.groupby(["bid", "criterion"], sort=False)["score"].mean().round(2)
        return (means * weights[means.index.get_level_values("criterion")]).groupby("bid", sort=False).sum()

    ours = bulk.performance(given, weights)
    if np.abs(ours / 100 - with_pandas().to_numpy()).max() > 0.005 * weights.sum():
        raise AssertionError("exact and float performance points are too far apart")
    seconds = rounds({
        "numpy matmul (float, no rounding)": lambda: floats @ flat,
        "pandas long (float)": with_pandas,
        "our bulk path (exact)": lambda: bulk.performance(given, weights),
    })  # fmt: skip
    note = "Target: at most 10 times the matmul. Ours rounds every mean half up and equals the Decimal path."
    return Table(f"Bulk scoring: {given.size:,} scores", "numpy matmul (float, no rounding)", seconds, note)


def prices() -> Table:
    """A million bids in 250,000 tenders: lowest price, exact price points, ranks."""
    generator = np.random.default_rng(2)
    cents = generator.integers(1_000_000, 2_000_000, TENDERS * PER_TENDER)
    starts = np.arange(0, TENDERS * PER_TENDER, PER_TENDER)
    group = np.repeat(np.arange(TENDERS), PER_TENDER)
    floats = cents.astype(np.float64)

    def with_numpy() -> Any:
        lowest = np.minimum.reduceat(floats, starts)
        points = np.maximum(0, 100 * (2 - floats / np.repeat(lowest, PER_TENDER)))
        return np.lexsort((-points, group))

    def ours_ranks(points: Any) -> Any:
        return bulk.ranks(points, starts)

    def ours() -> Any:
        lowest = np.repeat(bulk.lowest_by_group(cents, starts), PER_TENDER)
        return ours_ranks(bulk.linear_points(cents, lowest))

    ready = bulk.linear_points(cents, np.repeat(bulk.lowest_by_group(cents, starts), PER_TENDER))
    seconds = rounds({
        "numpy reduceat + lexsort (float)": with_numpy,
        "our ranks": lambda: ours_ranks(ready),
        "our price points and ranks (exact)": ours,
    })  # fmt: skip
    note = "Target: ranks at most 1.2 times numpy, the whole exact path at most 3 times."
    return Table(f"Bulk ranking: {len(cents):,} bids", "numpy reduceat + lexsort (float)", seconds, note)


def sensitivity() -> Table:
    """10,000 random weightings of 50 bids with 200 criteria."""
    generator = np.random.default_rng(3)
    values = generator.uniform(0, 10, (FINALISTS, CRITERIA))
    weights = generator.dirichlet(np.ones(CRITERIA), DRAWS)
    seconds = rounds({
        "one matmul + argmax": lambda: np.argmax(weights @ values.T, axis=1),
        "our first by weights": lambda: bulk.first_by_weights(values, weights),
    })  # fmt: skip
    return Table(f"Sensitivity: {DRAWS:,} weightings", "one matmul + argmax", seconds, "Target: at most 2 times.")
