"""One way to write cells: texts, inputs people may change, and live formulas that carry the engine's value.

Every formula is recorded with the value the engine computed, every input with its official value: `official` turns
both into the sheet that tells official figures from what-if figures, tests recalculate and compare.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

from accounts import practice
from evaluation.scoring.exact import as_decimal
from tendering.spreadsheets.writer import add_sheet, formula, number, open_workbook, text

Value = int | Decimal | Fraction | str | None
INK, BLUE, PALE, LINE, YELLOW, YELLOW_EDGE = "#1A1F2B", "#171E5C", "#E8EBF7", "#B9C0D4", "#FFF4CC", "#DCC981"
GREY = "#5B6478"
MONEY = "#,##0.00"
NUMBERS = {"money": MONEY, "points": "0.00", "exact": "0.00##", "ratio": "0.0000", "count": "0", "plain": "#,##0.####",
           "cost": "#,##0.00##"}  # fmt: skip
PLACES = {"money": 2, "points": 2, "exact": 4, "ratio": 4, "count": 0, "plain": 4, "cost": 4}


@cache
def letters(column: int) -> str:
    """Column name of a zero-based index: 0 -> A, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def at(row: int, column: int, fixed: str = "") -> str:
    """Zero-based cell as A1; `fixed` may hold "r" and "c" for dollar signs."""
    return f"{'$' * ('c' in fixed)}{letters(column)}{'$' * ('r' in fixed)}{row + 1}"


def span(first: tuple[int, int], last: tuple[int, int], fixed: str = "") -> str:
    """A block of cells on the same sheet."""
    return f"{at(*first, fixed)}:{at(*last, fixed)}"


@dataclass(frozen=True, slots=True)
class Live:
    """A formula as written: where, what, the value of the engine and how many decimals are shown."""

    sheet: str
    cell: str
    formula: str
    value: Value
    places: int


@dataclass(frozen=True, slots=True)
class Watched:
    """An input or a result that is compared with its official value: reference, words, value, decimals."""

    reference: str
    words: str
    value: Value
    style: str


@dataclass
class Book:
    """A workbook in the making. `live=False` writes values instead of formulas; `zeros` leaves out cached values."""

    live: bool = True
    zeros: bool = False
    formulas: list[Live] = field(default_factory=list)
    inputs: list[Watched] = field(default_factory=list)
    results: list[Watched] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._styles: dict[str, Any] = {}
        self.stream = io.BytesIO()
        self.file = open_workbook(self.stream)

    def sheet(self, title: str) -> Sheet:
        return Sheet(self, add_sheet(self.file, title))

    def close(self) -> bytes:
        self.file.close()
        return self.stream.getvalue()

    def format(self, **properties: Any) -> Any:
        """A cell format; equal properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            base = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.file.add_format(base | properties)
        return self._formats[key]

    def style(self, name: str) -> Any:
        """A named format: a number style of NUMBERS, "text", "head", … with a suffix "!" for bold, "?" for input."""
        if name not in self._styles:
            self._styles[name] = self._new_style(name)
        return self._styles[name]

    def _new_style(self, name: str) -> Any:
        bold, is_input = "!" in name, "?" in name
        plain = name.strip("!?")
        properties: dict[str, Any] = dict(_STYLES.get(plain, {}))
        if plain in NUMBERS:
            properties |= {"num_format": NUMBERS[plain], "align": "right"}
        elif plain.startswith("places"):
            decimals = int(plain.removeprefix("places"))
            properties |= {"num_format": "#,##0" + ("." + "0" * decimals if decimals else ""), "align": "right"}
        if bold:
            properties["bold"] = True
        if is_input:
            properties |= {"bg_color": YELLOW, "border": 1, "border_color": YELLOW_EDGE, "locked": False}
        return self.format(**properties)


_HEAD = {"bold": True, "bg_color": PALE, "text_wrap": True, "bottom": 1, "bottom_color": LINE, "valign": "vcenter"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": BLUE},
    "section": {"bold": True, "font_size": 12, "font_color": BLUE},
    "head": _HEAD,
    "headright": {**_HEAD, "align": "right"},
    "lead": {"font_size": 12, "text_wrap": True, "valign": "vcenter"},
    "text": {"text_wrap": True},
    "cell": {},
    "small": {"font_color": GREY, "text_wrap": True},
    "note": {"font_color": GREY},
    "unit": {"font_color": GREY},
    "status": {"bold": True, "font_size": 14, "align": "center", "valign": "vcenter", "border": 2},
    "verdict": {"bold": True, "align": "left", "indent": 1},
    "verdicthead": {**_HEAD, "indent": 1},
    "rank": {"bold": True, "align": "center", "num_format": "0"},
    "reason": {"font_color": GREY, "text_wrap": True, "indent": 1},
    "right": {"align": "right"},
}  # fmt: skip


class Sheet:
    """One sheet; rows and columns are zero-based. Locked without a pass word, so that only inputs are typed over."""

    def __init__(self, book: Book, ws: Any) -> None:
        self.book, self.ws = book, ws
        self.name: str = ws.get_name()
        ws.hide_gridlines(2)
        ws.set_landscape()
        ws.set_paper(9)
        ws.fit_to_pages(1, 0)
        ws.set_default_row(16)
        ws.set_row(0, 26)
        ws.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        ws.set_footer("&L&8&F&C&8&A&R&8&P / &N")
        if mark := practice.mark():
            ws.set_header(f"&C&B{mark}")
        ws.protect("", {"format_columns": True, "format_rows": True, "format_cells": True, "autofilter": True})

    def ref(self, row: int, column: int) -> str:
        """Absolute reference from any sheet."""
        return f"{self._quoted}!{at(row, column, 'rc')}"

    def block(self, first: tuple[int, int], last: tuple[int, int]) -> str:
        """Absolute reference of a block from any sheet."""
        return f"{self._quoted}!{span(first, last, 'rc')}"

    @cached_property
    def _quoted(self) -> str:
        return "'" + self.name.replace("'", "''") + "'"

    def text(self, row: int, column: int, value: str, style: str = "text") -> None:
        text(self.ws, row, column, value, self.book.style(style))

    def heads(self, row: int, column: int, names: Sequence[str], left: int = 2) -> None:
        """A row of column headings; the first `left` are aligned left, numbers right."""
        for offset, name in enumerate(names):
            self.text(row, column + offset, name, "head" if offset < left else "headright")

    def number(self, row: int, column: int, value: Value, style: str) -> None:
        """A fixed number, or text, or nothing."""
        if value is None or value == "":
            self.ws.write_blank(row, column, None, self.book.style(style))
        elif isinstance(value, str):
            self.text(row, column, value, style)
        else:
            number(self.ws, row, column, _double(value), self.book.style(style))

    def input(self, row: int, column: int, value: Value, style: str, words: str) -> str:
        """A yellow cell people may change; returns its reference. Its official value is watched."""
        style = style + "?" if self.book.live else style
        self.number(row, column, value, style)
        self.book.inputs.append(Watched(self.ref(row, column), words, value, style.strip("?")))
        return self.ref(row, column)

    def live(self, row: int, column: int, expression: str, value: Value, style: str = "money") -> str:
        """A formula with the engine's value as its cached result; returns its reference."""
        value = "" if value is None else value
        cell_format = self.book.style(style)
        if not self.book.live:
            self.number(row, column, value, style)
        else:
            cached: Any = value if isinstance(value, str) else _double(value)
            formula(self.ws, row, column, "=" + expression, cell_format, 0 if self.book.zeros else cached)
            self.book.formulas.append(Live(self.name, at(row, column), expression, value, places_of(style)))
        return self.ref(row, column)

    def result(self, row: int, column: int, expression: str, value: Value, style: str, words: str) -> str:
        """A live formula whose value is part of the official result."""
        reference = self.live(row, column, expression, value, style)
        self.book.results.append(Watched(reference, words, value, style))
        return reference

    def merged(self, first: tuple[int, int], last: tuple[int, int], value: str, style: str = "text") -> None:
        """Text over several cells."""
        if first != last:
            self.ws.merge_range(*first, *last, "", self.book.style(style))
        self.text(*first, value, style)

    def widths(self, *pairs: tuple[int, int, float]) -> None:
        for first, last, width in pairs:
            self.ws.set_column(first, last, width)

    def tall(self, row: int, lines: int, size: float = 13.5) -> None:
        """Height of a row with merged text, which spreadsheets do not adapt by themselves."""
        self.ws.set_row(row, max(1, lines) * size + 2.5)


def places_of(style: str) -> int:
    """Decimals that a number style shows at most."""
    plain = style.strip("!?")
    return int(plain.removeprefix("places")) if plain.startswith("places") else PLACES.get(plain, 0)


def lines_of(value: str, width: int) -> int:
    """How many lines a text takes in a column of that width; letters are narrower than the digits it counts in."""
    characters = int(width * 1.12)
    return sum(max(1, -(-len(part) // characters)) for part in value.split("\n"))


def _double(value: int | Decimal | Fraction) -> Decimal | float | int:
    return float(value) if isinstance(value, Fraction) else value


def exactly(value: Value, places: int) -> str:
    """The printed digits of a value, as tests compare them."""
    if value is None or isinstance(value, str):
        return value or ""
    return format(as_decimal(Fraction(value), places), "f")


def quoted(words: str) -> str:
    """A text of our own as a string inside a formula."""
    return '"' + words.replace('"', '""') + '"'


@dataclass
class Rows:
    """A running row number."""

    row: int = 0

    def take(self, count: int = 1) -> int:
        """The current row; the next one comes `count` rows later."""
        taken, self.row = self.row, self.row + count
        return taken
