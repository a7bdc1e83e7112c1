"""A rule with its criteria, ready to be tried on invented bids: who would come first, in which order, and why.

Plain Python with numpy for the draws. Each question is answered by the published method itself, exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from evaluation.scoring.entries import Entry
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.formulas import below_minimum, below_share
from evaluation.scoring.inputs import EvaluationSpec, Rounding
from evaluation.scoring.linear import weight_parts
from evaluation.scoring.methods import METHODS
from evaluation.scoring.ranking import rank, winners_of
from evaluation.scoring.robustness import highest_winning, staying_interval

SPREAD: Final = 0.15  # standard deviation of the logarithm of prices
MOST_SETS: Final = 1_000
MOST_BIDS: Final = 8
DEAREST: Final = 3  # times its own price: how far the price of a twin is looked for
CENT: Final = Fraction(1, 100)
TWIN: Final = "a twin beside the bid"  # longer than any typed name, so that none can be the same


@dataclass(frozen=True, slots=True)
class Invented:
    """A bid nobody handed in: evaluated price, scores 0-10 by criterion."""

    name: str
    price: Decimal
    scores: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Placed:
    """An invented bid under the rule."""

    name: str
    price: Decimal
    performance: Decimal
    rank: int | None = None
    price_points: Decimal | None = None
    quality_points: Decimal | None = None
    total: Decimal | None = None
    figure: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Degenerate:
    """An extreme situation and who comes first in it (names of the bids, several when tied)."""

    code: str
    winner: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reversal:
    """The smallest set in which a bid that loses decides who wins: prices and performance points by bid."""

    bids: tuple[tuple[str, Decimal, Decimal], ...]
    left_out: str
    before: tuple[str, ...]
    after: tuple[str, ...]


Bids = tuple[Entry, ...]


class Simulator:
    """A rule with its criteria (weight points and published least scores by id), ready to be tried."""

    def __init__(
        self, spec: EvaluationSpec, weights: Mapping[str, Fraction], minima: Mapping[str, Decimal] | None = None
    ) -> None:
        self.spec, self.weights = spec, weights
        self.minima = {key: Fraction(least) for key, least in (minima or {}).items()}
        self.method = METHODS[spec.method, spec.method_version]
        exact = {stage: Rounding("none", None) for stage in ("price_points", "quality_points", "total", "figure")}
        self.unrounded = replace(spec, compare="exact", rounding={**spec.rounding, **exact}, scale=None)

    def entry(self, bid: Invented) -> Entry:
        scores = {key: Fraction(bid.scores.get(key, Decimal(0))) for key in self.weights}
        points = sum((weight * scores[key] for key, weight in self.weights.items()), Fraction(0))
        promised = {self.spec.figure_criterion: points} if self.spec.figure_criterion else {}
        return Entry(bid.name, Fraction(bid.price), points, scores, promised)

    def admissible(self, bids: Sequence[Entry]) -> Bids:
        """Those that keep the cap, the least points, the least score of each criterion and of each group."""
        cap, least = self.spec.price_cap, self.spec.min_performance_points
        return tuple(
            e
            for e in bids
            if (cap is None or e.price <= cap)
            and (least is None or e.performance >= least)
            and not below_minimum(self.minima, e.scores)
            and not self._below_a_group(e)
        )

    def _below_a_group(self, bid: Entry) -> bool:
        for group in self.spec.group_minima or ():
            members = [key for key in group.members if key in self.weights]
            if members and below_share(members, Fraction(group.min_share_pct) / 100, self.weights, bid.scores):
                return True
        return False

    def winners(self, bids: Sequence[Entry], spec: EvaluationSpec | None = None) -> tuple[str, ...]:
        """Who comes first; nobody where nobody is admissible."""
        rule, valid = spec or self.spec, self.admissible(bids)
        return (
            winners_of(valid, METHODS[rule.method, rule.method_version].score(rule, valid), rule.tie_chain)
            if valid
            else ()
        )

    def order(self, bids: Sequence[Entry]) -> tuple[tuple[str, ...], ...]:
        valid = self.admissible(bids)
        return rank(valid, self.method.score(self.spec, valid), self.spec.tie_chain).order if valid else ()

    # -- one set ----------------------------------------------------------------------------------------------------
    def placed(self, bids: Bids) -> tuple[Placed, ...]:
        valid = self.admissible(bids)
        scoring = self.method.score(self.spec, valid) if valid else None
        ranks = rank(valid, scoring, self.spec.tie_chain).ranks if scoring else {}
        rows = {row.bid_id: row for row in scoring.rows} if scoring else {}

        def shown(bid_id: str, name: str) -> Decimal | None:
            value = getattr(rows.get(bid_id), name, None)
            places = self.spec.places("figure_display" if name == "figure" else name)
            return None if value is None else as_decimal(value, places)

        return tuple(
            Placed(
                e.bid_id, as_decimal(e.price, 2), as_decimal(e.performance, 2), ranks.get(e.bid_id),
                shown(e.bid_id, "price_points"), shown(e.bid_id, "quality_points"), shown(e.bid_id, "total"),
                _ratio(rows[e.bid_id].ratio) if e.bid_id in rows and rows[e.bid_id].ratio is not None
                else shown(e.bid_id, "figure"),
            )
            for e in bids
        )  # fmt: skip

    def dearest_level(
        self, bids: Sequence[Entry], own: Entry, points: Fraction, spec: EvaluationSpec | None = None
    ) -> Decimal | None:
        """The highest price at which a twin of `own` with other performance points is not behind it; None: no price."""
        others = [bid for bid in bids if bid is not own]

        def level(cents: int) -> bool:
            twin = replace(own, bid_id=TWIN, price=Fraction(cents, 100), performance=points)
            rows = {row.bid_id: row.key for row in self.method.score(spec or self.spec, [*others, own, twin]).rows}
            mine, its = rows[own.bid_id], rows[TWIN]
            return its is not None and (mine is None or its >= mine)

        found = highest_winning(int(own.price * 100) * DEAREST, level)
        return None if found is None else as_decimal(Fraction(found, 100), 2)

    def price_weight(self, bids: Bids) -> tuple[Decimal, Decimal] | None:
        """Price weights in per cent with which the first stays first."""
        valid = self.admissible(bids)
        first = self.winners(bids)
        if not self.method.weighted or len(first) != 1:
            return None
        parts = weight_parts(self.spec, valid, self.method.score(self.spec, valid))
        if parts is None:
            return None
        found = staying_interval(parts.pop(first[0]), list(parts.values()))
        return None if found is None else (as_decimal(found[0] * 100, 2), as_decimal(found[1] * 100, 2))

    def degenerate(self, middle: Fraction) -> tuple[Degenerate, ...]:
        """Situations in which formulas show their weak side."""

        def bid(name: str, share: int, score: int) -> Entry:
            scores = {key: Decimal(score) for key in self.weights}
            return self.entry(Invented(name, as_decimal(middle * share / 100, 2), scores))

        cases = {
            "single": [bid("A", 100, 7)],
            "equal": [bid("A", 100, 7), bid("B", 100, 7)],
            "all_far_above": [bid("A", 40, 3), bid("B", 100, 7), bid("C", 110, 9)],
            "cheapest_is_worst": [bid("A", 70, 1), bid("B", 100, 9)],
            "no_points": [bid("A", 90, 0), bid("B", 100, 0)],
        }
        return tuple(Degenerate(code, self.winners(bids)) for code, bids in cases.items())

    # -- many sets --------------------------------------------------------------------------------------------------
    def random_sets(self, middle: Fraction, sets: int, seed: int) -> list[Bids]:
        """2 to 8 bids each."""
        generator, names = np.random.default_rng(seed), list(self.weights)
        found = []
        for _number in range(min(sets, MOST_SETS)):
            count = int(generator.integers(2, MOST_BIDS + 1))
            factors = np.exp(generator.normal(0.0, SPREAD, count))
            quarters = generator.integers(8, 41, (count, max(1, len(names))))
            found.append(tuple(
                self.entry(Invented(
                    f"B{n + 1}",
                    as_decimal(max(CENT, middle * round(float(factors[n]) * 10_000) / 10_000), 2),
                    {key: Decimal(int(quarters[n, k])) / 4 for k, key in enumerate(names)},
                ))
                for n in range(count)
            ))  # fmt: skip
        return found

    def without_losers(self, bids: Bids) -> tuple[bool, bool, Reversal | None]:
        """(winner changes, order changes, example) when single losing bids are left out."""
        first, order = self.winners(bids), self.order(bids)
        winner_changes, order_changes, example = False, False, None
        for out in bids:
            if out.bid_id in first:
                continue
            rest = tuple(bid for bid in bids if bid is not out)
            kept = tuple(g for group in order if (g := tuple(name for name in group if name != out.bid_id)))
            order_changes = order_changes or self.order(rest) != kept
            after = self.winners(rest)
            if after != first and example is None:
                winner_changes = True
                shown = tuple((e.bid_id, as_decimal(e.price, 2), as_decimal(e.performance, 2)) for e in bids)
                example = Reversal(shown, out.bid_id, first, after)
        return winner_changes, order_changes, example

    def changes_rank(self, bids: Bids, key: str) -> bool:
        """Whether the order would be another if everybody had the same score for a criterion."""
        level = sum((bid.scores[key] for bid in bids), Fraction(0)) / len(bids)
        same = tuple(bid.with_score(key, self.weights[key], level) for bid in bids)
        return self.order(same) != self.order(bids)


def _ratio(value: Fraction | None) -> Decimal | None:
    return None if value is None else as_decimal(value * 10**4, 4)
