"""A thin safe layer over XlsxWriter: whatever people typed stays text, formulas come only from our own code.

with open_workbook(stream) as book:
    ws = add_sheet(book, "Summary")
    text(ws, 0, 0, bidder_name)
    formula(ws, 1, 0, "=SUM(A3:A9)", bold, Decimal("12.50"))
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import IO, Any, Literal

from tendering.spreadsheets.template import FillReport, fill_template
from tendering.spreadsheets.text import clean_text, guard, sheet_name

__all__ = ["FillReport", "add_sheet", "fill_template", "formula", "number", "open_workbook", "safe_csv", "text"]

CsvValue = str | int | Decimal | bool | None


def open_workbook(stream: IO[bytes], *, bulk: bool = False) -> Any:
    """An `xlsxwriter.Workbook` that makes nothing of strings; use it in a `with` block.

    `bulk` keeps memory flat for large tables: rows must then be written in order and once.
    """
    from xlsxwriter import Workbook

    options: dict[str, object] = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
        "in_memory": not bulk,
        "constant_memory": bulk,
    }
    return Workbook(stream, options)


def add_sheet(workbook: Any, title: str) -> Any:
    """A new sheet under a legal and unique name made from `title`."""
    taken = {ws.get_name().casefold() for ws in workbook.worksheets()}
    return workbook.add_worksheet(sheet_name(title, taken))


def text(ws: Any, row: int, column: int, value: str, fmt: Any = None) -> bool:
    """Write a string as a string, zero-based. True when it had to be cleaned or shortened: say so to the reader."""
    cleaned, was_changed = clean_text(value)
    ws.write_string(row, column, cleaned, fmt)
    return was_changed


def number(ws: Any, row: int, column: int, value: int | float | Decimal, fmt: Any = None) -> None:
    """Write a number: the double nearest to the exact decimal, as every spreadsheet stores it."""
    ws.write_number(row, column, float(value), fmt)


def formula(
    ws: Any, row: int, column: int, expression: str, fmt: Any = None, cached: Decimal | float | str = 0
) -> None:
    """Write one of our own formulas with the value our code computed, right in any viewer without recalculation.

    Never build `expression` from people's text: refer to the cell that holds it.
    """
    if not expression.startswith("="):
        raise ValueError(f"a formula starts with '=': {expression!r}")
    ws.write_formula(row, column, expression, fmt, cached if isinstance(cached, str) else float(cached))


def safe_csv(rows: Iterable[Iterable[CsvValue]], *, delimiter: Literal[";", ","] = ";", decimal_mark: str = ".") -> str:
    """CSV in which text is guarded against formulas and numbers stay numbers. Encode as `utf-8-sig` for Excel."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([_csv_value(value, decimal_mark) for value in row])
    return stream.getvalue()


def _csv_value(value: CsvValue, decimal_mark: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:f}".replace(".", decimal_mark) if isinstance(value, Decimal) else str(value)
    return guard(clean_text(value)[0])
