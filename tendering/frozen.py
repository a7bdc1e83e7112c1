"""What is frozen at publication, as canonical JSON and its hash: rule, criteria, lots, items, lot limits."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.evidence import canonical_bytes, digest
from tendering.models import Criterion, Item, Lot, Tender

_KEY = re.compile(r"[a-z0-9_]+\Z")


def spec_hash(tender: Tender) -> str:
    """Hex SHA-256 (domain "spec") of the frozen content; the order of keys does not matter."""
    return digest("spec", canonical_bytes(frozen_content(tender)))


def is_unchanged(tender: Tender) -> bool:
    """Whether the published rule still is what was hashed at publication."""
    return bool(tender.spec_hash) and spec_hash(tender) == tender.spec_hash


def frozen_content(tender: Tender) -> dict[str, Any]:
    """Everything that decides an award, read from the database. Decimals as plain text, absent values omitted."""
    lots = tender.lots.prefetch_related("items")
    criteria = tender.criteria.prefetch_related("lots")
    content = {
        "spec": tender.evaluation,
        "lot_rules": {
            "max_lots_bid": tender.max_lots_bid,
            "max_lots_awarded": tender.max_lots_awarded,
            "allocation_rule": tender.allocation_rule,
            "combination_discounts_allowed": tender.combination_discounts_allowed,
        },
        "lots": [_lot(lot) for lot in lots],
        "criteria": [_criterion(criterion) for criterion in criteria],
    }
    return dict(canonical(content))


def _lot(lot: Lot) -> dict[str, Any]:
    names = ("code", "title", "cpv", "value", "quantity_basis", "reference_quantity", "reference_unit",
             "baseline_cost_per_case", "baseline_minutes_per_case")  # fmt: skip
    return {**{name: getattr(lot, name) for name in names}, "items": [_item(item) for item in lot.items.all()]}


def _item(item: Item) -> dict[str, Any]:
    names = ("ref", "text", "unit", "quantity", "price_decimals", "is_optional", "in_evaluation", "essential")
    return {name: getattr(item, name) for name in names}


def _criterion(criterion: Criterion) -> dict[str, Any]:
    names = ("code", "kind", "name", "description", "proof", "weight", "minimum_score", "scale", "guide", "unit",
             "direction", "curve", "measures", "key")  # fmt: skip
    return {
        **{name: getattr(criterion, name) for name in names},
        "life_cycle": criterion.life_cycle or None,
        "lots": sorted(lot.code for lot in criterion.lots.all()),
    }


def canonical(value: Any) -> Any:
    """The value in the shape canonical JSON allows; a mapping with free keys becomes sorted pairs."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float):
        raise ValidationError(_("Write numbers as text with a decimal point."))
    if isinstance(value, Mapping):
        given = {key: canonical(item) for key, item in value.items() if item is not None}
        if all(_KEY.match(key) for key in given):
            return given
        return [[unicodedata.normalize("NFC", key), given[key]] for key in sorted(given)]
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value if item is not None]
    return value
