"""What would have won a lot that is handed out together with others: the published allocation, asked again.

A bid is changed in one lot, that lot is scored again in full, and the lots are handed out again within award limits,
capacities and combination discounts. A lot is won when every equally good allocation gives it to the bid. The set of
valid bids stays as decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .allocation import best_assignments, options_of
from .assignments import Assignment, Option
from .engine import entries_of, examine
from .entries import Entry
from .exact import as_decimal
from .inputs import TenderInput
from .performance import scored_weights
from .rivals import highest_winning, smallest_winning
from .robustness import MOST_POINTS, TOP_SCORE, Threshold


@dataclass(frozen=True, slots=True)
class Needed:
    """What a bid would have needed in one lot, each change alone and everything else fixed; None = not reachable.

    `price` is the highest evaluated price in cents, `scores` the smallest score per criterion with which the lot goes
    to the bid; `lots_at_price` and `lots_at_score` the lots it has for sure then; `lots_now` those it has as it is.
    """

    bid_id: str
    lot_id: str
    lots_now: tuple[str, ...]
    price: Decimal | None
    lots_at_price: tuple[str, ...]
    scores: Mapping[str, Decimal | None]
    lots_at_score: Mapping[str, tuple[str, ...]]


def is_together(tender: TenderInput) -> bool:
    """Whether one lot's winner hangs on the other lots."""
    return len(tender.lots) > 1 and tender.lot_rules.allocation_rule != "best_per_lot"


class Together:
    """All lots of a tender, ready to be handed out again with one bid changed in one of them."""

    def __init__(self, tender: TenderInput) -> None:
        self.tender = tender
        self.entries = [
            entries_of(examine(lot, tender.spec, f"$.lots[{index}]")) for index, lot in enumerate(tender.lots)
        ]
        self.options = [options_of(tender.spec, entries) for entries in self.entries]

    def lots_of(self, bid_id: str, index: int | None = None, changed: Entry | None = None) -> tuple[str, ...]:
        """The lots that every best allocation gives to a bid, as it is or changed in the lot of this index."""
        options: list[list[Option]] = list(self.options)
        if index is not None and changed is not None:
            entries = [changed if entry.bid_id == bid_id else entry for entry in self.entries[index]]
            options[index] = options_of(self.tender.spec, entries)
        return self._sure(bid_id, best_assignments(self.tender, options))

    def _sure(self, bid_id: str, best: Sequence[Assignment]) -> tuple[str, ...]:
        return tuple(
            lot.lot_id
            for number, lot in enumerate(self.tender.lots)
            if all((option := one[number]) is not None and option.bid_id == bid_id for one in best)
        )

    def needed(self, lot_id: str, bid_id: str) -> Needed:
        """For a valid bid that did not get the lot; raises KeyError for any other lot or bid."""
        index = {lot.lot_id: number for number, lot in enumerate(self.tender.lots)}[lot_id]
        own = {entry.bid_id: entry for entry in self.entries[index]}[bid_id]

        def wins(changed: Entry) -> bool:
            return lot_id in self.lots_of(bid_id, index, changed)

        cents = highest_winning(int(own.price * 100), lambda n: wins(own.at_price(Fraction(n, 100))))
        price = None if cents is None else Fraction(cents, 100)
        scores = self._scores(index, own, Threshold(lambda points: wins(own.with_performance(points)), rising=True))
        weights = scored_weights(self.tender.lots[index])
        return Needed(
            bid_id=bid_id,
            lot_id=lot_id,
            lots_now=self.lots_of(bid_id),
            price=None if price is None else as_decimal(price, 2),
            lots_at_price=() if price is None else self.lots_of(bid_id, index, own.at_price(price)),
            scores=scores,
            lots_at_score={
                key: self.lots_of(bid_id, index, own.with_score(key, weights[key], Fraction(score)))
                for key, score in scores.items()
                if score is not None
            },
        )

    def _scores(self, index: int, own: Entry, points: Threshold) -> dict[str, Decimal | None]:
        """Least score by criterion; the allocation knows single scores only through the performance points."""
        weights = scored_weights(self.tender.lots[index])
        if not weights:
            return {}
        start = int(own.performance * 100)
        smallest_winning(start, MOST_POINTS, lambda n: points(Fraction(n, 100)))  # so that the scores ask little more
        found: dict[str, Decimal | None] = {}
        for key, weight in weights.items():
            least = smallest_winning(
                int(own.scores[key] * 100), TOP_SCORE,
                lambda n, k=key, w=weight: points(own.with_score(k, w, Fraction(n, 100)).performance),  # type: ignore[misc]
            )  # fmt: skip
            found[key] = None if least is None else as_decimal(Fraction(least, 100), 2)
        return found

    def holds_at(self, lot_id: str, bid_id: str, price: Fraction) -> bool:
        """Whether the lot goes to the bid at another price."""
        index = {lot.lot_id: number for number, lot in enumerate(self.tender.lots)}[lot_id]
        own = {entry.bid_id: entry for entry in self.entries[index]}[bid_id]
        return lot_id in self.lots_of(bid_id, index, own.at_price(price))
