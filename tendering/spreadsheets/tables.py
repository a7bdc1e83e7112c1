"""A list as a table: one sheet, or CSV as the reader's spreadsheet expects it. What people wrote stays text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tendering.spreadsheets.writer import CsvValue, add_sheet, number, open_workbook, safe_csv, text

Row = Sequence[CsvValue]


def as_xlsx(title: str, rows: Iterable[Row]) -> bytes:
    """One sheet with a fixed first row; numbers are numbers, everything else text."""
    stream = io.BytesIO()
    with open_workbook(stream) as book:
        sheet = add_sheet(book, title)
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        last = 0
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, int | Decimal):
                    number(sheet, index, column, value, wrap)
                elif value is not None:
                    text(sheet, index, column, value, wrap if index else head)
            last = max(last, len(row) - 1)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, last, 28)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return stream.getvalue()


def as_csv(rows: Iterable[Row], *, german: bool) -> bytes:
    """With a mark of the encoding; semicolons and decimal commas where the language writes them."""
    body = safe_csv(rows, delimiter=";" if german else ",", decimal_mark="," if german else ".")
    return body.encode("utf-8-sig")
