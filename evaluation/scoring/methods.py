"""Award methods by id and version. A version changes whenever any output could change; old versions stay runnable."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from . import further, standard
from .entries import Entry, Key, Scored, Scoring, lowest_price
from .inputs import EvaluationSpec

__all__ = [
    "METHODS", "NEVER", "REFUSED", "Entry", "Key", "Method", "Param", "Scored", "Scoring", "latest_method",
    "lowest_price",
]  # fmt: skip

Group = Literal["usual", "more", "abroad", "import"]
Reference = Literal["", "lowest_price", "best_ratio", "median", "mean", "lowest_and_best", "mean_discount"]


@dataclass(frozen=True, slots=True)
class Param:
    """A published number of a method, in the range low…high (None = open); `above`: the bound itself is not allowed."""

    name: str
    low: Decimal | None = Decimal(0)
    high: Decimal | None = None
    above: bool = True
    default: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """An award method. `relative`: the order of two bids can depend on a third; `weighted`: uses wP and wQ.

    `reference` names the value that other bids set. `figure`: ranks by a key figure of its own, which end comes first.
    `defaults` is what the published rule says about rounding and comparison when the method is chosen. `group` says
    where the method is offered.
    """

    id: str
    version: str
    score: Callable[[EvaluationSpec, Sequence[Entry]], Scoring]
    needs_positive_price: bool = True
    relative: bool = True
    weighted: bool = False
    uses_quality: bool = True
    reference: Reference = "lowest_price"
    figure: Literal["", "highest", "lowest"] = ""
    params: tuple[Param, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    group: Group = "more"
    scale_free: bool = True


def _rounding(**stages: int) -> dict[str, Any]:
    return {stage: {"mode": "half_up", "decimals": decimals} for stage, decimals in stages.items()}


_FOUR = {"compare": "exact", "rounding": _rounding(price_points=4, quality_points=4, total=4)}
_ALL = (
    Method("weighted_linear", "1", standard.weighted_linear, weighted=True, group="usual"),
    Method("inverse_proportional", "1", standard.inverse_proportional, weighted=True, group="usual"),
    Method("ratio_simple", "1", standard.ratio_simple, relative=False, group="usual"),
    Method("ratio_extended", "1", standard.ratio_extended, reference="best_ratio", group="usual"),
    Method(
        "price_only", "1", standard.price_only, needs_positive_price=False, relative=False, uses_quality=False,
        group="usual",
    ),
    Method(
        "quality_fixed_price", "1", further.quality_only, needs_positive_price=False, relative=False,
        defaults={"compare": "exact"},
    ),
    Method(
        "ratio_weighted_fixed", "1", further.ratio_weighted_fixed, relative=False, weighted=True, figure="highest",
        params=(Param("l_ref", high=Decimal(1000)), Param("p_ref")), scale_free=False,
    ),
    Method("ratio_weighted_median", "1", further.ratio_weighted_median, weighted=True, figure="highest",
           reference="median"),
    Method("ratio_weighted_mean", "1", further.ratio_weighted_mean, weighted=True, figure="highest",
           reference="mean", group="import"),
    Method(
        "absolute_scale", "1", further.absolute_scale, needs_positive_price=False, relative=False, weighted=True,
        params=(Param("full_at", above=False), Param("zero_at")), scale_free=False,
    ),
    Method(
        "kaden_surcharge", "1", further.kaden_surcharge, relative=False, figure="highest",
        params=(Param("surcharge", high=Decimal(10_000), above=False, default=Decimal(500)),),
        defaults={"rounding": _rounding(figure_display=4)},
    ),
    Method(
        "kaden_exponential", "1", further.kaden_exponential, relative=False, weighted=True, figure="highest",
        defaults={"rounding": _rounding(figure_display=9)},
    ),
    Method(
        "monetised", "1", further.monetised, needs_positive_price=False, relative=False, figure="lowest",
        params=(Param("per_point"),), defaults={"rounding": _rounding(figure=2, figure_display=2)}, scale_free=False,
    ),
    Method(
        "external", "1", further.external, needs_positive_price=False, relative=False, figure="highest",
        uses_quality=False, params=(Param("higher", high=Decimal(1), above=False, default=Decimal(1)),),
        defaults={"rounding": _rounding(figure_display=2)},
    ),
    Method("qcbs", "1", further.qcbs, weighted=True, defaults=_FOUR, group="abroad"),
    Method("qbs", "1", further.quality_only, needs_positive_price=False, relative=False,
           defaults={"compare": "exact"}, group="abroad"),
    Method("fbs", "1", further.quality_only, needs_positive_price=False, relative=False,
           defaults={"compare": "exact"}, group="abroad"),
    Method("lcs", "1", standard.price_only, needs_positive_price=False, relative=False, uses_quality=False,
           group="abroad"),
    Method("wb_rated", "1", further.wb_rated, weighted=True, reference="lowest_and_best", defaults=_FOUR,
           group="abroad"),
    Method(
        "italy_bilinear", "1", further.italy_bilinear, weighted=True, reference="mean_discount",
        params=(Param("base_price"), Param("knee", high=Decimal(1), default=Decimal("0.85"))),
        group="abroad", scale_free=False,
    ),
)  # fmt: skip
METHODS: Mapping[tuple[str, str], Method] = {(method.id, method.version): method for method in _ALL}
REFUSED = frozenset({"span"})  # min-max interpolation, see catalogue.span_points
NEVER = frozenset({"dea", "topsis", "vikor", "ahp", "smaa"})  # views on a result, never a rule that awards


def latest_method(method_id: str) -> Method | None:
    """The newest version of a method; None for an unknown id."""
    found = [method for method in METHODS.values() if method.id == method_id]
    return max(found, key=lambda method: int(method.version), default=None)
