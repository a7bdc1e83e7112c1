"""Writing the price sheet: one worksheet per lot, yellow unlocked input cells under defined names, live sums.

The formulas multiply and add whole numbers and divide once, so that the sheet shows the digits of the exact
engine in every program (no half is lost to binary fractions).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tendering.spreadsheets import writer
from tendering.spreadsheets.price_sheet.labels import LABELS, Language
from tendering.spreadsheets.price_sheet.model import (
    Input,
    PricePosition,
    PriceSheet,
    PriceSheetReading,
    Promise,
    SheetLot,
    inputs_of,
    sheet_titles,
)

REF, TEXT, UNIT, QUANTITY, PRICE, LINE, NOTE = range(7)
FIRST_ROW = 6
WIDTHS = (10, 52, 14, 12, 18, 18, 24)


def write_price_sheet(sheet: PriceSheet, language: Language, filled: PriceSheetReading | None = None) -> bytes:
    """The workbook as bytes; `filled` puts values already known (a draft, an earlier file) into the yellow cells."""
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        page = _Page(book, sheet, LABELS[language], filled or PriceSheetReading())
        for lot in sheet.lots:
            page.write_lot(lot)
    return stream.getvalue()


def price_cell(place: int) -> str:
    """Cell in which a bidder enters the price of the position at this place (0 = first) of its lot's sheet."""
    return f"{chr(ord('A') + PRICE)}{FIRST_ROW + 1 + place}"


@dataclass(slots=True)
class _Rows:
    """Zero-based rows of one lot's sheet that formulas refer to."""

    last_position: int
    sum: int
    discount: int
    net: int
    vat: int
    gross: int


class _Page:
    """Formats and the state shared by the worksheets of one workbook."""

    def __init__(self, book: Any, sheet: PriceSheet, labels: dict[str, str], filled: PriceSheetReading) -> None:
        self.book, self.sheet, self.labels, self.filled = book, sheet, labels, filled
        self.inputs = {(item.kind, item.lot_id, item.key): item for item in inputs_of(sheet)}
        self.titles = sheet_titles(sheet, labels["lot"])
        border = {"border": 1, "border_color": "#BFBFBF", "valign": "top"}
        yellow = border | {"bg_color": "#FFF2CC", "locked": False}
        money = {"num_format": "#,##0.00"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True})
        self.hint = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#404040"})
        self.head = book.add_format(border | {"bold": True, "bg_color": "#D9E2F3", "text_wrap": True})
        self.cell = book.add_format(border | {"text_wrap": True})
        self.quantity = book.add_format(border | {"num_format": "#,##0.###"})
        self.line = book.add_format(border | money)
        self.total = book.add_format(border | money | {"bold": True})
        self.input = {
            places: book.add_format(yellow | {"num_format": "#,##0" + ("." + "0" * places if places else "")})
            for places in sorted({item.places for item in self.inputs.values()})
        }

    def write_lot(self, lot: SheetLot) -> None:
        ws = self.book.add_worksheet(self.titles[lot.id])
        rows = _rows(lot)
        self._write_head(ws, lot)
        for offset, position in enumerate(lot.positions):
            self._write_position(ws, FIRST_ROW + offset, lot, position)
        self._write_sums(ws, lot, rows)
        row = rows.gross + 2
        if lot.promises:
            row = self._write_promises(ws, lot, row)
        writer.text(ws, row, TEXT, self.labels["stated_total"], self.cell)
        self._write_input(ws, row, self.inputs["stated_total", lot.id, ""], self.filled.stated_total.get(lot.id))
        self._finish(ws, rows)

    def _write_head(self, ws: Any, lot: SheetLot) -> None:
        for column, width in enumerate(WIDTHS):
            ws.set_column(column, column, width)
        writer.text(ws, 0, 0, f"{self.sheet.reference} · {self.sheet.title}", self.title)
        writer.text(ws, 1, 0, f"{self.labels['lot']} {lot.id} · {lot.title}", self.bold)
        writer.text(ws, 2, 0, self.sheet.buyer)
        ws.merge_range(3, 0, 3, NOTE, "", self.hint)
        writer.text(ws, 3, 0, self.labels["how"].format(currency=self.sheet.currency), self.hint)
        ws.set_row(3, 34)
        for column, key in enumerate(("ref", "text", "unit", "quantity", "price", "line", "note")):
            writer.text(ws, FIRST_ROW - 1, column, self.labels[key], self.head)

    def _write_position(self, ws: Any, row: int, lot: SheetLot, position: PricePosition) -> None:
        writer.text(ws, row, REF, position.ref, self.cell)
        writer.text(ws, row, TEXT, position.text, self.cell)
        writer.text(ws, row, UNIT, position.unit, self.cell)
        writer.number(ws, row, QUANTITY, position.quantity, self.quantity)
        value = self.filled.values.get((lot.id, position.ref))
        self._write_input(ws, row, self.inputs["price", lot.id, position.ref], value)
        writer.formula(ws, row, LINE, _line_formula(row, position), self.line, _line_value(position, value))
        writer.text(ws, row, NOTE, self._note(position), self.cell)

    def _note(self, position: PricePosition) -> str:
        notes = [self.labels["optional"]] if position.optional else []
        return ", ".join(notes if position.in_evaluation else [*notes, self.labels["not_evaluated"]])

    def _write_input(self, ws: Any, row: int, item: Input, value: Decimal | None) -> None:
        fmt = self.input[item.places]
        if value is None:
            ws.write_blank(row, PRICE, None, fmt)
        else:
            writer.number(ws, row, PRICE, value, fmt)
        title = ws.get_name().replace("'", "''")
        self.book.define_name(item.name, f"='{title}'!$E${row + 1}")
        if item.kind != "vat":
            message = self.labels["price_error"].format(places=item.places)
            rule = {"validate": "decimal", "criteria": ">=", "value": 0, "error_type": "warning"}
            ws.data_validation(row, PRICE, row, PRICE, rule | {"error_message": message})

    def _write_sums(self, ws: Any, lot: SheetLot, rows: _Rows) -> None:
        net, after, gross = _sums(lot, self.filled, self.sheet)
        self._write_sum(ws, rows.sum, "sum", _sum_formula(lot), net)
        net_cell = f"F{rows.sum + 1}"
        if self.sheet.allow_discount:
            writer.text(ws, rows.discount, TEXT, self.labels["discount"], self.cell)
            value = self.filled.discount.get(lot.id)
            self._write_input(ws, rows.discount, self.inputs["discount", lot.id, ""], value)
            formula = f"=ROUND(ROUND({net_cell}*100,0)*(10000-ROUND(N(E{rows.discount + 1})*100,0))/10000,0)/100"
            self._write_sum(ws, rows.net, "net", formula, after)
            net_cell = f"F{rows.net + 1}"
        self._write_vat(ws, lot, rows.vat)
        formula = f"=ROUND(ROUND({net_cell}*100,0)*(10000+ROUND(N(E{rows.vat + 1})*100,0))/10000,0)/100"
        self._write_sum(ws, rows.gross, "gross", formula, gross)

    def _write_sum(self, ws: Any, row: int, key: str, formula: str, cached: Decimal) -> None:
        writer.text(ws, row, TEXT, self.labels[key], self.cell)
        writer.formula(ws, row, LINE, formula, self.total, cached)

    def _write_vat(self, ws: Any, lot: SheetLot, row: int) -> None:
        """One rate per bid: the first lot holds the input, the others show it."""
        writer.text(ws, row, TEXT, self.labels["vat"], self.cell)
        first = self.sheet.lots[0]
        rate = _vat(self.filled, self.sheet)
        if lot is not first:
            writer.formula(ws, row, PRICE, "=vat", self.line, rate)
            return
        self._write_input(ws, row, self.inputs["vat", first.id, ""], rate)
        source = [float(known) for known in self.sheet.vat_rates]
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        ws.data_validation(row, PRICE, row, PRICE, rule | {"error_message": self.labels["vat_error"]})

    def _write_promises(self, ws: Any, lot: SheetLot, row: int) -> int:
        writer.text(ws, row, TEXT, self.labels["promises"], self.bold)
        writer.text(ws, row + 1, TEXT, self.labels["promise_hint"], self.hint)
        for offset, promise in enumerate(lot.promises, start=row + 2):
            self._write_promise(ws, offset, lot, promise)
        return row + 3 + len(lot.promises)

    def _write_promise(self, ws: Any, row: int, lot: SheetLot, promise: Promise) -> None:
        writer.text(ws, row, REF, promise.code, self.cell)
        writer.text(ws, row, TEXT, promise.text, self.cell)
        writer.text(ws, row, UNIT, promise.unit, self.cell)
        value = self.filled.promised.get((lot.id, promise.code))
        self._write_input(ws, row, self.inputs["promise", lot.id, promise.code], value)
        writer.text(ws, row, NOTE, self.labels[promise.better], self.cell)

    def _finish(self, ws: Any, rows: _Rows) -> None:
        ws.freeze_panes(FIRST_ROW, 0)
        ws.protect("", {"format_columns": True, "format_rows": True})  # no password: a guard rail, not a lock
        ws.set_landscape()
        ws.set_paper(9)
        ws.fit_to_pages(1, 0)
        ws.repeat_rows(FIRST_ROW - 1)
        ws.set_selection(FIRST_ROW, PRICE, FIRST_ROW, PRICE)


def _rows(lot: SheetLot) -> _Rows:
    last = FIRST_ROW + len(lot.positions) - 1
    return _Rows(last, last + 1, last + 2, last + 3, last + 4, last + 5)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _line_formula(row: int, position: PricePosition) -> str:
    a, b = _decimals(position.quantity), max(position.price_decimals, 2)
    d, e = f"$D{row + 1}", f"E{row + 1}"
    whole = f"ROUND({d}*{10**a},0)*ROUND({e}*{10**b},0)"
    scaled = f"{whole}/{10 ** (a + b - 2)}" if a + b > 2 else whole
    return f'=IF(ISNUMBER({e}),ROUND({scaled},0)/100,"")'


def _sum_formula(lot: SheetLot) -> str:
    """Only compared positions; N() of an empty text is 0 in every program."""
    rows = [FIRST_ROW + offset for offset, position in enumerate(lot.positions) if position.in_evaluation]
    blocks: list[list[int]] = []
    for row in rows:
        if blocks and blocks[-1][1] == row - 1:
            blocks[-1][1] = row
        else:
            blocks.append([row, row])
    ranges = ",".join(f"F{first + 1}:F{last + 1}" for first, last in blocks)
    return f"=ROUND(SUM({ranges})*100,0)/100" if ranges else "=0"


def _half_up(value: Decimal) -> Decimal:
    from decimal import ROUND_HALF_UP

    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _line_value(position: PricePosition, price: Decimal | None) -> Decimal | str:
    return "" if price is None else _half_up(position.quantity * price)


def _vat(filled: PriceSheetReading, sheet: PriceSheet) -> Decimal:
    return filled.vat if filled.vat is not None else sheet.vat_rates[0]


def _sums(lot: SheetLot, filled: PriceSheetReading, sheet: PriceSheet) -> tuple[Decimal, Decimal, Decimal]:
    """Net, net after discount, gross: the cached values of the formulas."""
    lines = [
        _half_up(position.quantity * filled.values[lot.id, position.ref])
        for position in lot.positions
        if position.in_evaluation and (lot.id, position.ref) in filled.values
    ]
    net = sum(lines, Decimal(0))
    after = _half_up(net * (100 - filled.discount.get(lot.id, Decimal(0))) / 100)
    return net, after, _half_up(after * (100 + _vat(filled, sheet)) / 100)
