"""How firmly a lot is decided: asking only the bids that can decide, against scoring all of them for each question."""

import random
from decimal import Decimal
from typing import Any

from evaluation.scoring import TenderInput, robustness
from evaluation.scoring.inputs import Criterion, EvaluationSpec, LotInput, Position
from evaluation.scoring.robustness import LotRobustness
from tests.bench.measuring import Table, rounds
from tests.bench.scoring import WEIGHTS, _bid
from tests.evaluation.scoring import brute_force

BIDS, POSITIONS = 100, 10
SAMPLE = 9  # losing bids that stand for all of them, scored the long way round
METHODS = ("weighted_linear", "ratio_simple")


def tables() -> list[Table]:
    return [_table(method) for method in METHODS]


def _table(method: str) -> Table:
    tender = lot_of(BIDS, method)
    require_equal(tender, robustness(tender, "L1"))
    ours = "ours, also weights, panel and 12,000 draws"
    seconds = rounds({ours: lambda: robustness(tender, "L1")})
    force = rounds({"all": lambda: by_force(tender)})["all"]
    name = f"all bids scored for each question ({SAMPLE} of {BIDS - 1} losing bids, scaled up)"
    seconds[name] = [one * (BIDS - 1) / SAMPLE for one in force]
    note = "Break-even prices, needed scores and points, and the lot without each bid are equal, digit by digit."
    return Table(f"Robustness ({method}): {BIDS} bids, {len(WEIGHTS)} criteria", ours, seconds, note)


def lot_of(bids: int, method: str) -> TenderInput:
    """Bids whose prices and scores lie close together, so that every question needs an answer."""
    chance = random.Random(7)
    half = Decimal("0.5")
    spec = EvaluationSpec(method, half, half, "gross", gap_to_next_pct=None, gap_to_estimate_pct=None)
    positions = tuple(
        Position(f"{n}", f"Position {n}", "piece", Decimal(chance.randint(1, 9999))) for n in range(1, POSITIONS + 1)
    )
    criteria = tuple(Criterion(f"B{n}", "quality", f"B{n}", Decimal(weight)) for n, weight in enumerate(WEIGHTS, 1))
    given = tuple(_bid(f"B{n:03}", positions, criteria, chance) for n in range(1, bids + 1))
    return TenderInput("BENCH", spec, (LotInput("L1", "Lot", positions, criteria, given),))


def by_force(tender: TenderInput) -> tuple[Any, ...]:
    return tuple(ask(tender, most=SAMPLE) for ask in (brute_force.losers, brute_force.left_out, brute_force.points))


def require_equal(tender: TenderInput, report: LotRobustness) -> None:
    """A comparison of speed means something only between equal results."""
    needed = dict(report.analysis.needed_performance) if report.analysis else {}
    ours = report.losers[:SAMPLE], report.left_out[:SAMPLE], dict(list(needed.items())[:SAMPLE])
    if ours != by_force(tender):
        raise AssertionError("the two ways differ")
