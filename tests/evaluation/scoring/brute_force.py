"""The robustness of a lot the long way round: every question scores all valid bids again. The test's yardstick."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from evaluation.scoring import METHODS
from evaluation.scoring.engine import entries_of, examine
from evaluation.scoring.entries import Entry
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.inputs import EvaluationSpec, TenderInput
from evaluation.scoring.performance import scored_weights
from evaluation.scoring.ranking import Ranking, rank, winners_of
from evaluation.scoring.robustness import LeftOut, LoserRobustness

MOST_POINTS, TOP_SCORE = 100_000, 1_000


def losers(tender: TenderInput, lot_index: int = 0, most: int | None = None) -> tuple[LoserRobustness, ...]:
    """As `LotRobustness.losers`, of the first `most` of them."""
    lot, spec = tender.lots[lot_index], tender.spec
    entries, weights = entries_of(examine(lot, spec)), scored_weights(lot)
    found = _ranking(spec, entries).winners if entries else ()
    losing = [entry for entry in entries if entry.bid_id not in found]
    return tuple(_loser(spec, entries, entry, weights) for entry in losing[:most])


def left_out(tender: TenderInput, lot_index: int = 0, most: int | None = None) -> tuple[LeftOut, ...]:
    """As `LotRobustness.left_out`, of the first `most` of them."""
    spec, entries = tender.spec, entries_of(examine(tender.lots[lot_index], tender.spec))
    full, found = _ranking(spec, entries) if entries else None, []
    for out in [entry for entry in entries if full and entry.bid_id not in full.winners][:most]:
        again = _ranking(spec, [entry for entry in entries if entry is not out])
        before = tuple(g for group in full.order if (g := tuple(name for name in group if name != out.bid_id)))
        changes = set(again.winners) != set(full.winners)
        found.append(LeftOut(out.bid_id, again.winners, again.order, changes, again.order != before))
    return tuple(found)


def _ranking(spec: EvaluationSpec, entries: Sequence[Entry]) -> Ranking:
    return rank(entries, METHODS[spec.method, spec.method_version].score(spec, entries), spec.tie_chain)


def wins(spec: EvaluationSpec, entries: Sequence[Entry], changed: Entry) -> bool:
    """Whether the changed bid comes first alone."""
    among = [changed if entry.bid_id == changed.bid_id else entry for entry in entries]
    scoring = METHODS[spec.method, spec.method_version].score(spec, among)
    return winners_of(among, scoring, spec.tie_chain) == (changed.bid_id,)


def _loser(
    spec: EvaluationSpec, entries: Sequence[Entry], entry: Entry, weights: Mapping[str, Fraction]
) -> LoserRobustness:
    top = int(entry.price * 100)
    price = _last(1, top, lambda n: wins(spec, entries, entry.at_price(Fraction(n, 100))))
    scores = {}
    for key, weight in weights.items():
        start = int(entry.scores[key] * 100)
        score = _first(start + 1, TOP_SCORE, lambda n, key=key, weight=weight: wins(
            spec, entries, entry.with_score(key, weight, Fraction(n, 100))
        ))  # fmt: skip
        scores[key] = None if score is None else as_decimal(Fraction(score, 100), 2)
    if price is None:
        return LoserRobustness(entry.bid_id, None, None, None, scores)
    less = entry.price - Fraction(price, 100)
    percent = as_decimal(less / entry.price * 100, 2) if entry.price else Decimal(0)
    return LoserRobustness(
        entry.bid_id, as_decimal(Fraction(price, 100), 2), as_decimal(less, 2), percent, scores
    )  # fmt: skip


def points(tender: TenderInput, lot_index: int = 0, most: int | None = None) -> dict[str, Decimal | None]:
    """As `LotAnalysis.needed_performance`, of the first `most` losing bids."""
    lot, spec = tender.lots[lot_index], tender.spec
    entries, found = entries_of(examine(lot, spec)), {}
    winners = _ranking(spec, entries).winners if entries else ()
    for entry in [entry for entry in entries if entry.bid_id not in winners][:most]:
        start = int(entry.performance * 100) + 1
        least = _first(start, MOST_POINTS, lambda n, e=entry: wins(
            spec, entries, e.with_performance(Fraction(n, 100))
        )) if scored_weights(lot) else None  # fmt: skip
        found[entry.bid_id] = None if least is None else as_decimal(Fraction(least, 100), 2)
    return found


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """The largest number that holds, those that hold being the smaller ones."""
    if low > high or not holds(low):
        return None
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """The smallest number that holds, those that hold being the larger ones."""
    if low > high or not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low
