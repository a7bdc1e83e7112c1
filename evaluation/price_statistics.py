"""What a unit of a service costs elsewhere: opened bids of finished tenders, so pooled that nobody can be told from it.

A group is shown only from three municipalities and five suppliers on; least and greatest are those of the group.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Final

from bids.models import ItemPrice

LEAST_BUYERS: Final = 3
LEAST_SUPPLIERS: Final = 5
MOST_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """Net unit prices of one kind of position."""

    cpv: str
    text: str
    unit: str
    currency: str
    buyers: int
    suppliers: int
    prices: int
    least: Decimal
    middle: Decimal
    greatest: Decimal


def unit_prices(now: datetime, cpv: str = "") -> list[UnitPrice]:
    """Groups by CPV code, wording, unit and currency; one query."""
    rows = ItemPrice.objects.filter(
        unit_price__gt=0, bid_lot__bid__superseded_at=None, bid_lot__bid__withdrawn_at=None,
        bid_lot__bid__opened_at__isnull=False, bid_lot__bid__tender__awarded_at__lte=now,
        bid_lot__bid__tender__buyer__practice_run=None, bid_lot__bid__tender__withholds_award_value=False,
    ).order_by("-pk")  # fmt: skip
    if cpv:
        rows = rows.filter(bid_lot__lot__cpv__startswith=cpv)
    groups: dict[tuple[str, str, str, str], list[tuple[int, int, Decimal]]] = defaultdict(list)
    fields = ("bid_lot__lot__cpv", "item__text", "item__unit", "bid_lot__bid__tender__currency",
              "bid_lot__bid__tender__buyer", "bid_lot__bid__company", "unit_price")  # fmt: skip
    for code, text, unit, currency, buyer, company, price in rows.values_list(*fields)[:MOST_ROWS]:
        groups[code, " ".join(text.split()), unit, currency].append((buyer, company, price))
    found = []
    for key, members in groups.items():
        buyers, suppliers = len({one[0] for one in members}), len({one[1] for one in members})
        if buyers >= LEAST_BUYERS and suppliers >= LEAST_SUPPLIERS:
            prices = sorted(one[2] for one in members)
            found.append(UnitPrice(*key, buyers, suppliers, len(prices), prices[0], median(prices), prices[-1]))
    return sorted(found, key=lambda one: (one.cpv, one.text, one.unit))
