"""Further published methods: quality at a fixed price, weighted reference values, Kaden, comparison prices, others.

A reference value of zero (nobody has any performance) counts its term as zero, so that every method has an answer.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from . import catalogue
from .entries import Entry, Scored, Scoring, lowest_price
from .formulas import inverse_points
from .inputs import EvaluationSpec
from .standard import weighted


def _figure(spec: EvaluationSpec, entry: Entry, value: Fraction, *, lower: bool = False) -> Scored:
    """A key figure of its own, compared exactly or as its published rounding says."""
    compared = spec.round("figure", value) if spec.compare == "rounded" else value
    return Scored(entry.bid_id, (-compared if lower else compared,), figure=compared if lower else value)


def quality_only(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Highest performance: at a fixed price, within a budget (the price cap), or before the price is negotiated."""
    rows = []
    for entry in entries:
        points = spec.round("quality_points", entry.performance / 10)
        key = points if spec.compare == "rounded" else entry.performance
        rows.append(Scored(entry.bid_id, (key,), quality_points=points))
    return Scoring(tuple(rows), {"pmin": lowest_price(entries)})


def _weighted_reference(
    spec: EvaluationSpec, entries: Sequence[Entry], reference: tuple[Fraction, Fraction]
) -> Scoring:
    weights = (Fraction(spec.weight_quality), Fraction(spec.weight_price))
    rows = tuple(_figure(spec, e, catalogue.weighted_reference(e, weights, reference)) for e in entries)
    return Scoring(rows, {"pmin": lowest_price(entries), "l_ref": reference[0], "p_ref": reference[1]})


def ratio_weighted_fixed(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Z = wQ * L / Lref - wP * P / Pref with published reference values."""
    return _weighted_reference(spec, entries, (spec.param("l_ref"), spec.param("p_ref")))


def _of_this_set(kind: Literal["mean", "median"], spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    return _weighted_reference(spec, entries, catalogue.reference_values(entries, kind))


def ratio_weighted_median(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """The same with the medians of the valid bids."""
    return _of_this_set("median", spec, entries)


def ratio_weighted_mean(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """The same with the means of the valid bids: a hopeless bid can make another one win."""
    return _of_this_set("mean", spec, entries)


def absolute_scale(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Price points 100 at a published price, 0 at another, straight between, clipped; no bid moves the scale."""
    full, zero = spec.param("full_at"), spec.param("zero_at")

    def points(price: Fraction) -> Fraction:
        return min(Fraction(100), max(Fraction(0), 100 - catalogue.indicator_points(price, full, zero, Fraction(100))))

    rows = tuple(weighted(spec, entry, points(entry.price)) for entry in entries)
    return Scoring(rows, {"pmin": lowest_price(entries)})


def kaden_surcharge(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Highest (L + c) / P * 10^5: a surcharge c on the performance points lowers their weight."""
    rows = tuple(_figure(spec, e, catalogue.kaden_surcharge(e, spec.param("surcharge"))) for e in entries)
    return Scoring(rows, {"pmin": lowest_price(entries)})


def kaden_exponential(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Highest L^a / P^(1-a), a = weight of the quality; logarithms of 60 digits, equal if 30 decimals are."""
    share = Fraction(spec.weight_quality)
    rows = tuple(
        Scored(e.bid_id, catalogue.kaden_key(e, share), figure=catalogue.kaden_exponential(e, share)) for e in entries
    )
    return Scoring(rows, {"pmin": lowest_price(entries)})


def monetised(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Lowest comparison price: price less a published amount of money per quality point (L / 10)."""
    worth = spec.param("per_point")
    rows = tuple(_figure(spec, e, e.price - worth * e.performance / 10, lower=True) for e in entries)
    return Scoring(rows, {"pmin": lowest_price(entries)})


def external(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """A key figure that every bid states under a named criterion; params `higher` 1: the highest wins, 0: the lowest.

    A bid without it has no rank.
    """
    lower = spec.param("higher") == 0
    rows = []
    for entry in entries:
        value = entry.promised.get(spec.figure_criterion or "")
        rows.append(Scored(entry.bid_id, None) if value is None else _figure(spec, entry, value, lower=lower))
    return Scoring(tuple(rows), {"pmin": lowest_price(entries)})


def qcbs(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Quality and cost based selection: 100 * Fm / F beside the technical mark, among bids that reach the minimum."""
    lowest = lowest_price(entries)
    rows = tuple(weighted(spec, entry, inverse_points(entry.price, lowest)) for entry in entries)
    return Scoring(rows, {"pmin": lowest})


def wb_rated(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Rated criteria: wP * 100 * Clow / C + wQ * 100 * T / Thigh."""
    lowest, best = lowest_price(entries), max(entry.performance for entry in entries)
    rows = tuple(weighted(spec, entry, *catalogue.rated_parts(entry, lowest, best)) for entry in entries)
    return Scoring(rows, {"pmin": lowest, "l_best": best})


def italy_bilinear(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Price points by discounts from a published base price: X up to the mean discount, the rest up to the highest.

    A price above the base price counts as no discount; the price cap should be the base price.
    """
    base, knee = spec.param("base_price"), spec.param("knee")
    discounts = [max(Fraction(0), 100 * (base - entry.price) / base) for entry in entries]
    middle, coefficients = catalogue.bilinear_coefficients(discounts, knee)
    rows = tuple(weighted(spec, entry, 100 * c) for entry, c in zip(entries, coefficients, strict=True))
    return Scoring(rows, {"pmin": lowest_price(entries), "mean_discount": middle, "highest_discount": max(discounts)})
