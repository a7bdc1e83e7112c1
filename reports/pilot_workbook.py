"""The workbook of an analysed pilot: findings, every monthly value with live means and effect, money, sources.

Means and difference-in-differences are live formulas over the monthly values; intervals and verdicts need a
distribution that spreadsheets compute differently, so they are the engine's values and marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pilots import sentences
from pilots.effects import from_json
from pilots.effects.estimate import KpiSeries, mean, series_of
from pilots.effects.inputs import Arm
from pilots.effects.money import half_up
from pilots.figures import name_of
from pilots.models import AnalysisRun, Indicator, Pilot
from pilots.money_tiles import money_tiles
from pilots.results import latest
from pilots.sentences import VERDICTS
from reports.workbook.formulas import whole
from reports.workbook.layout import Book, Rows, Sheet, at, lines_of, span
from reports.workbook.official import Official
from reports.workbook.prices import decimals

Json = Mapping[str, Any]
PLACES = 4
WIDTH = 110


@dataclass(frozen=True)
class Measured:
    """One indicator with its monthly values and its stored result."""

    indicator: Indicator
    series: KpiSeries
    record: Json

    @property
    def arms(self) -> tuple[Arm, ...]:
        return ("pilot", "control") if self.series.has_control else ("pilot",)

    @property
    def fine(self) -> int:
        """Decimals of the delivered values."""
        return max([0, *(decimals(reading.value) for reading in self.series.readings.values())])

    @property
    def before(self) -> tuple[str, ...]:
        return self.series.headline_months("baseline")

    @property
    def after(self) -> tuple[str, ...]:
        return self.series.headline_months("pilot")

    @property
    def ramp_up(self) -> tuple[str, ...]:
        """Pilot months that do not count; they come first."""
        return tuple(month for month in self.series.months.of("pilot") if month not in self.after)


def pilot_workbook(pilot: Pilot, language: str) -> bytes:
    """The workbook as xlsx; ValueError for a pilot without an analysis that two people stand for."""
    return build_pilot(pilot, language)[0]


def build_pilot(pilot: Pilot, language: str, *, zeros: bool = False) -> tuple[bytes, Book]:
    """File and what was written into it; `zeros` leaves cached values out (for tests)."""
    run = latest(pilot)
    if run is None:
        raise ValueError("this pilot has not been analysed")
    with translation.override(language):
        book = Book(zeros=zeros)
        _write(book, pilot, run)
        return book.close(), book


def measured_of(pilot: Pilot, run: AnalysisRun) -> list[Measured]:
    """Indicators in their order with values from the stored input."""
    given = from_json(run.inputs)
    records = {record["kpi_id"]: record for record in run.result["kpis"]}
    rows = {indicator.code: indicator for indicator in pilot.indicators.all()}
    return [Measured(rows[k.id], series_of(k, given.series, given.months), records[k.id]) for k in given.kpis]


def _write(book: Book, pilot: Pilot, run: AnalysisRun) -> None:
    summary, values = book.sheet(_("Summary")), book.sheet(_("Monthly values"))
    official, sources = Official(book.sheet(_("Official values"))), book.sheet(_("Sources"))
    measured = measured_of(pilot, run)
    confidence = str(run.inputs["registration"]["design"]["confidence"])
    places = _monthly(values, measured)
    _summary(summary, pilot, run, measured, places, official, confidence)
    _sources(sources, pilot, run)
    official.write()
    summary.ws.activate()
    book.file.set_properties({"title": pilot.title, "created": run.created_at})


# -- monthly values ---------------------------------------------------------------------------------------------------
def _monthly(sheet: Sheet, measured: list[Measured]) -> dict[str, dict[str, str]]:
    """A block per indicator; returns the references of its figures by indicator code."""
    sheet.text(0, 0, _("Monthly values"), "title")
    sheet.text(1, 0, _("As delivered and frozen. Yellow cells may be changed to see what would happen."), "note")
    sheet.widths((0, 0, 14), (1, 1, 18), (2, 9, 15))
    rows, found = Rows(3), {}
    for item in measured:
        found[item.indicator.code] = _block(sheet, rows, item)
    return found


def _block(sheet: Sheet, rows: Rows, item: Measured) -> dict[str, str]:
    title = f"{item.indicator.code} {name_of(item.indicator)} ({item.indicator.unit})"
    sheet.text(rows.take(), 0, title, "section")
    control = [_("Comparison group")] if "control" in item.arms else []
    difference = [_("Difference")] if control else []
    sheet.heads(rows.take(), 0, [_("Month"), _("Phase"), _("With the trial"), *control, *difference])
    first = rows.row
    for phase, months in (("baseline", item.before), ("ramp_up", item.ramp_up), ("pilot", item.after)):
        for month in months:
            _month(sheet, rows.take(), item, phase, month)
    return _figures(sheet, rows, item, first)


def _month(sheet: Sheet, row: int, item: Measured, phase: str, month: str) -> None:
    names = {"baseline": _("before"), "pilot": _("during the trial"), "ramp_up": _("starting up, does not count")}
    sheet.text(row, 0, sentences.month(month), "cell")
    sheet.text(row, 1, names[phase])
    values = []
    for column, arm in enumerate(item.arms, 2):
        reading = item.series.readings.get((arm, month))
        value = None if reading is None else reading.value
        values.append(value)
        sheet.input(row, column, value, f"places{item.fine}", f"{item.indicator.code}, {month}, {arm}")
    if len(item.arms) == 2:
        pilot, control = at(row, 2), at(row, 3)
        exact = f"({whole(pilot, item.fine)}-{whole(control, item.fine)})/{10**item.fine}"
        own, other = values
        known = None if own is None or other is None else own - other
        sheet.live(row, 4, f'IF(COUNT({pilot},{control})=2,{exact},"")', known, f"places{item.fine}")


def _figures(sheet: Sheet, rows: Rows, item: Measured, first: int) -> dict[str, str]:
    """Means before and during, change per arm, and the effect; references for the summary."""
    before = (first, first + len(item.before) - 1)
    start = first + len(item.before) + len(item.ramp_up)
    after = (start, start + len(item.after) - 1)
    lines = {name: rows.take() for name in ("before", "after", "change")}
    for name, text in (("before", _("Mean before")), ("after", _("Mean during")), ("change", _("Change"))):
        sheet.text(lines[name], 1, text, "text!")
    columns: dict[str, int] = {arm: 2 + index for index, arm in enumerate(item.arms)}
    if len(item.arms) == 2:
        columns["difference"] = 4
    found: dict[str, str] = {}
    for arm, column in columns.items():
        known = _values(item, arm)
        for name, value in zip(("before", "after", "change"), known, strict=True):
            expression = _expression(item, column, before, after, name)
            words = f"{item.indicator.code}, {arm}, {name}"
            found[f"{arm} {name}"] = sheet.result(lines[name], column, expression, value, f"places{PLACES}!", words)
    found["did"] = found.get("difference change", found["pilot change"])
    rows.take(2)
    return found


def _values(item: Measured, arm: str) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Mean before, mean during and their difference, each rounded once from the exact value."""
    before, after = (_taken(item, arm, months) for months in (item.before, item.after))
    low, high = (mean(values) if values else None for values in (before, after))
    change = None if low is None or high is None else high - low
    return _shown(low), _shown(high), _shown(change)


def _taken(item: Measured, arm: str, months: tuple[str, ...]) -> list[Fraction]:
    if arm == "difference":
        return item.series.differences(months)
    return item.series.values("pilot" if arm == "pilot" else "control", months)


def _shown(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(value, PLACES)


def _expression(item: Measured, column: int, before: tuple[int, int], after: tuple[int, int], name: str) -> str:
    """Whole-number arithmetic: sums of the values as integers, one division, one rounding."""
    b, a = (span((first, column), (last, column)) for first, last in (before, after))
    sums = [whole(f"SUM({cells})", item.fine) for cells in (b, a)]
    scale = 10**item.fine
    if name == "change":
        numerator = f"{10**PLACES}*({sums[1]}*COUNT({b})-{sums[0]}*COUNT({a}))"
        shown = f"ROUND({numerator}/(COUNT({a})*COUNT({b})*{scale}),0)/{10**PLACES}"
        return f'IF(AND(COUNT({a})>0,COUNT({b})>0),{shown},"")'
    cells, total = (b, sums[0]) if name == "before" else (a, sums[1])
    return f'IF(COUNT({cells})>0,ROUND({10**PLACES}*{total}/(COUNT({cells})*{scale}),0)/{10**PLACES},"")'


# -- summary ----------------------------------------------------------------------------------------------------------
def _summary(
    sheet: Sheet, pilot: Pilot, run: AnalysisRun, measured: list[Measured], places: dict[str, dict[str, str]],
    official: Official, confidence: str,
) -> None:  # fmt: skip
    sheet.text(0, 0, pilot.title, "title")
    sheet.text(1, 0, f"{pilot.reference} · {pilot.municipality.name}", "note")
    sheet.widths((0, 0, 8), (1, 1, 40), (2, 12, 15))
    official.write_status(sheet, 3)
    rows = Rows(5)
    lines = [sentences.success(run.result["success"])[1]]
    lines += [sentences.finding(item.indicator, item.record, confidence) for item in measured]
    for number, line in enumerate(lines):
        row = rows.take()
        sheet.merged((row, 0), (row, 11), line, "lead!" if number == 0 else "lead")
        sheet.tall(row, lines_of(line, 150), 16)
    rows.take()
    _table(sheet, rows, measured, places)
    _money(sheet, rows, pilot, run)


def _table(sheet: Sheet, rows: Rows, measured: list[Measured], places: dict[str, dict[str, str]]) -> None:
    head = rows.take()
    sheet.heads(head, 0, [
        _("No."), _("Indicator"), _("Mean before"), _("Mean during"), _("Change"), _("Change, comparison group"),
        _("Effect of the trial"), _("Interval from (engine)"), _("Interval to (engine)"), _("Target"),
    ])  # fmt: skip
    sheet.text(head, 10, _("Verdict (engine)"), "verdicthead")
    sheet.ws.set_row(head, 42)
    for item in measured:
        row, refs = rows.take(), places[item.indicator.code]
        sheet.text(row, 0, item.indicator.code, "text!")
        name = f"{name_of(item.indicator)} ({item.indicator.unit})"
        sheet.text(row, 1, name)
        sheet.tall(row, lines_of(name, 40))
        _levels(sheet, row, item, refs)
        effect = item.record["effect"] or {}
        for column, edge in ((7, effect.get("low")), (8, effect.get("high"))):
            sheet.number(row, column, "–" if edge is None else Decimal(edge), f"places{PLACES}")
        sheet.number(row, 9, item.indicator.target, "plain")
        sheet.text(row, 10, str(VERDICTS[item.record["verdict"]]), "verdict")
    rows.take()
    note = _("Shares are written as parts of one (0.25 = 25 %%). Effect = change with the trial minus change in the "
             "comparison group.") % {}  # fmt: skip
    sheet.text(rows.take(2), 0, note, "note")


def _levels(sheet: Sheet, row: int, item: Measured, refs: dict[str, str]) -> None:
    """Live figures, fetched from the monthly values."""
    pilot, style = _values(item, "pilot"), f"places{PLACES}"
    for column, name, value in zip((2, 3, 4), ("before", "after", "change"), pilot, strict=True):
        sheet.live(row, column, refs[f"pilot {name}"], value, style)
    did = pilot[2]
    if "control" in item.arms:
        sheet.live(row, 5, refs["control change"], _values(item, "control")[2], style)
        did = _values(item, "difference")[2]
    else:
        sheet.number(row, 5, "–", style)
    if item.record["effect"] is None:
        sheet.number(row, 6, "–", style)
    else:
        sheet.live(row, 6, refs["did"], did, f"{style}!")


def _money(sheet: Sheet, rows: Rows, pilot: Pilot, run: AnalysisRun) -> None:
    sheet.text(rows.take(), 0, _("Money and time (values from the engine; only demonstrated effects count)"), "section")
    for tile in money_tiles(run.result["money"], pilot.currency):
        row = rows.take()
        sheet.merged((row, 0), (row, 1), str(tile["label"]), "text!")
        sheet.text(row, 2, str(tile["value"]), "right")
        sheet.text(row, 3, str(tile["note"]), "note")


# -- sources ----------------------------------------------------------------------------------------------------------
def _sources(sheet: Sheet, pilot: Pilot, run: AnalysisRun) -> None:
    sheet.text(0, 0, _("Sources"), "title")
    sheet.widths((0, 0, 34), (1, 1, WIDTH))
    rows = Rows(2)
    pairs = [
        (_("Pilot"), f"{pilot.reference} {pilot.title}"),
        (_("Municipality"), pilot.municipality.name),
        (_("Method and version"), run.method_version),
        (_("Fingerprint of the sealed promise (SHA-256)"), pilot.registration_hash),
        (_("Fingerprint of the inputs (SHA-256)"), run.inputs_hash),
        (_("Fingerprint of the result (SHA-256)"), run.result_hash),
        (_("Method"), _("Monthly values, unweighted. Effect = (mean during − mean before) with the trial, minus the "
                        "same in the comparison group. Interval: Welch t on the monthly differences.")),
        (_("Live and fixed"), _("Means, changes and effects are computed in this sheet in whole numbers and rounded "
                                "once. Intervals, verdicts, sentences and money are values of the engine.")),
    ]  # fmt: skip
    for label, value in pairs:
        if value:
            row = rows.take()
            sheet.text(row, 0, label, "text!")
            sheet.text(row, 1, value)
            sheet.tall(row, max(lines_of(label, 34), lines_of(value, WIDTH)))
