"""Bids beside one another: for an evaluator with the own scores, for the chair and the office with the panel's."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from evaluation.matrix import Compare, Filled, compared, of_own, of_panel
from evaluation.neutral import is_neutral
from evaluation.readers import Reader, require_moderation, require_sheet
from evaluation.scorebook import own_sheet, spreads
from evaluation.views.frame import opened, reader_of, show, signed_in
from evaluation.views.scoring import has_declared
from tendering.models import Criterion


def _reader(request: HttpRequest, tender_id: int) -> tuple[Reader, bool]:
    """(reader, whether the own scores are shown). Members see their own until the panel is closed."""
    who = reader_of(request, tender_id)
    if who.member is not None and not who.closed:
        return who, True
    who = opened(request, tender_id)
    if not (who.on_panel and who.member is not None):
        require_moderation(who)
    return who, False


def _filled(who: Reader, own: bool) -> list[Filled]:
    return of_own(own_sheet(who.tender, who.user)) if own else of_panel(spreads(who.tender))


def _undeclared(who: Reader) -> bool:
    return who.on_panel and not who.closed and not has_declared(who)


@signed_in
@require_safe
def matrix(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The compare matrix; `?differences=1` leaves out what is the same for all, `?with=<n>` sets a bid beside each."""
    who, own = _reader(request, tender_id)
    if _undeclared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    if own:
        require_sheet(who)
    tables = compared(_filled(who, own), who.tender)
    only = request.GET.get("differences") == "1"
    shown = [table.only_differences() for table in tables] if only else tables
    return show(
        request, who, "compare",
        tables=[(table, _beside(table, request.GET.get("with", ""))) for table in shown],
        hidden=sum(len(table.rows) for table in tables) - sum(len(table.rows) for table in shown),
        own=own, only=only, neutral=is_neutral(who.tender),
    )  # fmt: skip


def _beside(table: Compare, wanted: str) -> int | None:
    """Column of the bid that cards are compared with."""
    number = int(wanted) - 1 if wanted.isascii() and wanted.isdecimal() and len(wanted) < 4 else -1
    return number if 0 <= number < len(table.bidders) else None


@signed_in
@require_safe
def criterion(request: HttpRequest, tender_id: int, lot: str, criterion: str) -> HttpResponse:
    """One criterion across all bids of a lot: what each bidder writes, the score and its reason."""
    who, own = _reader(request, tender_id)
    if _undeclared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    if own:
        require_sheet(who)
    answers = {(row.cell.bid_id, row.cell.lot, row.cell.criterion): row.answer
               for row in own_sheet(who.tender, who.user)}  # fmt: skip
    here = [one for one in _filled(who, own) if (one[0].lot, one[0].criterion) == (lot, criterion)]
    if not here:
        raise Http404
    return show(
        request, who, "compare_criterion", own=own, lot=lot,
        criterion=Criterion.objects.get(pk=here[0][0].criterion_id),
        columns=[(cell, value, note, answers.get((cell.bid_id, lot, criterion), "")) for cell, value, note in here],
        **_neighbours(_filled(who, own), lot, criterion),
    )  # fmt: skip


def _neighbours(filled: Sequence[Filled], lot: str, criterion: str) -> dict[str, Any]:
    """Criteria of the lot before and after this one."""
    codes = list(dict.fromkeys(cell.criterion for cell, _value, _note in filled if cell.lot == lot))
    at = codes.index(criterion)
    return {"previous": codes[at - 1] if at else "", "following": codes[at + 1] if at + 1 < len(codes) else ""}
