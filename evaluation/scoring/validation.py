"""Rules an input must keep beyond its shape: unique ids, known references, numbers within their scale."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from .codec import InputError, member
from .inputs import DEFAULT_ROUNDING, Criterion, EvaluationSpec, LotBid, LotInput, TenderInput
from .methods import METHODS

SCALE_MAXIMUM = Decimal(10)


def validate(tender: TenderInput) -> None:
    """Raise `InputError` with the JSON path of the first fault."""
    _spec(tender.spec)
    _unique((lot.lot_id for lot in tender.lots), "$.lots", "lot_id")
    for index, lot in enumerate(tender.lots):
        _lot(lot, f"$.lots[{index}]")
    _bidders(tender)


def _unique(values: Iterable[str], path: str, key: str) -> None:
    seen = set()
    for index, value in enumerate(values):
        if value in seen:
            raise InputError(f"{path}[{index}].{key}", "%(value)s appears twice", value=value)
        seen.add(value)


def _within(value: Decimal | None, low: Decimal | int | None, high: Decimal | int | None, path: str) -> None:
    if value is None:
        return
    if not value.is_finite():
        raise InputError(path, "must be a finite number")
    if low is not None and value < low:
        raise InputError(path, "%(value)s is below %(low)s", value=value, low=low)
    if high is not None and value > high:
        raise InputError(path, "%(value)s is above %(high)s", value=value, high=high)


def _known(keys: Iterable[str], known: set[str], path: str, fault: str) -> None:
    for key in keys:
        if key not in known:
            raise InputError(member(path, key), fault)


def _spec(spec: EvaluationSpec) -> None:
    for name in ("weight_price", "weight_quality"):
        _within(getattr(spec, name), 0, 1, f"$.spec.{name}")
    if spec.weight_price + spec.weight_quality != 1:
        raise InputError("$.spec.weight_quality", "the weights of price and quality must add up to 1")
    if spec.zero_at_factor <= 1:
        raise InputError("$.spec.zero_at_factor", "must be greater than 1")
    _within(spec.extended_swing_pct, 0, 100, "$.spec.extended_swing_pct")
    for name in ("price_cap", "min_performance_points", "estimate_vat_rate"):
        _within(getattr(spec, name), 0, None, f"$.spec.{name}")
    for name in ("gap_to_next_pct", "gap_to_estimate_pct", "gap_to_mean_pct", "gap_to_median_pct"):
        _within(getattr(spec, name), 0, 100, f"$.spec.{name}")
    _rounding(spec)
    numbers(spec)
    for index, group in enumerate(spec.group_minima or ()):
        _within(group.min_share_pct, 0, 100, f"$.spec.group_minima[{index}].min_share_pct")
    for index, step in enumerate(spec.tie_chain):
        if step not in ("higher_performance", "lower_price", "draw_lots") and not step.startswith("named_criterion:"):
            raise InputError(f"$.spec.tie_chain[{index}]", "unknown step %(step)s", step=step)


def numbers(spec: EvaluationSpec) -> None:
    """The published numbers of the method, within their ranges. A method nobody knows is refused by the engine.

    Raises `InputError` with the JSON path.
    """
    method = METHODS.get((spec.method, spec.method_version))
    for param in method.params if method else ():
        path = member("$.spec.params", param.name)
        value = spec.param(param.name)
        _within((spec.params or {})[param.name], param.low, param.high, path)
        if param.above and param.low is not None and value <= param.low:
            raise InputError(path, "must be above %(low)s", low=param.low)
    if spec.method == "absolute_scale" and spec.param("full_at") >= spec.param("zero_at"):
        raise InputError(member("$.spec.params", "zero_at"), "must be above the price with full points")
    if spec.method == "external" and not spec.figure_criterion:
        raise InputError("$.spec.figure_criterion", "the criterion with the key figure is missing")


def _rounding(spec: EvaluationSpec) -> None:
    for stage, rule in spec.rounding.items():
        path = member("$.spec.rounding", stage)
        if stage not in DEFAULT_ROUNDING:
            raise InputError(path, "unknown stage")
        if rule.mode != "none" and (rule.decimals is None or rule.decimals < 0):
            raise InputError(f"{path}.decimals", "a number of decimals is required")


def _lot(lot: LotInput, path: str) -> None:
    _unique((position.ref for position in lot.positions), f"{path}.positions", "ref")
    _unique((criterion.id for criterion in lot.criteria), f"{path}.criteria", "id")
    _unique((bid.bid_id for bid in lot.bids), f"{path}.bids", "bid_id")
    for index, position in enumerate(lot.positions):
        _within(position.quantity, 0, None, f"{path}.positions[{index}].quantity")
    for index, criterion in enumerate(lot.criteria):
        _criterion(criterion, f"{path}.criteria[{index}]")
    for index, bid in enumerate(lot.bids):
        _bid(bid, lot, f"{path}.bids[{index}]")
    for name in ("estimated_value", "term_years", "reference_quantity"):
        _within(getattr(lot, name), 0, None, f"{path}.{name}")
    for name in ("baseline_cost_per_case", "baseline_minutes_per_case"):
        _within(getattr(lot, name), 0, None, f"{path}.{name}")


def _criterion(criterion: Criterion, path: str) -> None:
    _within(criterion.weight, 0, None, f"{path}.weight")
    for index, (value, points) in enumerate(criterion.curve):
        _within(value, None, None, f"{path}.curve[{index}][0]")
        _within(points, 0, SCALE_MAXIMUM, f"{path}.curve[{index}][1]")
        if index and value <= criterion.curve[index - 1][0]:
            raise InputError(f"{path}.curve[{index}][0]", "the values of a curve must rise")
    if criterion.is_scored and criterion.is_promised and not criterion.curve:
        raise InputError(f"{path}.curve", "a promised number needs a scoring curve")


def _bid(bid: LotBid, lot: LotInput, path: str) -> None:
    _known(bid.prices, {position.ref for position in lot.positions}, f"{path}.prices", "unknown position")
    for ref, price in bid.prices.items():
        _within(price, None, None, member(f"{path}.prices", ref))
    _within(bid.vat_rate, 0, 100, f"{path}.vat_rate")
    _within(bid.discount_pct, 0, 100, f"{path}.discount_pct")
    criteria = {criterion.id for criterion in lot.criteria}
    _known(bid.scores, criteria, f"{path}.scores", "unknown criterion")
    _known(bid.promised, criteria, f"{path}.promised", "unknown criterion")
    for key, scores in bid.scores.items():
        place = member(f"{path}.scores", key)
        _scale(scores.by_evaluator, f"{place}.by_evaluator")
        _within(scores.consensus, 0, SCALE_MAXIMUM, f"{place}.consensus")
    for key, value in bid.promised.items():
        _within(value, None, None, member(f"{path}.promised", key))
    _known(bid.life_cycle or {}, criteria, f"{path}.life_cycle", "unknown criterion")
    for key, numbers in (bid.life_cycle or {}).items():
        rule = next(criterion.life_cycle for criterion in lot.criteria if criterion.id == key)
        parts = {part.id for part in rule.parts} if rule else set()
        _known(numbers, parts, member(f"{path}.life_cycle", key), "unknown part")
        for part, value in numbers.items():
            _within(value, 0, None, member(member(f"{path}.life_cycle", key), part))


def _scale(scores: Mapping[str, Decimal], path: str) -> None:
    for evaluator, score in scores.items():
        _within(score, 0, SCALE_MAXIMUM, member(path, evaluator))


def _bidders(tender: TenderInput) -> None:
    _unique((terms.bid_id for terms in tender.bidders), "$.bidders", "bid_id")
    lots = {lot.lot_id for lot in tender.lots}
    for index, terms in enumerate(tender.bidders):
        for number, (lot_ids, percent) in enumerate(terms.combination_discounts):
            path = f"$.bidders[{index}].combination_discounts[{number}]"
            if not lots.issuperset(lot_ids):
                raise InputError(f"{path}[0]", "unknown lot")
            _within(percent, 0, 100, f"{path}[1]")
