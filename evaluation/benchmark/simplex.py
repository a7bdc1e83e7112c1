"""Radial efficiency scores of all units at once: one small revised simplex per unit, stepped together by numpy.

Program of a unit o (input orientation): min theta, theta x_o - X w - s = 0, Y w - t = y_o, sum w = 1 under VRS. Output
orientation: max phi, -X w - s = -x_o, Y w - phi y_o - t = 0. A basis has r = inputs + outputs (+ 1) columns; only its
inverse is kept, shape (units, r, r). Columns must be scaled by their mean beforehand.
"""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
BLOCK: Final = 512  # units stepped together: their inverses stay in the cache
TOLERANCE: Final = 1e-9
NUDGE: Final = 1e-8  # right-hand sides are moved by about this, so that no two ratios tie and nothing cycles
MOST_STEPS: Final = 2000


def radial(inputs: Array, outputs: Array, *, variable: bool, orientation: Literal["in", "out"] = "in") -> Array:
    """theta (<= 1) or phi (>= 1) per unit under constant or variable returns. ArithmeticError when it does not end."""
    columns = np.hstack([-inputs, outputs, np.ones((len(inputs), 1))]) if variable else np.hstack([-inputs, outputs])
    likely, found = _likely(inputs, outputs), []
    for start in range(0, len(inputs), BLOCK):
        x, y = inputs[start : start + BLOCK], outputs[start : start + BLOCK]
        found.append(_block(columns, likely, x, y, start, variable, orientation))
    return np.concatenate(found)


def _likely(inputs: Array, outputs: Array) -> NDArray[np.bool_]:
    """Units that may be peers: the best ratio of each output to each input, the least input, the most output."""
    marked = np.zeros(len(inputs), dtype=bool)
    ratio = outputs[:, :, None] / np.maximum(inputs, TOLERANCE)[:, None, :]
    for places in (ratio.argmax(axis=0), inputs.argmin(axis=0), outputs.argmax(axis=0)):
        marked[places.ravel()] = True
    return marked


def _block(
    columns: Array, likely: NDArray[np.bool_], x: Array, y: Array, start: int, variable: bool, orientation: str
) -> Array:
    """Few units are ever peers: columns known as such are priced first, all of them only where none of those helps.

    `likely` learns the peers for the blocks that follow. A unit is done when no column at all helps.
    """
    inverse, right = _first_basis(x, y, variable, orientation)
    sign = 1.0 if orientation == "in" else -1.0
    level = inverse @ right[:, :, None]
    level = level[:, :, 0] + NUDGE * np.random.default_rng(start).uniform(0.5, 1.5, level.shape[:2])
    result, active = np.empty(len(x)), np.arange(len(x))
    rows = x.shape[1] + y.shape[1]
    for _step in range(MOST_STEPS):
        prices = sign * inverse[:, 0, :]
        best, gain_unit = _best(prices, columns, likely)
        slack = prices[:, :rows].argmin(axis=1)
        gain_slack = -prices[np.arange(len(active)), slack]
        done = np.maximum(gain_unit, gain_slack) <= TOLERANCE
        if done.any():
            result[active[done]] = sign * np.einsum("ij,ij->i", prices[done], right[done])
            keep = ~done
            active, inverse, level, right = active[keep], inverse[keep], level[keep], right[keep]
            if not len(active):
                return result
            best, slack, gain_unit, gain_slack = best[keep], slack[keep], gain_unit[keep], gain_slack[keep]
        inverse, level = _pivot(inverse, level, columns, best, slack, gain_unit >= gain_slack)
    raise ArithmeticError("The efficiency program did not end.")


def _best(prices: Array, columns: Array, likely: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Array]:
    """(column, gain) of the unit to enter for each row of prices; the greatest gain of all where no likely one gains.

    Slacks are not looked at here: a row is only final after all columns have been priced.
    """
    names = np.flatnonzero(likely)
    gains = prices @ columns[names].T
    place = gains.argmax(axis=1)
    best, gain = names[place], gains[np.arange(len(prices)), place]
    rest = np.flatnonzero(gain <= TOLERANCE)
    if len(rest):
        gains = prices[rest] @ columns.T
        best[rest] = gains.argmax(axis=1)
        gain[rest] = gains[np.arange(len(rest)), best[rest]]
        likely[best[rest[gain[rest] > TOLERANCE]]] = True
    return best, gain


def _first_basis(x: Array, y: Array, variable: bool, orientation: str) -> tuple[Array, Array]:
    """(inverse, right-hand side) of the basis in which the unit is its own peer: score 1, own weight 1, slacks 0.

    The score stands in for the slack of the unit's largest input (output), its own weight for that of its largest
    output (input) or, under VRS, for the row of the weights: so zeros in the data do not make the basis singular.
    """
    count, m, s = len(x), x.shape[1], y.shape[1]
    size = m + s + variable
    every = np.arange(count)
    own = np.hstack([-x, y, np.ones((count, 1))]) if variable else np.hstack([-x, y])
    score, right = np.zeros((count, size)), np.zeros((count, size))
    if orientation == "in":
        score[:, :m], right[:, m : m + s] = x, y
        score_row, own_row = x.argmax(axis=1), m + y.argmax(axis=1)
    else:
        score[:, m : m + s], right[:, :m] = -y, -x
        score_row, own_row = m + y.argmax(axis=1), x.argmax(axis=1)
    if variable:
        right[:, -1] = 1
        own_row = np.full(count, m + s)
    basis = np.zeros((count, size, size))
    basis[:, np.arange(m + s), np.arange(m + s)] = -1  # slack columns, in the place of their rows
    basis[every, :, own_row] = own
    basis[every, :, score_row] = score
    order = np.tile(np.arange(size), (count, 1))  # the score's column comes first: its row of the inverse is the dual
    order[every, score_row], order[:, 0] = order[:, 0].copy(), score_row
    return np.linalg.inv(np.take_along_axis(basis, order[:, None, :], axis=2)), right


def _pivot(
    inverse: Array,
    level: Array,
    columns: Array,
    best: NDArray[np.intp],
    slack: NDArray[np.intp],
    by_unit: NDArray[np.bool_],
) -> tuple[Array, Array]:
    every = np.arange(len(inverse))
    entering = columns[best].copy()
    entering[~by_unit] = 0
    entering[every[~by_unit], slack[~by_unit]] = -1
    direction = np.matmul(inverse, entering[:, :, None])[:, :, 0]
    ratio = np.full_like(direction, np.inf)
    np.divide(level, direction, out=ratio, where=direction > TOLERANCE)
    ratio[:, 0] = np.inf  # the score never leaves
    leaving = ratio.argmin(axis=1)
    step = ratio[every, leaving]
    if not np.isfinite(step).all():
        raise ArithmeticError("The efficiency program has no bound.")
    level = level - step[:, None] * direction
    level[every, leaving] = step
    row = inverse[every, leaving] / direction[every, leaving][:, None]
    direction[every, leaving] = 0
    inverse = inverse - direction[:, :, None] * row[:, None, :]
    inverse[every, leaving] = row
    return inverse, level
