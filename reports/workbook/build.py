"""Put the sheets of a tender together: every address is fixed first, then everything is written."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from reports.workbook import economics, robust, sources
from reports.workbook.economics import LotEconomics
from reports.workbook.evaluation import Evaluation
from reports.workbook.layout import Book
from reports.workbook.limits import BeyondLimits, beyond_limits
from reports.workbook.official import Official
from reports.workbook.prices import Prices
from reports.workbook.subject import Lot, Subject
from reports.workbook.summary import Part, Summary


@dataclass(frozen=True, slots=True)
class Built:
    """The file and what was written into it."""

    content: bytes
    book: Book


def build(subject: Subject, language: str, *, zeros: bool = False, fixed: bool = False) -> Built:
    """Write a workbook. `fixed` writes values instead of formulas; `zeros` leaves the cached values out (for tests).

    Raises BeyondLimits where live formulas could not promise the engine's digits and `fixed` was not asked for.
    """
    with translation.override(language):
        reasons = beyond_limits(subject)
        if reasons and not fixed:
            raise BeyondLimits(reasons)
        book = Book(live=not fixed, zeros=zeros)
        _write(book, subject, reasons)
        return Built(book.close(), book)


def _write(book: Book, subject: Subject, reasons: list[str]) -> None:
    lots = subject.lots()
    made = {"created": subject.origin.at} if subject.origin.at else {}
    book.file.set_properties(
        {"title": subject.title or subject.inputs.tender_id, "author": subject.buyer or "Zuschlag", **made}
    )
    summary = Summary(book.sheet(_("Summary")), subject)
    pairs = [_lot_sheets(book, lot, len(lots)) for lot in lots]
    economics_sheet, robust_sheet = book.sheet(_("Cost and efficiency")), book.sheet(_("Robustness"))
    official, sources_sheet = Official(book.sheet(_("Official values"))), book.sheet(_("Sources"))
    blocks, start = [], 3
    for lot, (_prices, evaluation) in zip(lots, pairs, strict=True):
        blocks.append(LotEconomics(economics_sheet, lot, evaluation, start))
        start = blocks[-1].end
    parts = [Part(lot, pair[1], block) for lot, pair, block in zip(lots, pairs, blocks, strict=True)]
    summary.write(parts, official)
    for prices, evaluation in pairs:
        prices.write(evaluation)
        evaluation.write(prices, summary.rule)
    economics.write_sheet(economics_sheet, blocks)
    robust.write_sheet(robust_sheet, [(part.lot, part.evaluation) for part in parts], summary.rule)
    sources.write_sheet(sources_sheet, subject, [pair[0] for pair in pairs], reasons)
    official.write()


def _lot_sheets(book: Book, lot: Lot, count: int) -> tuple[Prices, Evaluation]:
    """The two sheets of a lot, with its code in their names when there are several."""
    suffix = f" {lot.id}" if count > 1 else ""
    return (
        Prices(book.sheet(f"{_('Price comparison')}{suffix}"), lot),
        Evaluation(book.sheet(f"{_('Evaluation')}{suffix}"), lot),
    )
