"""What a method sees and what it says: valid bids in, comparable figures out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

Key = tuple[Fraction, ...]


class Moving(Protocol):
    """A criterion whose promised number moves with the price of the bid."""

    @property
    def criterion_id(self) -> str: ...
    @property
    def weight(self) -> Fraction: ...
    def value(self, price: Fraction) -> Fraction: ...
    def score(self, value: Fraction) -> Fraction: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid bid as a method sees it: evaluated price, performance points L, scores and promised numbers.

    `moves` are the criteria whose number contains the price. Limits on lots count by `provider_id`.
    """

    bid_id: str
    price: Fraction
    performance: Fraction
    scores: Mapping[str, Fraction] = field(default_factory=dict)
    promised: Mapping[str, Fraction] = field(default_factory=dict)
    moves: tuple[Moving, ...] = ()
    provider_id: str = ""

    def at_price(self, price: Fraction) -> "Entry":
        """The same bid at another price; a life-cycle cost with the price in it moves along."""
        entry = replace(self, price=price)
        for moving in self.moves:
            value = moving.value(price)
            entry = replace(entry, promised={**entry.promised, moving.criterion_id: value})
            if moving.criterion_id in entry.scores:
                entry = entry.with_score(moving.criterion_id, moving.weight, moving.score(value))
        return entry

    def with_performance(self, performance: Fraction) -> "Entry":
        """The same bid with other performance points, its single scores unchanged."""
        return replace(self, performance=performance)

    def with_score(self, criterion_id: str, weight: Fraction, score: Fraction) -> "Entry":
        """The same bid with another score for one criterion of the given weight."""
        performance = self.performance + weight * (score - self.scores[criterion_id])
        return replace(self, performance=performance, scores={**self.scores, criterion_id: score})


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures of one bid. Keys are compared, the greater the better; no key = no rank (outside the band).

    `figure` is the key figure of methods that have one of their own (Kaden, weighted reference, comparison price).
    """

    bid_id: str
    key: Key | None
    price_points: Fraction | None = None
    quality_points: Fraction | None = None
    total: Fraction | None = None
    ratio: Fraction | None = None
    figure: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Scoring:
    """All bids under one method, with the reference values they were measured against."""

    rows: tuple[Scored, ...]
    references: Mapping[str, Fraction]


def lowest_price(entries: Sequence[Entry]) -> Fraction:
    """Pmin, the lowest valid evaluated price."""
    return min(entry.price for entry in entries)
