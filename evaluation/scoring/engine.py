"""The steps of an evaluation in their lawful order, lot by lot, and the lots together."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from .allocation import allocate
from .codec import InputError
from .comparison import compare_methods
from .economics import economics
from .exact import as_decimal
from .explain import explain
from .inputs import EvaluationSpec, LotBid, LotInput, Reason, TenderInput
from .low_prices import flag_low_prices
from .methods import METHODS, Entry, Method, Scored, Scoring
from .performance import apply_scores, subtotals
from .pricing import apply_prices
from .ranking import Ranking, rank
from .results import LotResult, Row, TenderResult
from .standing import Standing
from .validation import validate


def evaluate(tender: TenderInput) -> TenderResult:
    """Evaluate every lot and hand out the lots.

    Raises `InputError` for input that cannot be evaluated: an unknown method, a missing score of a valid bid, or a
    price of zero or less where the published method divides by prices.
    """
    validate(tender)
    spec = tender.spec
    lots = tuple(evaluate_lot(lot, spec, f"$.lots[{index}]") for index, lot in enumerate(tender.lots))
    return TenderResult(tender.tender_id, spec.method, spec.method_version, lots, allocate(tender, lots))


def method_of(spec: EvaluationSpec) -> Method:
    """The published method in its version; raises `InputError` if the registry does not know it."""
    try:
        return METHODS[spec.method, spec.method_version]
    except KeyError:
        name = f"{spec.method} {spec.method_version}"
        raise InputError("$.spec.method", "unknown method %(name)s", name=name) from None


def evaluate_lot(lot: LotInput, spec: EvaluationSpec, path: str = "$.lot") -> LotResult:
    """One lot alone, with its own criteria and reference values."""
    method, standings = method_of(spec), examine(lot, spec, path)
    for standing in standings:
        if standing.status == "valid":
            standing.economics = economics(lot, standing.bid, standing.amount, standing.performance or Fraction(0))
    entries = entries_of(standings)
    scoring = method.score(spec, entries) if entries else Scoring((), {})
    return _result(lot, spec, standings, scoring, rank(entries, scoring, spec.tie_chain))


def examine(lot: LotInput, spec: EvaluationSpec, path: str = "$.lot") -> list[Standing]:
    """Steps 1 to 5: which bids are valid, at which price and with which performance points."""
    standings = [_formal(bid) for bid in lot.bids]
    apply_prices(standings, lot, spec)
    flag_low_prices(standings, lot, spec)
    apply_scores(standings, lot, spec, path)
    flag_low_prices(standings, lot, spec)
    if method_of(spec).needs_positive_price:
        _require_positive_prices(standings, path)
    return standings


def _formal(bid: LotBid) -> Standing:
    if bid.state == "withdrawn":
        return Standing(bid, "withdrawn", [Reason("withdrawn", "withdrawn before the deadline")])
    if bid.state == "late":
        return Standing(bid, "late", [Reason("late", "late; sealed, never opened")])
    return Standing(bid, "excluded" if bid.formal_reasons else "valid", list(bid.formal_reasons))


def entries_of(standings: Sequence[Standing]) -> tuple[Entry, ...]:
    """The valid bids as methods see them, in the order of the bids."""
    return tuple(
        Entry(
            item.bid.bid_id,
            item.amount,
            item.performance or Fraction(0),
            item.scores or {},
            {key: Fraction(value) for key, value in item.bid.promised.items()},
            item.moves,
            item.bid.provider_id,
        )
        for item in standings
        if item.status == "valid"
    )


def _require_positive_prices(standings: Sequence[Standing], path: str) -> None:
    for index, item in enumerate(standings):
        if item.status == "valid" and item.amount <= 0:
            raise InputError(f"{path}.bids[{index}].prices", "the evaluated price must be greater than zero")


def _result(
    lot: LotInput, spec: EvaluationSpec, standings: list[Standing], scoring: Scoring, ranking: Ranking
) -> LotResult:
    scored = {row.bid_id: row for row in scoring.rows}
    rows = tuple(_row(item, lot, spec, scored.get(item.bid.bid_id), scoring, ranking) for item in standings)
    pending = any(row.abnormally_low_outcome == "clarification_required" for row in rows if row.status == "valid")
    blocked = ["price_clarification_pending"] if pending and ranking.winners else []
    if ranking.unresolved:
        blocked.append("draw_required")
    return LotResult(
        lot_id=lot.lot_id,
        rows=rows,
        winner=ranking.winners,
        order=ranking.order,
        tie_break_used=ranking.steps_used,
        unresolved_tie=ranking.unresolved,
        award_blocked=tuple(blocked),
        references=_references(scoring.references),
        comparison=compare_methods(spec, entries_of(standings), pending),
        cancellation=None if ranking.winners else "no_admissible_bid",
    )


def _references(references: Mapping[str, Fraction]) -> dict[str, Decimal | Fraction]:
    return {name: as_decimal(value, 2) if name == "pmin" else value for name, value in references.items()}


def _shown(value: Fraction | None, decimals: int) -> Decimal | None:
    return None if value is None else as_decimal(value, decimals)


def _row(
    standing: Standing, lot: LotInput, spec: EvaluationSpec, scored: Scored | None, scoring: Scoring, ranking: Ranking
) -> Row:
    bid, price, scores = standing.bid, standing.price, standing.scores
    figures = scored or Scored(bid.bid_id, None)
    return Row(
        bid_id=bid.bid_id,
        provider_id=bid.provider_id,
        status=standing.status,
        reasons=tuple(standing.reasons),
        notes=tuple(standing.notes),
        lines=price.lines if price else (),
        line_sum=_shown(price.line_sum if price else None, 2),
        net=_shown(price.net if price else None, 2),
        gross=_shown(price.gross if price else None, 2),
        evaluation_price=_shown(price.evaluated if price else None, 2),
        stated_total=bid.stated_total if price else None,
        arithmetic_difference=_shown(standing.difference, 2),
        flags=standing.flags,
        abnormally_low_outcome=standing.outcome,
        criterion_scores={key: as_decimal(score, 2) for key, score in (scores or {}).items()},
        subtotals={kind: as_decimal(sum_, 2) for kind, sum_ in subtotals(lot, scores).items()} if scores else {},
        performance_points=_shown(standing.performance, 2),
        performance_points_exact=standing.performance,
        price_points=_shown(figures.price_points, spec.places("price_points")),
        quality_points=_shown(figures.quality_points, spec.places("quality_points")),
        total=_shown(figures.total, spec.places("total")),
        ratio=_shown(None if figures.ratio is None else figures.ratio * 10**4, spec.places("ratio_display")),
        ratio_exact=figures.ratio,
        figure=_shown(figures.figure, spec.places("figure_display")),
        rank=ranking.ranks.get(bid.bid_id),
        economics=standing.economics,
        explain=explain(standing, lot, spec, scored, scoring.references),
    )
