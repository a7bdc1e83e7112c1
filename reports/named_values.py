"""The result as named values, for a municipality's own spreadsheet template: `winner_L1`, `price_L1_B01`, …"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from evaluation.models import EvaluationRun
from evaluation.results import LotView, ResultView, RowView, view_of
from reports.workbook.stored import local_time
from tendering.spreadsheets.template import FillReport, fill_template
from tendering.spreadsheets.writer import safe_csv

Value = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A name a template may use, what it means, and the value it gets."""

    name: str
    meaning: str
    value: Value


def named_values(run: EvaluationRun) -> list[NamedValue]:
    """All names of a result in the order of its lots and bids; texts in the active language."""
    view = view_of(run)
    found = list(_tender(run, view))
    for lot in view.lots:
        found += _lot(view, lot)
        for row in lot.rows:
            found += _row(view, lot, row)
    return found


def fill(template: bytes, run: EvaluationRun) -> tuple[bytes, FillReport]:
    """The template with its named cells filled; `tendering.spreadsheets.safe.Refused` for a file that is none."""
    return fill_template(template, {item.name: item.value for item in named_values(run)})


def names_csv(run: EvaluationRun, heads: tuple[str, str, str]) -> str:
    """The list of names to keep beside one's template: name, meaning, value."""
    rows: list[list[str | int | Decimal | bool | None]] = [list(heads)]
    rows += [[item.name, item.meaning, item.value] for item in named_values(run)]
    return safe_csv(rows)


def name_part(text: str) -> str:
    """A code as part of a cell name: letters, digits and underscores."""
    return re.sub(r"\W", "_", text, flags=re.ASCII)


def short_bid(view: ResultView, bid_id: str) -> str:
    """The bid's number within the tender: "2026-0147-B01" -> "B01"."""
    return name_part(bid_id.removeprefix(f"{view.tender_id}-"))


def _tender(run: EvaluationRun, view: ResultView) -> Iterator[NamedValue]:
    yield NamedValue("reference", _("Reference of the tender"), view.tender_id)
    yield NamedValue("title", _("Title of the tender"), view.title)
    yield NamedValue("buyer", _("Municipality"), run.tender.buyer.name)
    yield NamedValue("currency", _("Currency"), view.currency)
    yield NamedValue("computed_at", _("Computed at"), local_time(view.created_at, run.tender))
    yield NamedValue("weight_price", _("Weight of the price"), view.spec.weight_price)
    yield NamedValue("weight_quality", _("Weight of the performance"), view.spec.weight_quality)
    yield NamedValue("result_hash", _("Fingerprint of the result (SHA-256)"), view.result_hash)


def _lot(view: ResultView, lot: LotView) -> Iterator[NamedValue]:
    code = name_part(lot.lot_id)
    names = {row.bid_id: row.bidder for row in lot.rows}
    winners = lot.awards or lot.winner
    words: dict[str, tuple[str, Value]] = {
        "lot_title": (_("Title of the lot"), lot.title),
        "winner": (_("Who comes first"), ", ".join(names[bid] for bid in winners)),
        "winner_bid": (_("Number of the first bid"), ", ".join(short_bid(view, bid) for bid in winners)),
        "sentence": (_("Result in a sentence"), lot.sentence),
        "robustness": (_("Robustness in a sentence"), lot.robustness_sentence),
        "number_of_bids": (_("Number of bids"), len(lot.rows)),
        "admissible_bids": (_("Number of admissible bids"), len(lot.valid_rows)),
    }
    for name, (meaning, value) in words.items():
        yield NamedValue(f"{name}_{code}", f"{lot.lot_id}: {meaning}", value)


def _row(view: ResultView, lot: LotView, row: RowView) -> Iterator[NamedValue]:
    code = f"{name_part(lot.lot_id)}_{short_bid(view, row.bid_id)}"
    words: dict[str, tuple[str, Value]] = {
        "bidder": (_("Bidder"), row.bidder),
        "status": (_("Status"), _status(row)),
        "rank": (_("Rank"), row.rank),
        "price": (_("Evaluated price"), row.price),
        "net": (_("Net"), row.net),
        "gross": (_("Gross"), row.gross),
        "points": (_("Performance points"), row.performance_points),
        "price_points": (_("Price points"), row.price_points),
        "quality_points": (_("Quality points"), row.quality_points),
        "total": (_("Total"), row.total),
        "ratio": (_("Points ÷ price × 10,000"), row.ratio),
        "eur_per_case": (_("%(currency)s per case") % {"currency": view.currency}, row.eur_per_case),
        "saving_per_year": (_("Saving per year"), row.saving_per_year),
        "break_even": (_("Would lead at a price of"), row.break_even_price),
    }
    for name, (meaning, value) in words.items():
        yield NamedValue(f"{name}_{code}", f"{lot.lot_id}, {row.bid_id}: {meaning}", value)
    for criterion, score in row.criterion_scores.items():
        meaning = f"{lot.lot_id}, {row.bid_id}: {_('Score')} {criterion}"
        yield NamedValue(f"score_{code}_{name_part(criterion)}", meaning, score)


def _status(row: RowView) -> str:
    return {
        "valid": _("admissible"),
        "excluded": _("excluded"),
        "withdrawn": _("withdrawn"),
        "late": _("late"),
    }[row.status]
