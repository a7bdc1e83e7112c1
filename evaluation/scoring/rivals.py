"""Whether a changed bid would come first alone, asked many times: only the few bids that can decide are scored again.

Every answer is the published method's own, on a smaller set of bids with the same reference values:

- a bid that another one beats or equals in price, performance and whatever else decides never stands between the
  changed bid and the first place, so it need not be scored again;
- while the changed bid sets no reference value the points of the others stay, and one comparison answers;
- else a search first tries the bids that stood in the way before, and the result against everybody; whoever stands
  in the way then is remembered and the search goes on below.

Methods whose reference value hangs on every bid (means, medians) are scored in full.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from .entries import Entry, Key, Scoring
from .formulas import ratio
from .inputs import EvaluationSpec
from .methods import Method
from .ranking import NAMED, step_value, winners_of

Changed = Callable[[int], Entry]
Standing = tuple[Key | Fraction, ...]
OF_ALL = frozenset({"mean", "median", "mean_discount"})  # reference values that every bid moves


def highest_winning(current: int, wins: Callable[[int], bool]) -> int | None:
    """Largest whole number 1…current for which `wins` holds, given that it holds for every smaller one.

    Binary search: the result wins and the next number above it does not (or is above `current`).
    """
    if current < 1 or not wins(1):
        return None
    low, high = 1, current + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if wins(middle) else (low, middle)
    return low


def smallest_winning(current: int, top: int, wins: Callable[[int], bool]) -> int | None:
    """Smallest whole number current+1…top for which `wins` holds, given that it holds for every larger one."""
    if current >= top or not wins(top):
        return None
    low, high = current, top
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if wins(middle) else (middle, high)
    return high


class Field:
    """The valid bids of a lot under the published rule."""

    def __init__(self, spec: EvaluationSpec, method: Method, entries: Sequence[Entry]) -> None:
        self.spec, self.method, self.entries = spec, method, entries
        self.is_whole = method.reference in OF_ALL
        self.is_monotone = spec.scale is None  # a published scale jumps: a lower price may lose again
        self.is_free = not method.relative and self.is_monotone  # no bid has a part in the points of another
        named = [step.removeprefix(NAMED) for step in spec.tie_chain if step.startswith(NAMED)]
        if spec.method == "ratio_extended" and spec.extended_criterion not in ("performance_points", "price"):
            named.append(spec.extended_criterion)
        self.named = named
        self.beaten_by = {} if self.is_whole else self._beaten()

    @property
    def by_points_alone(self) -> bool:
        """Whether single scores act through the performance points only."""
        return not self.named

    def score(self, among: Sequence[Entry]) -> Scoring:
        """The published method on some of the bids."""
        return self.method.score(self.spec, among)

    def standings(self, entries: Sequence[Entry], scoring: Scoring) -> list[Standing]:
        """What is compared to find the first place: points, then each step for ties; none without a rank."""
        keys, chain = {row.bid_id: row.key for row in scoring.rows}, self.spec.tie_chain
        return [
            (key, *(step_value(step, entry) for step in chain))
            for entry in entries
            if (key := keys[entry.bid_id]) is not None
        ]

    def _strength(self, entry: Entry) -> tuple[Fraction, ...]:
        """Everything that a method or the tie chain looks at, the greater the better."""
        figure = entry.promised.get(self.spec.figure_criterion or "")
        if figure is not None and (self.spec.params or {}).get("higher") == 0:
            figure = -figure
        known = (Fraction(0), Fraction(0)) if figure is None else (Fraction(1), figure)
        return (
            -entry.price, entry.performance, *known, *(entry.scores.get(key, Fraction(0)) for key in self.named)
        )  # fmt: skip

    def _beaten(self) -> dict[str, str]:
        """{bid: an unbeaten bid that is at least as good in everything}."""
        found: dict[str, str] = {}
        unbeaten: list[tuple[str, tuple[Fraction, ...]]] = []
        ordered = sorted(((self._strength(entry), entry.bid_id) for entry in self.entries), reverse=True)
        for strength, bid_id in ordered:  # whoever beats a bid stands before it
            by = next((name for name, other in unbeaten if all(map(_at_least, other, strength))), None)
            if by is None:
                unbeaten.append((bid_id, strength))
            else:
                found[bid_id] = by
        return found

    def others(self, own: Entry) -> list[Entry]:
        """Bids that can stand between `own`, however it changes, and the first place."""
        by = self.beaten_by
        return [e for e in self.entries if e.bid_id != own.bid_id and by.get(e.bid_id, own.bid_id) == own.bid_id]

    def setters(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those of `entries` that set the reference values; all where every bid does."""
        if self.is_whole or not entries:
            return list(entries)
        found = {min(entries, key=lambda entry: entry.price).bid_id}
        if self.method.reference == "best_ratio" or self.spec.scale is not None:
            found.add(max(entries, key=lambda entry: ratio(entry.performance, entry.price)).bid_id)
        if self.method.reference == "lowest_and_best":
            found.add(max(entries, key=lambda entry: entry.performance).bid_id)
        return [entry for entry in entries if entry.bid_id in found]

    def rivals_of(self, own: Entry) -> "Rivals":
        return Rivals(self, own)


def _at_least(one: Fraction, other: Fraction) -> bool:
    return one >= other


class Rivals:
    """The other bids as they stand in the way of one that is changed."""

    def __init__(self, field: Field, own: Entry) -> None:
        self.field, self.others = field, field.others(own)
        whole = field.is_whole or not field.is_monotone
        setters = field.setters(self.others)
        self.known = list(self.others) if whole else list(setters)
        self.asked = [] if field.is_free else setters
        scoring = field.score(self.others)
        self.references = scoring.references
        self.best = max(field.standings(self.others, scoring), default=None)

    def wins(self, changed: Entry) -> bool:
        """Whether the changed bid comes first alone."""
        return self._beats_known(changed) and self._beats_all(changed)

    def highest(self, current: int, changed: Changed) -> int | None:
        """As `highest_winning`."""
        top = current
        while (found := highest_winning(top, lambda number: self._beats_known(changed(number)))) is not None:
            if self._beats_all(changed(found)):
                return found
            top = found - 1
        return None

    def smallest(self, current: int, top: int, changed: Changed) -> int | None:
        """As `smallest_winning`."""
        least = current
        while (found := smallest_winning(least, top, lambda number: self._beats_known(changed(number)))) is not None:
            if self._beats_all(changed(found)):
                return found
            least = found
        return None

    def _at_once(self, changed: Entry) -> bool | None:
        """The answer while the reference values are those of the others, so that their points stay; else None."""
        field, among = self.field, [*self.asked, changed]
        if field.is_whole:
            return None
        scoring = field.score(among)
        if not field.is_free and scoring.references != self.references:
            return None
        own = field.standings([changed], scoring)
        return bool(own) and (self.best is None or own[0] > self.best)

    def _beats_known(self, changed: Entry) -> bool:
        found = self._at_once(changed)
        return self._winners([*self.known, changed]) == (changed.bid_id,) if found is None else found

    def _beats_all(self, changed: Entry) -> bool:
        """Against everybody; who stands in the way is known from then on."""
        at_once = self._at_once(changed)
        if at_once is not None:
            return at_once
        if len(self.known) == len(self.others):
            return self._beats_known(changed)
        found = self._winners([*self.others, changed])
        if found == (changed.bid_id,):
            return True
        self.known += [entry for entry in self.others if entry.bid_id in found and entry not in self.known][:1]
        return False

    def _winners(self, among: Sequence[Entry]) -> tuple[str, ...]:
        return winners_of(among, self.field.score(among), self.field.spec.tie_chain)
