"""What an evaluation needs to know, as immutable values; the JSON of `TenderInput` is what is stored and hashed.

Money, quantities, percentages, weights and scores are `Decimal`; prices are net unit prices in the tender's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from tendering.rules.life_cycle import LifeCycle

from .codec import InputError, decode, encode
from .exact import Mode, rounded

__all__ = [
    "BidTerms", "Criterion", "CriterionScores", "EvaluationSpec", "GroupMinimum", "InputError", "LotBid", "LotInput",
    "LotRules", "Position", "Reason", "Rounding", "TenderInput",
]  # fmt: skip

PriceBasis = Literal["net", "gross"]
CriterionKind = Literal["price", "cost", "efficiency", "quality"]
BidState = Literal["submitted", "withdrawn", "late"]
Clarification = Literal["open", "explained", "accepted", "not_explained", "law_breached", "aid_unlawful"]
AllocationRule = Literal["best_per_lot", "maximise_total_points", "best_value_combination"]


@dataclass(frozen=True, slots=True)
class Rounding:
    """How one stage of the calculation is rounded; `none` keeps the exact value."""

    mode: Mode = "half_up"
    decimals: int | None = 2


_TWO = Rounding("half_up", 2)
DEFAULT_ROUNDING: Mapping[str, Rounding] = {
    "line": _TWO,
    "sum": _TWO,
    "discount": _TWO,
    "vat": _TWO,
    "evaluator_mean": _TWO,
    "criterion_score": _TWO,
    "price_points": _TWO,
    "quality_points": _TWO,
    "total": _TWO,
    "ratio": Rounding("none", None),
    "ratio_display": Rounding("half_up", 4),
    "figure": Rounding("none", None),
    "figure_display": Rounding("half_up", 6),
}


@dataclass(frozen=True, slots=True)
class GroupMinimum:
    """A published least share (per cent of the attainable points) for several criteria together; equal passes."""

    name: str
    members: tuple[str, ...]
    min_share_pct: Decimal


@dataclass(frozen=True, slots=True)
class EvaluationSpec:
    """The published rule: method, weights (shares of 1), rounding, ties, thresholds (per cent).

    `compare` says whether ranks follow the rounded total ("rounded") or the unrounded one ("exact").
    `extended_criterion` is "performance_points", "price" or the id of a criterion. `params` are the published numbers
    of the method by name (methods.Param), `figure_criterion` the criterion whose number is an external key figure;
    `reference_reason` and `reference_set_on` (ISO date) say why and when fixed reference values were chosen.
    `anonymous_bids`: people score without the bidders' names; `two_envelopes`: prices are opened after the scores are
    closed. Neither changes a figure. The four gaps say from how many per cent below the next bid, the estimate, or the
    mean or median of the valid bids a price is asked about; 0 or None: not by this measure.
    """

    method: str
    weight_price: Decimal
    weight_quality: Decimal
    price_basis: PriceBasis
    method_version: str = "1"
    tie_chain: tuple[str, ...] = ("higher_performance", "lower_price", "draw_lots")
    rounding: Mapping[str, Rounding] = field(default_factory=dict)
    compare: Literal["exact", "rounded"] = "rounded"
    extended_swing_pct: Decimal = Decimal(5)
    extended_criterion: str = "performance_points"
    zero_at_factor: Decimal = Decimal(2)
    min_performance_points: Decimal | None = None
    price_cap: Decimal | None = None
    gap_to_next_pct: Decimal | None = Decimal(20)
    gap_to_estimate_pct: Decimal | None = Decimal(30)
    gap_to_mean_pct: Decimal | None = None
    gap_to_median_pct: Decimal | None = None
    estimate_vat_rate: Decimal = Decimal(19)
    note_spread: Decimal = Decimal(2)
    consensus_spread: Decimal = Decimal(4)
    anonymous_bids: bool | None = None
    two_envelopes: bool | None = None
    params: Mapping[str, Decimal] | None = None
    scale: Literal["three_digits"] | None = None
    figure_criterion: str | None = None
    reference_reason: str | None = None
    reference_set_on: str | None = None
    group_minima: tuple[GroupMinimum, ...] | None = None

    def param(self, name: str) -> Fraction:
        """A published number of the method; raises `InputError` when it is missing."""
        value = (self.params or {}).get(name)
        if value is None:
            raise InputError(f"$.spec.params['{name}']", "the published number is missing")
        return Fraction(value)

    def rule(self, stage: str) -> Rounding:
        """Published rounding of a stage, or the default one."""
        return self.rounding.get(stage) or DEFAULT_ROUNDING[stage]

    def round(self, stage: str, value: Fraction) -> Fraction:
        """Round `value` as published for `stage`."""
        rule = self.rule(stage)
        return rounded(value, rule.mode, rule.decimals or 0)

    def round_to(self, stage: str, value: Fraction, decimals: int) -> Fraction:
        """Round with the published mode of `stage` (half up if it is not rounded) to other decimals."""
        mode = self.rule(stage).mode
        return rounded(value, "half_up" if mode == "none" else mode, decimals)

    def places(self, stage: str) -> int:
        """Decimals in which values of `stage` are shown."""
        decimals = self.rule(stage).decimals
        return 2 if decimals is None else decimals


@dataclass(frozen=True, slots=True)
class LotRules:
    """Limits on lots per bidder and the published rule for handing them out."""

    max_lots_bid: int | None = None
    max_lots_awarded: int | None = None
    allocation_rule: AllocationRule = "best_per_lot"
    combination_discounts_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """One row of the price sheet; optional rows count only if `in_evaluation` was published."""

    ref: str
    text: str
    unit: str
    quantity: Decimal
    price_decimals: int = 2
    is_optional: bool = False
    in_evaluation: bool = True
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Criterion:
    """An award criterion: quality is scored 0-10 by people; cost and efficiency are promised numbers on a `curve`.

    `weight` is in points (scored criteria of a lot sum to 100); `curve` holds (value, points 0-10) by rising value.
    `measures` is "minutes_per_case" when the promised number is the handling time of a case. With `life_cycle` the
    number of a cost is worked out from several numbers of the bid.
    """

    id: str
    kind: CriterionKind
    name: str
    weight: Decimal
    minimum_score: Decimal | None = None
    unit: str = ""
    direction: Literal["lower", "higher"] = "higher"
    curve: tuple[tuple[Decimal, Decimal], ...] = ()
    measures: Literal["", "minutes_per_case"] = ""
    life_cycle: LifeCycle | None = None

    @property
    def is_scored(self) -> bool:
        return self.kind != "price" and self.weight > 0

    @property
    def is_promised(self) -> bool:
        return self.kind in ("cost", "efficiency")


@dataclass(frozen=True, slots=True)
class CriterionScores:
    """Scores of one bid for one criterion, by evaluator; a moderated consensus replaces their mean."""

    by_evaluator: Mapping[str, Decimal] = field(default_factory=dict)
    consensus: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a bid is out: code of the published vocabulary, text for the record, values for translated texts."""

    code: str
    text: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LotBid:
    """One bid for one lot. A late bid that two people admitted is given as `submitted`.

    A missing price is a missing key (None is accepted and dropped); percentages are 0-100. `life_cycle` holds
    {criterion: {part: number}} of the criteria with a calculation.
    """

    bid_id: str
    provider_id: str
    prices: Mapping[str, Decimal | None]
    vat_rate: Decimal
    state: BidState = "submitted"
    formal_reasons: tuple[Reason, ...] = ()
    stated_total: Decimal | None = None
    discount_pct: Decimal = Decimal(0)
    scores: Mapping[str, CriterionScores] = field(default_factory=dict)
    promised: Mapping[str, Decimal] = field(default_factory=dict)
    clarification: Clarification | None = None
    life_cycle: Mapping[str, Mapping[str, Decimal]] | None = None

    def __post_init__(self) -> None:
        given = {ref: price for ref, price in self.prices.items() if price is not None}
        object.__setattr__(self, "prices", given)


@dataclass(frozen=True, slots=True)
class LotInput:
    """A lot with its bids. `estimated_value` is net; `reference_quantity` is cases per year.

    `baseline_cost_per_case` is today's cost on the same net or gross basis as the prices.
    """

    lot_id: str
    title: str
    positions: tuple[Position, ...]
    criteria: tuple[Criterion, ...]
    bids: tuple[LotBid, ...]
    estimated_value: Decimal | None = None
    term_years: Decimal | None = None
    reference_quantity: Decimal | None = None
    reference_unit: str = ""
    baseline_cost_per_case: Decimal | None = None
    baseline_minutes_per_case: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BidTerms:
    """What a bidder says about several lots: capacity and discounts in per cent if it wins all lots named."""

    bid_id: str
    provider_id: str
    max_lots_capacity: int | None = None
    combination_discounts: tuple[tuple[tuple[str, ...], Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class TenderInput:
    """Everything an evaluation uses, and nothing else."""

    tender_id: str
    spec: EvaluationSpec
    lots: tuple[LotInput, ...]
    lot_rules: LotRules = LotRules()
    bidders: tuple[BidTerms, ...] = ()

    @classmethod
    def from_json(cls, obj: object) -> "TenderInput":
        """Read the stored JSON; raises `InputError` naming the JSON path of the first fault."""
        from .validation import validate  # needs the classes of this module

        tender = decode(cls, obj)
        assert isinstance(tender, cls)
        validate(tender)
        return tender

    def to_json(self) -> dict[str, object]:
        """Plain JSON, decimals as text, absent values omitted; `from_json` gives an equal value back."""
        result = encode(self)
        assert isinstance(result, dict)
        return result
