"""Screens for bid-rigging and the Cardinal fences: hints that deserve a look, never proof, never shown to bidders.

Imhof (2017) and Huber, Imhof (2019) for the price screens, Nigrini for Benford, Tukey fences as in Cardinal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from statistics import mean, stdev
from typing import Literal

import numpy as np


@dataclass(frozen=True, slots=True)
class PriceScreens:
    """Figures of one set of bids; None where too few bids or no spread leave it undefined."""

    variation: float
    kurtosis: float | None
    skewness: float | None
    difference: float
    relative_distance: float | None
    normalised_distance: float | None
    alternative_distance: float | None
    spread: float


def price_screens(prices: Sequence[float]) -> PriceScreens:
    """At least three prices above 0; ValueError otherwise."""
    if len(prices) < 3 or min(prices) <= 0:
        raise ValueError("Screens need at least three prices above 0.")
    from scipy import stats

    ordered = sorted(map(float, prices))
    low, second = ordered[:2]
    gaps = [right - left for left, right in pairwise(ordered)]
    losing = stdev(ordered[1:]) if len(ordered) > 2 else 0.0
    varied = ordered[0] != ordered[-1]
    return PriceScreens(
        variation=stdev(ordered) / mean(ordered),
        kurtosis=float(stats.kurtosis(ordered, bias=False)) if len(ordered) > 3 and varied else None,
        skewness=float(stats.skew(ordered, bias=False)) if varied else None,
        difference=(second - low) / low,
        relative_distance=(second - low) / losing if losing else None,
        normalised_distance=(second - low) / mean(gaps) if varied else None,
        alternative_distance=(second - low) / mean(gaps[1:]) if any(gaps[1:]) else None,
        spread=(ordered[-1] - low) / low,
    )


@dataclass(frozen=True, slots=True)
class Fence:
    """A Tukey fence, the value compared with it, and whether it lies on or beyond (exact)."""

    fence: Fraction
    value: Fraction
    flag: bool


def fence(first_quartile: Fraction, third_quartile: Fraction, value: Fraction, side: Literal["low", "high"]) -> Fence:
    """Q1 - 1.5 IQR below or Q3 + 1.5 IQR above; the edge itself is flagged."""
    reach = Fraction(3, 2) * (third_quartile - first_quartile)
    edge = first_quartile - reach if side == "low" else third_quartile + reach
    return Fence(edge, value, value <= edge if side == "low" else value >= edge)


@dataclass(frozen=True, slots=True)
class FirstDigits:
    """Test of first digits against Benford's law: chi-square (8 df), its p, mean absolute deviation of the shares."""

    chi2: float
    p: float
    deviation: float


def benford(counts: Sequence[int]) -> FirstDigits:
    """Nine counts of first digits 1..9, at least one value."""
    if len(counts) != 9 or min(counts) < 0 or not sum(counts):
        raise ValueError("Benford's law needs the counts of the digits 1 to 9.")
    from scipy import stats

    shares = np.log10(1 + 1 / np.arange(1, 10))
    total = float(sum(counts))
    observed = np.array(counts, dtype=np.float64)
    chi2 = float(((observed - total * shares) ** 2 / (total * shares)).sum())
    return FirstDigits(chi2, float(stats.chi2.sf(chi2, 8)), float(np.abs(observed / total - shares).mean()))
