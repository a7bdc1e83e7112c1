"""Filling a municipality's own xlsx template by named cells."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tendering.spreadsheets.container import Refused, inspect_container
from tendering.spreadsheets.safe import Limits, read_in_child
from tendering.spreadsheets.text import clean_text

Value = str | int | Decimal | bool | None
Values = Mapping[str, "Value | list[Value]"]


@dataclass(frozen=True, slots=True)
class FillReport:
    """`unknown`: values whose name the template lacks. `unfilled`: names without a value. `notes`: what was cut."""

    filled: tuple[str, ...]
    unknown: tuple[str, ...]
    unfilled: tuple[str, ...]
    notes: tuple[str, ...]


def fill_template(template: bytes, values: Values, limits: Limits | None = None) -> tuple[bytes, FillReport]:
    """Write each value into the cell of that name: text as text, numbers as numbers; formats and formulas stay.

    A list fills the cells of a named range in reading order. Pictures and charts of the template are lost
    (openpyxl does not carry them). Raises Refused for a file that is no plain xlsx.
    """
    container = inspect_container(template)
    if container.kind != "xlsx":
        raise Refused("not_xlsx")
    if "macros_ignored" in container.notes:
        raise Refused("macros")
    args = {"values": {name: _pack(value) for name, value in values.items()}}
    answer = read_in_child("fill_template", template, args, limits)
    report = FillReport(*(tuple(answer[name]) for name in ("filled", "unknown", "unfilled", "notes")))
    return base64.b64decode(answer["file"]), report


def _pack(value: Value | list[Value]) -> list[list[object]]:
    """Typed for the pipe: a list of [kind, value]."""
    return [_pack_one(item) for item in value] if isinstance(value, list) else [_pack_one(value)]


def _pack_one(value: Value) -> list[object]:
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int | Decimal):
        return ["number", str(value)]
    return ["empty", None] if value is None else ["text", value]


def fill_template_here(template: bytes, values: Mapping[str, list[list[Any]]]) -> dict[str, Any]:
    """The part that runs in the child."""
    import openpyxl

    workbook = openpyxl.load_workbook(io.BytesIO(template), keep_links=False)
    places = {name: list(_cells_of(workbook, definition)) for name, definition in workbook.defined_names.items()}
    places = {name: cells for name, cells in places.items() if cells and not name.startswith("_xlnm")}
    notes: list[str] = []
    filled = sorted(set(values) & set(places))
    for name in filled:
        notes += _fill(name, places[name], values[name])
    return {
        "file": base64.b64encode(_saved(workbook)).decode(),
        "filled": filled,
        "unknown": sorted(set(values) - set(places)),
        "unfilled": sorted(set(places) - set(values)),
        "notes": notes,
    }


def _saved(workbook: Any) -> bytes:
    """Like `workbook.save`, which would put each sheet in clear into a temporary file."""
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer.excel import ExcelWriter

    class MemoryWriter(ExcelWriter):
        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            part = io.BytesIO()
            writer = WorksheetWriter(ws, out=part)
            writer.write()
            ws._rels = writer._rels
            self._archive.writestr(ws.path[1:], part.getvalue())
            self.manifest.append(ws)

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        MemoryWriter(workbook, archive).save()
    return stream.getvalue()


def _cells_of(workbook: Any, definition: Any) -> Iterator[Any]:
    """The writable cells behind a name; names of constants and formulas have none."""
    from openpyxl.cell import MergedCell

    if definition.type != "RANGE":
        return
    for title, address in definition.destinations:
        if title not in workbook.sheetnames:
            continue
        block = workbook[title][address]
        rows = block if isinstance(block, tuple) else ((block,),)
        for row in rows:
            for cell in row if isinstance(row, tuple) else (row,):
                if not isinstance(cell, MergedCell):
                    yield cell


def _fill(name: str, cells: list[Any], values: list[list[Any]]) -> Iterator[str]:
    if len(values) > len(cells):
        yield f"{name}: {len(values) - len(cells)} values do not fit"
    for cell, (kind, value) in zip(cells, values, strict=False):
        if kind == "text":
            cleaned, was_changed = clean_text(value)
            cell.value = cleaned
            cell.data_type = "s"  # openpyxl would make a formula of a text that begins with "="
            cell.quotePrefix = True
            if was_changed:
                yield f"{name}: text was cleaned or shortened"
        else:
            cell.value = Decimal(value) if kind == "number" else value
