"""Step 10: how firmly a lot is decided. Every question is answered by scoring the valid bids again in full.

The set of valid bids stays as decided: an exclusion already taken is not undone by asking what if.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .analysis import LotAnalysis, critical, simulate, weight_ranges, without_evaluators
from .engine import entries_of, examine, method_of
from .exact import as_decimal
from .inputs import EvaluationSpec, LotInput, TenderInput
from .linear import weight_parts
from .methods import Entry, Scoring
from .performance import scored_weights
from .ranking import Ranking, rank
from .rivals import Field, Rivals, highest_winning, smallest_winning

__all__ = ["MOST_POINTS", "LotRobustness", "Threshold", "highest_winning", "robustness", "smallest_winning",
           "staying_interval"]  # fmt: skip

TOP_SCORE = 1000  # hundredths of a point on the scale 0-10
MOST_POINTS = 100_000  # hundredths of the 1,000 performance points


@dataclass(frozen=True, slots=True)
class LoserRobustness:
    """What a losing bid would have needed, everything else fixed; None = not reachable.

    `break_even_price` is the highest evaluated price in cents at which it would win alone;
    `needed_scores` the smallest score per criterion at which it would.
    """

    bid_id: str
    break_even_price: Decimal | None
    reduction: Decimal | None
    reduction_pct: Decimal | None
    needed_scores: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The lot without one losing bid."""

    bid_id: str
    winner: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]
    winner_changes: bool
    order_changes: bool


@dataclass(frozen=True, slots=True)
class LotRobustness:
    """Robustness of one lot; `price_weight` is the range of the price weight in which the winner stays in front."""

    lot_id: str
    winner: tuple[str, ...]
    runner_up: tuple[str, ...]
    lead: Decimal | None
    losers: tuple[LoserRobustness, ...]
    left_out: tuple[LeftOut, ...]
    price_weight: tuple[Fraction, Fraction] | None
    analysis: LotAnalysis | None = None

    def loser(self, bid_id: str) -> LoserRobustness:
        """Figures of a losing bid; raises KeyError for any other."""
        for item in self.losers:
            if item.bid_id == bid_id:
                return item
        raise KeyError(bid_id)


def robustness(tender: TenderInput, lot_id: str) -> LotRobustness:
    """Robustness of a lot, looked at alone; raises KeyError for an unknown lot.

    A question that was answered for a price or for performance points is not asked again (`Threshold`), and only bids
    that can decide are scored again (`rivals`).
    """
    lots = {lot.lot_id: (index, lot) for index, lot in enumerate(tender.lots)}
    index, lot = lots[lot_id]
    entries = entries_of(examine(lot, tender.spec, f"$.lots[{index}]"))
    if not entries:
        return LotRobustness(lot_id, (), (), None, (), (), None)
    return _Lot(tender.spec, lot, entries).report()


def staying_interval(
    own: tuple[Fraction, Fraction], rivals: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Fraction] | None:
    """Price weights w in [0, 1] with w*price + (1-w)*quality of `own` at least that of every rival (price, quality)."""
    low, high = Fraction(0), Fraction(1)
    for price, quality in rivals:
        at_zero, slope = own[1] - quality, (own[0] - price) - (own[1] - quality)
        if slope > 0:
            low = max(low, -at_zero / slope)
        elif slope < 0:
            high = min(high, -at_zero / slope)
        elif at_zero < 0:
            return None
    return (low, high) if low <= high else None


class Threshold:
    """Remembers which numbers won and which did not, for a question that is monotone in the number.

    `rising`: larger numbers win (points); otherwise smaller ones do (prices).
    """

    def __init__(self, wins: Callable[[Fraction], bool], *, rising: bool) -> None:
        self._wins, self._sign = wins, 1 if rising else -1
        self._loses_at: Fraction | None = None
        self._wins_at: Fraction | None = None

    def learn(self, least: int | None, most: int) -> None:
        """The least number that wins, or None up to `most`, is known in hundredths."""
        if least is not None:
            self._wins_at = self._sign * Fraction(least, 100)
        self._loses_at = self._sign * Fraction(most if least is None else least - 1, 100)

    def __call__(self, number: Fraction) -> bool:
        value = self._sign * number
        if self._wins_at is not None and value >= self._wins_at:
            return True
        if self._loses_at is not None and value <= self._loses_at:
            return False
        won = self._wins(number)
        if won:
            self._wins_at = value
        else:
            self._loses_at = value
        return won


class _Lot:
    """The valid bids of a lot and the published rule, ready to be scored again."""

    def __init__(self, spec: EvaluationSpec, lot: LotInput, entries: tuple[Entry, ...]) -> None:
        self.spec, self.lot, self.entries = spec, lot, entries
        self.method = method_of(spec)
        self.weights = scored_weights(lot)
        self.scoring, self.ranking = self._rank(entries)
        self.field = Field(spec, self.method, entries)

    def _rank(self, entries: Sequence[Entry]) -> tuple[Scoring, Ranking]:
        scoring = self.method.score(self.spec, entries)
        return scoring, rank(entries, scoring, self.spec.tie_chain)

    def report(self) -> LotRobustness:
        losers = [entry for entry in self.entries if entry.bid_id not in self.ranking.winners]
        order = self.ranking.order
        found = [self._loser(entry) for entry in losers]
        return LotRobustness(
            lot_id=self.lot.lot_id,
            winner=self.ranking.winners,
            runner_up=order[1] if len(order) > 1 else (),
            lead=self._lead(),
            losers=tuple(loser for loser, _points in found),
            left_out=tuple(self._left_out(losers)),
            price_weight=self._price_weight(),
            analysis=self._analysis({loser.bid_id: points for loser, points in found}),
        )

    def _analysis(self, needed: Mapping[str, Decimal | None]) -> LotAnalysis | None:
        if len(self.ranking.winners) != 1:
            return None
        given = (self.spec, self.lot, self.entries, self.scoring, self.ranking.winners[0])
        ranges = weight_ranges(*given)
        people = without_evaluators(self.spec, self.lot, self.ranking.winners)
        return LotAnalysis(needed, ranges, people, critical(ranges), simulate(*given))

    def _lead(self) -> Decimal | None:
        """Points between the winner and the next bid; None for methods without a total."""
        totals = {row.bid_id: row.total for row in self.scoring.rows}
        if self.ranking.unresolved or len(self.ranking.order) < 2:
            return None
        first, second = (totals[group[0]] for group in self.ranking.order[:2])
        return None if first is None or second is None else as_decimal(first - second, self.spec.places("total"))

    def _loser(self, entry: Entry) -> tuple[LoserRobustness, Decimal | None]:
        """What it would have needed, and the least performance points."""
        rivals = self.field.rivals_of(entry)
        points = Threshold(lambda performance: rivals.wins(entry.with_performance(performance)), rising=True)
        if self.weights and self.field.is_monotone:
            points.learn(self._least_points(entry, rivals), MOST_POINTS)
        cents = rivals.highest(int(entry.price * 100), lambda price: entry.at_price(Fraction(price, 100)))
        scores = {key: self._needed_score(entry, key, points, rivals) for key in self.weights}
        needed = self._needed_points(entry, points)
        if cents is None:
            return LoserRobustness(entry.bid_id, None, None, None, scores), needed
        reduction = entry.price - Fraction(cents, 100)
        loser = LoserRobustness(
            bid_id=entry.bid_id,
            break_even_price=as_decimal(Fraction(cents, 100), 2),
            reduction=as_decimal(reduction, 2),
            reduction_pct=as_decimal(reduction / entry.price * 100, 2) if entry.price else Decimal(0),
            needed_scores=scores,
        )
        return loser, needed

    def _least_points(self, entry: Entry, rivals: Rivals) -> int | None:
        start = int(entry.performance * 100)
        return rivals.smallest(start, MOST_POINTS, lambda n: entry.with_performance(Fraction(n, 100)))

    def _needed_points(self, entry: Entry, points: Threshold) -> Decimal | None:
        """Least performance points in hundredths, through single scores if those decide otherwise."""
        if not self.weights:
            return None
        found = smallest_winning(int(entry.performance * 100), MOST_POINTS, lambda n: points(Fraction(n, 100)))
        return None if found is None else as_decimal(Fraction(found, 100), 2)

    def _needed_score(self, entry: Entry, key: str, points: Threshold, rivals: Rivals) -> Decimal | None:
        weight, start = self.weights[key], int(entry.scores[key] * 100)

        def changed(hundredths: int) -> Entry:
            return entry.with_score(key, weight, Fraction(hundredths, 100))

        if self.field.by_points_alone:
            score = smallest_winning(start, TOP_SCORE, lambda n: points(changed(n).performance))
        else:
            score = rivals.smallest(start, TOP_SCORE, changed)
        return None if score is None else as_decimal(Fraction(score, 100), 2)

    def _left_out(self, losers: Sequence[Entry]) -> Iterator[LeftOut]:
        """Only a bid that sets a reference value can move the others by leaving."""
        setters = {entry.bid_id for entry in self.field.setters(self.entries)}
        for left_out in losers:
            before = tuple(
                rest for group in self.ranking.order if (rest := tuple(bid for bid in group if bid != left_out.bid_id))
            )
            if left_out.bid_id not in setters:
                yield LeftOut(left_out.bid_id, self.ranking.winners, before, False, False)
                continue
            _, ranking = self._rank([entry for entry in self.entries if entry is not left_out])
            winner_changes = set(ranking.winners) != set(self.ranking.winners)
            yield LeftOut(left_out.bid_id, ranking.winners, ranking.order, winner_changes, ranking.order != before)

    def _price_weight(self) -> tuple[Fraction, Fraction] | None:
        if not self.method.weighted or self.ranking.unresolved or not self.ranking.winners:
            return None
        parts = weight_parts(self.spec, self.entries, self.scoring)
        if parts is None:
            return None
        own = parts.pop(self.ranking.winners[0])
        return staying_interval(own, list(parts.values()))
