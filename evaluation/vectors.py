"""Recompute golden vectors with the product's own functions: `python -m evaluation.vectors FILE_OR_FOLDER...`.

One line per case (OK, FAIL with path and values, SKIP), then the counts; exit status 1 after any failure. A method
name this product does not know is a failure. A folder that is absent is a visible skip.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from evaluation.scoring.exact import Mode, half_up, rounded
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
    three_digit_scale,
    weighted_total,
)
from evaluation.scoring.inputs import EvaluationSpec
from evaluation.scoring.methods import METHODS, Entry, lowest_price
from evaluation.scoring.ranking import rank
from evaluation.scoring.robustness import highest_winning

Inputs = Mapping[str, Any]
Result = dict[str, Any]
DEFAULT_TOLERANCE = Fraction(1, 10**6)


def _fraction(value: object) -> Fraction:
    return Fraction(str(value))


def _entries(bids: Iterable[Inputs]) -> list[Entry]:
    return [Entry(str(bid["id"]), _fraction(bid["P"]), _fraction(bid["L"])) for bid in bids]


def richtwert_simple(inputs: Inputs) -> Result:
    """Simple ratio method with a published rounding of the key figure."""
    entries = {entry.bid_id: entry for entry in _entries(inputs["bids"])}
    exact = {key: ratio(entry.performance, entry.price) for key, entry in entries.items()}
    if inputs.get("scale") == "three_digits":
        factor, decimals = Fraction(10 ** three_digit_scale(max(exact.values()))), 0
    else:
        factor, decimals = _fraction(inputs.get("factor", 1)), int(inputs.get("decimals", 6))
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
    entries, factor = _entries(inputs["bids"]), _fraction(inputs["factor"])
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
    prices = [_fraction(price) for price in inputs["prices"]]
    factor, full = _fraction(inputs["zero_at_factor"]), _fraction(inputs["max_points"])
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
    weights = {key: _fraction(criterion["weight"]) for key, criterion in inputs["B"].items()}
    minima = {key: _fraction(item["min"]) for key, item in inputs["B"].items() if item.get("min") is not None}
    scores = {key: _fraction(score) for key, score in bid["B"].items()}
    low = below_minimum(minima, scores)
    if low:
        return {"excluded": f"min:{','.join(low)}"}
    groups = inputs.get("groups") or {}
    short = [
        name
        for name, group in groups.items()
        if below_share(group["members"], _fraction(group["min_share"]), weights, scores)
    ]
    return {"excluded": f"group:{short[-1]}"} if short else {"L": performance_points(weights, scores)}


@dataclass(frozen=True, slots=True)
class _Offer:
    """A bid with a technical mark, as in quality-and-cost based selection."""

    id: str
    mark: Fraction
    price: Fraction


def _offers(inputs: Inputs) -> list[_Offer]:
    return [_Offer(str(bid["id"]), _fraction(bid["T"]), _fraction(bid["F"])) for bid in inputs["bids"]]


def _qcbs_scores(offers: Sequence[_Offer], inputs: Inputs) -> dict[str, Fraction]:
    lowest = min(offer.price for offer in offers)
    weight_price, weight_mark = _fraction(inputs["wP"]), _fraction(inputs["wT"])
    return {
        offer.id: weighted_total(weight_price, inverse_points(offer.price, lowest), weight_mark, offer.mark)
        for offer in offers
    }


def qcbs(inputs: Inputs) -> Result:
    """Lowest price divided by price beside a technical mark; bids below the minimum mark set no reference."""
    minimum = _fraction(inputs.get("min_technical", 0))
    offers = [offer for offer in _offers(inputs) if offer.mark >= minimum]
    exact, lowest = _qcbs_scores(offers, inputs), min(offer.price for offer in offers)
    return {
        "Sf": {offer.id: half_up(inverse_points(offer.price, lowest), 4) for offer in offers},
        "S": {key: half_up(score, 4) for key, score in exact.items()},
        "ranking": sorted(exact, key=lambda key: -exact[key]),
        "disqualified": [offer.id for offer in _offers(inputs) if offer.mark < minimum],
    }


def rank_reversal(inputs: Inputs) -> Result:
    """The same bids in several sets: does leaving one out swap two others?"""
    bids = {str(bid["id"]): Entry(str(bid["id"]), _fraction(bid["P"]), _fraction(bid["Q"])) for bid in inputs["bids"]}
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
    weight_price, weight_quality = _fraction(inputs["wP"]), _fraction(inputs["wQ"])

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
    lowest, following = sorted(_fraction(price) for price in inputs["prices"])[:2]
    threshold = _fraction(inputs["threshold_pct"])
    result: Result = {
        "gap_pct_of_next": half_up(gap_pct(lowest, following), 4),
        "gap_pct_of_lowest": half_up(-gap_pct(following, lowest), 4),
        "clarify_vs_next": gap_pct(lowest, following) >= threshold,
    }
    if inputs.get("estimate") is not None:
        gap = gap_pct(lowest, _fraction(inputs["estimate"]))
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
    offers = _offers(inputs)
    target = next(offer for offer in offers if offer.id == inputs["target"])

    def level(units: int) -> bool:
        changed = _Offer(target.id, target.mark, Fraction(units, 10**4))
        scores = _qcbs_scores([changed if offer is target else offer for offer in offers], inputs)
        return scores[target.id] >= max(scores.values())

    units = highest_winning(int(target.price * 10**4), level)
    return target.price, None if units is None else Fraction(units, 10**4)


def weight_interval(inputs: Inputs) -> Result:
    """Quality weight at which two bids are equal."""
    first, second = inputs["bids"]
    quality = (_fraction(first["Q"]), _fraction(second["Q"]))
    weight = switching_weight(quality, (_fraction(first["Pp"]), _fraction(second["Pp"])))
    return {"switch_weight_quality": None if weight is None else half_up(weight, 6)}


FUNCTIONS: Mapping[str, Callable[[Inputs], Result]] = {
    "richtwert_simple": richtwert_simple,
    "richtwert_extended": richtwert_extended,
    "linear_interp": linear_interp,
    "matrix": matrix,
    "qcbs": qcbs,
    "rank_reversal": rank_reversal,
    "threshold20": threshold20,
    "breakeven": breakeven,
    "weight_interval": weight_interval,
}


def differences(got: object, expected: object, tolerance: object, path: str = "") -> list[str]:
    """Lines "path got expected" where a result leaves its tolerance; additional keys of the result are ignored."""
    if isinstance(expected, Mapping):
        return _object_differences(got, expected, tolerance, path)
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return [f"{path} {_show(got)} {_show(expected)}"]
        pairs = enumerate(zip(got, expected, strict=True))
        return [line for index, (a, b) in pairs for line in differences(a, b, tolerance, f"{path}[{index}]")]
    return [] if _equal(got, expected, tolerance) else [f"{path} {_show(got)} {_show(expected)}"]


def _object_differences(got: object, expected: Mapping[str, Any], tolerance: object, path: str) -> list[str]:
    if not isinstance(got, Mapping):
        return [f"{path} {_show(got)} {_show(expected)}"]
    lines = []
    for key, value in expected.items():
        place = f"{path}.{key}" if path else key
        inner = tolerance[key] if isinstance(tolerance, Mapping) and key in tolerance else tolerance
        lines += differences(got[key], value, inner, place) if key in got else [f"{place} missing {_show(value)}"]
    return lines


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal | Fraction) and not isinstance(value, bool)


def _equal(got: object, expected: object, tolerance: object) -> bool:
    if not _is_number(expected):
        return type(got) is type(expected) and got == expected
    if not _is_number(got):
        return False
    allowed = tolerance.get("default", DEFAULT_TOLERANCE) if isinstance(tolerance, Mapping) else tolerance
    exact_got = got if isinstance(got, Fraction) else _fraction(got)
    return abs(exact_got - _fraction(expected)) <= _fraction(allowed)


def _show(value: object) -> str:
    return str(float(value)) if isinstance(value, Fraction) else json.dumps(value, default=str)


def check_file(path: Path) -> tuple[str, str]:
    """Verdict ("OK" or "FAIL") and line for one vector file."""
    case = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    function = FUNCTIONS.get(case["method"])
    if function is None:
        return "FAIL", f"FAIL {case['id']} method unknown {case['method']}"
    try:
        got = function(case["inputs"])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        return "FAIL", f"FAIL {case['id']} inputs {type(error).__name__}: {error}"
    lines = differences(got, case["expected"], case.get("tolerance", DEFAULT_TOLERANCE))
    if lines:
        return "FAIL", "\n".join(f"FAIL {case['id']} {line}" for line in lines)
    return "OK", f"OK {case['id']}"


def _verdicts(arguments: Sequence[str]) -> Iterable[tuple[str, str]]:
    for argument in map(Path, arguments):
        if not argument.exists() and argument.suffix == ".json":
            yield "FAIL", f"FAIL {argument.stem} file not found"
        elif not argument.exists():
            yield "SKIP", f"SKIP {argument.name}/ not present"
        elif argument.is_dir():
            yield from map(check_file, sorted(argument.rglob("*.json")))
        else:
            yield check_file(argument)


def main(arguments: Sequence[str]) -> int:
    """Check the files and folders named; exit status 1 after any failure, 2 without arguments."""
    if not arguments:
        print("usage: python -m evaluation.vectors FILE_OR_FOLDER...", file=sys.stderr)
        return 2
    counts = {"OK": 0, "FAIL": 0, "SKIP": 0}
    for verdict, line in _verdicts(arguments):
        counts[verdict] += 1
        print(line)
    print(f"{counts['OK']} ok, {counts['FAIL']} failed, {counts['SKIP']} skipped")
    return 1 if counts["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
