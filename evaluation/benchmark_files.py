"""A data set from a sheet: columns unit, year, "input: …", "output: …"; read in a child process, faults by cell."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tendering.fields import page_locale
from tendering.spreadsheets.cells import Cell, Workbook, column_letters
from tendering.spreadsheets.numbers import NumberProblem, parse_decimal
from tendering.spreadsheets.safe import Refused, read_workbook
from tendering.spreadsheets.writer import safe_csv

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 22
UNIT, YEAR = ("unit", "einheit"), ("year", "jahr")
INPUT, OUTPUT = ("input:", "einsatz:"), ("output:", "ergebnis:")


@dataclass
class Read:
    """What a sheet says: names of inputs and outputs, rows {"name", "year", "values"}."""

    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)


def template() -> bytes:
    """An empty example as CSV in the language of the page."""
    heads = [_("unit"), _("year"), f"{_('input:')} {_('staff hours')}", f"{_('output:')} {_('cases')}"]
    mark = "," if page_locale() == "de" else "."
    return safe_csv([heads, [_("Example town"), 2025, 1200, 4300]], delimiter=";" if mark == "," else ",",
                    decimal_mark=mark).encode("utf-8-sig")  # fmt: skip


def read(data: bytes) -> Read:
    """All rows or none; ValidationError names each wrong cell."""
    try:
        book = read_workbook(data)
    except Refused as error:
        raise ValidationError(
            {"file": _("The file cannot be read as a sheet. Save it as XLSX, ODS or CSV.")}
        ) from error
    found, faults = Read(), []
    columns = _columns(book, found)
    for number in range(2, MOST_ROWS + 2):
        cells = {place: _cell(book, place, number) for place in columns}
        if all(cell.kind == "empty" for cell in cells.values()):
            continue
        row: dict[str, Any] = {"values": {}}
        for place, (kind, name) in columns.items():
            try:
                _take(row, kind, name, cells[place])
            except ValueError as problem:
                faults.append(_("Cell %(cell)s: %(problem)s") % {"cell": f"{place}{number}", "problem": problem})
        found.rows.append(row)
    keys = [(row.get("name"), row.get("year")) for row in found.rows]
    if len(set(keys)) != len(keys):
        faults.append(_("A unit stands twice in the same year."))
    if not found.rows:
        faults.append(_("The sheet has no row with data."))
    if faults:
        raise ValidationError({"file": faults[:20]})
    return found


def _cell(book: Workbook, column: str, row: int) -> Cell:
    return book.sheets[0].cells.get(f"{column}{row}", Cell("empty", ""))


def _columns(book: Workbook, found: Read) -> dict[str, tuple[str, str]]:
    """{letter: (kind, name)} by the heads; unknown columns are not read."""
    columns: dict[str, tuple[str, str]] = {}
    for index in range(MOST_COLUMNS if book.sheets else 0):
        place = column_letters(index)
        head = _cell(book, place, 1).value.strip()
        word = head.lower()
        if word in UNIT:
            columns[place] = ("name", "")
        elif word in YEAR:
            columns[place] = ("year", "")
        for starts, names, kind in ((INPUT, found.inputs, "input"), (OUTPUT, found.outputs, "output")):
            if word.startswith(starts) and (name := head.partition(":")[2].strip()[:80]):
                columns[place] = (kind, name)
                names.append(name)
    kinds = [kind for kind, _name in columns.values()]
    if not {"name", "year", "input", "output"} <= set(kinds):
        raise ValidationError({"file": _(
            "The first row needs the columns “unit”, “year”, at least one “input: …” and one “output: …”."
        )})  # fmt: skip
    both = [*found.inputs, *found.outputs]
    if len(set(both)) != len(both):
        raise ValidationError({"file": _("A column stands twice.")})
    return columns


def _take(row: dict[str, Any], kind: str, name: str, cell: Cell) -> None:
    """Put one cell into its row; ValueError with what to do."""
    if kind == "name":
        if not cell.value.strip():
            raise ValueError(_("name the unit"))
        row["name"] = cell.value.strip()[:200]
        return
    try:
        value = Decimal(cell.value) if cell.kind == "number" else parse_decimal(cell.value, page_locale(), 6)
    except (NumberProblem, ArithmeticError):
        raise ValueError(_("write a number that is not negative")) from None
    if value is None or value < 0:
        raise ValueError(_("write a number that is not negative"))
    if kind == "year":
        if value != int(value) or not 1990 <= value <= 2100:
            raise ValueError(_("write a year, for example 2025"))
        row["year"] = int(value)
        return
    row["values"][name] = format(value, "f")
