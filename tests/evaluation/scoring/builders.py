"""Small tenders for tests: one lot, one price position, quality criterion Q, everything else by keyword."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from evaluation.scoring import evaluate
from evaluation.scoring.inputs import (
    Criterion,
    CriterionScores,
    EvaluationSpec,
    LotBid,
    LotInput,
    Position,
    TenderInput,
)
from evaluation.scoring.results import LotResult

ALL_METHODS = ("weighted_linear", "inverse_proportional", "ratio_simple", "ratio_extended", "price_only")
QUALITY = Criterion("Q", "quality", "Quality", Decimal(100))


def spec(method: str = "weighted_linear", **changes: Any) -> EvaluationSpec:
    half = Decimal("0.5")
    return replace(EvaluationSpec(method, half, half, "net"), **changes)


def bid(bid_id: str, price: str, score: str | Mapping[str, str] = "8", **changes: Any) -> LotBid:
    """A bid at one unit price; a single score is for criterion Q."""
    scores = {"Q": score} if isinstance(score, str) else score
    given = {key: CriterionScores(consensus=Decimal(value)) for key, value in scores.items()}
    return LotBid(bid_id, f"P-{bid_id}", {"1": Decimal(price)}, **{"vat_rate": Decimal(19), "scores": given, **changes})


def lot(bids: Sequence[LotBid], criteria: Sequence[Criterion] = (QUALITY,), **changes: Any) -> LotInput:
    position = Position("1", "Service", "piece", Decimal(1))
    return replace(LotInput("L1", "Lot", (position,), tuple(criteria), tuple(bids)), **changes)


def tender(bids: Sequence[LotBid], rule: EvaluationSpec | None = None, **changes: Any) -> TenderInput:
    """A tender with one lot; keywords go to the lot."""
    return TenderInput("T", rule or spec(), (lot(bids, **changes),))


def result(bids: Sequence[LotBid], rule: EvaluationSpec | None = None, **changes: Any) -> LotResult:
    """Result of the only lot."""
    return evaluate(tender(bids, rule, **changes)).lots[0]
