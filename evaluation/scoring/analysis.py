"""Further questions to a result: weights of criteria, single evaluators, random weights and random scores.

Ranges of weights follow from exact lines (`linear.lines`) and are rounded inwards; evaluators are left out by scoring
the lot again; the draws are simulations and carry their seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from evaluation.benchmark.draws import GENERATOR, Noisy, rank_counts, wins_under_noise

from .codec import InputError
from .engine import entries_of, examine, method_of
from .entries import Entry, Scoring
from .exact import as_decimal
from .inputs import CriterionScores, EvaluationSpec, LotInput
from .linear import Line, lines
from .performance import scored_weights
from .ranking import rank

DRAWS, NOISE_DRAWS, SEED = 10_000, 2_000, 1
HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class WeightRange:
    """Points of a criterion (others scaled in proportion) with which the winner stays, and the nearest change in %.

    `change_pct` is None when no weight from 0 to 100 makes another bid win.
    """

    criterion: str
    points: Decimal
    low: Decimal
    high: Decimal
    change_pct: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EvaluatorOut:
    """The lot without the scores of one evaluator; agreed scores stay."""

    evaluator: str
    winner: tuple[str, ...]
    winner_changes: bool


@dataclass(frozen=True, slots=True)
class Simulated:
    """Counts of random draws.

    `ranks`: how often each bid had rank 1, 2, … under random weights of price and criteria; `stays`: in how many of
    `noise_draws` the winner stayed when every score moved by up to one point.
    """

    seed: int
    generator: str
    draws: int
    ranks: Mapping[str, tuple[int, ...]]
    noise_draws: int
    stays: int | None = None


@dataclass(frozen=True, slots=True)
class LotAnalysis:
    """`needed_performance`: least performance points by losing bid with which it would win; `critical`: the criterion
    whose weight needs the smallest change for another winner."""

    needed_performance: Mapping[str, Decimal | None]
    criteria: tuple[WeightRange, ...]
    evaluators: tuple[EvaluatorOut, ...]
    critical: str | None = None
    simulated: Simulated | None = None


def weight_ranges(
    spec: EvaluationSpec, lot: LotInput, entries: Sequence[Entry], scoring: Scoring, winner: str
) -> tuple[WeightRange, ...]:
    """For each scored criterion; empty for methods without a line in L, and with a single criterion."""
    found, weights = lines(spec, entries, scoring), scored_weights(lot)
    if found is None or len(weights) < 2 or sum(weights.values()) != HUNDRED:
        return ()
    return tuple(_range(key, weight, found, entries, winner) for key, weight in weights.items() if weight != HUNDRED)


def criterion_ends(entry: Entry, key: str, weight: Fraction, line: Line) -> tuple[Fraction, Fraction]:
    """Value of a bid when a criterion has no points at all, and when it has all 100; a straight line lies between.

    With t points of the criterion, the others scaled in proportion, L = t * s + (100 - t) * rest.
    """
    fixed, per_point = line
    rest = (entry.performance - weight * entry.scores[key]) / (HUNDRED - weight)
    return fixed + per_point * HUNDRED * rest, fixed + per_point * HUNDRED * entry.scores[key]


def _range(key: str, weight: Fraction, found: Mapping[str, Line], entries: Sequence[Entry], winner: str) -> WeightRange:
    def ends(entry: Entry) -> tuple[Fraction, Fraction]:
        return criterion_ends(entry, key, weight, found[entry.bid_id])

    own = next(ends(entry) for entry in entries if entry.bid_id == winner)
    low, high = Fraction(0), HUNDRED
    for entry in entries:
        start, end = ends(entry)
        at_zero, at_full = own[0] - start, own[1] - end
        if at_zero < 0 < at_full - at_zero:
            low = max(low, HUNDRED * -at_zero / (at_full - at_zero))
        if at_full < 0 < at_zero - at_full:
            high = min(high, HUNDRED * at_zero / (at_zero - at_full))
    changes = [abs(weight - end) for end, edge in ((low, Fraction(0)), (high, HUNDRED)) if end != edge]
    change = min(changes) / weight * 100 if changes and weight else None
    return WeightRange(
        key, as_decimal(weight, 2), _inwards(low, up=True), _inwards(high, up=False),
        None if change is None else as_decimal(change, 1),
    )  # fmt: skip


def _inwards(value: Fraction, *, up: bool) -> Decimal:
    scaled = value * 100
    units = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return as_decimal(Fraction(units, 100), 2)


def critical(ranges: Sequence[WeightRange]) -> str | None:
    """The criterion whose weight needs the smallest relative change."""
    able = [item for item in ranges if item.change_pct is not None]
    return min(able, key=lambda item: item.change_pct or Decimal(0)).criterion if able else None


def without_evaluators(spec: EvaluationSpec, lot: LotInput, winners: tuple[str, ...]) -> tuple[EvaluatorOut, ...]:
    """The lot scored again without each evaluator; left out where nobody else scored a criterion."""
    names = {who for bid in lot.bids for scores in bid.scores.values() for who in scores.by_evaluator}
    found = []
    for name in sorted(names) if len(names) > 1 else ():
        try:
            entries = entries_of(examine(_less(lot, name), spec))
        except InputError:
            continue
        again = rank(entries, method_of(spec).score(spec, entries), spec.tie_chain).winners if entries else ()
        found.append(EvaluatorOut(name, again, set(again) != set(winners)))
    return tuple(found)


def _less(lot: LotInput, evaluator: str) -> LotInput:
    def others(scores: CriterionScores) -> CriterionScores:
        kept = {who: score for who, score in scores.by_evaluator.items() if who != evaluator}
        return replace(scores, by_evaluator=kept)

    bids = (replace(bid, scores={key: others(scores) for key, scores in bid.scores.items()}) for bid in lot.bids)
    return replace(lot, bids=tuple(bids))


def simulate(
    spec: EvaluationSpec, lot: LotInput, entries: Sequence[Entry], scoring: Scoring, winner: str
) -> Simulated | None:
    """Rank acceptability under weights of price and criteria, and scores that move by up to a point."""
    found, weights = lines(spec, entries, scoring), scored_weights(lot)
    if found is None or not weights or len(entries) < 2:
        return None
    scores = np.array([[float(entry.scores[key]) for key in weights] for entry in entries])
    fixed = np.array([float(found[entry.bid_id][0]) for entry in entries])
    per_point = np.array([float(found[entry.bid_id][1]) for entry in entries])
    rows = {row.bid_id: row for row in scoring.rows}
    if all(row.total is not None and row.price_points is not None for row in rows.values()):
        prices = [float(rows[entry.bid_id].price_points or 0) / 10 for entry in entries]
        values = np.column_stack([prices, scores])  # price and criteria on the scale 0-10
    else:
        values = fixed[:, None] + per_point[:, None] * 100 * scores
    at = next(number for number, entry in enumerate(entries) if entry.bid_id == winner)
    noise = Noisy(scores, np.array([float(weight) for weight in weights.values()]), fixed, per_point)
    counts = rank_counts(values, DRAWS, SEED)
    ranks = {entry.bid_id: tuple(row) for entry, row in zip(entries, counts, strict=True)}
    stays = wins_under_noise(noise, at, NOISE_DRAWS, SEED)
    return Simulated(SEED, GENERATOR, DRAWS, ranks, NOISE_DRAWS, stays)
