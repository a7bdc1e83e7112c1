"""From stored tenders to the dicts the serializers write. Lists read columns only, never model instances."""

from datetime import datetime
from typing import Any

from accounts.models import Organization
from tendering.models import Criterion, Item, Lot, LotOutcome, Tender

ROW = ("id", "reference", "title", "buyer_id", "status_now", "procedure_type", "life_situation",
       "cpv_main", "value", "currency", "published_at", "tender_period_end")  # fmt: skip
FIELDS = ("title", "summary", "language", "cpv_main", "cpv_additional", "life_situation", "procedure_type", "profile",
          "legal_basis", "value", "value_method", "contract_months", "option_months", "is_framework", "max_lots_bid",
          "max_lots_awarded", "allocation_rule", "combination_discounts_allowed", "lot_waiver_reason",
          "variants_allowed", "variant_requirements", "subcontracting_allowed", "supplementation_allowed",
          "enquiry_period_end", "tender_period_end", "opening_planned_at", "bid_validity_end", "authority", "id",
          "reference", "version", "currency", "round", "stage", "request_period_end", "min_candidates",
          "max_candidates", "published_at", "evaluation", "spec_hash", "edition", "cancellation_ground",
          "cancellation_reason", "simulated")  # fmt: skip
LOT = ("code", "title", "cpv", "value", "quantity_basis", "reference_quantity", "reference_unit",
       "baseline_cost_per_case", "baseline_minutes_per_case")  # fmt: skip
ITEM = ("ref", "text", "unit", "quantity", "price_decimals", "is_optional", "in_evaluation", "essential")
CRITERION = ("code", "kind", "name", "description", "proof", "weight", "minimum_score", "scale", "guide", "unit",
             "direction", "curve", "measures")  # fmt: skip


def row(values: dict[str, Any], buyers: dict[int, dict[str, str]]) -> dict[str, Any]:
    """A line of the list from `values(*ROW)`; `buyers` as `buyers_of` gives them."""
    line = dict(values)
    line.pop("title_key", None)
    line["buyer"] = buyers[line.pop("buyer_id")]
    line["status"] = line.pop("status_now")
    return line


def buyers_of(lines: list[dict[str, Any]]) -> dict[int, dict[str, str]]:
    """{id: reference and name} of a page's buyers. Not joined to the tenders: SQLite would sort all of theirs."""
    found = Organization.objects.filter(pk__in={line["buyer_id"] for line in lines})
    return {
        pk: {"reference": reference, "name": name}
        for pk, reference, name in found.values_list("pk", "reference", "name")
    }


def detail(tender: Tender, now: datetime, *, with_findings: bool) -> dict[str, Any]:
    """The whole tender; seven queries whatever its size."""
    shape = {name: getattr(tender, name) for name in FIELDS}
    shape |= {
        "buyer": {"reference": tender.buyer.reference, "name": tender.buyer.name},
        "contact": tender.contact_unit,
        "contact_unit": tender.contact_unit_id,
        "status": tender.status(now),
        "lots": lots(tender),
        "criteria": criteria(tender),
        "required_documents": tender.required_documents.values("name", "category"),
        "outcomes": outcomes(tender, now),
    }
    if with_findings:
        shape["findings"] = tender.rule_findings
    return shape


def lots(tender: Tender) -> list[dict[str, Any]]:
    return [
        {**{name: getattr(lot, name) for name in LOT}, "items": [_item(item) for item in lot.items.all()]}
        for lot in tender.lots.prefetch_related("items")
    ]


def items(tender: Tender) -> list[dict[str, Any]]:
    """All positions, in the order of lots and positions, each with the code of its lot."""
    found = Item.objects.filter(lot__tender=tender).order_by("lot__position", "lot_id", "position", "id")
    return [{**_item(item), "lot": item.lot.code} for item in found.select_related("lot")]


def criteria(tender: Tender) -> list[dict[str, Any]]:
    return [_criterion(criterion) for criterion in tender.criteria.prefetch_related("lots")]


def outcomes(tender: Tender, now: datetime) -> list[dict[str, Any]]:
    """What became of the lots, from the moment it is public; a withheld value is null."""
    found = LotOutcome.objects.filter(lot__tender=tender, at__lte=now).select_related("lot", "winner")
    return [
        {
            "lot": outcome.lot.code,
            "kind": outcome.kind,
            "at": outcome.at,
            "value": None if tender.withholds_award_value else outcome.value,
            "winner": outcome.winner.name if outcome.winner else None,
        }
        for outcome in found
    ]


def _item(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ITEM}


def _criterion(criterion: Criterion) -> dict[str, Any]:
    lots: list[Lot] = list(criterion.lots.all())
    shape = {**{name: getattr(criterion, name) for name in CRITERION}, "lots": [lot.code for lot in lots]}
    return shape | ({"life_cycle": criterion.life_cycle} if criterion.life_cycle else {})
