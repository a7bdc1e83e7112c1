"""What the checks look at: one tender as plain values, no model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tendering.rules.days import Calendar
from tendering.rules.periods import Condition, Phase

HOME = Calendar()


@dataclass(frozen=True, slots=True)
class LotFacts:
    """`value` is the net estimate; None = not stated."""

    code: str
    value: Decimal | None
    cpv: str = ""


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """An award criterion. `lots` empty = all lots. `has_guide` = anchors or a curve say what earns how many points."""

    code: str
    kind: str
    weight: Decimal | None
    lots: frozenset[str] = frozenset()
    has_guide: bool = True


@dataclass(frozen=True, slots=True)
class TenderFacts:
    """A draft on `day` (today, or the day of dispatch once known). Amounts net; moments in the buyer's local time.

    `procedure` is the procedure code (OPEN, NATIONAL_PUBLIC, ...); weights of price and quality are parts of 1.
    `phase` is "requests" for a call for candidates, which has no award criteria and no price; `has_call` says whether
    a tender has one, None where nobody asks.
    `prepared_by` and `released_by` are any stable ids of accounts.
    """

    day: date
    procedure: str
    lots: tuple[LotFacts, ...]
    criteria: tuple[CriterionFacts, ...] = ()
    calendar: Calendar = HOME
    estimate: Decimal | None = None
    estimate_method: str = ""
    monthly_value: Decimal | None = None
    cpv: str = ""
    dispatched_on: date | None = None
    deadline: datetime | None = None
    questions_until: datetime | None = None
    binding_until: date | None = None
    planned_award: date | None = None
    contract_months: int = 12
    option_months: int = 0
    is_framework: bool = False
    framework_reason: str = ""
    lot_waiver_reason: str = ""
    max_lots_awarded: int | None = None
    allocation_rule: str = ""
    combination_discounts_allowed: bool = False
    method: str = "weighted_linear"
    weight_price: Decimal | None = None
    weight_quality: Decimal | None = None
    price_basis: str = ""
    variants_allowed: bool = False
    variant_requirements: str = ""
    procedure_reason: str = ""
    period_condition: Condition = "electronic"
    period_reason: str = ""
    phase: Phase | None = None
    invited: int | None = None
    min_candidates: int | None = None
    has_call: bool | None = None
    prepared_by: str = ""
    released_by: str = ""
    opening_group: int | None = None

    @property
    def start(self) -> date:
        """The reference day of values and periods: dispatch of the notice, never "today" once that is known."""
        return self.dispatched_on or self.day

    @property
    def total(self) -> Decimal | None:
        """The stated estimate, else the sum of the lots; None when neither is known."""
        if self.estimate is not None:
            return self.estimate
        values = [lot.value for lot in self.lots if lot.value is not None]
        return sum(values, Decimal(0)) if values and len(values) == len(self.lots) else None

    @property
    def main_cpv(self) -> str:
        return self.cpv or next((lot.cpv for lot in self.lots if lot.cpv), "")
