"""The explanation for one bidder: what its letter says, and what would have won. Never another loser's figures.

A statement about what would have won is made only where it is certain: by the published rule, asked again. Lots that
were handed out together are handed out again (`evaluation.debrief_together`).
Without the award value being public it names no amount, only a percentage rounded up to half a per cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from evaluation.debrief_together import rounded_up, together_words
from evaluation.figures import money, number, shortest
from evaluation.models import EvaluationRun, Letter
from evaluation.results import LotView, ResultView, RowView, latest, view_of
from evaluation.scoring.together import is_together
from tendering.models import Tender


@dataclass(frozen=True, slots=True)
class LotDebrief:
    """One lot of the bid: the letter's part, and sentences about what would have won (empty for the winner)."""

    lot: str
    title: str
    is_won: bool
    is_excluded: bool
    sentences: tuple[str, ...]
    heads: tuple[Any, ...]
    rows: tuple[dict[str, Any], ...]
    would_have_won: tuple[str, ...]


def debrief_of(letter: Letter, now: datetime) -> list[LotDebrief]:
    """Lot by lot, in the active language where it is computed now and in the letter's where it was written."""
    run = latest(letter.tender)
    view = view_of(run) if run is not None else None
    found = []
    for part in letter.content["lots"]:  # type: ignore[attr-defined]  # a list of dicts, see evaluation.letters
        row = _row(view, part["lot"], letter) if view else None
        excluded = not part["rows"]
        found.append(
            LotDebrief(
                lot=part["lot"],
                title=part["title"],
                is_won=bool(row and row.is_awarded),
                is_excluded=excluded,
                sentences=tuple(part["sentences"]),
                heads=tuple((head, "number") if 0 < n < len(part["heads"]) - 1 else head
                            for n, head in enumerate(part["heads"])),
                rows=tuple({"cells": cells} for cells in part["rows"]),
                would_have_won=tuple(_what_if(letter.tender, run, view, part["lot"], row, now))
                if row and run and view and not excluded
                else (),
            )
        )  # fmt: skip
    return found


def _row(view: ResultView, code: str, letter: Letter) -> RowView | None:
    return next((row for row in view.lot(code).rows if row.bid_id == letter.bid.reference), None)


def shows_amounts(tender: Tender, now: datetime) -> bool:
    """Whether the value of the award is public, so that an exact amount gives nothing away."""
    is_public = tender.awarded_at is not None and tender.awarded_at <= now
    return is_public and not tender.withholds_award_value


def _what_if(
    tender: Tender, run: EvaluationRun, view: ResultView, code: str, row: RowView, now: datetime
) -> Iterator[str]:
    if row.is_awarded:
        return
    lot = view.lot(code)
    if row.bid_id in (lot.awards if is_together(view.inputs) else lot.winner):
        yield _("Your bid was equal to the winning one; lots were drawn.")
        return
    if is_together(view.inputs):
        yield from together_words(view.inputs, lot, row, tender.currency if shows_amounts(tender, now) else None)
        return
    yield from _by_price(tender, row, now)
    yield from _by_criterion(lot, row)


def _by_price(tender: Tender, row: RowView, now: datetime) -> Iterator[str]:
    price, needed = row.price, row.break_even_price
    if needed is None or price is None or not price:
        yield _("No price alone would have won, because the winning bid has more points for its performance.")
        return
    percent = rounded_up(Fraction(price - needed) * 100 / Fraction(price))
    if percent >= 100:
        yield _("No price alone would have won, because the winning bid has more points for its performance.")
        return
    words = {"percent": number(shortest(percent))}
    if shows_amounts(tender, now):
        words["price"] = money(needed, tender.currency)
        yield (_("With the same quality you would have won at %(price)s or less (%(percent)s %% lower).") % words)
    else:
        yield _("With the same quality you would have won with a price that is %(percent)s %% lower.") % words


def _by_criterion(lot: LotView, row: RowView) -> Iterator[str]:
    """The least score by criterion that would have won with everything else as it is."""
    reachable = {code: score for code, score in row.needed_scores.items() if score is not None}
    names = {criterion.id: criterion.name for criterion in lot.criteria}
    for code, score in reachable.items():
        yield _("At the same price you would have won with %(score)s points or more in %(code)s %(name)s.") % {
            "score": number(shortest(score)), "code": code, "name": names.get(code, ""),
        }  # fmt: skip
    if not reachable:
        yield _("No single criterion alone would have been enough, not even with all 10 points.")
    elif len(reachable) < len(row.needed_scores):
        yield _("No other single criterion would have been enough.")
