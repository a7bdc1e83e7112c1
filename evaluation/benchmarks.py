"""Benchmarks in words: how near each unit comes to the best, from whom to learn, what would have to change.

Benchmark, not an award criterion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _

from evaluation.benchmark import frontier
from evaluation.figures import number
from evaluation.models import BenchmarkSet, BenchmarkUnit

MOST_UNITS: Final = 2_000
NEAR: Final = 1e-6
PEER: Final = 1e-4  # weights below are rounding
WORDS_OF_SIZE: Final = {"-": "right", "irs": "small", "drs": "large"}


@dataclass(frozen=True, slots=True)
class Row:
    """One unit: share of the best (0 to 1), pure and scale share, rank-free score above 1, peers, targets by column."""

    name: str
    share: float
    other: float
    scale: float
    size: str
    superior: float | None
    peers: tuple[str, ...]
    targets: tuple[tuple[str, str, str], ...]
    is_best: bool

    @property
    def sentence(self) -> str:
        """In words, in the active language."""
        values = {"unit": self.name, "share": _number(self.share, ".2f"), "peers": _and(self.peers)}
        if self.is_best:
            return _("%(unit)s is among the best.") % values
        if self.share >= 1 - NEAR:
            return _("%(unit)s reaches the best but uses more of something; learn from %(peers)s.") % values
        return _("%(unit)s reaches %(share)s of the best; learn from %(peers)s.") % values


@dataclass(frozen=True, slots=True)
class Analysis:
    """All units of a year under one model, and what to be careful about."""

    year: int
    returns: str
    orientation: str
    rows: list[Row]
    warnings: list[str]


def _number(value: float, form: str) -> str:
    """A rounded number as people of the current language write it; never with an exponent."""
    text = f"{Decimal(format(value, form)):f}"
    return number(text, len(text.partition(".")[2]))


def _and(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def matrix(units: Sequence[BenchmarkUnit], columns: Sequence[str]) -> list[list[float]]:
    """The columns of the units as numbers."""
    return [[float(unit.values[name]) for name in columns] for unit in units]


def warnings_of(of: BenchmarkSet, units: Sequence[BenchmarkUnit]) -> Iterator[str]:
    """Too few units, zeros."""
    inputs, outputs = len(of.inputs), len(of.outputs)
    needed = max(inputs * outputs, 3 * (inputs + outputs))
    if len(units) < needed:
        words = _("Only %(number)d units for %(columns)d columns; from %(needed)d on the scores mean more.")
        yield words % {"number": len(units), "columns": inputs + outputs, "needed": needed}
    zeros = [name for name in (*of.inputs, *of.outputs) if any(float(unit.values[name]) == 0 for unit in units)]
    if zeros:
        yield _("Zeros in %(columns)s: such units look better than they may be.") % {"columns": ", ".join(zeros)}


def analyse(of: BenchmarkSet, year: int, returns: Any = "vrs", orientation: Any = "in") -> Analysis | None:
    """The scores of a year; None with fewer than three units. ValueError for a column of zeros."""
    units = list(of.units.filter(year=year)[:MOST_UNITS])
    if len(units) < 3:
        return None
    x, y = matrix(units, of.inputs), matrix(units, of.outputs)
    constant = frontier.scores(x, y, "crs", orientation)
    variable = frontier.scores(x, y, "vrs", orientation)
    chosen = constant if returns == "crs" else variable
    above = frontier.scores(x, y, returns, orientation, exclude_own=True)
    rest, sizes = frontier.slacks(x, y, returns, orientation), frontier.returns_to_scale(x, y)
    rows = []
    for at, unit in enumerate(units):
        share = _share(chosen[at], orientation)
        slack = max(rest.inputs[at].max(initial=0), rest.outputs[at].max(initial=0))
        best = share >= 1 - NEAR and slack <= 1e-6 * max(1.0, float(np.max(np.abs([*x[at], *y[at]]))))
        peers = [units[other].name for other in np.argsort(-rest.peers[at]) if rest.peers[at][other] > PEER][:3]
        c, v = _share(constant[at], orientation), _share(variable[at], orientation)
        rows.append(Row(
            unit.name, share, v if returns == "crs" else c, c / v if v else 0.0, WORDS_OF_SIZE[sizes[at]],
            above[at], tuple(name for name in peers if name != unit.name),
            tuple(_targets(of, x[at], y[at], rest.input_targets[at], rest.output_targets[at])), best,
        ))  # fmt: skip
    rows.sort(key=lambda row: (-row.share, row.name))
    return Analysis(year, returns, orientation, rows, list(warnings_of(of, units)))


def _share(score: float | None, orientation: str) -> float:
    if score is None:
        return 0.0
    return min(1.0, score if orientation == "in" else 1 / score)


def _targets(of: BenchmarkSet, x: Any, y: Any, goal_x: Any, goal_y: Any) -> Iterator[tuple[str, str, str]]:
    """(column, now, target) where they differ by more than half a per cent."""
    for names, now, goal in ((of.inputs, x, goal_x), (of.outputs, y, goal_y)):
        for name, mine, wanted in zip(names, now, goal, strict=True):
            if abs(mine - wanted) > 0.005 * max(abs(mine), 1e-12):
                yield name, _number(mine, ".6g"), _number(wanted, ".6g")


@dataclass(frozen=True, slots=True)
class Changed:
    """Malmquist index of a unit from one year to the next; above 1 is better."""

    name: str
    total: float
    efficiency: float
    technology: float


def changes(of: BenchmarkSet, old: int, new: int) -> list[Changed]:
    """Units that stand in both years; empty with fewer than three of them or where a comparison has no answer."""
    years = {year: {unit.name: unit for unit in of.units.filter(year=year)} for year in (old, new)}
    names = sorted(set(years[old]) & set(years[new]))
    if len(names) < 3:
        return []
    both = [[years[year][name] for name in names] for year in (old, new)]
    periods = [(matrix(units, of.inputs), matrix(units, of.outputs)) for units in both]
    try:
        (found,) = frontier.malmquist(periods, "out")
    except ArithmeticError:
        return []
    return [Changed(*row) for row in zip(names, found.total, found.efficiency, found.technology, strict=True)]
