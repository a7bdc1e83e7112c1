"""Exact scoring of a very large tender against what a bidder and an analyst would write."""

import random
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluation.scoring import TenderInput, evaluate
from evaluation.scoring.inputs import Criterion, CriterionScores, EvaluationSpec, LotBid, LotInput, Position
from tests.bench.measuring import Table, rounds

LOTS, BIDS, POSITIONS, CRITERIA, EVALUATORS = 10, 30, 150, 8, 5
WEIGHTS = (20, 20, 15, 15, 10, 10, 5, 5)
VAT = Decimal(19)
CENT = Decimal("0.01")


def tables() -> list[Table]:
    tender = biggest()
    require_equal(tender)
    frames = frames_of(tender)
    seconds = rounds(
        {
            "plain Decimal loop": lambda: plain_loop(tender),
            "pandas groupby (float)": lambda: with_pandas(*frames),
            "our engine (exact)": lambda: evaluate(tender),
        }
    )
    size = f"{LOTS} lots x {BIDS} bids x {POSITIONS} positions, {CRITERIA} criteria x {EVALUATORS} evaluators"
    note = "The engine also explains each figure and compares three methods; totals equal the plain loop's to the cent."
    return [Table(f"Scoring: {size}", "plain Decimal loop", seconds, note)]


def biggest() -> TenderInput:
    """About as much as a municipality puts into one procedure; every bid is valid."""
    chance = random.Random(7)
    spec = EvaluationSpec("weighted_linear", Decimal("0.5"), Decimal("0.5"), "gross",
                          gap_to_next_pct=None, gap_to_estimate_pct=None, consensus_spread=Decimal(11))  # fmt: skip
    return TenderInput("BENCH", spec, tuple(_lot(f"L{n}", chance) for n in range(1, LOTS + 1)))


def _lot(lot_id: str, chance: random.Random) -> LotInput:
    positions = tuple(
        Position(f"{n}", f"Position {n}", "piece", Decimal(chance.randint(1, 9999))) for n in range(1, POSITIONS + 1)
    )
    criteria = tuple(
        Criterion(f"B{n}", "quality", f"Criterion {n}", Decimal(weight)) for n, weight in enumerate(WEIGHTS, 1)
    )
    bids = tuple(_bid(f"B{n:03}", positions, criteria, chance) for n in range(1, BIDS + 1))
    return LotInput(lot_id, lot_id, positions, criteria, bids)


def _bid(name: str, positions: Any, criteria: Any, chance: random.Random) -> LotBid:
    scores = {
        c.id: CriterionScores({f"E{n}": Decimal(chance.randint(4, 10)) for n in range(EVALUATORS)}) for c in criteria
    }
    prices = {p.ref: Decimal(chance.randint(100, 150)).scaleb(-2) for p in positions}
    return LotBid(name, name, prices, VAT, scores=scores)


def plain_loop(tender: TenderInput) -> dict[tuple[str, str], Decimal]:
    """Totals as a careful bidder would work them out."""
    totals = {}
    for lot in tender.lots:
        gross, quality = {}, {}
        for bid in lot.bids:
            net = sum(((bid.prices[p.ref] or 0) * p.quantity).quantize(CENT, ROUND_HALF_UP) for p in lot.positions)
            gross[bid.bid_id] = net + (net * bid.vat_rate / 100).quantize(CENT, ROUND_HALF_UP)
            quality[bid.bid_id] = sum(
                c.weight * (sum(bid.scores[c.id].by_evaluator.values()) / EVALUATORS).quantize(CENT, ROUND_HALF_UP)
                for c in lot.criteria
            )
        lowest = min(gross.values())
        for bid_id, price in gross.items():
            price_points = max(Decimal(0), 100 * (2 - price / lowest)).quantize(CENT, ROUND_HALF_UP)
            points = (quality[bid_id] / 10).quantize(CENT, ROUND_HALF_UP)
            total = Decimal("0.5") * price_points + Decimal("0.5") * points
            totals[lot.lot_id, bid_id] = total.quantize(CENT, ROUND_HALF_UP)
    return totals


def frames_of(tender: TenderInput) -> tuple[Any, Any]:
    """The same numbers as data frames; making them is not measured."""
    import pandas

    prices = [
        (lot.lot_id, bid.bid_id, float(bid.prices[p.ref] or 0), float(p.quantity))
        for lot in tender.lots for bid in lot.bids for p in lot.positions
    ]  # fmt: skip
    scores = [
        (lot.lot_id, bid.bid_id, c.id, float(c.weight), float(score))
        for lot in tender.lots for bid in lot.bids for c in lot.criteria
        for score in bid.scores[c.id].by_evaluator.values()
    ]  # fmt: skip
    return (
        pandas.DataFrame(prices, columns=["lot", "bid", "price", "quantity"]),
        pandas.DataFrame(scores, columns=["lot", "bid", "criterion", "weight", "score"]),
    )


def with_pandas(prices: Any, scores: Any) -> Any:
    """The usual notebook: binary fractions, banker's rounding, no reasons."""
    lines = (prices["price"] * prices["quantity"]).round(2)
    net = lines.groupby([prices["lot"], prices["bid"]]).sum()
    gross = net + (net * float(VAT) / 100).round(2)
    means = scores.groupby(["lot", "bid", "criterion", "weight"])["score"].mean().round(2).reset_index()
    means["points"] = means["weight"] * means["score"]
    quality = means.groupby(["lot", "bid"])["points"].sum()
    price_points = (100 * (2 - gross / gross.groupby("lot").transform("min"))).clip(lower=0).round(2)
    return (0.5 * price_points + 0.5 * (quality / 10).round(2)).round(2)


def require_equal(tender: TenderInput) -> None:
    """A comparison of speed means something only between equal results."""
    ours = {(lot.lot_id, row.bid_id): row.total for lot in evaluate(tender).lots for row in lot.rows}
    if ours != plain_loop(tender):
        raise AssertionError("the engine and the plain loop differ")
