"""What is lawful, fair or risky about a method: one pure function per doubt, with source and confidence.

Confidence: V verified in an official text, S secondary source, M from memory, D design decision. Only faults that make
a result impossible or the one formula courts refuse are errors; everything else warns or informs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .exact import plain
from .inputs import EvaluationSpec, LotInput
from .low_prices import estimate_on_basis
from .methods import NEVER, REFUSED, Method

Severity = Literal["error", "warning", "info"]
RATIOS = frozenset({"ratio_simple", "ratio_extended", "kaden_surcharge", "kaden_exponential"})
PRICE_UNSEEN = frozenset({"external", "quality_fixed_price", "qbs", "fbs"})
STEEPEST = Decimal("1.3")
ITALIAN_PRICE_SHARE = Decimal("0.3")
LAW: Mapping[str, tuple[str, str]] = {
    "span_interpolation_unlawful": ("OLG Düsseldorf, 29.05.2024, Verg 35/23", "S"),
    "unpublished_method": ("§ 127 (5) GWB", "V"),
    "innovation_price_only": ("§ 19 VgV", "V"),
    "mean_reference_flipping": ("UfAB 2018; Bartsch 2012", "S"),
    "linear_without_floor": ("Ferber 2017", "S"),
    "not_a_weight": ("VK Lüneburg VgK-20/2023", "S"),
    "lot_rule_missing": ("§ 30 (1) VgV", "V"),
    "lcc_method_missing": ("§ 59 VgV", "V"),
    "price_share_italy": ("ANAC", "M"),
    "weights_sum": ("§ 58 (3) VgV", "V"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault (error), a doubt (warning) or a hint (info), with the JSON path it is about and values for the sentence.

    `source` is where the rule is found (a paragraph, a decision), empty for our own advice; `confidence` V, S, M or D.
    """

    code: str
    path: str
    message_params: Mapping[str, str]
    severity: Severity = "error"

    @property
    def source(self) -> str:
        return LAW.get(self.code, ("", "D"))[0]

    @property
    def confidence(self) -> str:
        return LAW.get(self.code, ("", "D"))[1]


@dataclass(frozen=True, slots=True)
class Context:
    """What a check must know beside rule and lots: an innovation partnership; cost criteria nobody described."""

    innovation: bool = False
    undescribed_costs: tuple[str, ...] = ()


def known(spec: EvaluationSpec, method: Method | None) -> Finding | None:
    """Why the method cannot be an award method at all."""
    if spec.method in REFUSED:
        return Finding("span_interpolation_unlawful", "$.spec.method", {})
    if spec.method in NEVER:
        return Finding("unpublished_method", "$.spec.method", {"method": spec.method})
    return Finding("unknown_method", "$.spec.method", {"method": spec.method}) if method is None else None


def doubts(spec: EvaluationSpec, lots: Sequence[LotInput], method: Method, context: Context) -> Iterator[Finding]:
    """Everything about the choice of the method."""
    yield from _reference(spec, method)
    yield from _line(spec, lots)
    yield from _price_only(spec, lots, context)
    yield from _ratio(spec, lots)
    yield from _stated(spec)
    yield from _limits(spec, lots)
    yield from _scale(spec, lots)
    yield from _counted_twice(spec, lots)
    for code in context.undescribed_costs:
        yield Finding("lcc_method_missing", "$.lots", {"criterion": code}, "warning")


def _counted_twice(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    """A life-cycle cost with the price in it beside a method that counts the price of its own."""
    if spec.method in PRICE_UNSEEN or spec.weight_price == 0:
        return
    found = {c.id: c for lot in lots for c in lot.criteria if c.is_scored and c.life_cycle and c.life_cycle.with_price}
    for code in found:
        yield Finding("lcc_counts_price_twice", "$.spec.weight_price", {"criterion": code}, "warning")


def _reference(spec: EvaluationSpec, method: Method) -> Iterator[Finding]:
    if spec.method == "ratio_weighted_mean":
        yield Finding("mean_reference_flipping", "$.spec.method", {}, "warning")
    elif spec.scale == "three_digits" and spec.method == "ratio_simple":
        yield Finding("scale_jump", "$.spec.scale", {}, "info")
    elif method.relative:
        yield Finding("relative_reference", "$.spec.method", {"reference": method.reference}, "warning")


def has_floor(spec: EvaluationSpec, lots: Sequence[LotInput]) -> bool:
    """Minimum points of any kind, or a price cap."""
    minima = any(criterion.minimum_score is not None for lot in lots for criterion in lot.criteria)
    return bool(minima or spec.group_minima or spec.min_performance_points is not None or spec.price_cap is not None)


def _line(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    if spec.method == "weighted_linear" and not has_floor(spec, lots):
        yield Finding("linear_without_floor", "$.spec.min_performance_points", {}, "warning")
    if spec.method == "weighted_linear" and spec.zero_at_factor < STEEPEST:
        values = {"factor": plain(Fraction(spec.zero_at_factor))}
        yield Finding("steep_line", "$.spec.zero_at_factor", values, "warning")
    if spec.method == "inverse_proportional":
        yield Finding("flat_for_dear", "$.spec.method", {}, "info")


def _price_only(spec: EvaluationSpec, lots: Sequence[LotInput], context: Context) -> Iterator[Finding]:
    concepts = any(criterion.is_scored for lot in lots for criterion in lot.criteria)
    if spec.method == "price_only" and concepts:
        yield Finding("price_only_concept", "$.spec.method", {}, "warning")
    if spec.method == "price_only" and context.innovation:
        yield Finding("innovation_price_only", "$.spec.method", {}, "warning")


def _ratio(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    if spec.method in ("ratio_simple", "ratio_extended"):
        yield Finding("not_a_weight", "$.spec.method", {}, "info")
    below = any(points < 0 for lot in lots for criterion in lot.criteria for _, points in criterion.curve)
    if spec.method in RATIOS and below:
        yield Finding("negative_scale_ratio", "$.spec.method", {})


def _stated(spec: EvaluationSpec) -> Iterator[Finding]:
    """Figures chosen by the buyer need a reason from before the bids."""
    if spec.method == "ratio_weighted_fixed" and not (spec.reference_reason and spec.reference_set_on):
        yield Finding("reference_ex_ante", "$.spec.reference_reason", {})
    if spec.method == "external" and not spec.reference_reason:
        yield Finding("figure_unexplained", "$.spec.reference_reason", {})
    if spec.method == "monetised" and not spec.reference_reason:
        yield Finding("value_unreasoned", "$.spec.reference_reason", {}, "warning")


def _limits(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    """Methods that are defined by a limit need it."""
    if spec.method == "fbs" and spec.price_cap is None:
        yield Finding("budget_missing", "$.spec.price_cap", {})
    if spec.method == "lcs" and not has_floor(spec, lots):
        yield Finding("minimum_missing", "$.spec.min_performance_points", {})
    base = (spec.params or {}).get("base_price")
    if spec.method == "italy_bilinear" and base is not None and spec.price_cap != base:
        yield Finding("base_price_not_cap", "$.spec.price_cap", {"base": plain(Fraction(base))}, "warning")
    if spec.method == "italy_bilinear" and spec.weight_price > ITALIAN_PRICE_SHARE:
        yield Finding("price_share_italy", "$.spec.weight_price", {}, "warning")


def _scale(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    """A published price scale should hold the estimate."""
    ends = [(spec.params or {}).get(name) for name in ("full_at", "zero_at")]
    if spec.method != "absolute_scale" or ends[0] is None or ends[1] is None:
        return
    for index, lot in enumerate(lots):
        estimate = estimate_on_basis(lot, spec)
        if estimate is not None and not ends[0] < estimate < ends[1]:
            yield Finding("scale_misses_estimate", f"$.lots[{index}].estimated_value", {"lot": lot.lot_id}, "warning")
