"""Small tenders for tests: one lot, one price position, quality criterion Q, everything else by keyword."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from evaluation.scoring import METHODS, evaluate
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

ALL_METHODS = tuple(method_id for method_id, version in METHODS if version == "1")
# published numbers of the methods that have some, for prices of 10,000 to 40,000
PARAMS: Mapping[str, Mapping[str, Decimal]] = {
    "ratio_weighted_fixed": {"l_ref": Decimal(700), "p_ref": Decimal(25_000)},
    "absolute_scale": {"full_at": Decimal(10_000), "zero_at": Decimal(45_000)},
    "kaden_surcharge": {"surcharge": Decimal(500)},
    "monetised": {"per_point": Decimal(300)},
    "italy_bilinear": {"base_price": Decimal(50_000), "knee": Decimal("0.85")},
    "external": {"higher": Decimal(1)},
}
MORE: Mapping[str, Mapping[str, Any]] = {
    "ratio_weighted_fixed": {"reference_reason": "as in the last contract", "reference_set_on": "2026-01-07"},
    "external": {"figure_criterion": "E", "reference_reason": "see document 7"},
    "monetised": {"reference_reason": "cost of a working hour"},
    "fbs": {"price_cap": Decimal(1_000_000), "compare": "exact"},
    "lcs": {"min_performance_points": Decimal(0)},
    "quality_fixed_price": {"compare": "exact"},
    "qbs": {"compare": "exact"},
}
QUALITY = Criterion("Q", "quality", "Quality", Decimal(100))


def spec(method: str = "weighted_linear", **changes: Any) -> EvaluationSpec:
    half = Decimal("0.5")
    own = {"params": PARAMS[method]} if method in PARAMS else {}
    return replace(EvaluationSpec(method, half, half, "net"), **{**own, **MORE.get(method, {}), **changes})


def bid(bid_id: str, price: str, score: str | Mapping[str, str] = "8", **changes: Any) -> LotBid:
    """A bid at one unit price; a single score is for criterion Q."""
    scores = {"Q": score} if isinstance(score, str) else score
    given = {key: CriterionScores(consensus=Decimal(value)) for key, value in scores.items()}
    return LotBid(bid_id, f"P-{bid_id}", {"1": Decimal(price)}, **{"vat_rate": Decimal(19), "scores": given, **changes})


FIGURE = Criterion("E", "efficiency", "Key figure", Decimal(0))


def lot(bids: Sequence[LotBid], criteria: Sequence[Criterion] = (QUALITY,), **changes: Any) -> LotInput:
    position = Position("1", "Service", "piece", Decimal(1))
    return replace(LotInput("L1", "Lot", (position,), tuple(criteria), tuple(bids)), **changes)


def tender(bids: Sequence[LotBid], rule: EvaluationSpec | None = None, **changes: Any) -> TenderInput:
    """A tender with one lot; keywords go to the lot."""
    return TenderInput("T", rule or spec(), (lot(bids, **changes),))


def result(bids: Sequence[LotBid], rule: EvaluationSpec | None = None, **changes: Any) -> LotResult:
    """Result of the only lot."""
    return evaluate(tender(bids, rule, **changes)).lots[0]
