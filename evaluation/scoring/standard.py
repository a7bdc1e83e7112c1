"""The five everyday methods: price only, weighted points, performance divided by price."""

from collections.abc import Sequence
from fractions import Fraction

from .entries import Entry, Key, Scored, Scoring, lowest_price
from .formulas import band_floor, inverse_points, linear_points, ratio, three_digit_scale, weighted_total
from .inputs import EvaluationSpec


def weighted(
    spec: EvaluationSpec, entry: Entry, exact_points: Fraction, exact_quality: Fraction | None = None
) -> Scored:
    """wP * price points + wQ * quality points, each rounded as published; quality points are L / 10 unless given."""
    exact_quality = entry.performance / 10 if exact_quality is None else exact_quality
    weight_price, weight_quality = Fraction(spec.weight_price), Fraction(spec.weight_quality)
    price_points = spec.round("price_points", exact_points)
    quality_points = spec.round("quality_points", exact_quality)
    total = spec.round("total", weighted_total(weight_price, price_points, weight_quality, quality_points))
    if spec.compare == "rounded":
        return Scored(entry.bid_id, (total,), price_points, quality_points, total)
    exact = weighted_total(weight_price, exact_points, weight_quality, exact_quality)
    return Scored(entry.bid_id, (exact,), price_points, quality_points, spec.round("total", exact))


def weighted_linear(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """M1: price points fall in a straight line from 100 at Pmin to 0 at f * Pmin; quality points are L / 10."""
    lowest, factor = lowest_price(entries), Fraction(spec.zero_at_factor)
    rows = (weighted(spec, entry, linear_points(entry.price, lowest, factor)) for entry in entries)
    return Scoring(tuple(rows), {"pmin": lowest})


def inverse_proportional(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Price points are 100 * Pmin / P; quality points are L / 10."""
    lowest = lowest_price(entries)
    rows = (weighted(spec, entry, inverse_points(entry.price, lowest)) for entry in entries)
    return Scoring(tuple(rows), {"pmin": lowest})


def _ratio_key(spec: EvaluationSpec, value: Fraction, best: Fraction) -> Fraction:
    if spec.scale == "three_digits":
        return spec.round_to("ratio", value * 10 ** three_digit_scale(best), 0)
    return spec.round("ratio", value) if spec.compare == "rounded" else value


def ratio_simple(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """M2: highest Z = L / P; compared exactly unless a rounding of the ratio or a scale was published.

    Scale "three_digits": all ratios times the power of ten that gives the best one three digits, as whole numbers.
    """
    figures = {entry.bid_id: ratio(entry.performance, entry.price) for entry in entries}
    best = max(figures.values())
    rows = tuple(Scored(bid_id, (_ratio_key(spec, z, best),), ratio=z) for bid_id, z in figures.items())
    return Scoring(rows, {"pmin": lowest_price(entries), "zmax": best})


def ratio_extended(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """M3: bids within s % of the best ratio are equal; among them the decision criterion, then the other of L and P."""
    figures = {entry.bid_id: ratio(entry.performance, entry.price) for entry in entries}
    best = max(figures.values())
    floor = band_floor(best, Fraction(spec.extended_swing_pct))
    rows = tuple(
        Scored(entry.bid_id, _band_key(spec, entry) if figures[entry.bid_id] >= floor else None, ratio=z)
        for entry, z in zip(entries, figures.values(), strict=True)
    )
    return Scoring(rows, {"pmin": lowest_price(entries), "zmax": best, "band_floor": floor})


def _band_key(spec: EvaluationSpec, entry: Entry) -> Key:
    if spec.extended_criterion == "performance_points":
        return (entry.performance, -entry.price)
    if spec.extended_criterion == "price":
        return (-entry.price, entry.performance)
    return (entry.scores.get(spec.extended_criterion, Fraction(0)),)


def price_only(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Lowest evaluated price among the bids that reach the published minima."""
    rows = tuple(Scored(entry.bid_id, (-entry.price,)) for entry in entries)
    return Scoring(rows, {"pmin": lowest_price(entries)})
