"""The result of a tender, and one bid in full. Prices are shown, so the panel comes in after it has been closed."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from bids.models import Bid
from evaluation import bid_tables, result_tables, robust_tables
from evaluation.award_steps import next_award_step
from evaluation.earlier_tables import earlier_results
from evaluation.inputs import bid_name
from evaluation.lifecycle import WORKBOOK_BIDS, WORKBOOK_READERS, decide_moderation
from evaluation.provision import Compared, of_view
from evaluation.readers import Reader, require_result
from evaluation.results import LotView, ResultView, view_of
from evaluation.scorebook import Spread, spreads
from evaluation.scoring.together import is_together
from evaluation.views.frame import reader_of, show, signed_in
from evaluation.views.provision import words_of as provision_words


@signed_in
@require_safe
def result(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Sentence, picture, table, figures; methods and hashes behind a fold."""
    who = reader_of(request, tender_id)
    run = require_result(who)
    view = view_of(run)
    own = of_view(who.tender, view)
    with_people = not who.roles.isdisjoint(WORKBOOK_READERS)
    earlier, more_earlier = earlier_results(run, view)
    return show(
        request, who, "result",
        view=view,
        lots=[
            {
                **lot_context(view, lot, with_people=with_people),
                "compared": own.get(lot.lot_id), "words": words_of(own.get(lot.lot_id), view),
            }
            for lot in view.lots
        ],
        overview=result_tables.overview(view) if len(view.lots) > 1 else [],
        allocation=result_tables.allocation_words(view),
        basis=result_tables.basis_word(view),
        workbook=workbook_address(tender_id) if with_people else "",
        is_one_workbook=len(view.lots) == 1 or sum(len(lot.rows) for lot in view.lots) <= WORKBOOK_BIDS,
        bid_ids=bid_ids(who), earlier=earlier, more_earlier=more_earlier,
        step=next_award_step(who, run, is_blocked=any(lot.blocked for lot in view.lots)),
    )  # fmt: skip


def words_of(one: Compared | None, view: ResultView) -> dict[str, str]:
    """Sentences about the own provision, where it is compared."""
    return provision_words(one, view.currency) if one is not None else {}


def lot_context(view: ResultView, lot: LotView, *, with_people: bool = False) -> dict[str, Any]:
    """Everything the part of one lot shows."""
    rows = result_tables.ranking(view, lot)
    return {
        "lot": lot,
        "rows": rows,
        "heads": rows[0].cells if rows else [],
        "out": result_tables.left_out(lot),
        "tiles": result_tables.tiles(view, lot),
        "points": result_tables.chart_points(lot),
        "today": result_tables.cost_today(lot),
        "points_note": result_tables.points_note(lot),
        "comparison": result_tables.comparison(lot),
        "robust": robust_tables.tables(lot, view.currency, with_people=with_people, together=is_together(view.inputs)),
    }


def bid_ids(who: Reader) -> dict[str, UUID]:
    """Id by number of every bid that was opened; one query."""
    rows = Bid.objects.filter(tender=who.tender, superseded_at=None, opened_at__isnull=False)
    return {bid_name(bid): bid.pk for bid in rows}


def workbook_address(tender_id: int) -> str:
    """Where the workbook is downloaded; "" without the room of reports."""
    try:
        return reverse("tender_workbook", args=[tender_id])
    except NoReverseMatch:
        return ""


@signed_in
@require_safe
def bid(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """One bid: every number with its formula, positions, scores with their reasons."""
    who = reader_of(request, tender_id)
    run = require_result(who)
    found = Bid.objects.filter(pk=bid_id, tender=who.tender, superseded_at=None).select_related("company").first()
    if found is None:
        raise Http404
    view, name = view_of(run), bid_name(found)
    all_scores = spreads(who.tender) if decide_moderation(who.roles, who.closed) else None
    sections = [_bid_section(view, lot, name, all_scores) for lot in view.lots]
    sections = [section for section in sections if section]
    if not sections:
        raise Http404
    return show(
        request, who, "bid", bid=found, name=name, view=view, sections=sections,
        bidder=sections[0]["row"].bidder, received_at=found.received_at,
    )  # fmt: skip


def _bid_section(view: ResultView, lot: LotView, name: str, all_scores: list[Spread] | None) -> dict[str, Any]:
    row = next((row for row in lot.rows if row.bid_id == name), None)
    if row is None:
        return {}
    return {
        "lot": lot,
        "row": row,
        "figures": bid_tables.key_figures(row, view),
        "steps": bid_tables.steps(row, view, lot),
        "positions": bid_tables.positions(row, lot, view.currency) if row.price is not None else [],
        "line_rounding": bid_tables.rounding_words(view.spec.rule("line")),
        "arithmetic": bid_tables.arithmetic(row, view.currency),
        "scored": list(bid_tables.scored(row, lot, view.spec, all_scores)) if row.status != "late" else [],
    }
