"""Efficiency scores of two thousand units (P8): all at once against one program per unit, with and without warm start.

Peers are measured where they are installed and named where they are not; a sample stands for the slow ones.
"""

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from evaluation.benchmark import frontier
from tests.bench.measuring import Table, rounds

UNITS, INPUTS, OUTPUTS = 2_000, 3, 2
SAMPLE = 40  # programs of scipy that stand for all of them
SMALL = 100  # units for peers that would take minutes
TOLERANCE = 1e-6
PRINTED = 1e-5  # other packages round their scores
# packages for the same purpose and how to have them measured; they are no development dependencies, because one brings
# binaries of a solver along and the other keeps numpy below 2
PEERS = {
    "Pyfrontier": ".venv/bin/pip install Pyfrontier",
    "dealib": "needs numpy below 2, so an environment of its own",
}


def tables() -> list[Table]:
    x, y = units(UNITS)
    return [*_large(x, y), *_peers()]


def units(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Log-normal inputs, outputs that grow with them, inefficiency; columns divided by their mean."""
    chance = np.random.default_rng(7)
    x = chance.lognormal(0, 0.5, (count, INPUTS))
    y = np.exp(np.log(x).mean(axis=1))[:, None] * chance.lognormal(0, 0.3, (count, OUTPUTS))
    return x / x.mean(axis=0), y / y.mean(axis=0)


def _large(x: np.ndarray, y: np.ndarray) -> list[Table]:
    made = []
    for returns in ("crs", "vrs"):
        ours: Callable[[], Any] = lambda r=returns: frontier.scores(x, y, r)  # type: ignore[misc]  # noqa: E731
        variants: dict[str, Callable[[], Any]] = {"one pricing pass (floor)": lambda: _pass(x, y), "ours": ours}
        persistent = _persistent(returns)
        if persistent is not None:
            variants["one HiGHS model, warm start"] = lambda p=persistent: p(x, y)  # type: ignore[misc]
            _require_equal(ours(), persistent(x, y))
        _require_equal(ours()[:SAMPLE], _scipy(x, y, returns))
        seconds = rounds(variants)
        alone = rounds({"scipy": lambda r=returns: _scipy(x, y, r)})["scipy"]  # type: ignore[misc]
        seconds[f"scipy HiGHS per unit ({SAMPLE} of {UNITS}, scaled up)"] = [one * UNITS / SAMPLE for one in alone]
        note = "Scores agree within 1e-6" + (
            "." if persistent else "; persistent HiGHS left out: highspy is not installed (pip install highspy)."
        )
        title = f"Efficiency scores: {UNITS} units, {INPUTS} inputs, {OUTPUTS} outputs, {returns.upper()}"
        made.append(Table(title, "ours", seconds, note))
    return made


def _pass(x: np.ndarray, y: np.ndarray) -> Any:
    """What no method can do without: every unit's prices times every column once, and the best of each."""
    columns = np.hstack([-x, y])
    return (columns @ columns.T).argmax(axis=1)


def _scipy(x: np.ndarray, y: np.ndarray, returns: Any) -> list[float | None]:
    return [frontier.score(x[unit], y[unit], x, y, returns) for unit in range(SAMPLE)]


def _require_equal(ours: Any, theirs: Any, most: float = TOLERANCE) -> None:
    worst = max(abs(mine - other) for mine, other in zip(ours, theirs, strict=True))
    if worst > most:
        raise AssertionError(f"scores differ by {worst}")


def _persistent(returns: str) -> Callable[[np.ndarray, np.ndarray], list[float]] | None:
    """One model for all units: only the column of theta and the right-hand sides change; None without highspy."""
    if importlib.util.find_spec("highspy") is None:
        return None
    highspy = importlib.import_module("highspy")

    def solve(x: np.ndarray, y: np.ndarray) -> list[float]:
        model, free = highspy.Highs(), highspy.kHighsInf
        model.setOptionValue("output_flag", False)
        model.addVar(0.0, free)
        model.changeColCost(0, 1.0)
        count, m, s = len(x), x.shape[1], y.shape[1]
        for _unit in range(count):
            model.addVar(0.0, free)
        places = np.arange(1, count + 1, dtype=np.int32)
        for column in range(m):  # theta x_o - X w >= 0; the coefficient of theta is set for each unit
            model.addRow(0.0, free, count + 1, np.r_[np.int32(0), places].astype(np.int32), np.r_[1.0, -x[:, column]])
        for column in range(s):
            model.addRow(0.0, free, count, places, y[:, column])
        if returns == "vrs":
            model.addRow(1.0, 1.0, count, places, np.ones(count))
        found = []
        for unit in range(count):
            for column in range(m):
                model.changeCoeff(column, 0, float(x[unit, column]))
            for column in range(s):
                model.changeRowBounds(m + column, float(y[unit, column]), free)
            model.run()
            found.append(model.getInfo().objective_function_value)
        return found

    return solve


def _peers() -> list[Table]:
    """Packages for the same purpose, on fewer units; each left out by name where it is not installed."""
    x, y = units(SMALL)
    ours: Callable[[], Any] = lambda: frontier.scores(x, y, "crs")  # noqa: E731
    variants, missing = {"ours": ours}, []
    for name, work in {"dealib": _dealib, "Pyfrontier": _pyfrontier}.items():
        if importlib.util.find_spec(name) is None:
            missing.append(f"{name} ({PEERS[name]})")
        else:
            _require_equal(ours(), work(x, y), PRINTED)
            variants[name] = lambda w=work: w(x, y)  # type: ignore[misc]
    note = f"Not installed: {'; '.join(missing)}." if missing else "Scores agree within 1e-5."
    return [Table(f"Efficiency scores: {SMALL} units against other packages, CRS", "ours", rounds(variants), note)]


def _dealib(x: np.ndarray, y: np.ndarray) -> Any:
    dea = importlib.import_module("dealib.dea")
    return dea.dea(x, y, rts=dea.RTS.crs, orientation=dea.Orientation.input).eff


def _pyfrontier(x: np.ndarray, y: np.ndarray) -> Any:
    model = importlib.import_module("Pyfrontier.frontier_model").EnvelopDEA("CRS", "in")
    model.fit(x, y)
    return [one.score for one in model.result]
