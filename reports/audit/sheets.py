"""The lists of the room as XLSX and CSV. What people or bidders wrote is always text, never a formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilots.models import Pilot
from reports.audit import deviations
from reports.audit.deviations import Line
from reports.audit.kinds import OF_PILOTS, OF_TENDERS, Deviation
from tendering.models import Tender
from tendering.spreadsheets.tables import as_xlsx
from tendering.spreadsheets.writer import safe_csv

__all__ = ["as_csv", "as_xlsx", "deviation_rows", "file_rows", "shown"]
AT_ONCE = 200
Cell = str | int | Decimal | None
Row = list[Cell]


def file_rows(files: Iterable[Any], now: datetime, *, pilots: bool) -> Iterator[Row]:
    """Heads, then a row per file: number, title, phase, value, and how often it deviates in each way."""
    kinds = OF_PILOTS if pilots else OF_TENDERS
    yield [_("Number"), _("Title"), _("Phase"), _("Estimated value, net"), _("Currency"), _("Begun (UTC)"),
           *(str(kind.label) for kind in kinds)]  # fmt: skip
    for part in _parts(files):
        lines = deviations.of_pilots(part) if pilots else deviations.of_tenders(part)
        for file in part:
            counted = {tally.kind: tally.number for tally in deviations.counts(lines[file.pk])}
            yield [
                file.reference, file.title, str(file.status(now).label), getattr(file, "value", None), file.currency,
                _moment(file.created_at), *(counted.get(kind, 0) for kind in kinds),
            ]  # fmt: skip


def deviation_rows(files: Iterable[Any], *, pilots: bool, wanted: Sequence[str] = ()) -> Iterator[Row]:
    """Heads, then a row per deviation of every file."""
    yield [_("Number"), _("Title"), _("Kind"), _("What"), _("Who"), _("When (UTC)"), _("Reason given"), _("Rule")]
    for part in _parts(files):
        lines = deviations.of_pilots(part) if pilots else deviations.of_tenders(part)
        for file in part:
            for line in shown(lines[file.pk], wanted):
                yield [file.reference, file.title, line.label, line.what, line.who, _moment(line.at), line.reason,
                       line.rule]  # fmt: skip


def shown(lines: Iterable[Line], wanted: Sequence[str] = ()) -> list[Line]:
    """The lines of the kinds asked for; without a wish all but acts at invented times."""
    if wanted:
        return [line for line in lines if line.kind in wanted]
    return [line for line in lines if line.kind != Deviation.SIMULATED]


def as_csv(rows: Iterable[Row]) -> bytes:
    return safe_csv(rows).encode("utf-8-sig")


def _parts(files: Iterable[Any]) -> Iterator[list[Any]]:
    """Files in parts, so that one deviation's queries serve many of them."""
    part: list[Tender | Pilot] = []
    for file in files:
        part.append(file)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
