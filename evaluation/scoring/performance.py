"""Step 4: criterion scores, performance points and published minima."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .codec import InputError, member
from .exact import as_decimal, plain
from .formulas import below_minimum, below_share, curve_points, mean, performance_points
from .inputs import Criterion, CriterionScores, EvaluationSpec, GroupMinimum, LotBid, LotInput, Reason
from .life_cycle import life_cycle_cost, moves_with_price, worked_out
from .standing import Standing


def criterion_score(criterion: Criterion, value: Fraction, spec: EvaluationSpec) -> Fraction:
    """Score 0-10 of a promised number by the published curve, rounded as published."""
    curve = [(Fraction(x), Fraction(points)) for x, points in criterion.curve]
    return spec.round("criterion_score", curve_points(curve, value))


@dataclass(frozen=True, slots=True)
class Priced:
    """A criterion whose life-cycle cost contains the price of this bid."""

    criterion: Criterion
    bid: LotBid
    spec: EvaluationSpec

    @property
    def criterion_id(self) -> str:
        return self.criterion.id

    @property
    def weight(self) -> Fraction:
        return Fraction(self.criterion.weight)

    def value(self, price: Fraction) -> Fraction:
        """The cost at another price in cents."""
        return Fraction(life_cycle_cost(self.criterion, self.bid, price) or 0)

    def score(self, value: Fraction) -> Fraction:
        """Score 0-10 of that cost."""
        return criterion_score(self.criterion, value, self.spec)


def panel_score(scores: CriterionScores, spec: EvaluationSpec) -> Fraction | None:
    """Consensus if there is one, else the rounded mean of the evaluators; None without any score."""
    if scores.consensus is not None:
        return Fraction(scores.consensus)
    if not scores.by_evaluator:
        return None
    return spec.round("evaluator_mean", mean(Fraction(score) for score in scores.by_evaluator.values()))


def scored_weights(lot: LotInput) -> dict[str, Fraction]:
    """Weight points of the scored criteria by id."""
    return {criterion.id: Fraction(criterion.weight) for criterion in lot.criteria if criterion.is_scored}


def subtotals(lot: LotInput, scores: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Performance points by kind of criterion (quality, efficiency, cost); only kinds the lot scores."""
    sums: dict[str, Fraction] = {}
    for criterion in lot.criteria:
        if criterion.is_scored:
            points = Fraction(criterion.weight) * scores[criterion.id]
            sums[criterion.kind] = sums.get(criterion.kind, Fraction(0)) + points
    return sums


def apply_scores(standings: list[Standing], lot: LotInput, spec: EvaluationSpec, path: str) -> None:
    """Score every valid bid and exclude those below a published minimum; scores of bids already out are ignored.

    Raises `InputError` if a quality score is missing: an evaluation is not run on half a panel.
    """
    for index, standing in enumerate(standings):
        if standing.status == "valid":
            _score(standing, lot, spec, f"{path}.bids[{index}]")


def _score(standing: Standing, lot: LotInput, spec: EvaluationSpec, path: str) -> None:
    standing.bid = worked_out(standing.bid, lot, standing.amount)
    standing.moves = tuple(Priced(c, standing.bid, spec) for c in lot.criteria if moves_with_price(c, standing.bid))
    scores: dict[str, Fraction] = {}
    for criterion in lot.criteria:
        score = _one_score(standing, criterion, spec)
        if score is not None:
            scores[criterion.id] = score
        elif criterion.is_promised and criterion.is_scored:
            _exclude_unpromised(standing, criterion)
            return
        elif criterion.is_scored:
            raise InputError(member(f"{path}.scores", criterion.id), "score is missing")
    standing.scores = scores
    standing.performance = performance_points(scored_weights(lot), scores)
    _apply_minima(standing, lot, spec)


def _one_score(standing: Standing, criterion: Criterion, spec: EvaluationSpec) -> Fraction | None:
    if criterion.is_promised:
        value = standing.bid.promised.get(criterion.id)
        return None if value is None or not criterion.curve else criterion_score(criterion, Fraction(value), spec)
    return panel_score(standing.bid.scores.get(criterion.id, CriterionScores()), spec)


def _exclude_unpromised(standing: Standing, criterion: Criterion) -> None:
    text = f"no promised number for criterion {criterion.id}"
    standing.exclude(Reason("documents_missing", text, {"criterion": criterion.id}))


def _apply_minima(standing: Standing, lot: LotInput, spec: EvaluationSpec) -> None:
    assert standing.scores is not None
    assert standing.performance is not None
    minima = {
        c.id: Fraction(c.minimum_score) for c in lot.criteria if c.minimum_score is not None and c.id in standing.scores
    }
    for key in below_minimum(minima, standing.scores):
        score, minimum = as_decimal(standing.scores[key], 2), _minimum_text(lot, key)
        text = f"criterion {key} score {score} below published minimum {minimum}"
        standing.exclude(Reason("min_score", text, {"criterion": key, "score": str(score), "minimum": minimum}))
    for group in failed_groups(spec, lot, standing.scores):
        least = plain(Fraction(group.min_share_pct))
        text = f"criteria group {group.name} below published share {least} %"
        standing.exclude(Reason("min_score", text, {"group": group.name, "share": least}))
    if spec.min_performance_points is not None and standing.performance < Fraction(spec.min_performance_points):
        shown, least = str(as_decimal(standing.performance, 2)), str(spec.min_performance_points)
        text = f"performance points {shown} below published minimum {least}"
        standing.exclude(Reason("min_performance", text, {"points": shown, "minimum": least}))


def failed_groups(spec: EvaluationSpec, lot: LotInput, scores: Mapping[str, Fraction]) -> list[GroupMinimum]:
    """Groups of criteria below their published share; a lot that scores none of a group has nothing to fail."""
    weights = scored_weights(lot)
    found = []
    for group in spec.group_minima or ():
        members = [key for key in group.members if key in weights]
        if members and below_share(members, Fraction(group.min_share_pct) / 100, weights, scores):
            found.append(group)
    return found


def _minimum_text(lot: LotInput, key: str) -> str:
    return str(next(criterion.minimum_score for criterion in lot.criteria if criterion.id == key))
