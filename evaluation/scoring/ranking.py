"""Step 7: ranks, winners and the published tie chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .methods import Entry, Key, Scoring

DRAW = "draw_lots"
NAMED = "named_criterion:"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rank = 1 + number of strictly better bids; `order` groups bids that stay equal after the whole chain."""

    ranks: Mapping[str, int | None]
    winners: tuple[str, ...]
    steps_used: tuple[str, ...]
    order: tuple[tuple[str, ...], ...]

    @property
    def unresolved(self) -> bool:
        return len(self.winners) > 1


def rank(entries: Sequence[Entry], scoring: Scoring, chain: Sequence[str]) -> Ranking:
    """Ranks and winners; what the chain cannot separate stays tied, until lots are drawn outside the engine."""
    keys = {row.bid_id: row.key for row in scoring.rows}
    places: dict[Key, int] = {}
    for place, key in enumerate(sorted((key for key in keys.values() if key is not None), reverse=True), start=1):
        places.setdefault(key, place)
    ranks = {bid_id: None if key is None else places[key] for bid_id, key in keys.items()}
    winners, steps = _break_tie([entry for entry in entries if ranks[entry.bid_id] == 1], chain)
    return Ranking(ranks, winners, steps, _order(entries, keys, chain))


def winners_of(entries: Sequence[Entry], scoring: Scoring, chain: Sequence[str]) -> tuple[str, ...]:
    """Only the winners, for searches that score the same lot many times."""
    best = max((row.key for row in scoring.rows if row.key is not None), default=None)
    if best is None:
        return ()
    keys = {row.bid_id: row.key for row in scoring.rows}
    return _break_tie([entry for entry in entries if keys[entry.bid_id] == best], chain)[0]


def step_value(step: str, entry: Entry) -> Fraction:
    """Value of a tie step, the greater the better; drawing lots separates nothing here."""
    if step == "higher_performance":
        return entry.performance
    if step == "lower_price":
        return -entry.price
    if step.startswith(NAMED):
        return entry.scores.get(step.removeprefix(NAMED), Fraction(0))
    return Fraction(0)


def _break_tie(tied: list[Entry], chain: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    steps: list[str] = []
    for step in chain:
        if len(tied) < 2:
            break
        steps.append(step)
        best = max(step_value(step, entry) for entry in tied)
        tied = [entry for entry in tied if step_value(step, entry) == best]
    return tuple(entry.bid_id for entry in tied), tuple(steps)


def _order(
    entries: Sequence[Entry], keys: Mapping[str, Key | None], chain: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    groups: dict[tuple[bool, Key, Key], list[str]] = {}
    for entry in entries:
        key = keys[entry.bid_id]
        place = (key is not None, key or (), tuple(step_value(step, entry) for step in chain))
        groups.setdefault(place, []).append(entry.bid_id)
    return tuple(tuple(sorted(groups[place])) for place in sorted(groups, reverse=True))
