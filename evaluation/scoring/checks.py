"""What to say about a rule before it is published: faults and warnings, and the formula as a code with its numbers."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .codec import InputError
from .exact import plain
from .inputs import Criterion, EvaluationSpec, LotInput, LotRules
from .lints import Context, Finding, doubts, known
from .methods import METHODS, Method
from .ranking import DRAW
from .validation import SCALE_MAXIMUM, numbers

__all__ = ["Context", "Finding", "check_spec", "formula"]


def formula(spec: EvaluationSpec) -> tuple[str, dict[str, str]]:
    """Code of the published formula and the numbers in it (weights in per cent), for texts in any language."""
    weights = {"weight_price": _percent(spec.weight_price), "weight_quality": _percent(spec.weight_quality)}
    own: Mapping[str, Mapping[str, str]] = {
        "weighted_linear": {"factor": plain(Fraction(spec.zero_at_factor))},
        "ratio_extended": {
            "swing_pct": plain(Fraction(spec.extended_swing_pct)),
            "criterion": spec.extended_criterion,
        },
        "external": {"criterion": spec.figure_criterion or ""},
    }
    method = METHODS.get((spec.method, spec.method_version))
    published = {name: plain(Fraction(value)) for name, value in (spec.params or {}).items()}
    return spec.method, {
        "price_basis": spec.price_basis,
        **(weights if method and method.weighted else {}),
        **own.get(spec.method, {}),
        **published,
    }


def _percent(share: Decimal) -> str:
    return plain(Fraction(share) * 100)


def check_spec(
    spec: EvaluationSpec, lots: Sequence[LotInput], lot_rules: LotRules | None = None, context: Context | None = None
) -> list[Finding]:
    """Findings about a rule and its lots while drafting and again before publication; empty = nothing to say."""
    method = METHODS.get((spec.method, spec.method_version))
    if (unknown := known(spec, method)) is not None or method is None:
        return [unknown] if unknown else []
    findings = [*_weights(spec, lots, method), *_ties(spec, lots), *_numbers(spec), *_minima(spec, lots)]
    findings += doubts(spec, lots, method, context or Context())
    for index, lot in enumerate(lots):
        for number, criterion in enumerate(lot.criteria):
            findings += _criterion(criterion, f"$.lots[{index}].criteria[{number}]")
    return findings + list(_lot_rule(lots, lot_rules))


def _weights(spec: EvaluationSpec, lots: Sequence[LotInput], method: Method) -> Iterator[Finding]:
    total = spec.weight_price + spec.weight_quality
    if total != 1:
        yield Finding("weights_sum", "$.spec.weight_quality", {"sum": _percent(total), "expected": "100"})
    for index, lot in enumerate(lots):
        points = sum((criterion.weight for criterion in lot.criteria if criterion.is_scored), Decimal(0))
        needed = bool(points) or (method.uses_quality and spec.weight_quality > 0)
        if needed and points != 100:
            yield Finding(
                "weights_sum", f"$.lots[{index}].criteria", {"sum": plain(Fraction(points)), "expected": "100"}
            )


def _ties(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    if not spec.tie_chain or spec.tie_chain[-1] != DRAW:
        yield Finding("tie_chain_incomplete", "$.spec.tie_chain", {})
    if spec.method == "ratio_extended":
        criterion, known = spec.extended_criterion, [{c.id for c in lot.criteria} for lot in lots]
        named = criterion not in ("performance_points", "price")
        if not 1 <= spec.extended_swing_pct <= 10 or (named and not all(criterion in ids for ids in known)):
            params = {"swing_pct": plain(Fraction(spec.extended_swing_pct)), "criterion": criterion}
            yield Finding("band_width", "$.spec.extended_swing_pct", params)


def _numbers(spec: EvaluationSpec) -> Iterator[Finding]:
    """Published numbers of the method that are missing or out of range."""
    try:
        numbers(spec)
    except InputError as fault:
        name = fault.path.rpartition("[")[2].strip("']") if "[" in fault.path else fault.path.rpartition(".")[2]
        yield Finding("parameter_faulty", fault.path, {"name": name, "reason": fault.message})


def _minima(spec: EvaluationSpec, lots: Sequence[LotInput]) -> Iterator[Finding]:
    most = SCALE_MAXIMUM * 100
    if spec.min_performance_points is not None and spec.min_performance_points > most:
        params = {"minimum": plain(Fraction(spec.min_performance_points)), "maximum": str(most)}
        yield Finding("min_above_scale", "$.spec.min_performance_points", params)
    ids = {criterion.id for lot in lots for criterion in lot.criteria if criterion.is_scored}
    for index, group in enumerate(spec.group_minima or ()):
        path = f"$.spec.group_minima[{index}]"
        if group.min_share_pct > 100:
            values = {"minimum": plain(Fraction(group.min_share_pct)), "maximum": "100"}
            yield Finding("min_above_scale", f"{path}.min_share_pct", values)
        if not group.members or (lots and not ids.issuperset(group.members)):
            unknown = ", ".join(key for key in group.members if key not in ids)
            yield Finding("group_unknown", f"{path}.members", {"group": group.name, "criteria": unknown})


def _criterion(criterion: Criterion, path: str) -> Iterator[Finding]:
    params = {"criterion": criterion.name or criterion.id}
    if criterion.minimum_score is not None and criterion.minimum_score > SCALE_MAXIMUM:
        values = {**params, "minimum": plain(Fraction(criterion.minimum_score)), "maximum": str(SCALE_MAXIMUM)}
        yield Finding("min_above_scale", f"{path}.minimum_score", values)
    if criterion.is_promised and criterion.is_scored:
        for code in _curve_faults(criterion):
            yield Finding(code, f"{path}.curve", params)


def _curve_faults(criterion: Criterion) -> Iterator[str]:
    if len(criterion.curve) < 2:
        yield "curve_too_short"
        return
    if any(not 0 <= points <= SCALE_MAXIMUM for _, points in criterion.curve):
        yield "curve_off_scale"
    if any(left[0] >= right[0] for left, right in pairwise(criterion.curve)):
        yield "curve_values_not_rising"
    steps = [right[1] - left[1] for left, right in pairwise(criterion.curve)]
    if not any(steps):
        yield "curve_flat"
    elif any(step < 0 if criterion.direction == "higher" else step > 0 for step in steps):
        yield "curve_against_direction"


def _lot_rule(lots: Sequence[LotInput], rules: LotRules | None) -> Iterator[Finding]:
    if rules is None or rules.max_lots_awarded is None or rules.allocation_rule != "best_per_lot":
        return
    if rules.max_lots_awarded < len(lots):
        yield Finding("lot_rule_missing", "$.lot_rules.allocation_rule", {"limit": str(rules.max_lots_awarded)})
