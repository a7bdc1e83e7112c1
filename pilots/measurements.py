"""Monthly values out of a foreign CSV or spreadsheet: read safely, name every fault by its place, show what was read.

A sheet has one value per line under the heads indicator, group (pilot or comparison), month, value, n. Numbers may be
written the German or the English way; a number that could be both is decided by its column or refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pilots.models import Indicator, Pilot
from tendering.fields import page_locale
from tendering.spreadsheets.cells import Cell, Sheet, Workbook, split_address
from tendering.spreadsheets.messages import PROBLEMS, REFUSED
from tendering.spreadsheets.numbers import Locale, NumberProblem, format_decimal, parse_decimal
from tendering.spreadsheets.safe import Refused, read_workbook

PLACES = 6
HEADS = {
    "kpi_id": ("kpi_id", "kpi", "indicator", "kennzahl", "code"),
    "arm": ("arm", "group", "gruppe"),
    "month": ("month", "monat"),
    "value": ("value", "wert"),
    "n": ("n", "cases", "fälle", "faelle"),
}
ARMS = {
    "pilot": "pilot", "trial": "pilot", "versuch": "pilot", "pilotgruppe": "pilot",
    "control": "control", "comparison": "control", "vergleich": "control", "vergleichsgruppe": "control",
}  # fmt: skip
_MONTH = (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})(?:-\d{1,2}.*)?\Z"), re.compile(r"(?P<m>\d{1,2})[./](?P<y>\d{4})\Z"))
Row = dict[str, Any]


class UnreadableSeries(Exception):
    """The file cannot be taken; `faults` are (place, sentence), place "" for the whole file."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """Rows as actions.import_measurements takes them, the place of each, and where they come from."""

    rows: list[Row]
    places: list[str]
    provenance: dict[str, Any]


def read_series(pilot: Pilot, data: bytes, file_name: str) -> ReadSeries:
    """Read a delivered file in a child process. Raises UnreadableSeries with the place of every fault."""
    try:
        book = read_workbook(data)
    except Refused as refused:
        raise UnreadableSeries([("", _(REFUSED[refused.code]) % refused.params)]) from refused
    sheet, heads, head_row = _table(book)
    reader = _Reader(book.kind, sheet, heads, {i.code: i for i in pilot.indicators.all()})
    lines = sorted({split_address(address)[1] for address in sheet.cells if split_address(address)[1] > head_row})
    read = [(number, row) for number in lines if (row := reader.row(number))]
    if reader.faults or not read:
        raise UnreadableSeries(reader.faults or [("", _("There is no value in it."))])
    provenance = {"file": file_name, "sha256": sha256(data).hexdigest(), "sheet": sheet.title}
    return ReadSeries([row for _number, row in read], [reader.place(number) for number, _row in read], provenance)


def faults_of(error: ValidationError, places: Sequence[str]) -> list[tuple[str, str]]:
    """Faults of the action (`$.series[3].value`) with the place in the file instead of the path."""
    table = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return [(_place(path, places), message) for path, messages in table.items() for message in messages]


def summary(rows: Iterable[Row], indicators: Iterable[Indicator]) -> list[list[Any]]:
    """ "This is what we read": per indicator and arm the months, first, last, mean, smallest, largest, cases."""
    import pandas as pd

    names = {indicator.code: indicator for indicator in indicators}
    frame = pd.DataFrame(list(rows)).sort_values("month")
    order = {code: position for position, code in enumerate(names)}
    lines = []
    for (code, arm), part in frame.groupby(["kpi_id", "arm"], sort=False):
        values = [Decimal(value) for value in part["value"]]
        lines.append((order.get(code, 99), arm != "pilot", [
            names.get(code, code), arm, len(part), part["month"].iloc[0], part["month"].iloc[-1],
            sum(values) / len(values), min(values), max(values), int(part["n"].sum()),
        ]))  # fmt: skip
    return [line for _position, _is_control, line in sorted(lines, key=lambda line: line[:2])]


def template_lines(pilot: Pilot, stored: Mapping[tuple[str, str, str], tuple[str, int]]) -> Iterator[list[str]]:
    """Lines of an empty sheet: every value the pilot needs, those that are there already filled in."""
    from pilots.effects.inputs import months_between

    yield ["kpi_id", "arm", "month", "value", "n"]
    design = (pilot.registration.get("design") or {}).get("kind", "did_control")
    arms = ("pilot", "control") if design in {"randomised", "did_control"} else ("pilot",)
    months = [month for name in ("baseline", "pilot") for month in months_between(*pilot.phases[name])]
    for indicator in pilot.indicators.all():
        for arm in arms:
            for month in months:
                value, n = stored.get((indicator.code, arm, month), ("", ""))
                yield [indicator.code, arm, month, value, str(n)]


def _place(path: str, places: Sequence[str]) -> str:
    found = re.match(r"\$\.series\[(\d+)\]", path)
    return places[int(found[1])] if found and int(found[1]) < len(places) else ""


def _table(book: Workbook) -> tuple[Sheet, dict[str, str], int]:
    """The first sheet that has all heads in one row: sheet, {field: column}, row of the heads."""
    for sheet in book.sheets:
        rows: dict[int, dict[str, str]] = {}
        for address, cell in sheet.cells.items():
            column, number = split_address(address)
            word = cell.value.strip().casefold()
            field = next((field for field, words in HEADS.items() if word in words), None)
            if field:
                rows.setdefault(number, {}).setdefault(field, column)
        for number, heads in sorted(rows.items()):
            if set(heads) == set(HEADS):
                return sheet, heads, number
    raise UnreadableSeries([("", _("No sheet has the heads kpi_id, arm, month, value and n in one row."))])


class _Reader:
    """Reads line by line; what cannot be read is kept as (place, sentence)."""

    def __init__(self, kind: str, sheet: Sheet, heads: Mapping[str, str], indicators: Mapping[str, Indicator]) -> None:
        self.kind, self.sheet, self.heads, self.indicators = kind, sheet, heads, indicators
        self.faults: list[tuple[str, str]] = []
        self.locale = _column_locale(sheet, heads["value"]) or page_locale()
        self.is_sure = _column_locale(sheet, heads["value"]) is not None

    def place(self, number: int, field: str = "") -> str:
        """ "Series!D7" in a workbook, "line 7" in a CSV file."""
        if self.kind == "csv":
            return _("line %(number)s") % {"number": number}
        return f"{self.sheet.title}!{self.heads[field or 'value']}{number}"

    def row(self, number: int) -> Row | None:
        """One line; None when it holds no value (a month still to come) or cannot be read."""
        cells = {field: self.sheet.cells.get(f"{column}{number}") for field, column in self.heads.items()}
        if cells["value"] is None or not cells["value"].value.strip():
            return None
        before = len(self.faults)
        code = self._text(cells["kpi_id"])
        if code not in self.indicators:
            self._fault(number, "kpi_id", _("There is no indicator %(code)s.") % {"code": code or "–"})
        row = {
            "kpi_id": code,
            "arm": self._arm(number, cells["arm"]),
            "month": self._month(number, cells["month"]),
            "value": self._value(number, cells["value"], code),
            "n": self._n(number, cells["n"]),
        }
        return row if len(self.faults) == before else None

    def _fault(self, number: int, field: str, sentence: str) -> None:
        self.faults.append((self.place(number, field), sentence))

    def _text(self, cell: Cell | None) -> str:
        return cell.value.strip() if cell else ""

    def _arm(self, number: int, cell: Cell | None) -> str:
        arm = ARMS.get(self._text(cell).casefold(), "")
        if not arm:
            self._fault(number, "arm", _("Write pilot or comparison."))
        return arm

    def _month(self, number: int, cell: Cell | None) -> str:
        text = self._text(cell)
        found = next((match for pattern in _MONTH if (match := pattern.match(text))), None)
        if found is None or not 1 <= int(found["m"]) <= 12:
            self._fault(number, "month", _("Write the month like 2026-07 or 07/2026."))
            return ""
        return f"{found['y']}-{int(found['m']):02}"

    def _value(self, number: int, cell: Cell, code: str) -> str:
        if cell.kind == "number":
            return cell.value
        is_percent = cell.value.rstrip().endswith("%")
        try:
            value = self._decimal(cell.value)
        except NumberProblem as problem:
            self._fault(number, "value", _words(problem, self.locale))
            return ""
        is_share = code in self.indicators and self.indicators[code].kind == "share"
        return format(value.scaleb(-2) if is_percent and is_share else value, "f")

    def _decimal(self, text: str) -> Decimal:
        """A typed number. "1.250" is read like the rest of its column; a column that does not tell is not guessed."""
        try:
            return parse_decimal(text, self.locale, PLACES, allow_negative=True, unit="%")
        except NumberProblem as problem:
            if problem.code != "ambiguous" or not self.is_sure:
                raise
            grouping = "." if self.locale == "de" else ","
            thousands, decimal = sorted(problem.readings, reverse=True)
            return thousands if grouping in text else decimal

    def _n(self, number: int, cell: Cell | None) -> int:
        text = self._text(cell)
        digits = re.sub(r"[\s.,'\u00a0\u202f](?=\d{3}(\D|\Z))", "", text)
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):
            self._fault(number, "n", _("n is a whole number."))
            return 0
        return int(digits)


def _column_locale(sheet: Sheet, column: str) -> Locale | None:
    """How this column writes decimals, told by its unambiguous numbers; None when none tells or they disagree."""
    found: set[Locale] = set()
    for address, cell in sheet.cells.items():
        if split_address(address)[0] == column and cell.kind == "text":
            found |= _told(cell.value.replace("%", "").strip())
    return found.pop() if len(found) == 1 else None


def _told(text: str) -> set[Locale]:
    marks = re.findall(r"[.,]", text)
    tail = re.split(r"[.,]", text)[-1]
    starts_with_zero = bool(re.match(r"-?0[.,]", text))
    if not marks or (len(set(marks)) == 1 and len(tail) == 3 and not starts_with_zero):
        return set()
    return {"de"} if marks[-1] == "," else {"en"}


def _words(problem: NumberProblem, locale: Locale) -> str:
    words: dict[str, Any] = {"places": PLACES}
    if problem.readings:
        words |= {
            name: format_decimal(value, locale)
            for name, value in zip(("first", "second"), problem.readings, strict=True)
        }
    sentence = PROBLEMS.get(problem.code, PROBLEMS["not_a_number"])
    return _(sentence) % words
