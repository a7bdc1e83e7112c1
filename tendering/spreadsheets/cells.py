"""What the safe reader hands over: plain cells of a foreign workbook, without any library object.

The functions that touch the foreign bytes run in the child process (see `safe.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from tendering.spreadsheets.container import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Refused

_ONE_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")

Kind = Literal["number", "text", "bool", "date", "error", "empty"]


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is always text: a number with a decimal point, ISO date, `true`/`false`, `#REF!` or the text itself."""

    kind: Kind
    value: str
    is_formula: bool = False
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells by address (`E7`), only those that hold something."""

    title: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Workbook:
    """`names` maps a defined name to (sheet title, address). `notes`: macros_ignored, external_links_ignored, ..."""

    kind: Literal["xlsx", "ods", "csv"]
    sheets: tuple[Sheet, ...]
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def cell(self, sheet: str, address: str) -> Cell:
        """The cell, or an empty one."""
        found = next((one for one in self.sheets if one.title == sheet), None)
        return found.cells.get(address, Cell("empty", "")) if found else Cell("empty", "")


def column_letters(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def split_address(address: str) -> tuple[str, int]:
    """`E7` -> `("E", 7)`."""
    match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", address)
    if match is None:
        raise ValueError(f"not a cell address: {address!r}")
    return match[1], int(match[2])


def to_plain(workbook: Workbook) -> dict[str, Any]:
    """JSON shape that crosses the pipe."""
    return {
        "kind": workbook.kind,
        "sheets": [
            [sheet.title, {a: [c.kind, c.value, c.is_formula, c.is_percent] for a, c in sheet.cells.items()}]
            for sheet in workbook.sheets
        ],
        "names": {name: list(place) for name, place in workbook.names.items()},
        "notes": list(workbook.notes),
    }


def from_plain(data: Mapping[str, Any]) -> Workbook:
    sheets = tuple(Sheet(title, {a: Cell(*parts) for a, parts in cells.items()}) for title, cells in data["sheets"])
    names = {name: (place[0], place[1]) for name, place in data["names"].items()}
    return Workbook(data["kind"], sheets, names, tuple(data["notes"]))


def read_xlsx(data: bytes, notes: Iterable[str] = ()) -> Workbook:
    """openpyxl where it can; calamine (values only, no names) for files that openpyxl does not understand."""
    import openpyxl

    try:
        return _read_with(openpyxl, data, tuple(notes))
    except MemoryError:
        raise
    except Exception:
        # Foreign programs write what openpyxl rejects (styles, views); calamine looks at the values only.
        return read_with_calamine(data, "xlsx", (*notes, "read_by_values_only"))


def _read_with(openpyxl: Any, data: bytes, notes: tuple[str, ...]) -> Workbook:
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    formulas = openpyxl.load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    sheets = tuple(_sheet_from(ws, formulas[ws.title]) for ws in values.worksheets)
    return Workbook("xlsx", sheets, _names_of(values), notes)


def _sheet_from(values: Any, formulas: Any) -> Sheet:
    # Walking the stored cells, not the rectangle around them: one cell in the far corner must cost nothing.
    cells: dict[str, Cell] = {}
    for place, cell in formulas._cells.items():
        is_formula = cell.data_type == "f"
        stored = values._cells.get(place)
        if cell.value is not None:
            percent = "%" in (cell.number_format or "")
            cells[cell.coordinate] = _cell(stored.value if stored else None, is_formula, percent, cell.data_type)
    return Sheet(values.title, cells)


def _cell(value: object, is_formula: bool, is_percent: bool, data_type: str = "") -> Cell:
    kind, text = _kind_and_text(value)
    if kind == "text" and (data_type == "e" or re.fullmatch(r"#[A-Z/0!?]+", text)):
        kind = "error"
    return Cell(kind, text, is_formula, is_percent)


def _kind_and_text(value: object) -> tuple[Kind, str]:
    if value is None or value == "":
        return "empty", ""
    if isinstance(value, bool):
        return "bool", "true" if value else "false"
    if isinstance(value, int | Decimal):
        return "number", str(value)
    if isinstance(value, float):
        return "number", tidy_float(value)
    if isinstance(value, datetime | date | time):
        return "date", value.isoformat()
    if isinstance(value, timedelta):
        return "date", str(value)
    return "text", str(value)


def tidy_float(value: float) -> str:
    """The shortest decimal of a stored float; noise behind the 14th digit (`0.1 + 0.2`) is dropped."""
    short = format(value, ".14g")
    return f"{Decimal(short):f}"


def _names_of(workbook: Any) -> dict[str, tuple[str, str]]:
    """Defined names that point to one single cell; others belong to the other program."""
    names: dict[str, tuple[str, str]] = {}
    for name, definition in workbook.defined_names.items():
        match = re.fullmatch(
            r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})", definition.attr_text or ""
        )
        if match:
            names[name] = ((match[1] or match[2]).replace("''", "'"), match[3] + match[4])
    return names


def read_with_calamine(data: bytes, kind: Literal["xlsx", "ods"], notes: Iterable[str] = ()) -> Workbook:
    """Values only: no names, no formulas, no formats."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for title in book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
            raise Refused("cell_out_of_range", {"rows": MAX_ROWS, "columns": MAX_COLUMNS})
        sheets.append(Sheet(title, _grid(sheet.to_python(skip_empty_area=False))))
    return Workbook(kind, tuple(sheets), {}, tuple(notes))


def _grid(rows: Iterable[Iterable[object]]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row):
            cell = _cell(value, is_formula=False, is_percent=False)
            if cell.kind != "empty":
                cells[f"{column_letters(c)}{r}"] = cell
        if r > MAX_ROWS or len(cells) > MAX_CELLS:
            raise Refused("too_many_cells", {"rows": MAX_ROWS, "cells": MAX_CELLS})
    return cells


def read_csv(data: bytes) -> Workbook:
    """UTF-8 or the old Windows code page; `;`, tab or `,` between the columns, as the first line shows."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise Refused("unknown_format")
    first_line = text.partition("\n")[0]
    delimiter = next((mark for mark in (";", "\t") if mark in first_line), ",")
    try:
        cells = _grid(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Refused("damaged", {"reason": str(error)}) from error
    return Workbook("csv", (Sheet("CSV", cells),))
