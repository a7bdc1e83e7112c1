"""The published formulas, one small exact function each; methods and golden vectors share them.

L = performance points (weights in points times scores 0-10, so 0-1000), P = evaluated price, m = lowest valid P.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from .exact import half_up

FULL_POINTS = Fraction(100)


def linear_points(
    price: Fraction, lowest: Fraction, factor: Fraction, full: Fraction = FULL_POINTS, *, clipped: bool = True
) -> Fraction:
    """Linear interpolation full * (f*m - P) / ((f-1)*m): full points at the lowest price, none from f*m on."""
    points = full * (factor * lowest - price) / ((factor - 1) * lowest)
    return max(Fraction(0), points) if clipped else points


def inverse_points(price: Fraction, lowest: Fraction, full: Fraction = FULL_POINTS) -> Fraction:
    """Lowest price divided by price, full * m / P: a bid at twice the lowest price gets half."""
    return full * lowest / price


def weighted_total(
    weight_price: Fraction, price_points: Fraction, weight_quality: Fraction, quality: Fraction
) -> Fraction:
    """wP * price points + wQ * quality points."""
    return weight_price * price_points + weight_quality * quality


def ratio(performance: Fraction, price: Fraction) -> Fraction:
    """Key figure Z = L / P of the simple ratio method (einfache Richtwertmethode)."""
    return performance / price


def three_digit_scale(best: Fraction) -> int:
    """Smallest power of ten (as exponent >= 0) that lifts the best key figure to three digits before the point."""
    exponent = 0
    while 0 < best * 10**exponent < 100:
        exponent += 1
    return exponent


def band_floor(best: Fraction, swing_pct: Fraction) -> Fraction:
    """Lower edge of the extended ratio method's band, Zmax * (1 - s %); the edge itself is inside."""
    return best * (100 - swing_pct) / 100


def gap_pct(price: Fraction, base: Fraction) -> Fraction:
    """How many per cent `price` lies below `base`, exact."""
    return (base - price) / base * 100


def performance_points(weights: Mapping[str, Fraction], scores: Mapping[str, Fraction]) -> Fraction:
    """L = sum of weight times score over the weighted criteria."""
    return sum((weight * scores[key] for key, weight in weights.items()), Fraction(0))


def below_minimum(minima: Mapping[str, Fraction], scores: Mapping[str, Fraction]) -> list[str]:
    """Criteria whose score is below the published minimum; an equal score passes."""
    return [key for key, minimum in minima.items() if scores[key] < minimum]


def curve_points(curve: Sequence[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    """Points of a published curve: straight lines between its points, constant beyond both ends."""
    if value <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return curve[-1][1]


def mean(values: Iterable[Fraction]) -> Fraction:
    """Arithmetic mean, exact."""
    items = list(values)
    return sum(items, Fraction(0)) / len(items)


def switching_weight(quality: tuple[Fraction, Fraction], price: tuple[Fraction, Fraction]) -> Fraction | None:
    """Quality weight at which bids a and b are equal for S = w*Q + (1-w)*Pp; None when they never cross."""
    slope = (quality[0] - quality[1]) - (price[0] - price[1])
    return (price[1] - price[0]) / slope if slope else None


def combination_discount(prices: Iterable[Fraction], percent: Fraction) -> Fraction:
    """Amount taken off when a bidder wins all lots named: half up to cents of the sum."""
    return half_up(sum(prices, Fraction(0)) * percent / 100, 2)


def ratio_break_even(performance: Fraction, winner_price: Fraction, winner_performance: Fraction) -> Fraction:
    """Price at which L / P equals the winner's; the closed form beside the search of `robustness`."""
    return performance * winner_price / winner_performance


def below_share(
    members: Iterable[str], share: Fraction, weights: Mapping[str, Fraction], scores: Mapping[str, Fraction]
) -> bool:
    """Whether a group of criteria stays below its published share of the attainable points (scores 0-10)."""
    names = list(members)
    attained = sum((weights[name] * scores[name] for name in names), Fraction(0))
    return attained < share * sum((weights[name] * 10 for name in names), Fraction(0))
