"""What the prices alone say, before anything is scored: sums that differ, prices that look surprisingly low."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from evaluation.figures import money
from evaluation.inputs import build_inputs
from evaluation.scoring import InputError, evaluate
from evaluation.scoring.inputs import LotInput
from evaluation.scoring.results import Row
from evaluation.sentences import flag_text
from tendering.models import Tender


@dataclass(frozen=True, slots=True)
class PriceFinding:
    """Price of one bid in one lot with what the office should look at."""

    bid: str
    lot: str
    price: Decimal | None
    sums: str
    low: str
    zeros: str = ""


def price_findings(tender: Tender) -> list[PriceFinding]:
    """By lot and bid; empty when the prices are sealed or cannot be read. The lowest price counts also if it is out."""
    if tender.prices_sealed:
        return []
    inputs = build_inputs(tender)
    spec = replace(inputs.spec, method="price_only", weight_price=Decimal(1), weight_quality=Decimal(0))
    lots = tuple(_unscored(lot) for lot in inputs.lots)
    try:
        result = evaluate(replace(inputs, spec=spec, lots=lots))
    except InputError:
        return []
    return [
        _finding(row, lot.lot_id, tender.currency) for lot in result.lots for row in lot.rows if row.status != "late"
    ]


def _unscored(lot: LotInput) -> LotInput:
    """The lot with prices only: criteria, scores and promises do not matter here."""
    bids = tuple(replace(bid, scores={}, promised={}, life_cycle=None) for bid in lot.bids)
    return replace(lot, criteria=(), bids=bids)


def _finding(row: Row, lot: str, currency: str) -> PriceFinding:
    sums = ""
    if row.arithmetic_difference:
        sums = _("stated %(stated)s, computed %(computed)s") % {
            "stated": money(row.stated_total, currency), "computed": money(row.net, currency),
        }  # fmt: skip
    low = "; ".join(flag_text(flag) for flag in row.flags)
    return PriceFinding(row.bid_id, lot, row.evaluation_price, sums, low, _zeros(row))


def _zeros(row: Row) -> str:
    """Positions offered for nothing: often the price is hidden in another one. A hint, never an exclusion."""
    free = [line.ref for line in row.lines if line.in_evaluation and line.unit_price == 0]
    return _("unit price 0 in %(positions)s") % {"positions": ", ".join(free)} if free else ""
