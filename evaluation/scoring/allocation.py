"""Step 8: which lot goes to which bid, by the published rule, within award limits and capacities."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from .assignments import Assignment, Option, best_by_points, best_by_value, discounted, only_best_by_value
from .entries import Entry
from .exact import as_decimal, half_up
from .inputs import EvaluationSpec, LotInput, TenderInput
from .methods import METHODS
from .results import Allocation, CombinationDiscount, LotResult, RankedAssignment, Row

RUNNERS_UP = 3


def allocate(tender: TenderInput, lots: Sequence[LotResult]) -> Allocation | None:
    """Hand out the lots; None with a single lot. Equal alternatives are all listed and lots must be drawn."""
    if len(lots) < 2:
        return None
    rule = tender.lot_rules.allocation_rule
    if rule == "maximise_total_points":
        return _by_points(tender, lots)
    if rule == "best_value_combination":
        return _by_value(tender, lots)
    assignment = {lot.lot_id: lot.winner for lot in lots}
    return Allocation(rule, assignment, unresolved_tie=any(len(bids) > 1 for bids in assignment.values()))


def limits(tender: TenderInput) -> dict[str, int]:
    """Most lots each provider may win with all its bids: the smallest of the published limit and its capacities."""
    known = {bid.provider_id: [len(tender.lots)] for lot in tender.lots for bid in lot.bids}
    for terms in tender.bidders:
        if terms.max_lots_capacity is not None:
            known.setdefault(terms.provider_id, []).append(terms.max_lots_capacity)
    if (published := tender.lot_rules.max_lots_awarded) is not None:
        return {provider: min(published, *capacities) for provider, capacities in known.items()}
    return {provider: min(capacities) for provider, capacities in known.items()}


def _points(lot: LotResult, row: Row) -> Fraction:
    """Total points of the published method, or of M1 where that method gives none that can be added up."""
    if row.total is not None:
        return Fraction(row.total)
    total = lot.comparison["m1"].figures[row.bid_id].total if lot.comparison else None
    return Fraction(total or 0)


def options_of(spec: EvaluationSpec, entries: Sequence[Entry]) -> list[Option]:
    """The valid bids of a lot as options, scored again; as `_options` of the lot's result."""
    if not entries:
        return []
    totals = {row.bid_id: row.total for row in METHODS[spec.method, spec.method_version].score(spec, entries).rows}
    if any(total is None for total in totals.values()):
        pay = all(entry.price > 0 for entry in entries)
        rows = METHODS["weighted_linear", "1"].score(spec, entries).rows if pay else ()
        totals |= {row.bid_id: row.total for row in rows if totals[row.bid_id] is None}
    places = spec.places("total")
    return [
        Option(
            entry.bid_id, entry.provider_id, half_up(entry.price, 2),
            half_up(totals[entry.bid_id] or Fraction(0), places), entry.performance,
        )
        for entry in entries
    ]  # fmt: skip


def best_assignments(tender: TenderInput, options: Sequence[Sequence[Option]]) -> list[Assignment]:
    """All equally good ways to hand out the lots by a rule that looks at them together."""
    if tender.lot_rules.allocation_rule == "maximise_total_points":
        return best_by_points(options, limits(tender))
    terms, weights = combination_terms(tender), _weights(tender.spec)
    return only_best_by_value(options, limits(tender), terms, lot_weights(tender.lots), weights)


def _weights(spec: EvaluationSpec) -> tuple[Fraction, Fraction]:
    return Fraction(spec.weight_price), Fraction(spec.weight_quality)


def _options(lots: Sequence[LotResult]) -> list[list[Option]]:
    return [
        [
            Option(
                row.bid_id,
                row.provider_id,
                Fraction(row.evaluation_price or 0),
                _points(lot, row),
                row.performance_points_exact or Fraction(0),
            )
            for row in lot.valid_rows
        ]
        for lot in lots
    ]


def _named(lots: Sequence[LotResult], chosen: Sequence[Assignment]) -> dict[str, tuple[str, ...]]:
    """Per lot the bids that appear in any of the equal assignments, in the order of the bids."""
    result = {}
    for index, lot in enumerate(lots):
        found = {option.bid_id for assignment in chosen if (option := assignment[index]) is not None}
        result[lot.lot_id] = tuple(row.bid_id for row in lot.rows if row.bid_id in found)
    return result


def _limit_changed(lots: Sequence[LotResult], assignment: Mapping[str, tuple[str, ...]]) -> bool:
    return any(lot.winner and not set(lot.winner).intersection(assignment[lot.lot_id]) for lot in lots)


def _by_points(tender: TenderInput, lots: Sequence[LotResult]) -> Allocation:
    chosen = best_by_points(_options(lots), limits(tender))
    options = [option for option in chosen[0] if option is not None]
    assignment = _named(lots, chosen)
    return Allocation(
        rule="maximise_total_points",
        assignment=assignment,
        unresolved_tie=len(chosen) > 1,
        max_lots_awarded=tender.lot_rules.max_lots_awarded,
        total_evaluation_price=as_decimal(sum((option.price for option in options), Fraction(0)), 2),
        total_points=as_decimal(sum((option.points for option in options), Fraction(0)), 2),
        limit_changed_result=_limit_changed(lots, assignment),
    )


def combination_terms(tender: TenderInput) -> list[tuple[str, tuple[int, ...], Fraction]]:
    """Announced combination discounts as (bid, indexes of the lots, per cent); none unless they were allowed."""
    if not tender.lot_rules.combination_discounts_allowed:
        return []
    index = {lot.lot_id: number for number, lot in enumerate(tender.lots)}
    return [
        (terms.bid_id, tuple(index[lot_id] for lot_id in lot_ids), Fraction(percent))
        for terms in tender.bidders
        for lot_ids, percent in terms.combination_discounts
    ]


def lot_weights(lots: Sequence[LotInput]) -> list[Fraction]:
    """Weights for the mean quality over lots: the estimates, or equal weights if any is missing."""
    if all(lot.estimated_value for lot in lots):
        return [Fraction(lot.estimated_value or 0) for lot in lots]
    return [Fraction(1) for _ in lots]


def _by_value(tender: TenderInput, lots: Sequence[LotResult]) -> Allocation:
    terms = combination_terms(tender)
    weights = _weights(tender.spec)
    ranked, tied = best_by_value(
        _options(lots), limits(tender), terms, lot_weights(tender.lots), weights, keep=RUNNERS_UP
    )
    best, ids = ranked[0], tuple(lot.lot_id for lot in lots)
    assignment = _named(lots, [item.assignment for item in ranked[:tied]])
    return Allocation(
        rule="best_value_combination",
        assignment=assignment,
        unresolved_tie=tied > 1,
        max_lots_awarded=tender.lot_rules.max_lots_awarded,
        limit_changed_result=_limit_changed(lots, assignment),
        total_evaluation_price=as_decimal(best.cost, 2),
        value=as_decimal(best.value, 2),
        quality=as_decimal(best.quality, 2),
        combination_discounts=tuple(
            CombinationDiscount(bid_id, tuple(ids[index] for index in indexes), as_decimal(off, 2))
            for bid_id, indexes, off in discounted(best.assignment, terms)
        ),
        tied_best=tied,
        runner_up=tuple(
            RankedAssignment(_named(lots, [item.assignment]), as_decimal(item.value, 2), as_decimal(item.cost, 2))
            for item in ranked[tied if tied > 1 else 1 :][:RUNNERS_UP]
        ),
    )
