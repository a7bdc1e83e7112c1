"""A rule tried on invented bids before it is published: what a euro and a point are worth, and where it misleads.

Plain Python with numpy for the draws. Prices are drawn log-normally around the estimate, scores in quarters of a point;
each set is then scored by the published method itself, exactly. The same seed gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from evaluation.benchmark.draws import GENERATOR
from evaluation.scoring.codec import encode
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.inputs import EvaluationSpec
from evaluation.simulation_order import Swap, swaps
from evaluation.simulation_weights import Weighing, weighings
from evaluation.simulation_worth import Worth, worths
from evaluation.simulator import MOST_BIDS, MOST_SETS, Bids, Degenerate, Invented, Placed, Reversal, Simulator

__all__ = ["MOST_BIDS", "MOST_SETS", "Degenerate", "Invented", "Placed", "Simulation", "Simulator", "default_bids",
           "simulate"]  # fmt: skip

WORK: Final = 12_000  # sets x criteria that are looked at for dead criteria: bounds the time
COMPARED: Final = ("price_only", "weighted_linear", "inverse_proportional", "ratio_simple", "ratio_extended")
SHOWN: Final = (*COMPARED, "ratio_weighted_median", "kaden_surcharge", "kaden_exponential")  # on the typed bids only


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """All answers. `point_worth`: money by which the middle bid may be dearer for one more quality point (of 100);
    `indifferent`: (performance points, price) that rank level with the middle bid; `dead`: criteria that never changed
    a rank; `names`: titles of the criteria by id; shares are numbers of sets. A trial kept before the questions about
    worth, swaps and weights were asked has none of their answers (`swaps` is None)."""

    seed: int
    generator: str
    sets: int
    placed: tuple[Placed, ...]
    winner: tuple[str, ...]
    point_worth: Decimal | None = None
    indifferent: tuple[tuple[Decimal, Decimal], ...]
    price_weight: tuple[Decimal, Decimal] | None = None
    winner_changes: int
    order_changes: int
    rounding_decides: int
    checked_for_dead: int
    other_methods: Mapping[str, int]
    degenerate: tuple[Degenerate, ...]
    dead: tuple[str, ...] = ()
    reversal: Reversal | None = None
    other_winners: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worth: tuple[Worth, ...] = ()
    swaps: tuple[Swap, ...] | None = None
    weighings: tuple[Weighing, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Plain JSON, numbers as text or whole numbers."""
        found = encode(self)
        assert isinstance(found, dict)
        return found


def default_bids(weights: Mapping[str, Fraction], middle: Decimal) -> tuple[Invented, ...]:
    """A cheap and weak, a middle, and a dear and strong bid around the estimate."""
    return tuple(
        Invented(name, (middle * share / 100).quantize(Decimal("0.01")), {key: Decimal(score) for key in weights})
        for name, share, score in (("cheap", 85, 6), ("middle", 100, 8), ("strong", 115, 9))
    )


def simulate(
    spec: EvaluationSpec,
    weights: Mapping[str, Fraction],
    bids: Sequence[Invented],
    middle: Decimal,
    sets: int,
    seed: int,
    minima: Mapping[str, Decimal] | None = None,
    names: Mapping[str, str] | None = None,
) -> Simulation:
    """Try a rule; raises `InputError` for one that lacks numbers, ValueError without bids or with a price of zero."""
    if not bids or middle <= 0 or any(bid.price <= 0 for bid in bids):
        raise ValueError("Invented bids need prices above zero.")
    made = Simulator(spec, weights, minima)
    entries = tuple(made.entry(bid) for bid in bids)
    drawn = made.random_sets(Fraction(middle), sets, seed)
    own = sorted(entries, key=lambda entry: entry.price)[len(entries) // 2]
    worth = made.dearest_level(entries, own, own.performance + 10)
    steps = (Fraction(step) for step in (-100, -50, 0, 50, 100))
    curve = ((own.performance + step, made.dearest_level(entries, own, own.performance + step)) for step in steps)
    reversals = [made.without_losers(one) for one in drawn]
    examples = sorted((found for *_rest, found in reversals if found), key=lambda found: len(found.bids))
    others = _others(spec)
    also = {other.method: made.winners(entries, other) for other in _others(spec, SHOWN)}
    winners = [made.winners(one) for one in drawn]
    looked_at = drawn[: max(1, WORK // max(1, len(weights)))]
    return Simulation(
        seed=seed,
        generator=GENERATOR,
        sets=len(drawn),
        placed=made.placed(entries),
        winner=made.winners(entries),
        point_worth=None if worth is None else worth - as_decimal(own.price, 2),
        indifferent=tuple((as_decimal(points, 2), price) for points, price in curve if price is not None),
        price_weight=made.price_weight(entries),
        winner_changes=sum(changes for changes, *_rest in reversals),
        order_changes=sum(changes for _first, changes, _example in reversals),
        rounding_decides=_differing(made, drawn, winners, made.unrounded),
        checked_for_dead=len(looked_at),
        other_methods={other.method: _differing(made, drawn, winners, other) for other in others},
        degenerate=made.degenerate(Fraction(middle)),
        dead=tuple(key for key in weights if not any(made.changes_rank(one, key) for one in looked_at)),
        reversal=examples[0] if examples else None,
        other_winners=also,
        worth=tuple(worths(made, entries)),
        swaps=swaps(made, entries),
        weighings=tuple(weighings(made, entries)),
        names=dict(names or {}),
    )


def _differing(made: Simulator, drawn: Sequence[Bids], winners: Sequence[tuple[str, ...]], rule: EvaluationSpec) -> int:
    return sum(made.winners(one, rule) != first for one, first in zip(drawn, winners, strict=True))


def _others(spec: EvaluationSpec, methods: Sequence[str] = COMPARED) -> list[EvaluationSpec]:
    """Other methods beside the published one, with half and half where that one has no weights, at usual numbers."""
    half = Decimal("0.5")
    share = spec.weight_price if 0 < spec.weight_price < 1 else half
    plain: dict[str, Any] = {"method_version": "1", "compare": "rounded", "rounding": {}, "scale": None}
    usual: dict[str, dict[str, Any]] = {"kaden_surcharge": {"params": {"surcharge": Decimal(500)}}}
    return [
        replace(spec, method=method, weight_price=share, weight_quality=1 - share, **plain, **usual.get(method, {}))
        for method in methods
        if method != spec.method
    ]
