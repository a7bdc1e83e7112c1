"""How the value of a bid depends on its performance points: a + b * L at unchanged prices of everybody.

Only for methods whose order follows such a value; others (bands, reference values that move with L) have none.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise

from . import catalogue
from .entries import Entry, Scoring
from .inputs import EvaluationSpec

Line = tuple[Fraction, Fraction]
Leaders = list[tuple[Fraction, Fraction, tuple[str, ...]]]
ADDITIVE = frozenset({"weighted_linear", "inverse_proportional", "absolute_scale", "qcbs", "italy_bilinear"})


def lines(spec: EvaluationSpec, entries: Sequence[Entry], scoring: Scoring) -> dict[str, Line] | None:
    """(a, b) per bid; None where the method has no such value."""
    rows = {row.bid_id: row.price_points or Fraction(0) for row in scoring.rows}
    found: dict[str, Line] = {}
    for entry in entries:
        line = _line(spec, entry, rows[entry.bid_id], scoring.references)
        if line is None:
            return None
        found[entry.bid_id] = line
    return found


def _line(spec: EvaluationSpec, entry: Entry, points: Fraction, references: Mapping[str, Fraction]) -> Line | None:
    zero, price, quality = Fraction(0), Fraction(spec.weight_price), Fraction(spec.weight_quality)
    if spec.method in ADDITIVE:
        return price * points, quality / 10
    if spec.method == "ratio_simple" and spec.scale is None:
        return zero, 1 / entry.price
    if spec.method == "kaden_surcharge":
        return spec.param("surcharge") / entry.price, 1 / entry.price
    if spec.method == "monetised":
        return -entry.price, spec.param("per_point") / 10
    if spec.method in ("quality_fixed_price", "qbs", "fbs"):
        return zero, Fraction(1)
    if spec.method == "ratio_weighted_fixed":
        return -price * entry.price / references["p_ref"], quality / references["l_ref"]
    if spec.method == "kaden_exponential" and quality:
        return zero, 1 / Fraction(catalogue.power(entry.price, price / quality))
    return None


def weight_parts(
    spec: EvaluationSpec, entries: Sequence[Entry], scoring: Scoring
) -> dict[str, tuple[Fraction, Fraction]] | None:
    """(price part, quality part) whose weighted sum is the value of a bid; None for methods without weights."""
    if all(row.total is not None and row.price_points is not None for row in scoring.rows):
        return {
            row.bid_id: (row.price_points or Fraction(0), row.quality_points or Fraction(0)) for row in scoring.rows
        }
    if spec.method.startswith("ratio_weighted"):
        l_ref, p_ref = scoring.references["l_ref"], scoring.references["p_ref"]
        return {e.bid_id: (-e.price / p_ref, e.performance / l_ref if l_ref else Fraction(0)) for e in entries}
    if spec.method == "kaden_exponential" and all(e.performance > 0 for e in entries):
        return {e.bid_id: (-_log(e.price), _log(e.performance)) for e in entries}
    return None


def leaders(ends: Mapping[str, tuple[Fraction, Fraction]]) -> Leaders:
    """(low, high, names) over a share from 0 to 1: whose straight line from its first to its second end is highest.

    Neighbouring ranges have different names; several names where lines are the same.
    """
    cuts = {Fraction(0), Fraction(1)}
    for (start, end), (other, its_end) in combinations(ends.values(), 2):
        slope = (end - start) - (its_end - other)
        if slope and 0 < (other - start) / slope < 1:
            cuts.add((other - start) / slope)
    found: Leaders = []
    for low, high in pairwise(sorted(cuts)):
        at = (low + high) / 2
        values = {name: start + at * (end - start) for name, (start, end) in ends.items()}
        best = max(values.values())
        first = tuple(name for name, value in values.items() if value == best)
        if found and found[-1][2] == first:
            low = found.pop()[0]
        found.append((low, high, first))
    return found


def _log(value: Fraction) -> Fraction:
    return Fraction(catalogue.natural_log(value))
