"""Exact scoring in bulk: whole numbers in numpy int64, the same digits as the Decimal path, for millions of scores.

Prices are cents, scores hundredths or whole points, weights whole units; every numerator is checked against 2^63 before
anything is computed. Beyond that bound the functions raise `Beyond`: use the ordinary engine then.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
LIMIT = 2**63 - 1
HUNDRED_POINTS = 10_000  # 100.00 in hundredths
TABLE = 100_000


class Beyond(ValueError):
    """A numerator might not fit into 64 bits."""


def _need(largest: int) -> None:
    if largest > LIMIT:
        raise Beyond(f"a numerator of {largest} does not fit into 64 bits")


def mean_scores(scores: NDArray[np.integer], axis: int = -1) -> Ints:
    """Mean of whole scores over the evaluators, in hundredths, half up: (200 * sum + e) // (2e)."""
    count = scores.shape[axis]
    highest = int(scores.max(initial=0)) if scores.size else 0
    _need(200 * highest * count + count)
    if scores.size and int(scores.min()) < 0:
        raise Beyond("scores below zero are rounded away from zero by the engine only")
    slices = np.moveaxis(scores, axis, 0)  # a handful of evaluators: adding them up is quicker than reducing
    total = slices[0].astype(np.int64 if count * highest >= 2**15 else np.int16)
    for one in slices[1:]:
        total += one
    if count * highest >= TABLE:
        exact: Ints = (200 * total.astype(np.int64) + count) // (2 * count)
        return exact
    sums = np.arange(count * highest + 1, dtype=np.int64)
    means: Ints = ((200 * sums + count) // (2 * count))[total]  # every mean there can be is worked out once
    return means


def performance(scores: NDArray[np.integer], weights: Ints) -> Ints:
    """L of bids x criteria x evaluators: weight units times hundredths of the mean score; exact, nothing is rounded."""
    means = mean_scores(scores)
    _need(int(np.abs(weights).sum()) * int(means.max(initial=0)))
    points: Ints = means @ weights
    return points


def linear_points(prices: Ints, lowest: Ints) -> Ints:
    """Price points in hundredths, zero at twice the lowest price: max(0, (2 * 10000 * (2m - p) + m) // (2m))."""
    _need(int(5 * HUNDRED_POINTS * max(int(lowest.max(initial=0)), int(prices.max(initial=0)))))
    # not in place: prices and lowest prices belong to the caller
    numerator = 2 * lowest
    points = (2 * HUNDRED_POINTS) * (numerator - prices)
    points += lowest
    points //= numerator
    clipped: Ints = np.maximum(points, 0, out=points)
    return clipped


def lowest_by_group(prices: Ints, starts: Ints) -> Ints:
    """Lowest price of each group; groups are contiguous and begin at `starts`."""
    lowest: Ints = np.minimum.reduceat(prices, starts)
    return lowest


def totals(price_points: Ints, quality_points: Ints, weight_price: int, weight_quality: int) -> Ints:
    """Weighted total in hundredths, half up; weights in ten-thousandths that add up to 10,000."""
    _need(int(max(price_points.max(initial=0), quality_points.max(initial=0))) * 20_000 + 10_000)
    exact = weight_price * price_points + weight_quality * quality_points
    return (2 * exact + 10_000) // 20_000


def ranks(keys: Ints, starts: Ints) -> Ints:
    """Rank within each group: 1 + number of strictly greater keys; equal keys share a rank."""
    sizes = np.diff(np.append(starts, len(keys)))
    group = np.repeat(np.arange(len(starts), dtype=np.int64), sizes)
    low, high = int(keys.min(initial=0)), int(keys.max(initial=0))
    span = high - low + 1
    _need(span * max(1, len(starts)))
    order = np.argsort(group * span + (high - keys), kind="stable")  # one sort: group first, then the greater key
    sorted_keys = keys[order]
    position = np.arange(len(keys), dtype=np.int64) - np.repeat(starts, sizes)
    fresh = np.empty(len(keys), dtype=bool)
    fresh[:1] = True
    np.not_equal(sorted_keys[1:], sorted_keys[:-1], out=fresh[1:])
    fresh[starts] = True
    first = np.maximum.accumulate(np.where(fresh, position + np.repeat(starts, sizes), 0))
    found = np.empty(len(keys), dtype=np.int64)
    found[order] = first - np.repeat(starts, sizes) + 1
    return found


def first_by_weights(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Ints:
    """Who is first under each drawn weighting (draws x criteria) of values (bids x criteria): a view, not an award."""
    first: Ints = np.argmax(weights @ values.T, axis=1)
    return first
