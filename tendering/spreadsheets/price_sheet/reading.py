"""Reading a price sheet back, whatever program saved it.

Only the named input cells are read. Where another program dropped the names (.ods, .csv) or the rows were sorted,
the cell is found by the sheet's title and the position's reference. Every cell that cannot be read is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tendering.spreadsheets.cells import Cell, Sheet, Workbook, split_address
from tendering.spreadsheets.numbers import Locale, NumberProblem, parse_decimal
from tendering.spreadsheets.price_sheet.labels import LABELS, every
from tendering.spreadsheets.price_sheet.model import (
    CellProblem,
    CellWarning,
    Input,
    PriceSheet,
    PriceSheetReading,
    SheetLot,
    inputs_of,
    sheet_titles,
)
from tendering.spreadsheets.safe import Limits, read_workbook

INPUT_COLUMN = "E"
MAX_PROBLEMS = 100
LABELLED_KINDS = ("discount", "vat", "stated_total")


def read_price_sheet(data: bytes, sheet: PriceSheet, locale: Locale, limits: Limits | None = None) -> PriceSheetReading:
    """Read a file in a child process and interpret its input cells. Raises Refused for a file as a whole."""
    return interpret(read_workbook(data, limits), sheet, locale)


def interpret(book: Workbook, sheet: PriceSheet, locale: Locale) -> PriceSheetReading:
    """The pure part: cells to values, problems and warnings."""
    found = _Found(book, sheet, locale)
    inputs = inputs_of(sheet)
    if book.kind == "csv":
        _read_csv(found, inputs)
    else:
        for lot in sheet.lots:
            _read_lot(found, lot, [item for item in inputs if item.lot_id == lot.id])
    _warn_of_gaps(found)
    for note in book.notes:
        found.warn("", note)
    return found.reading()


@dataclass(slots=True)
class _Found:
    """What has been read so far."""

    book: Workbook
    sheet: PriceSheet
    locale: Locale
    values: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    promised: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    discount: dict[str, Decimal] = field(default_factory=dict)
    stated_total: dict[str, Decimal] = field(default_factory=dict)
    vat: Decimal | None = None
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    warnings: list[CellWarning] = field(default_factory=list)

    def problem(self, where: str, code: str, typed: str = "", **params: object) -> None:
        self.problems.append(CellProblem(where, code, params, typed))

    def warn(self, where: str, code: str, **params: object) -> None:
        self.warnings.append(CellWarning(where, code, params))

    def store(self, item: Input, value: Decimal) -> None:
        if item.kind == "price":
            self.values[item.lot_id, item.key] = value
        elif item.kind == "promise":
            self.promised[item.lot_id, item.key] = value
        elif item.kind == "discount":
            self.discount[item.lot_id] = value
        elif item.kind == "stated_total":
            self.stated_total[item.lot_id] = value
        else:
            self.vat = value

    def reading(self) -> PriceSheetReading:
        return PriceSheetReading(
            self.values,
            self.promised,
            self.discount,
            self.stated_total,
            self.vat,
            tuple(self.problems[:MAX_PROBLEMS]),
            tuple(self.warnings),
        )


def _read_lot(found: _Found, lot: SheetLot, inputs: list[Input]) -> None:
    sheet = _sheet_of(found, lot, inputs)
    if sheet is None:
        found.problem(_expected_title(found.sheet, lot), "sheet_missing", lot=lot.id)
        return
    rows = _rows_by_key(sheet)
    for item in inputs:
        address = _address_of(found, sheet, item, rows)
        if address is not None:
            where = f"{sheet.title}!{address}"
            found.places[item.lot_id, item.key or item.kind] = where
            _read_cell(found, item, where, sheet.cells.get(address, Cell("empty", "")))


def _expected_title(sheet: PriceSheet, lot: SheetLot) -> str:
    return sheet_titles(sheet, LABELS["en"]["lot"])[lot.id]


def _sheet_of(found: _Found, lot: SheetLot, inputs: list[Input]) -> Sheet | None:
    """By the names of its inputs (the sheet may be renamed), else by its title in any language."""
    by_title = {sheet.title.casefold(): sheet for sheet in found.book.sheets}
    for item in inputs:
        place = found.book.names.get(item.name)
        if item.kind == "price" and place and place[0].casefold() in by_title:
            return by_title[place[0].casefold()]
    for words in LABELS.values():
        title = sheet_titles(found.sheet, words["lot"])[lot.id].casefold()
        if title in by_title:
            return by_title[title]
    return found.book.sheets[0] if len(found.sheet.lots) == len(found.book.sheets) == 1 else None


def _rows_by_key(sheet: Sheet) -> dict[str, list[int]]:
    """Reference in column A, or a known label in column B -> rows; references are compared as printed."""
    rows: dict[str, list[int]] = {}
    labels = {word: kind for kind in LABELLED_KINDS for word in every(kind)}
    for address, cell in sheet.cells.items():
        column, row = split_address(address)
        key = ""
        if column == "A" and cell.kind in {"text", "number"}:
            key = f"ref:{cell.value.strip()}"
        elif column == "B" and cell.kind == "text" and cell.value.strip().casefold() in labels:
            key = f"label:{labels[cell.value.strip().casefold()]}"
        if key:
            rows.setdefault(key, []).append(row)
    return rows


def _address_of(found: _Found, sheet: Sheet, item: Input, rows: Mapping[str, list[int]]) -> str | None:
    """The named cell, unless its row now belongs to another position; then the row that bears the reference."""
    key = f"ref:{item.key}" if item.key else f"label:{item.kind}"
    candidates = rows.get(key, [])
    place = found.book.names.get(item.name)
    if place and place[0] == sheet.title:
        row = split_address(place[1])[1]
        if row in candidates or not candidates:
            return place[1]
        found.warn(f"{sheet.title}!{INPUT_COLUMN}{candidates[0]}", "rows_moved", ref=item.key or item.kind)
    if len(candidates) == 1:
        return f"{_input_column(sheet)}{candidates[0]}"
    if len(candidates) > 1:
        cells = ", ".join(f"A{row}" for row in candidates)
        found.problem(f"{sheet.title}!A{candidates[1]}", "position_twice", ref=item.key, cells=cells)
    elif item.kind in {"price", "promise"}:
        found.problem(sheet.title, "position_missing", ref=item.key)
    return None


def _input_column(sheet: Sheet) -> str:
    """The column under the heading of the unit prices; a bidder may have inserted one."""
    headings = every("price")
    for address, cell in sheet.cells.items():
        if cell.kind == "text" and cell.value.strip().casefold() in headings:
            return split_address(address)[0]
    return INPUT_COLUMN


def _read_cell(found: _Found, item: Input, where: str, cell: Cell) -> None:
    value = _number_in(found, item, where, cell)
    if value is None:
        return
    if value < 0 and item.kind != "promise":
        found.problem(where, "negative", cell.value)
    elif item.minimum is not None and value < item.minimum:
        found.problem(where, "below_minimum", cell.value, minimum=item.minimum)
    elif item.maximum is not None and value > item.maximum:
        found.problem(where, "above_maximum", cell.value, maximum=item.maximum)
    else:
        found.store(item, value)
        _warn_of_value(found, item, where, value, cell)


def _warn_of_value(found: _Found, item: Input, where: str, value: Decimal, cell: Cell) -> None:
    if item.kind == "price" and value == 0:
        found.warn(where, "zero_price")
    if item.kind == "vat" and value not in found.sheet.vat_rates:
        found.warn(where, "unusual_vat", rate=value)
    if cell.is_formula:
        found.warn(where, "formula_value_taken", value=value)


def _number_in(found: _Found, item: Input, where: str, cell: Cell) -> Decimal | None:
    """The number of a cell by its type; None when it is empty or was named as a problem."""
    if cell.kind == "empty":
        if cell.is_formula:
            found.problem(where, "formula_without_value")
        return None
    if cell.kind == "number":
        return _stored_number(found, item, where, cell)
    if cell.kind == "text":
        return _typed_number(found, item, where, cell.value)
    code = {"date": "is_a_date", "bool": "not_a_number", "error": "error_value"}[cell.kind]
    found.problem(where, code, cell.value)
    return None


def _stored_number(found: _Found, item: Input, where: str, cell: Cell) -> Decimal | None:
    value = Decimal(cell.value)
    if item.unit == "%" and (cell.is_percent or _is_fraction_of_a_rate(found, item, value)):
        value *= 100
    value = value.normalize() + 0
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > item.places:
        found.problem(where, "too_many_decimals", cell.value, places=item.places)
        return None
    return value.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else value


def _is_fraction_of_a_rate(found: _Found, item: Input, value: Decimal) -> bool:
    """0.19 stored for "19 %": formats that lose the percent sign keep the fraction."""
    return item.kind == "vat" and value not in found.sheet.vat_rates and value * 100 in found.sheet.vat_rates


def _typed_number(found: _Found, item: Input, where: str, typed: str) -> Decimal | None:
    if not typed.strip():
        return None
    try:
        return parse_decimal(typed, found.locale, item.places, allow_negative=item.kind == "promise", unit=item.unit)
    except NumberProblem as problem:
        params: dict[str, object] = {"places": item.places}
        if problem.readings:
            params |= {"first": problem.readings[0], "second": problem.readings[1]}
        found.problem(where, problem.code, typed, **params)
        return None


def _warn_of_gaps(found: _Found) -> None:
    """Essential positions without a price, in lots that the bidder has begun."""
    refused = {problem.cell for problem in found.problems}
    for lot in found.sheet.lots:
        if not any(lot_id == lot.id for lot_id, _ref in found.values):
            continue
        for position in lot.positions:
            where = found.places.get((lot.id, position.ref), "")
            if position.essential and (lot.id, position.ref) not in found.values and where not in refused:
                found.warn(where, "price_missing", ref=position.ref, lot=lot.id)


def _read_csv(found: _Found, inputs: list[Input]) -> None:
    """Columns `ref;price` (one lot) or `lot;ref;price`; the first row may be a heading."""
    by_key = {(item.lot_id, item.key): item for item in inputs if item.kind in {"price", "promise"}}
    rows = _csv_rows(found.book.sheets[0])
    has_lot_column = any("C" in cells for cells in rows.values())
    ref_column, price_column = ("B", "C") if has_lot_column else ("A", "B")
    for row, cells in sorted(rows.items()):
        lot_id = cells.get("A", "") if has_lot_column else found.sheet.lots[0].id
        ref, typed = cells.get(ref_column, ""), cells.get(price_column, "")
        item = by_key.get((lot_id, ref))
        if item is not None:
            _read_csv_cell(found, item, f"CSV!{price_column}{row}", typed)
        elif ref and (row > 1 or re.search("[0-9]", typed)):
            found.problem(f"CSV!{ref_column}{row}", "position_unknown", ref, ref=ref)


def _read_csv_cell(found: _Found, item: Input, where: str, typed: str) -> None:
    first = found.places.setdefault((item.lot_id, item.key), where)
    if first != where:
        found.problem(where, "position_twice", typed, ref=item.key, cells=first)
    else:
        _read_cell(found, item, where, Cell("text", typed))


def _csv_rows(sheet: Sheet) -> dict[int, dict[str, str]]:
    """Row number -> column letter -> text."""
    rows: dict[int, dict[str, str]] = {}
    for address, cell in sheet.cells.items():
        column, row = split_address(address)
        rows.setdefault(row, {})[column] = cell.value.strip()
    return rows
