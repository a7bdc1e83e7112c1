"""From the files of a reference case (tender.json, bids.json, scores.json) to the input of an evaluation.

Formal reasons are collected in the order of the case rules: A-criteria, missing documents, changed documents,
exclusion grounds; a bid withdrawn before the deadline or late and not admitted is tested no further.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from evaluation.scoring import TenderInput

PROCEDURES = Path(__file__).parents[3] / "config" / "demo" / "procedures"
TENDER_CASES = tuple(f"T{number:02}" for number in range(1, 13))

Json = dict[str, Any]


def read_case(case_id: str, name: str) -> Json:
    """One JSON file of a case."""
    content: Json = json.loads((PROCEDURES / case_id / f"{name}.json").read_text("utf-8"))
    return content


def case_input(case_id: str) -> TenderInput:
    """The input of a reference tender."""
    return TenderInput.from_json(case_json(case_id))


def case_json(case_id: str) -> Json:
    """The input of a reference tender as JSON."""
    tender, bids, scores = (read_case(case_id, name) for name in ("tender", "bids", "scores"))
    return {
        "tender_id": tender["id"],
        "spec": _spec(tender["evaluation"]),
        "lot_rules": _lot_rules(tender["lot_rules"]),
        "lots": [_lot(lot, tender, bids["bids"], scores["records"]) for lot in tender["lots"]],
        "bidders": [_terms(bid) for bid in bids["bids"]],
    }


def _present(values: Json) -> Json:
    return {key: value for key, value in values.items() if value is not None}


def _spec(evaluation: Json) -> Json:
    low, moderation = evaluation["abnormally_low"], evaluation["score_moderation_params"]
    return _present(
        {
            "method": evaluation["method"],
            "weight_price": evaluation["weight_price"],
            "weight_quality": evaluation["weight_quality"],
            "price_basis": evaluation["price_basis"],
            "tie_chain": evaluation["tie_break"],
            "rounding": evaluation["rounding_params"],
            "extended_swing_pct": evaluation["extended_swing_pct"],
            "min_performance_points": evaluation["min_performance_points"],
            "gap_to_next_pct": low["gap_to_next_pct"],
            "gap_to_estimate_pct": low["gap_to_estimate_pct"],
            "estimate_vat_rate": low["estimate_vat_rate"],
            **moderation,
        }
    )


def _lot_rules(rules: Json) -> Json:
    return _present(
        {
            "max_lots_bid": rules["max_lots_bid_per_bidder"],
            "max_lots_awarded": rules["max_lots_awarded_per_bidder"],
            "allocation_rule": rules["allocation_rule"],
            "combination_discounts_allowed": rules["combination_discounts_allowed"],
        }
    )


def _lot(lot: Json, tender: Json, bids: list[Json], records: list[Json]) -> Json:
    quality = [item for item in tender["criteria"] if item["type"] == "quality"]
    criteria = [item for item in quality if item["lot_ids"] is None or lot["id"] in item["lot_ids"]]
    lot_records = [record for record in records if record["lot_id"] == lot["id"]]
    return {
        "lot_id": lot["id"],
        "title": lot["title"],
        "estimated_value": lot["estimated_value"],
        "positions": [_position(item) for item in lot["price_sheet"]],
        "criteria": [_criterion(item) for item in criteria],
        "bids": [
            _bid(bid, lot_bid, tender, lot_records)
            for bid in bids
            for lot_bid in bid["lot_bids"]
            if lot_bid["lot_id"] == lot["id"]
        ],
    }


def _position(item: Json) -> Json:
    return {
        "ref": item["pos"],
        "text": item["text"],
        "unit": item["unit"],
        "quantity": item["qty"],
        "price_decimals": item["price_decimals"],
        "is_optional": item["optional"],
        "in_evaluation": item["in_evaluation"],
        "essential": item["essential"],
    }


def _criterion(item: Json) -> Json:
    return _present(
        {
            "id": item["id"],
            "kind": "quality",
            "name": item["name"],
            "weight": item["weight_points"],
            "minimum_score": item["min_score"],
        }
    )


def _bid(bid: Json, lot_bid: Json, tender: Json, records: list[Json]) -> Json:
    lot_id = lot_bid["lot_id"]
    state = _state(bid, tender)
    clarifications = [item for item in bid["price_clarifications"] if item["lot_id"] == lot_id]
    return _present(
        {
            "bid_id": bid["id"],
            "provider_id": bid["provider_id"],
            "state": state,
            "formal_reasons": _formal_reasons(bid) if state == "submitted" else [],
            "prices": lot_bid["unit_prices"],
            "vat_rate": bid["vat_rate"],
            "stated_total": lot_bid.get("stated_total_net"),
            "discount_pct": lot_bid.get("discount_pct"),
            "scores": {r["criterion_id"]: _scores(r) for r in records if r["bid_id"] == bid["id"]},
            "clarification": clarifications[-1]["outcome"] if clarifications else None,
        }
    )


def _scores(record: Json) -> Json:
    return _present({"by_evaluator": record["scores"], "consensus": record.get("consensus")})


def _state(bid: Json, tender: Json) -> str:
    deadline = datetime.fromisoformat(tender["timeline"]["submission_deadline"])
    if bid["withdrawn_at"] and datetime.fromisoformat(bid["withdrawn_at"]) < deadline:
        return "withdrawn"
    if datetime.fromisoformat(bid["received_at"]) >= deadline and not bid["late_not_attributable"]:
        return "late"
    return "submitted"


def _formal_reasons(bid: Json) -> list[Json]:
    failed = [key for key, met in bid["mandatory_requirements"].items() if not met]
    missing = [item["name"] for item in bid["documents"] if item["status"] == "missing" and not _supplied(item)]
    grounds = [item["ground"] for item in bid["exclusion_grounds"] if item["decision"] == "exclude"]
    return [
        *(_reason("mandatory_requirement", f"mandatory requirement {key} not met") for key in failed),
        *(_reason("documents_missing", f"document '{name}' not supplied in time") for name in missing),
        *([_reason("documents_changed", "procurement documents changed")] if _changed(bid) else []),
        *(_reason("exclusion_ground", f"exclusion ground {ground}") for ground in grounds),
    ]


def _reason(code: str, text: str) -> Json:
    return {"code": code, "text": text}


def _changed(bid: Json) -> bool:
    return bool(bid["changed_procurement_documents"])


def _supplied(document: Json) -> bool:
    supplement = document.get("supplement") or {}
    if not supplement.get("received_at"):
        return False
    return datetime.fromisoformat(supplement["received_at"]) <= datetime.fromisoformat(supplement["due_at"])


def _terms(bid: Json) -> Json:
    discounts = [[item["lot_ids"], item["discount_pct"]] for item in bid["combination_discounts"]]
    return _present(
        {
            "bid_id": bid["id"],
            "provider_id": bid["provider_id"],
            "max_lots_capacity": bid["max_lots_capacity"],
            "combination_discounts": discounts,
        }
    )
