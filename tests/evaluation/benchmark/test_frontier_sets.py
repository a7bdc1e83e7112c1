"""The stepped simplex against scaled HiGHS, on random sets with zeros, ties, bad scaling and degenerate units.

Sixty sets in every run, all five hundred in the long one. The oracle is written out here, apart from the product.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from evaluation.benchmark import frontier

QUICK, ALL = 24, 500
TOLERANCE = 1e-6
MODELS = [(returns, orientation) for returns in ("crs", "vrs") for orientation in ("in", "out")]


def random_set(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Kind by number: plain, zeros, ties and copies, columns 1e-3 to 1e12, one input alone, all that together."""
    rng = np.random.default_rng(90_000 + number)
    units, inputs, outputs = int(rng.integers(3, 26)), int(rng.integers(1, 5)), int(rng.integers(1, 4))
    x, y = rng.lognormal(0, 0.7, (units, inputs)), rng.lognormal(0, 0.7, (units, outputs))
    kind = number % 6
    if kind in (1, 5):
        x[rng.random(x.shape) < 0.25], y[rng.random(y.shape) < 0.25] = 0, 0
    if kind in (2, 5):
        x, y = np.ceil(x * 2), np.ceil(y * 2) * (y > 0)
        x[-1], y[-1] = x[0], y[0]
        x[-2], y[-2] = 3 * x[0], 3 * y[0]
    if kind == 4:
        x[:, 1:], y[:, 1:] = 1, 1
    for table in (x, y):  # everybody uses and makes something, no column is empty
        table[np.arange(units), rng.integers(0, table.shape[1], units)] += 0.1
        table[0] += 0.1
    if kind in (3, 5):
        x *= 10.0 ** rng.uniform(-3, 12, inputs)
        y *= 10.0 ** rng.uniform(-3, 12, outputs)
    return x, y


def oracle(x: np.ndarray, y: np.ndarray, returns: str, orientation: str, *, alone: bool = False) -> list[float | None]:
    """One textbook program per unit on columns divided by their mean; None where it is infeasible."""
    x, y = x / x.mean(axis=0), y / y.mean(axis=0)
    found: list[float | None] = []
    for unit in range(len(x)):
        keep = np.arange(len(x)) != unit if alone else np.ones(len(x), dtype=bool)
        given, made = x[keep], y[keep]
        zeros_x, zeros_y = np.zeros((x.shape[1], 1)), np.zeros((y.shape[1], 1))
        if orientation == "in":
            cost, left, right = 1.0, [-x[unit][:, None], zeros_y], [np.zeros(x.shape[1]), -y[unit]]
        else:
            cost, left, right = -1.0, [zeros_x, y[unit][:, None]], [x[unit], np.zeros(y.shape[1])]
        rows = np.vstack([np.hstack([left[0], given.T]), np.hstack([left[1], -made.T])])
        equal = {"A_eq": np.array([[0.0, *[1.0] * len(given)]]), "b_eq": [1.0]} if returns == "vrs" else {}
        solved = linprog([cost, *[0.0] * len(given)], A_ub=rows, b_ub=np.concatenate(right), method="highs", **equal)
        found.append(float(solved.x[0]) if solved.status == 0 else None)
    return found


def differences(numbers: range) -> Iterator[tuple[int, str, Any]]:
    for number in numbers:
        x, y = random_set(number)
        for returns, orientation in MODELS:
            ours = frontier.scores(x, y, returns, orientation)
            theirs = oracle(x, y, returns, orientation)
            for unit, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
                if not same(mine, other):
                    yield number, f"{returns} {orientation} unit {unit}", (mine, other)


def same(mine: float | None, other: float | None) -> bool:
    """Null where the other is null; else within 1e-6, of the larger of the score and one."""
    if mine is None or other is None:
        return mine is None and other is None
    return abs(mine - other) <= TOLERANCE * max(1.0, abs(other))


def test_some_random_sets_agree_with_scaled_highs() -> None:
    assert list(differences(range(QUICK))) == []


@pytest.mark.slow
def test_five_hundred_random_sets_agree_with_scaled_highs() -> None:
    assert list(differences(range(QUICK, ALL))) == []


def test_super_efficiency_agrees_and_what_is_infeasible_comes_back_as_nothing() -> None:
    nothing = 0
    for number in range(0, QUICK, 2):
        x, y = random_set(number)
        for returns, orientation in MODELS:
            ours = frontier.scores(x, y, returns, orientation, exclude_own=True)
            theirs = oracle(x, y, returns, orientation, alone=True)
            assert all(map(same, ours, theirs)), (number, returns, orientation, ours, theirs)
            nothing += ours.count(None)
    assert nothing > 20  # under variable returns this happens all the time
