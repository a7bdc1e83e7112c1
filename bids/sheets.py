"""Between a draft and the price sheet in a file: what to print, what was read, and how it becomes part of the draft.

A reading waits encrypted in the draft (`pending`) until the person accepts it; it never reaches session or disk.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from bids.content import DraftContent, LotContent, text_of
from bids.figures import LotFigures, figures
from bids.workbench import Workbench, with_pending
from tendering.fields import page_locale
from tendering.models import Asked, Item, Lot
from tendering.spreadsheets.messages import PROBLEMS, REFUSED, WARNINGS
from tendering.spreadsheets.numbers import format_decimal
from tendering.spreadsheets.price_sheet import (
    PricePosition,
    PriceSheet,
    PriceSheetReading,
    Promise,
    SheetLot,
    read_price_sheet,
    write_price_sheet,
)
from tendering.spreadsheets.safe import Refused

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROMISE_DECIMALS: Final = 2


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about one cell; `cell` as `Lot L1!E7`, `typed` what stands in it."""

    cell: str
    text: str
    typed: str = ""


@dataclass(frozen=True, slots=True)
class LotReading:
    """What was read for one lot, with its sums made again."""

    lot: Lot
    content: LotContent
    figures: LotFigures
    promises: tuple[tuple[Asked, Decimal | None], ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Position, its price and its sum."""
        prices = self.content.unit_prices
        return [{"item": item, "price": prices.get(item.ref), "amount": sum_} for item, sum_ in self.figures.lines]


@dataclass(frozen=True, slots=True)
class Reading:
    """A pending reading, ready to be shown."""

    lots: tuple[LotReading, ...]
    vat_rate: Decimal | None
    problems: tuple[Note, ...]
    warnings: tuple[Note, ...]


def sheet_of(bench: Workbench) -> PriceSheet:
    """What the tender asks for, for the lots that are bid for."""
    tender = bench.tender
    return PriceSheet(
        reference=tender.reference,
        title=tender.title,
        buyer=tender.buyer.name,
        currency=tender.currency,
        vat_rates=bench.vat_rates,
        lots=tuple(_sheet_lot(bench, lot) for lot in bench.chosen),
    )


def write(bench: Workbench) -> bytes:
    """The workbook of the chosen lots, filled with what the draft holds."""
    return write_price_sheet(sheet_of(bench), page_locale(), _as_reading(bench))


def read(bench: Workbench, data: bytes) -> dict[str, Any]:
    """The draft's content in JSON with the reading of this file as pending. Raises `Refused` for the whole file."""
    sheet = sheet_of(bench)
    found = read_price_sheet(data, sheet, page_locale())
    content = bench.content
    return replace(content, pending=with_pending(content, "sheet", _stored(found, sheet))).to_json()


def why_refused(refused: Refused) -> str:
    """The sentence for a file that could not be read at all."""
    return _(REFUSED[refused.code]) % {name: _word(value) for name, value in refused.params.items()}


def pending(bench: Workbench) -> Reading | None:
    """What was read and waits to be accepted."""
    stored = bench.content.pending.get("sheet")
    if not stored:
        return None
    vat = Decimal(stored["vat_rate"]) if stored.get("vat_rate") else None
    read_lots = [lot for lot in bench.chosen if lot.code in stored["lots"]]
    lots = [_lot_reading(bench, lot, stored["lots"][lot.code], vat) for lot in read_lots]
    return Reading(
        lots=tuple(lots),
        vat_rate=vat,
        problems=tuple(_note(entry, PROBLEMS) for entry in stored["problems"]),
        warnings=tuple(_note(entry, WARNINGS) for entry in stored["warnings"]),
    )


def has_reading(content: DraftContent) -> bool:
    """Whether a reading waits to be accepted."""
    return bool(content.pending.get("sheet"))


def accepted(bench: Workbench) -> dict[str, Any]:
    """The draft's content in JSON with the pending figures in place of the lots' former ones."""
    content, reading = bench.content, pending(bench)
    if reading is None:
        return content.to_json()
    lots = {**content.lots, **{one.lot.code: one.content for one in reading.lots}}
    typed = {part: texts for part, texts in bench.typed.items() if part not in {f"prices.{c}" for c in lots}}
    settled = replace(content, pending=with_pending(replace(content, pending=without_sheet(content)), "typed", typed))
    vat = content.vat_rate if reading.vat_rate is None else reading.vat_rate
    return replace(settled, lots=lots, vat_rate=vat).to_json()


def without_sheet(content: DraftContent) -> dict[str, Any]:
    """`pending` without a reading."""
    return with_pending(content, "sheet", None)


def _sheet_lot(bench: Workbench, lot: Lot) -> SheetLot:
    return SheetLot(
        id=lot.code,
        title=lot.title,
        positions=tuple(_position(item) for item in lot.items.all()),
        promises=tuple(_promise(one) for one in bench.asked(lot)),
    )


def _position(item: Item) -> PricePosition:
    return PricePosition(
        ref=item.ref,
        text=item.text,
        unit=item.unit,
        quantity=item.quantity,
        price_decimals=item.price_decimals,
        optional=item.is_optional,
        in_evaluation=item.in_evaluation,
        essential=item.essential,
    )


def _promise(one: Asked) -> Promise:
    return Promise(one.code, one.name, one.unit, one.better, decimals=PROMISE_DECIMALS, minimum=Decimal(0))


def _as_reading(bench: Workbench) -> PriceSheetReading:
    lots = {lot.code: bench.lot_content(lot) for lot in bench.chosen}
    return PriceSheetReading(
        values={(code, ref): price for code, lot in lots.items() for ref, price in lot.unit_prices.items()},
        promised={(code, name): value for code, lot in lots.items() for name, value in lot.promised.items()},
        discount={code: lot.discount_pct for code, lot in lots.items() if lot.discount_pct},
        stated_total={code: lot.stated_total for code, lot in lots.items() if lot.stated_total is not None},
        vat=bench.vat_rates[0] if bench.content.vat_rate is None else bench.content.vat_rate,
    )


def _stored(found: PriceSheetReading, sheet: PriceSheet) -> dict[str, Any]:
    """The reading as JSON of texts, so that it can be shown in any language later."""
    return {
        "lots": {lot.id: _lot_json(found, lot.id) for lot in sheet.lots},
        "vat_rate": None if found.vat is None else text_of(found.vat),
        "problems": [
            {"cell": p.cell, "code": p.code, "typed": p.typed_text[:80], "params": _plain(p.message_params)}
            for p in found.problems
        ],
        "warnings": [{"cell": w.cell, "code": w.code, "params": _plain(w.message_params)} for w in found.warnings],
    }


def _lot_json(found: PriceSheetReading, lot_id: str) -> dict[str, Any]:
    content = LotContent(
        unit_prices={ref: value for (lot, ref), value in found.values.items() if lot == lot_id},
        promised={code: value for (lot, code), value in found.promised.items() if lot == lot_id},
        discount_pct=found.discount.get(lot_id, Decimal("0")),
        stated_total=found.stated_total.get(lot_id),
    )
    return content.to_json()


def _lot_reading(bench: Workbench, lot: Lot, stored: dict[str, Any], vat: Decimal | None) -> LotReading:
    read_lot = DraftContent.from_json({"lots": {lot.code: stored}}).lots[lot.code]
    content = replace(read_lot, answers=bench.lot_content(lot).answers)
    rate = bench.content.vat_rate if vat is None else vat
    promises = tuple((one, content.promised.get(one.code)) for one in bench.asked(lot))
    return LotReading(lot, content, figures(lot.items.all(), content, rate), promises)


def _plain(params: Any) -> dict[str, Any]:
    """Parameters as texts; numbers keep a mark, so that they are written in the reader's language later."""
    return {
        name: {"number": text_of(value)} if isinstance(value, Decimal) else value if type(value) is int else str(value)
        for name, value in params.items()
    }


def _note(entry: dict[str, Any], messages: dict[str, str]) -> Note:
    params = {name: _word(value) for name, value in entry["params"].items()}
    return Note(entry["cell"], _(messages[entry["code"]]) % params, entry.get("typed", ""))


def _word(value: Any) -> Any:
    if isinstance(value, dict):
        value = Decimal(value["number"])
    if isinstance(value, Decimal):
        return format_decimal(value, page_locale(), 0)
    return value
