"""What an evaluation says, as immutable values; shown numbers are `Decimal`, exact ones `Fraction`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .codec import encode
from .inputs import Reason

Status = Literal["valid", "excluded", "withdrawn", "late"]
LowOutcome = Literal["clarification_required", "explained", "accepted", "not_explained", "law_breached", "aid_unlawful"]
REJECTED: frozenset[str] = frozenset({"not_explained", "law_breached", "aid_unlawful"})
"""Outcomes of a clarified price that exclude the bid."""


@dataclass(frozen=True, slots=True)
class Line:
    """One position of a bid: quantity times unit price, rounded as published."""

    ref: str
    quantity: Decimal
    unit_price: Decimal | None
    line_total: Decimal
    in_evaluation: bool


@dataclass(frozen=True, slots=True)
class Flag:
    """The price lies `pct` per cent below `base`. It opens a question, nothing more."""

    code: Literal["abnormally_low"]
    base: Literal["next", "estimate", "mean", "median"]
    pct: Decimal


@dataclass(frozen=True, slots=True)
class Economics:
    """What a bid costs and saves, on the price basis of the tender; None where the lot states too little.

    Money in 2 decimals, hours in 1, per cent in 2, quality points (scale 0-100) per 1,000 of currency in 4.
    """

    quality_points_per_1000_eur: Decimal | None = None
    cases_over_term: Decimal | None = None
    eur_per_case: Decimal | None = None
    eur_per_case_exact: Fraction | None = None
    saving_per_case: Decimal | None = None
    saving_per_year: Decimal | None = None
    saving_over_term: Decimal | None = None
    saving_pct: Decimal | None = None
    minutes_per_case: Decimal | None = None
    hours_saved_per_year: Decimal | None = None
    time_saved_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One bid in one lot. Prices are absent for withdrawn and late bids, points for bids excluded before scoring.

    `figure` is the key figure of a method that ranks by one of its own.
    """

    bid_id: str
    provider_id: str
    status: Status
    reasons: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    lines: tuple[Line, ...] = ()
    line_sum: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    evaluation_price: Decimal | None = None
    stated_total: Decimal | None = None
    arithmetic_difference: Decimal | None = None
    flags: tuple[Flag, ...] = ()
    abnormally_low_outcome: LowOutcome | None = None
    criterion_scores: Mapping[str, Decimal] = field(default_factory=dict)
    subtotals: Mapping[str, Decimal] = field(default_factory=dict)
    performance_points: Decimal | None = None
    performance_points_exact: Fraction | None = None
    price_points: Decimal | None = None
    quality_points: Decimal | None = None
    total: Decimal | None = None
    ratio: Decimal | None = None
    ratio_exact: Fraction | None = None
    rank: int | None = None
    economics: Economics | None = None
    explain: Mapping[str, str] = field(default_factory=dict)
    figure: Decimal | None = None

    @property
    def reason_codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Figures:
    """Points of one bid under a comparison method."""

    rank: int | None
    price_points: Decimal | None = None
    quality_points: Decimal | None = None
    total: Decimal | None = None
    ratio: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The lot under M1 weighted_linear, M2 ratio_simple or M3 ratio_extended; only the published one decides."""

    method: str
    winner: tuple[str, ...]
    tie_break_used: tuple[str, ...]
    unresolved_tie: bool
    price_clarification_pending: bool
    figures: Mapping[str, Figures]
    in_band: tuple[str, ...] = ()
    swing_pct: Decimal | None = None
    decision_criterion: str | None = None


@dataclass(frozen=True, slots=True)
class LotResult:
    """Result of one lot. `award_blocked` holds codes: price_clarification_pending, draw_required."""

    lot_id: str
    rows: tuple[Row, ...]
    winner: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    tie_break_used: tuple[str, ...]
    unresolved_tie: bool
    award_blocked: tuple[str, ...]
    references: Mapping[str, Decimal | Fraction]
    comparison: Mapping[str, Comparison]
    cancellation: Literal["no_admissible_bid"] | None = None

    @property
    def valid_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.status == "valid")

    def row(self, bid_id: str) -> Row:
        """Row of a bid; raises KeyError if the bid has none in this lot."""
        for row in self.rows:
            if row.bid_id == bid_id:
                return row
        raise KeyError(bid_id)


@dataclass(frozen=True, slots=True)
class CombinationDiscount:
    """Amount taken off because one bid wins all lots named."""

    bid_id: str
    lot_ids: tuple[str, ...]
    off: Decimal


@dataclass(frozen=True, slots=True)
class RankedAssignment:
    """One way to hand out the lots, with its value under best_value_combination."""

    assignment: Mapping[str, tuple[str, ...]]
    value: Decimal
    total_evaluation_price: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """Which lot goes to which bid, and why."""

    rule: str
    assignment: Mapping[str, tuple[str, ...]]
    unresolved_tie: bool = False
    max_lots_awarded: int | None = None
    total_evaluation_price: Decimal | None = None
    total_points: Decimal | None = None
    limit_changed_result: bool | None = None
    value: Decimal | None = None
    quality: Decimal | None = None
    combination_discounts: tuple[CombinationDiscount, ...] = ()
    tied_best: int | None = None
    runner_up: tuple[RankedAssignment, ...] = ()


@dataclass(frozen=True, slots=True)
class TenderResult:
    """Result of a tender; `allocation` only with more than one lot."""

    tender_id: str
    method: str
    method_version: str
    lots: tuple[LotResult, ...]
    allocation: Allocation | None = None

    def lot(self, lot_id: str) -> LotResult:
        """Result of a lot; raises KeyError if unknown."""
        for lot in self.lots:
            if lot.lot_id == lot_id:
                return lot
        raise KeyError(lot_id)

    def awards(self) -> dict[str, tuple[str, ...]]:
        """Bids to be awarded by lot; more than one bid means that lots must be drawn."""
        if self.allocation:
            return dict(self.allocation.assignment)
        return {lot.lot_id: lot.winner for lot in self.lots}

    def to_json(self) -> dict[str, object]:
        """Stable plain JSON, numbers as text, absent values omitted."""
        result = encode(self)
        assert isinstance(result, dict)
        return result
