"""The calculation of one bid as text with its numbers put in, so that anyone can redo it by hand."""

from collections.abc import Mapping
from fractions import Fraction

from .exact import as_decimal, plain
from .inputs import EvaluationSpec, LotInput
from .methods import Scored
from .performance import scored_weights
from .standing import Standing


def money(value: Fraction) -> str:
    return format(as_decimal(value, 2), "f")


def explain(
    standing: Standing, lot: LotInput, spec: EvaluationSpec, scored: Scored | None, references: Mapping[str, Fraction]
) -> dict[str, str]:
    """Steps of the calculation by name; only those the bid reached."""
    if standing.price is None:
        return {}
    steps = _price_steps(standing, spec)
    if standing.scores is not None and standing.performance is not None:
        steps |= _performance_step(standing.scores, standing.performance, lot)
    if scored is not None:
        steps |= _point_steps(standing, spec, scored, references)
    if standing.economics is not None:
        steps |= _economics_steps(standing, lot)
    return steps


def _price_steps(standing: Standing, spec: EvaluationSpec) -> dict[str, str]:
    price, bid = standing.price, standing.bid
    assert price is not None
    counted = [line for line in price.lines if line.in_evaluation]
    steps = {f"line:{line.ref}": f"{line.quantity} × {line.unit_price or 0} = {line.line_total}" for line in counted}
    steps["line_sum"] = f"{' + '.join(str(line.line_total) for line in counted) or '0'} = {money(price.line_sum)}"
    if bid.discount_pct:
        steps["net"] = f"{money(price.line_sum)} × (100 − {bid.discount_pct}) / 100 = {money(price.net)}"
    if spec.price_basis == "gross":
        steps["gross"] = f"{money(price.net)} × (100 + {bid.vat_rate}) / 100 = {money(price.gross)}"
    return steps


def _performance_step(scores: Mapping[str, Fraction], performance: Fraction, lot: LotInput) -> dict[str, str]:
    products = (f"{plain(weight)} × {as_decimal(scores[key], 2)}" for key, weight in scored_weights(lot).items())
    return {"performance_points": f"{' + '.join(products) or '0'} = {plain(performance)}"}


def _point_steps(
    standing: Standing, spec: EvaluationSpec, scored: Scored, references: Mapping[str, Fraction]
) -> dict[str, str]:
    assert standing.performance is not None
    price, points = money(standing.amount), plain(standing.performance)
    if scored.ratio is not None:
        return {
            "ratio": f"{points} / {price} × 10000 = {as_decimal(scored.ratio * 10**4, spec.places('ratio_display'))}"
        }
    if scored.figure is not None:
        figure = as_decimal(scored.figure, spec.places("figure_display"))
        return {"figure": f"{figure_formula(standing, spec, references)} = {figure}"}
    if scored.quality_points is None:
        return {}
    quality_points = as_decimal(scored.quality_points, spec.places("quality_points"))
    steps = {"quality_points": f"{_quality_formula(points, spec, references)} = {quality_points}"}
    if scored.total is None or scored.price_points is None:
        return steps
    price_points = as_decimal(scored.price_points, spec.places("price_points"))
    total = as_decimal(scored.total, spec.places("total"))
    weighted = f"{spec.weight_price} × {price_points} + {spec.weight_quality} × {quality_points}"
    formula = _price_formula(price, spec, references)
    return {"price_points": f"{formula} = {price_points}", **steps, "total": f"{weighted} = {total}"}


def _quality_formula(points: str, spec: EvaluationSpec, references: Mapping[str, Fraction]) -> str:
    if spec.method == "wb_rated":
        return f"100 × {points} / {plain(references['l_best'])}"
    return f"{points} / 10"


def _price_formula(price: str, spec: EvaluationSpec, references: Mapping[str, Fraction]) -> str:
    lowest = money(references["pmin"])
    if spec.method in ("inverse_proportional", "qcbs", "wb_rated"):
        return f"100 × {lowest} / {price}"
    if spec.method == "absolute_scale":
        full, zero = plain(spec.param("full_at")), plain(spec.param("zero_at"))
        return f"min(100, max(0, 100 × ({zero} − {price}) / ({zero} − {full})))"
    if spec.method == "italy_bilinear":
        return _discount_formula(price, spec, references)
    if spec.zero_at_factor == 2:
        return f"max(0, 100 × (2 − {price} / {lowest}))"
    factor = spec.zero_at_factor
    return f"max(0, 100 × ({factor} × {lowest} − {price}) / (({factor} − 1) × {lowest}))"


def _discount_formula(price: str, spec: EvaluationSpec, references: Mapping[str, Fraction]) -> str:
    base, knee = plain(spec.param("base_price")), plain(spec.param("knee"))
    discount = f"A = max(0, 100 × ({base} − {price}) / {base})"
    middle, top = (plain(references[name]) for name in ("mean_discount", "highest_discount"))
    return (
        f"{discount}; 100 × ({knee} × A / {middle}) if A ≤ {middle}, "
        f"else 100 × ({knee} + (1 − {knee}) × (A − {middle}) / ({top} − {middle}))"
    )


def figure_formula(standing: Standing, spec: EvaluationSpec, references: Mapping[str, Fraction]) -> str:
    """The key figure of a method that has its own, with this bid's numbers put in."""
    points, price = plain(standing.performance or Fraction(0)), money(standing.amount)
    if spec.method in ("ratio_weighted_fixed", "ratio_weighted_median", "ratio_weighted_mean"):
        gain = f"{spec.weight_quality} × {points} / {plain(references['l_ref'])}"
        return f"{gain} − {spec.weight_price} × {price} / {plain(references['p_ref'])}"
    if spec.method == "kaden_surcharge":
        return f"({points} + {plain(spec.param('surcharge'))}) / {price} × 100000"
    if spec.method == "kaden_exponential":
        return f"{points} ^ {spec.weight_quality} / {price} ^ {spec.weight_price}"
    if spec.method == "monetised":
        return f"{price} − {plain(spec.param('per_point'))} × {points} / 10"
    return str(spec.figure_criterion or "")


def _economics_steps(standing: Standing, lot: LotInput) -> dict[str, str]:
    figures = standing.economics
    assert figures is not None
    price, steps = money(standing.amount), {}
    if figures.eur_per_case is not None:
        steps["eur_per_case"] = f"{price} / ({lot.reference_quantity} × {lot.term_years}) = {figures.eur_per_case}"
    if figures.saving_per_year is not None:
        today = f"({lot.baseline_cost_per_case} − {price} / ({lot.reference_quantity} × {lot.term_years}))"
        steps["saving_per_case"] = f"{today[1:-1]} = {figures.saving_per_case}"
        steps["saving_per_year"] = f"{today} × {lot.reference_quantity} = {figures.saving_per_year}"
    if figures.hours_saved_per_year is not None:
        difference = f"({lot.baseline_minutes_per_case} − {figures.minutes_per_case})"
        steps["hours_saved_per_year"] = f"{difference} × {lot.reference_quantity} / 60 = {figures.hours_saved_per_year}"
    if figures.quality_points_per_1000_eur is not None and standing.performance is not None:
        points = plain(standing.performance / 10)
        steps["quality_points_per_1000_eur"] = f"{points} / {price} × 1000 = {figures.quality_points_per_1000_eur}"
    return steps
