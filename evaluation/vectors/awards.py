"""Award methods of the vectors: each calls the functions a real tender is scored with. Exact throughout."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from evaluation.scoring import catalogue
from evaluation.scoring.exact import Mode, half_up, plain, rounded
from evaluation.scoring.formulas import (
    band_floor,
    below_minimum,
    below_share,
    gap_pct,
    inverse_points,
    linear_points,
    performance_points,
    ratio,
    ratio_break_even,
    switching_weight,
    weighted_total,
)
from evaluation.scoring.inputs import EvaluationSpec
from evaluation.scoring.methods import METHODS, Entry, Scoring, lowest_price
from evaluation.scoring.ranking import rank
from evaluation.scoring.robustness import highest_winning
from evaluation.vectors.reading import Inputs, Result, fraction, fractions


def _entries(bids: Iterable[Inputs]) -> list[Entry]:
    return [Entry(str(bid["id"]), fraction(bid["P"]), fraction(bid["L"])) for bid in bids]


def richtwert_simple(inputs: Inputs) -> Result:
    """Simple ratio method with a published rounding of the key figure."""
    entries = {entry.bid_id: entry for entry in _entries(inputs["bids"])}
    exact = {key: ratio(entry.performance, entry.price) for key, entry in entries.items()}
    if inputs.get("scale") == "three_digits":
        spec = EvaluationSpec("ratio_simple", Decimal("0.5"), Decimal("0.5"), "net", scale="three_digits")
        rows = METHODS["ratio_simple", "1"].score(spec, list(entries.values())).rows
        shown = {row.bid_id: row.key[0] for row in rows if row.key}
    else:
        factor, decimals = fraction(inputs.get("factor", 1)), int(inputs.get("decimals", 6))
        shown = {key: half_up(value * factor, decimals) for key, value in exact.items()}
    ranking = sorted(shown, key=lambda key: (-shown[key], entries[key].price))
    return {"Z": shown, "ranking": ranking, "winner": ranking[0], "winner_unrounded": max(exact, key=exact.__getitem__)}


def richtwert_extended(inputs: Inputs) -> Result:
    """Extended ratio method: the registered award method, with an exact band."""
    criterion = {"L": "performance_points", "P": "price"}[inputs["criterion"]]
    spec = EvaluationSpec(
        "ratio_extended",
        Decimal("0.5"),
        Decimal("0.5"),
        "net",
        extended_swing_pct=Decimal(str(inputs["band_pct"])),
        extended_criterion=criterion,
    )
    entries, factor = _entries(inputs["bids"]), fraction(inputs["factor"])
    scoring = METHODS["ratio_extended", "1"].score(spec, entries)
    floor = band_floor(scoring.references["zmax"], Fraction(spec.extended_swing_pct))
    return {
        "Z": {row.bid_id: half_up((row.ratio or Fraction(0)) * factor, 4) for row in scoring.rows},
        "lower_bound": half_up(floor * factor, 4),
        "in_band": sorted(row.bid_id for row in scoring.rows if row.key is not None),
        "winner": rank(entries, scoring, spec.tie_chain).winners[0],
    }


def linear_interp(inputs: Inputs) -> Result:
    """Linear interpolation between the lowest price and its f-fold."""
    prices = [fraction(price) for price in inputs["prices"]]
    factor, full = fraction(inputs["zero_at_factor"]), fraction(inputs["max_points"])
    mode: Mode = inputs.get("rounding", "half_up")
    exact = (linear_points(price, min(prices), factor, full) for price in prices)
    return {"points": [rounded(points, mode, int(inputs["decimals"])) for points in exact]}


def matrix(inputs: Inputs) -> Result:
    """Criteria matrix: A criteria, minimum per criterion, minimum share per group, performance points."""
    return {key: _matrix_bid(bid, inputs) for key, bid in inputs["bids"].items()}


def _matrix_bid(bid: Inputs, inputs: Inputs) -> Result:
    failed = [name for name, met in bid["A"].items() if not met]
    if failed:
        return {"excluded": f"A:{','.join(failed)}"}
    weights = {key: fraction(criterion["weight"]) for key, criterion in inputs["B"].items()}
    minima = {key: fraction(item["min"]) for key, item in inputs["B"].items() if item.get("min") is not None}
    scores = {key: fraction(score) for key, score in bid["B"].items()}
    low = below_minimum(minima, scores)
    if low:
        return {"excluded": f"min:{','.join(low)}"}
    groups = inputs.get("groups") or {}
    short = [
        name
        for name, group in groups.items()
        if below_share(group["members"], fraction(group["min_share"]), weights, scores)
    ]
    return {"excluded": f"group:{short[-1]}"} if short else {"L": performance_points(weights, scores)}


def _marked(inputs: Inputs) -> list[Entry]:
    """Bids with a technical mark T (0-100) and a price F; the mark is L / 10."""
    return [Entry(str(bid["id"]), fraction(bid["F"]), fraction(bid["T"]) * 10) for bid in inputs["bids"]]


def _qcbs(entries: Sequence[Entry], inputs: Inputs) -> Scoring:
    return _published("qcbs", entries, fraction(inputs["wT"]), fraction(inputs["wP"]))


def qcbs(inputs: Inputs) -> Result:
    """Lowest price divided by price beside a technical mark; bids below the minimum mark set no reference."""
    minimum = fraction(inputs.get("min_technical", 0)) * 10
    entries = [entry for entry in _marked(inputs) if entry.performance >= minimum]
    found, lowest = _qcbs(entries, inputs), lowest_price(entries)
    exact = {row.bid_id: row.key[0] for row in found.rows if row.key}
    return {
        "Sf": {entry.bid_id: half_up(inverse_points(entry.price, lowest), 4) for entry in entries},
        "S": {key: half_up(score, 4) for key, score in exact.items()},
        "ranking": sorted(exact, key=lambda key: -exact[key]),
        "disqualified": [entry.bid_id for entry in _marked(inputs) if entry.performance < minimum],
    }


def rank_reversal(inputs: Inputs) -> Result:
    """The same bids in several sets: does leaving one out swap two others?"""
    bids = {str(bid["id"]): Entry(str(bid["id"]), fraction(bid["P"]), fraction(bid["Q"])) for bid in inputs["bids"]}
    result: Result = {}
    orders: dict[str, list[str]] = {}
    common = set.intersection(*(set(ids) for ids in inputs["sets"].values()))
    for name, ids in inputs["sets"].items():
        scores = _reversal_scores([bids[key] for key in ids], inputs)
        order = sorted(scores, key=lambda key: -scores[key])
        result[name] = {"score": {key: half_up(score, 4) for key, score in scores.items()}, "winner": order[0]}
        orders[name] = [key for key in order if key in common]
    reversal = len({tuple(order) for order in orders.values()}) > 1
    return {**result, "order_common": orders, "reversal": reversal}


def _reversal_scores(entries: Sequence[Entry], inputs: Inputs) -> dict[str, Fraction]:
    lowest = lowest_price(entries)
    weight_price, weight_quality = fraction(inputs["wP"]), fraction(inputs["wQ"])

    def points(entry: Entry) -> Fraction:
        if inputs["formula"] == "linear2x":
            return linear_points(entry.price, lowest, Fraction(2))
        return inverse_points(entry.price, lowest)

    return {
        entry.bid_id: weighted_total(weight_price, points(entry), weight_quality, entry.performance)
        for entry in entries
    }


def threshold20(inputs: Inputs) -> Result:
    """Gap of the lowest price to the next one and to the estimate, compared exactly."""
    lowest, following = sorted(fraction(price) for price in inputs["prices"])[:2]
    threshold = fraction(inputs["threshold_pct"])
    result: Result = {
        "gap_pct_of_next": half_up(gap_pct(lowest, following), 4),
        "gap_pct_of_lowest": half_up(-gap_pct(following, lowest), 4),
        "clarify_vs_next": gap_pct(lowest, following) >= threshold,
    }
    if inputs.get("estimate") is not None:
        gap = gap_pct(lowest, fraction(inputs["estimate"]))
        result |= {"gap_pct_of_estimate": half_up(gap, 4), "clarify_vs_estimate": gap >= threshold}
    return result


def breakeven(inputs: Inputs) -> Result:
    """Price at which the target draws level with the best."""
    if inputs["formula"] == "L_over_P":
        entries = {entry.bid_id: entry for entry in _entries(inputs["bids"])}
        winner, target = entries[inputs["winner"]], entries[inputs["target"]]
        current = target.price
        price: Fraction | None = ratio_break_even(target.performance, winner.price, winner.performance)
    else:
        current, price = _qcbs_break_even(inputs)
    if price is None:
        return {"price": None, "reduction_pct": None}
    return {"price": half_up(price, 4), "reduction_pct": half_up((current - price) / current * 100, 4)}


def _qcbs_break_even(inputs: Inputs) -> tuple[Fraction, Fraction | None]:
    entries = _marked(inputs)
    target = next(entry for entry in entries if entry.bid_id == inputs["target"])

    def level(units: int) -> bool:
        changed = target.at_price(Fraction(units, 10**4))
        rows = _qcbs([changed if entry is target else entry for entry in entries], inputs).rows
        scores = {row.bid_id: row.key[0] for row in rows if row.key}
        return scores[target.bid_id] >= max(scores.values())

    units = highest_winning(int(target.price * 10**4), level)
    return target.price, None if units is None else Fraction(units, 10**4)


def weight_interval(inputs: Inputs) -> Result:
    """Quality weight at which two bids are equal."""
    first, second = inputs["bids"]
    quality = (fraction(first["Q"]), fraction(second["Q"]))
    weight = switching_weight(quality, (fraction(first["Pp"]), fraction(second["Pp"])))
    return {"switch_weight_quality": None if weight is None else half_up(weight, 6)}


def _published(method: str, entries: Sequence[Entry], wQ: Fraction, wP: Fraction, **params: Fraction) -> Scoring:
    """The registered award method with weights (shares of 1) and published numbers, compared exactly."""
    spec = EvaluationSpec(
        method, _exact(wP), _exact(wQ), "net", compare="exact", params={k: _exact(v) for k, v in params.items()}
    )
    return METHODS[method, "1"].score(spec, entries)


def _exact(value: Fraction) -> Decimal:
    return Decimal(plain(value))


def _winner(entries: Sequence[Entry], scoring: Scoring) -> str:
    return rank(entries, scoring, ()).winners[0]


def _figures(scoring: Scoring, decimals: int) -> Result:
    return {row.bid_id: half_up(row.figure or Fraction(0), decimals) for row in scoring.rows}


def richtwert_weighted(inputs: Inputs) -> Result:
    """Weighted reference values per set; the reference is the set's mean or median, or fixed."""
    return {name: _weighted_set(_entries(bids), inputs) for name, bids in inputs["sets"].items()}


def _weighted_set(entries: Sequence[Entry], inputs: Inputs) -> Result:
    kind = inputs["reference"]
    if kind not in ("mean", "median", "fixed"):
        raise ValueError(f"unknown reference {kind}")
    fixed = {"l_ref": fraction(inputs["L_ref"]), "p_ref": fraction(inputs["P_ref"])} if kind == "fixed" else {}
    found = _published(f"ratio_weighted_{kind}", entries, fraction(inputs["GL"]), fraction(inputs["GP"]), **fixed)
    return {"Z": _figures(found, 6), "winner": _winner(entries, found)}


def kaden(inputs: Inputs) -> Result:
    """The weight as exponent, and as a surcharge on the performance points."""
    entries, share = _entries(inputs["bids"]), fraction(inputs["a"])
    powers = _published("kaden_exponential", entries, share, 1 - share)
    added = _published("kaden_surcharge", entries, share, 1 - share, surcharge=fraction(inputs["c"]))
    return {
        "exponential": _figures(powers, 9),
        "winner_exponential": _winner(entries, powers),
        "surcharge": _figures(added, 4),
        "winner_surcharge": _winner(entries, added),
    }


def lkz(inputs: Inputs) -> Result:
    """Points between two published bounds."""
    value, low, high = (fraction(inputs[key]) for key in ("AS", "AS_min", "AS_max"))
    return {"points": half_up(catalogue.indicator_points(value, low, high, fraction(inputs["max_points"])), 4)}


def span_lint(inputs: Inputs) -> Result:
    """Min-max interpolation, and why it is refused."""
    prices = fractions(inputs["prices"])
    points = catalogue.span_points(prices, fraction(inputs["max_points"]))
    return {
        "points": [half_up(value, 3) for value in points],
        "lint": "span_interpolation_unlawful",
        "worst_gap_pct": half_up(catalogue.gap_of_extremes(prices), 3),
    }


def rated_criteria(inputs: Inputs) -> Result:
    """World Bank rated criteria."""
    entries = [Entry(str(bid["id"]), fraction(bid["C"]), fraction(bid["T"])) for bid in inputs["bids"]]
    share = fraction(inputs["X"])
    found = _published("wb_rated", entries, 1 - share, share)
    totals = {row.bid_id: row.key[0] for row in found.rows if row.key}
    return {"B": {key: half_up(value, 4) for key, value in totals.items()}, "winner": _winner(entries, found)}


def italy_threshold(inputs: Inputs) -> Result:
    """Italian anomaly threshold over discounts."""
    found = catalogue.italian_threshold(fractions(inputs["discounts"]), distinct=bool(inputs.get("tie_block")))
    return {
        "trim_each_side": found.trimmed_each_side,
        "kept": found.kept,
        "mean": half_up(found.mean, 6),
        "mean_deviation": half_up(found.mean_deviation, 6),
        "threshold": half_up(found.threshold, 6),
        "anomalous": list(found.anomalous),
    }


def italy_bilinear(inputs: Inputs) -> Result:
    """Italian bilinear price formula."""
    middle, coefficients = catalogue.bilinear_coefficients(fractions(inputs["discounts"]), fraction(inputs["X"]))
    return {"soglia": half_up(middle, 6), "coeff": [half_up(value, 6) for value in coefficients]}


def spain_85(inputs: Inputs) -> Result:
    """Spanish presumption of an abnormal price."""
    found = catalogue.spanish_presumption(fractions(inputs["bids"]), fraction(inputs["budget"]))
    reference = found.reference_mean
    return {
        "reference_mean": None if reference is None else half_up(reference, 4),
        "excluded_from_mean": list(found.excluded_from_mean),
        "presumed_abnormal": list(found.presumed_abnormal),
    }


def wb_alb(inputs: Inputs) -> Result:
    """World Bank: abnormally low by one standard deviation below the mean, or 20 % below the estimate."""
    prices, estimate = fractions(inputs["prices"]), fraction(inputs["estimate"])
    found, absolute = catalogue.spread(prices), estimate * Fraction(4, 5)
    limit = found.mean - found.sample
    return {
        "mean": found.mean,
        "sd_sample": found.sample,
        "sd_population": found.population,
        "limit_sample": limit,
        "limit_population": found.mean - found.population,
        "flag_sample": [price for price in prices if price < limit],
        "absolute_limit": absolute,
        "flag_absolute": [price for price in prices if price <= absolute],
    }


def pv(inputs: Inputs) -> Result:
    """Present value; the factor may be rounded first, as tables do."""
    rate, year, decimals = fraction(inputs["rate"]), int(inputs["n"]), inputs.get("factor_decimals")
    factor = catalogue.rounded_factor(rate, year, None if decimals is None else int(decimals))
    return {
        "factor": half_up(catalogue.present_factor(rate, year), 8),
        "present_value": half_up(fraction(inputs["amount"]) * factor, 2),
    }


def lcc(inputs: Inputs) -> Result:
    """Life-cycle cost of each alternative and the cheapest."""
    rate = fraction(inputs["rate"])
    found = {
        name: catalogue.life_cycle_cost(fractions(one["costs"]), fractions(one["cases"]), rate)
        for name, one in inputs["alternatives"].items()
    }
    shown: Result = {
        name: {
            "npv_cost": half_up(one.npv_cost, 2),
            "unit_cost_discounted": _rounded(one.unit_cost_discounted, 4),
            "unit_cost_nominal": _rounded(one.unit_cost_nominal, 4),
            "annuity": half_up(one.annuity, 2),
        }
        for name, one in found.items()
    }
    return {**shown, "cheapest": min(found, key=lambda name: found[name].npv_cost)}


def _rounded(value: Fraction | None, decimals: int) -> Fraction | None:
    return None if value is None else half_up(value, decimals)


FUNCTIONS = {
    function.__name__: function
    for function in (
        richtwert_simple, richtwert_extended, richtwert_weighted, kaden, linear_interp, lkz, span_lint, matrix, qcbs,
        rated_criteria, rank_reversal, italy_threshold, italy_bilinear, spain_85, threshold20, wb_alb, breakeven,
        weight_interval, pv, lcc,
    )
}  # fmt: skip
