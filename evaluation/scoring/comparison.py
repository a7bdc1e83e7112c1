"""The same bids under M1, M2 and M3: information for the file, only the published method decides."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from .exact import as_decimal
from .inputs import EvaluationSpec
from .methods import METHODS, Entry, Scored
from .ranking import rank
from .results import Comparison, Figures

COMPARED = {"m1": "weighted_linear", "m2": "ratio_simple", "m3": "ratio_extended"}


def compare_methods(spec: EvaluationSpec, entries: Sequence[Entry], pending: bool) -> dict[str, Comparison]:
    """Winner and figures by M1, M2, M3; empty without valid bids or where a price is not above zero.

    `pending`: the price of a valid bid still has to be clarified; its exclusion could change every order.
    """
    if not entries or any(entry.price <= 0 for entry in entries):
        return {}
    return {name: _compare(method, spec, entries, pending) for name, method in COMPARED.items()}


def _compare(method: str, spec: EvaluationSpec, entries: Sequence[Entry], pending: bool) -> Comparison:
    scoring = METHODS[method, "1"].score(spec, entries)
    ranking = rank(entries, scoring, spec.tie_chain)
    band = method == "ratio_extended"
    return Comparison(
        method=method,
        winner=ranking.winners,
        tie_break_used=ranking.steps_used,
        unresolved_tie=ranking.unresolved,
        price_clarification_pending=pending,
        figures={row.bid_id: _figures(row, ranking.ranks[row.bid_id], spec) for row in scoring.rows},
        in_band=tuple(row.bid_id for row in scoring.rows if row.key is not None) if band else (),
        swing_pct=spec.extended_swing_pct if band else None,
        decision_criterion=spec.extended_criterion if band else None,
    )


def _shown(value: Fraction | None, decimals: int) -> Decimal | None:
    return None if value is None else as_decimal(value, decimals)


def _figures(row: Scored, rank: int | None, spec: EvaluationSpec) -> Figures:
    return Figures(
        rank=rank,
        price_points=_shown(row.price_points, spec.places("price_points")),
        quality_points=_shown(row.quality_points, spec.places("quality_points")),
        total=_shown(row.total, spec.places("total")),
        ratio=_shown(None if row.ratio is None else row.ratio * 10**4, spec.places("ratio_display")),
    )
