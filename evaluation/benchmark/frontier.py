"""Data envelopment analysis: how much of what the best achieve with the same means does each unit achieve?

X (units x inputs) and Y (units x outputs), all values above 0; columns are scaled by their mean first, because the
linear programs lose digits when a column is a million times another (errors up to 0.62 were seen). Sources: Charnes,
Cooper, Rhodes 1978 (CRS); Banker, Charnes, Cooper 1984 (VRS); Andersen, Petersen 1993 (super-efficiency); Färe et al.
1994 (Malmquist index).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmark import simplex

Array = NDArray[np.float64]
Returns = Literal["crs", "vrs", "drs", "irs"]
Orientation = Literal["in", "out"]
SAME: Final = 1e-7  # two scores closer than this are the same score


@dataclass(frozen=True, slots=True)
class Slacks:
    """Phase two of one model: what remains after the radial step, the peers' weights and the targets."""

    inputs: Array
    outputs: Array
    input_targets: Array
    output_targets: Array
    peers: Array


def table(rows: Sequence[Sequence[float]] | Array) -> Array:
    """Rows as a float table. ValueError for holes, negatives, an empty column or rows of different length."""
    try:
        values = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("Every unit needs one number per column.") from error
    if values.ndim != 2 or not values.size or not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("Inputs and outputs are tables of numbers that are not negative.")
    if (values.sum(axis=0) <= 0).any():
        raise ValueError("A column of zeros says nothing about efficiency.")
    return values


def scaled(values: Array) -> Array:
    """Columns divided by their mean."""
    scaled_values: Array = values / values.mean(axis=0)
    return scaled_values


def score(
    x: Array, y: Array, inputs: Array, outputs: Array, returns: Returns = "crs", orientation: Orientation = "in"
) -> float | None:
    """Radial score of the point (x, y) against the units (inputs, outputs): theta <= 1 inside, or phi >= 1.

    None when the program is infeasible (possible for points outside the reference under VRS, DRS or IRS).
    """
    solved = _radial(x, y, inputs, outputs, returns, orientation)
    return None if solved is None else float(solved[0])


def scores(
    inputs: Sequence[Sequence[float]] | Array,
    outputs: Sequence[Sequence[float]] | Array,
    returns: Returns = "crs",
    orientation: Orientation = "in",
    *,
    exclude_own: bool = False,
) -> list[float | None]:
    """Score of each unit; `exclude_own` takes the unit itself out of its reference (super-efficiency)."""
    given, made = _pair(inputs, outputs)
    if returns in ("drs", "irs"):
        return _one_by_one(given, made, returns, orientation, exclude_own, range(len(given)))
    found: list[float | None] = _together(given, made, returns, orientation).tolist()
    if exclude_own:  # only the efficient units move when they leave their own reference
        efficient = [unit for unit, value in enumerate(found) if value is None or abs(value - 1) <= SAME]
        alone = _one_by_one(given, made, returns, orientation, True, efficient)
        for unit, value in zip(efficient, alone, strict=True):
            found[unit] = value
    return found


def _pair(inputs: Sequence[Sequence[float]] | Array, outputs: Sequence[Sequence[float]] | Array) -> tuple[Array, Array]:
    """Both tables scaled; ValueError unless every unit uses and makes something."""
    given, made = scaled(table(inputs)), scaled(table(outputs))
    if len(given) != len(made):
        raise ValueError("Inputs and outputs need the same units.")
    if (given.max(axis=1) <= 0).any() or (made.max(axis=1) <= 0).any():
        raise ValueError("Every unit needs an input and an output above 0.")
    return given, made


def _together(given: Array, made: Array, returns: Returns, orientation: Orientation) -> Array:
    """All units by the stepped simplex; one by one where that does not end."""
    try:
        return simplex.radial(given, made, variable=returns == "vrs", orientation=orientation)
    except ArithmeticError:
        every = range(len(given))
        return np.array(_one_by_one(given, made, returns, orientation, False, every), dtype=np.float64)


def _one_by_one(
    given: Array, made: Array, returns: Returns, orientation: Orientation, exclude_own: bool, units: Iterable[int]
) -> list[float | None]:
    everyone = np.arange(len(given))
    return [
        score(given[unit], made[unit], given[keep], made[keep], returns, orientation)
        for unit in units
        for keep in [everyone[everyone != unit] if exclude_own else everyone]
    ]


def _bounds_of_sum(returns: Returns, units: int) -> tuple[list[list[float]], list[float], bool]:
    """(row, limit, equality) for the sum of the peers' weights; empty rows for constant returns."""
    ones = [1.0] * units
    return {
        "crs": ([], [], False),
        "vrs": ([ones], [1.0], True),
        "drs": ([ones], [1.0], False),
        "irs": ([[-1.0] * units], [-1.0], False),
    }[returns]


def _radial(
    x: Array, y: Array, inputs: Array, outputs: Array, returns: Returns, orientation: Orientation
) -> tuple[float, Array] | None:
    """(score, weights of the peers). Variables: score, then one weight per unit."""
    from scipy.optimize import linprog

    units = len(inputs)
    if orientation == "in":
        cost, left, right = 1.0, [-x[:, None], inputs.T], np.zeros(len(x))
        produce, least = [np.zeros((len(y), 1)), -outputs.T], -y
    else:
        cost, left, right = -1.0, [np.zeros((len(x), 1)), inputs.T], x
        produce, least = [y[:, None], -outputs.T], np.zeros(len(y))
    rows, limits = [np.hstack(left), np.hstack(produce)], [right, least]
    total, limit, equal = _bounds_of_sum(returns, units)
    extra = np.array([[0.0, *row] for row in total]) if total else None
    if extra is not None and not equal:
        rows.append(extra)
        limits.append(np.array(limit))
    solved = linprog(
        np.array([cost, *[0.0] * units]),
        A_ub=np.vstack(rows),
        b_ub=np.concatenate(limits),
        A_eq=extra if equal else None,
        b_eq=limit if equal else None,
        bounds=[(0, None)] * (units + 1),
        method="highs",
    )
    return (float(solved.x[0]), np.array(solved.x[1:])) if solved.status == 0 else None


def slacks(
    inputs: Sequence[Sequence[float]] | Array,
    outputs: Sequence[Sequence[float]] | Array,
    returns: Returns = "crs",
    orientation: Orientation = "in",
) -> Slacks:
    """Phase two with the score held fixed: the largest sum of slacks (each over its column's mean).

    A unit with score 1 and a slack is not efficient: peers do the same with less of that input.
    """
    raw_x, raw_y = table(inputs), table(outputs)
    given, made = scaled(raw_x), scaled(raw_y)
    units = len(given)
    rests, peers, targets = [], [], []
    for unit in range(units):
        best = score(given[unit], made[unit], given, made, returns, orientation)
        value = 1.0 if best is None else best
        x = given[unit] * (value if orientation == "in" else 1.0)
        y = made[unit] * (value if orientation == "out" else 1.0)
        weights = _second_phase(x, y, given, made, returns)
        peers.append(weights)
        targets.append((weights @ raw_x, weights @ raw_y))
        rests.append((np.maximum(x - weights @ given, 0), np.maximum(weights @ made - y, 0)))
    x_mean, y_mean = raw_x.mean(axis=0), raw_y.mean(axis=0)
    return Slacks(
        inputs=np.array([rest[0] * x_mean for rest in rests]),
        outputs=np.array([rest[1] * y_mean for rest in rests]),
        input_targets=np.array([target[0] for target in targets]),
        output_targets=np.array([target[1] for target in targets]),
        peers=np.array(peers),
    )


def _second_phase(x: Array, y: Array, inputs: Array, outputs: Array, returns: Returns) -> Array:
    """Weights that leave the most slack. A hair of room keeps the program feasible after the first phase's rounding."""
    from scipy.optimize import linprog

    total, limit, equal = _bounds_of_sum(returns, len(inputs))
    room = 1e-9
    rows, limits = [inputs.T, -outputs.T], [x + room, -y + room]
    if total and not equal:
        rows.append(np.array(total))
        limits.append(np.array(limit))
    gain = inputs.sum(axis=1) - outputs.sum(axis=1)  # most slack = least input, most output
    solved = linprog(
        gain,
        A_ub=np.vstack(rows),
        b_ub=np.concatenate(limits),
        A_eq=np.array(total) if equal else None,
        b_eq=limit if equal else None,
        bounds=[(0, None)] * len(inputs),
        method="highs",
    )
    if solved.status != 0:
        raise ArithmeticError("The second phase found no solution.")
    return np.array(solved.x)


def returns_to_scale(
    inputs: Sequence[Sequence[float]] | Array, outputs: Sequence[Sequence[float]] | Array
) -> list[str]:
    """Per unit "-" (right size), "drs" (too large) or "irs" (too small), input orientation."""
    found = []
    columns = (scores(inputs, outputs, returns) for returns in ("crs", "vrs", "drs"))
    for constant, variable, falling in zip(*columns, strict=True):
        if constant is None or variable is None or falling is None:
            raise ArithmeticError("A unit could not be compared with itself.")
        same = abs(constant - variable) <= SAME
        found.append("-" if same else "drs" if abs(falling - variable) <= SAME else "irs")
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """Productivity change of each unit from one period to the next; above 1 is better."""

    efficiency: list[float]
    technology: list[float]
    total: list[float]
    pure_efficiency: list[float]
    scale: list[float]


def malmquist(
    periods: Sequence[tuple[Sequence[Sequence[float]], Sequence[Sequence[float]]]], orientation: Orientation = "out"
) -> list[Change]:
    """Malmquist index per transition: catching up (efficiency) times the frontier's own move (technology)."""
    tables = [(table(x), table(y)) for x, y in periods]
    x_mean = np.vstack([x for x, _y in tables]).mean(axis=0)
    y_mean = np.vstack([y for _x, y in tables]).mean(axis=0)
    scaled_tables = [(x / x_mean, y / y_mean) for x, y in tables]
    return [_change(old, new, orientation) for old, new in pairwise(scaled_tables)]


def _change(old: tuple[Array, Array], new: tuple[Array, Array], orientation: Orientation) -> Change:
    def distance(points: tuple[Array, Array], technology: tuple[Array, Array], returns: Returns = "crs") -> Array:
        values = []
        for x, y in zip(*points, strict=True):
            found = score(x, y, *technology, returns, orientation)
            if found is None:
                raise ArithmeticError("A unit cannot be compared with the other period.")
            values.append(1 / found if orientation == "out" else found)
        return np.array(values)

    own_old, own_new = distance(old, old), distance(new, new)
    crossed = distance(new, old) / own_new * own_old / distance(old, new)
    efficiency, technology = own_new / own_old, np.sqrt(crossed)
    pure = distance(new, new, "vrs") / distance(old, old, "vrs")
    columns = (efficiency, technology, efficiency * technology, pure, efficiency / pure)
    return Change(*(column.tolist() for column in columns))
