"""Where a bid stands while a lot is evaluated step by step; internal to the engine."""

from dataclasses import dataclass, field
from fractions import Fraction

from .entries import Moving
from .inputs import LotBid, Reason
from .results import Economics, Flag, Line, LowOutcome, Status


@dataclass(slots=True)
class Price:
    """Exact amounts of a bid: sum of the lines, after discount, with tax, and the one that is compared."""

    lines: tuple[Line, ...]
    line_sum: Fraction
    net: Fraction
    gross: Fraction
    evaluated: Fraction


@dataclass(slots=True)
class Standing:
    """A bid on its way through the steps."""

    bid: LotBid
    status: Status = "valid"
    reasons: list[Reason] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    price: Price | None = None
    difference: Fraction | None = None
    flags: tuple[Flag, ...] = ()
    outcome: LowOutcome | None = None
    scores: dict[str, Fraction] | None = None
    performance: Fraction | None = None
    economics: Economics | None = None
    moves: tuple[Moving, ...] = ()

    def exclude(self, reason: Reason) -> None:
        self.reasons.append(reason)
        self.status = "excluded"

    @property
    def amount(self) -> Fraction:
        """Evaluated price of a bid that was opened."""
        assert self.price is not None
        return self.price.evaluated
