"""What counts how much: the shares of price, cost, efficiency and quality in the decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from tendering.models import Criterion, CriterionKind

RATIO_METHODS = frozenset({"ratio_simple", "ratio_extended", "kaden_surcharge", "kaden_exponential"})
UNWEIGHTED = frozenset({
    "ratio_simple", "ratio_extended", "kaden_surcharge", "monetised", "external", "quality_fixed_price", "qbs", "fbs",
    "lcs",
})  # fmt: skip
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Share:
    """A kind of criterion and its share of the decision in per cent."""

    kind: str
    label: str
    percent: Decimal


def shares(spec: Mapping[str, Any], criteria: Iterable[Criterion]) -> list[Share]:
    """Shares in the order price, efficiency, cost, quality; empty for methods whose price has no weight."""
    method = spec.get("method")
    if method in UNWEIGHTED or method in RATIO_METHODS or not method:
        return []
    if method == "price_only":
        return [_share(CriterionKind.PRICE, HUNDRED)]
    weighted = [_share(CriterionKind.PRICE, percent(spec.get("weight_price")))]
    points = performance_points(criteria)
    total = sum(points.values(), Decimal(0))
    for kind in (CriterionKind.EFFICIENCY, CriterionKind.COST, CriterionKind.QUALITY):
        if total and points.get(kind):
            weighted.append(_share(kind, percent(spec.get("weight_quality")) * points[kind] / total))
    return weighted


def performance_points(criteria: Iterable[Criterion]) -> dict[str, Decimal]:
    """Sum of weight points per kind of scored criterion."""
    points: dict[str, Decimal] = {}
    for criterion in criteria:
        if criterion.is_scored and criterion.weight:
            points[criterion.kind] = points.get(criterion.kind, Decimal(0)) + criterion.weight
    return points


TIE_WORDS = {
    "higher_performance": gettext_lazy("the higher performance"),
    "lower_price": gettext_lazy("the lower price"),
    "draw_lots": gettext_lazy("a draw of lots"),
}


def tie_chain(spec: Mapping[str, Any], criteria: Iterable[Criterion]) -> list[str]:
    """What decides between equal bids, first to last, in words."""
    names = {f"named_criterion:{criterion.code}": criterion.name for criterion in criteria}
    return [str(TIE_WORDS.get(step) or names.get(step, step)) for step in spec.get("tie_chain") or ()]


def percent(share: Any) -> Decimal:
    """A stored share ("0.5") in per cent; 0 when it is missing."""
    return plain(Decimal(str(share)) * HUNDRED) if share not in (None, "") else Decimal(0)


def _share(kind: CriterionKind, value: Decimal) -> Share:
    return Share(kind.value, str(kind.label), plain(value))


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 50.0 becomes 50."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
