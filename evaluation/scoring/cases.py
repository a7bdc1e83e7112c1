"""The printed form of a result used by the reference cases (`expected.json`), and a comparison of two such forms."""

from collections.abc import Mapping
from typing import Any

from .codec import member
from .results import Allocation, Comparison, LotResult, Row, TenderResult

FREE_TEXTS = frozenset({
    "reasons", "notes", "abnormally_low_flag", "m1_award_blocked", "m2_award_blocked", "rule_text",
})  # fmt: skip
_DRAW = "documented drawing of lots required"
_BLOCKED = "price clarification pending: § 60(1) VgV / § 44(1) UVgO"
_NO_BID = "no admissible bid: § 63(1) no.1 VgV / § 48(1) no.1 UVgO"
_RULE_TEXTS = {
    "maximise_total_points": "highest sum of total points over the lots within the limits; ties: lower total price",
    "best_value_combination": (
        "value = wp*max(0,100*(2-C/Cmin)) + wq*quality, C = total price after combination discounts, "
        "quality = estimate-weighted mean of L/10; highest value wins, tie: lower C"
    ),
}


def to_expected_shape(result: TenderResult) -> dict[str, Any]:
    """Print a result in the shape of `expected.json`: optional keys omitted, numbers as text, ranks as integers."""
    shape: dict[str, Any] = {
        "tender_id": result.tender_id,
        "published_method": result.method,
        "lots": [_lot(lot) for lot in result.lots],
    }
    if result.allocation:
        shape["allocation"] = _allocation(result.allocation)
    return shape


def _lot(lot: LotResult) -> dict[str, Any]:
    rows = [_row(row, lot) for row in lot.rows]
    if lot.cancellation:
        return {"lot_id": lot.lot_id, "rows": rows, "m1_winner": [], "m2_winner": [], "cancellation": _NO_BID}
    m1, m2, m3 = (lot.comparison[name] for name in ("m1", "m2", "m3"))
    return {
        "lot_id": lot.lot_id,
        "rows": rows,
        **_winner("m1", m1),
        **_winner("m2", m2),
        "m3_extended_ratio": {
            "swing_pct": str(m3.swing_pct),
            "decision_criterion": m3.decision_criterion,
            "in_band": list(m3.in_band),
            "winner": list(m3.winner),
        },
        "methods_agree": m1.winner == m2.winner,
    }


def _winner(name: str, comparison: Comparison) -> dict[str, Any]:
    shape: dict[str, Any] = {
        f"{name}_winner": list(comparison.winner),
        f"{name}_tie_break_used": list(comparison.tie_break_used),
    }
    if comparison.unresolved_tie:
        shape[f"{name}_unresolved_tie"] = _DRAW
    if comparison.price_clarification_pending:
        shape[f"{name}_award_blocked"] = _BLOCKED
    return shape


def _row(row: Row, lot: LotResult) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "bid_id": row.bid_id,
        "provider_id": row.provider_id,
        "status": row.status,
        "reasons": [reason.text for reason in row.reasons],
        "reason_codes": list(row.reason_codes),
        "notes": [note.text for note in row.notes],
    }
    if row.evaluation_price is not None:
        shape |= {"net": str(row.net), "evaluation_price": str(row.evaluation_price)}
    if row.performance_points is not None:
        shape["criterion_scores"] = {key: str(score) for key, score in row.criterion_scores.items()}
        shape["performance_points"] = str(row.performance_points)
    if row.flags:
        shape |= _flags(row)
    if row.status == "valid":
        shape |= _figures(row.bid_id, lot)
    return shape


def _flags(row: Row) -> dict[str, Any]:
    names = {"next": "next bid", "estimate": "estimate", "mean": "mean", "median": "median"}
    return {
        "abnormally_low_flag": [f"{flag.pct} % below {names[flag.base]}" for flag in row.flags],
        "flags": [{"code": flag.code, "base": flag.base, "pct": str(flag.pct)} for flag in row.flags],
        "abnormally_low_outcome": row.abnormally_low_outcome,
    }


def _figures(bid_id: str, lot: LotResult) -> dict[str, Any]:
    m1, m2 = (lot.comparison[name].figures[bid_id] for name in ("m1", "m2"))
    return {
        "m1": {
            "price_points": str(m1.price_points),
            "quality_points": str(m1.quality_points),
            "total": str(m1.total),
            "rank": m1.rank,
        },
        "m2": {"ratio_x1e4": str(m2.ratio), "rank": m2.rank},
    }


def _lists(assignment: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {lot_id: list(bids) for lot_id, bids in assignment.items()}


def _allocation(allocation: Allocation) -> dict[str, Any]:
    shape: dict[str, Any] = {"rule": allocation.rule, "assignment": _lists(allocation.assignment)}
    if allocation.rule == "best_per_lot":
        return shape
    shape["rule_text"] = _RULE_TEXTS[allocation.rule]
    shape["total_evaluation_price"] = str(allocation.total_evaluation_price)
    if allocation.rule == "maximise_total_points":
        shape["max_lots_awarded_per_bidder"] = allocation.max_lots_awarded
        shape["total_points_m1"] = str(allocation.total_points)
        shape["limit_changed_result"] = allocation.limit_changed_result
    else:
        shape |= _combination(allocation)
    if allocation.unresolved_tie:
        shape["unresolved_tie"] = _DRAW
    return shape


def _combination(allocation: Allocation) -> dict[str, Any]:
    return {
        "value": str(allocation.value),
        "quality": str(allocation.quality),
        "combination_discounts": [
            {"bid_id": item.bid_id, "lot_ids": list(item.lot_ids), "off": str(item.off)}
            for item in allocation.combination_discounts
        ],
        "tied_best": allocation.tied_best,
        "runner_up": [
            {
                "assignment": _lists(item.assignment),
                "value": str(item.value),
                "total_evaluation_price": str(item.total_evaluation_price),
            }
            for item in allocation.runner_up
        ],
    }


def compare_expected(got: object, expected: object, path: str = "$") -> list[str]:
    """Differences by JSON path, empty if equal; free texts (reasons, notes) are compared only in number."""
    if isinstance(got, dict) and isinstance(expected, dict):
        return _compare_objects(got, expected, path)
    if isinstance(got, list) and isinstance(expected, list):
        if len(got) != len(expected):
            return [f"{path}: {len(got)} entries, expected {len(expected)}"]
        pairs = enumerate(zip(got, expected, strict=True))
        return [line for index, (a, b) in pairs for line in compare_expected(a, b, f"{path}[{index}]")]
    if type(got) is type(expected) and got == expected:
        return []
    return [f"{path}: {got!r}, expected {expected!r}"]


def _compare_objects(got: dict[str, Any], expected: dict[str, Any], path: str) -> list[str]:
    lines = [f"{path}.{key}: missing" for key in expected if key not in got]
    lines += [f"{path}.{key}: not expected" for key in got if key not in expected]
    for key in (key for key in expected if key in got):
        place = f"{path}.{key}" if key.isidentifier() else member(path, key)
        if key in FREE_TEXTS:
            lines += _compare_number(got[key], expected[key], place)
        else:
            lines += compare_expected(got[key], expected[key], place)
    return lines


def _compare_number(got: object, expected: object, path: str) -> list[str]:
    if isinstance(got, list) and isinstance(expected, list):
        return [] if len(got) == len(expected) else [f"{path}: {len(got)} texts, expected {len(expected)}"]
    return [] if type(got) is type(expected) else [f"{path}: {got!r}, expected {expected!r}"]
