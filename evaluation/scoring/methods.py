"""Award methods by id and version. A version changes whenever any output could change; old versions stay runnable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .formulas import band_floor, inverse_points, linear_points, ratio, weighted_total
from .inputs import EvaluationSpec

Key = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid bid as a method sees it: evaluated price, performance points L, scores by criterion."""

    bid_id: str
    price: Fraction
    performance: Fraction
    scores: Mapping[str, Fraction] = field(default_factory=dict)

    def at_price(self, price: Fraction) -> "Entry":
        """The same bid at another price."""
        return replace(self, price=price)

    def with_score(self, criterion_id: str, weight: Fraction, score: Fraction) -> "Entry":
        """The same bid with another score for one criterion of the given weight."""
        performance = self.performance + weight * (score - self.scores[criterion_id])
        return replace(self, performance=performance, scores={**self.scores, criterion_id: score})


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures of one bid. Keys are compared, the greater the better; no key = no rank (outside the band)."""

    bid_id: str
    key: Key | None
    price_points: Fraction | None = None
    quality_points: Fraction | None = None
    total: Fraction | None = None
    ratio: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """All bids under one method, with the reference values they were measured against."""

    rows: tuple[Scored, ...]
    references: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Method:
    """An award method. `relative`: the order of two bids can depend on a third; `weighted`: uses wP and wQ."""

    id: str
    version: str
    score: Callable[[EvaluationSpec, Sequence[Entry]], Scoring]
    needs_positive_price: bool = True
    relative: bool = True
    weighted: bool = False
    uses_quality: bool = True


def lowest_price(entries: Sequence[Entry]) -> Fraction:
    """Pmin, the lowest valid evaluated price."""
    return min(entry.price for entry in entries)


def _weighted(spec: EvaluationSpec, entry: Entry, exact_points: Fraction) -> Scored:
    weight_price, weight_quality = Fraction(spec.weight_price), Fraction(spec.weight_quality)
    price_points = spec.round("price_points", exact_points)
    quality_points = spec.round("quality_points", entry.performance / 10)
    total = spec.round("total", weighted_total(weight_price, price_points, weight_quality, quality_points))
    if spec.compare == "rounded":
        return Scored(entry.bid_id, (total,), price_points, quality_points, total)
    exact = weighted_total(weight_price, exact_points, weight_quality, entry.performance / 10)
    return Scored(entry.bid_id, (exact,), price_points, quality_points, spec.round("total", exact))


def weighted_linear(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """M1: price points fall in a straight line from 100 at Pmin to 0 at f * Pmin; quality points are L / 10."""
    lowest, factor = lowest_price(entries), Fraction(spec.zero_at_factor)
    rows = (_weighted(spec, entry, linear_points(entry.price, lowest, factor)) for entry in entries)
    return Scoring(tuple(rows), {"pmin": lowest})


def inverse_proportional(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """Price points are 100 * Pmin / P; quality points are L / 10."""
    lowest = lowest_price(entries)
    rows = (_weighted(spec, entry, inverse_points(entry.price, lowest)) for entry in entries)
    return Scoring(tuple(rows), {"pmin": lowest})


def _ratio_key(spec: EvaluationSpec, value: Fraction) -> Fraction:
    return spec.round("ratio", value) if spec.compare == "rounded" else value


def ratio_simple(spec: EvaluationSpec, entries: Sequence[Entry]) -> Scoring:
    """M2: highest Z = L / P; compared exactly unless a rounding of the ratio was published."""
    figures = {entry.bid_id: ratio(entry.performance, entry.price) for entry in entries}
    rows = tuple(Scored(bid_id, (_ratio_key(spec, z),), ratio=z) for bid_id, z in figures.items())
    return Scoring(rows, {"pmin": lowest_price(entries), "zmax": max(figures.values())})


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


_ALL = (
    Method("weighted_linear", "1", weighted_linear, weighted=True),
    Method("inverse_proportional", "1", inverse_proportional, weighted=True),
    Method("ratio_simple", "1", ratio_simple, relative=False),
    Method("ratio_extended", "1", ratio_extended),
    Method("price_only", "1", price_only, needs_positive_price=False, relative=False, uses_quality=False),
)
METHODS: Mapping[tuple[str, str], Method] = {(method.id, method.version): method for method in _ALL}
