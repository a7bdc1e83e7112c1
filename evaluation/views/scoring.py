"""An evaluator's own work: declare, score one bid by one criterion at a time, hand in. No price is shown here."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from bids.api.opening_views import document_response
from bids.models import OpenedDocument
from evaluation import actions
from evaluation.conflicts import bidders, unasked
from evaluation.forms.scoring import ConflictForm, ScoreForm
from evaluation.neutral import is_neutral
from evaluation.panel_documents import documents_of, without_prices
from evaluation.panel_figures import own_leniency
from evaluation.readers import Reader, require_sheet
from evaluation.score_tables import Matrix, matrices, place_of
from evaluation.scorebook import OwnScore, own_sheet
from evaluation.views.frame import actor_of, may, reader_of, show, signed_in
from tendering.forms.faults import take_over
from tendering.models import ConflictDeclaration, Criterion


def _member(request: HttpRequest, tender_id: int) -> Reader:
    """A member of this panel; Http404 for everybody else."""
    who = reader_of(request, tender_id)
    if who.member is None:
        raise Http404
    return who


def has_declared(who: Reader) -> bool:
    """Whether the person has said whether there is a conflict of interest, once the bidders are known with each."""
    declared = ConflictDeclaration.objects.filter(tender=who.tender, user=who.user).exists()
    if declared and (who.closed or (who.member is not None and who.member.submitted_at)):
        return True
    return declared and not unasked(who.tender, who.user)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The declaration that comes before everything else, for evaluators and the chair."""
    who = reader_of(request, tender_id)
    if not who.on_panel:
        raise Http404
    companies = bidders(who.tender) if who.tender.opened_at and who.tender.opened_at <= who.now else []
    form = ConflictForm(request.POST or None, companies=companies)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            declared = actions.declare_interests(
                actor=who.user, tender_id=tender_id, conflict=form.has_conflict, answers=form.answers,
                note=form.cleaned_data["note"],
            )  # fmt: skip
            messages.success(request, _("Thank you. Your declaration has been recorded."))
            work = "scoring" if who.member else "moderation"
            return redirect("tender_detail" if declared.conflict else work, tender_id=tender_id)
    return show(request, who, "declare", status=422 if form.errors else 200, form=form, companies=companies)


@signed_in
@require_safe
def sheet(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The own scores at a glance, and how far one is."""
    who = _member(request, tender_id)
    if not has_declared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    require_sheet(who)
    rows = own_sheet(who.tender, who.user)
    return show(request, who, "scoring", **_overview(who, rows))


def _overview(who: Reader, rows: Sequence[OwnScore]) -> dict[str, Any]:
    needed = [row for row in rows if not row.cell.is_out]
    missing = [row for row in needed if row.value is None]
    tables: list[Matrix] = matrices(rows, who.tender)
    return {
        "tables": tables,
        "done": len(needed) - len(missing),
        "count": len(needed),
        "next": missing[0].cell if missing else None,
        "submitted_at": who.member.submitted_at if who.member else None,
        "may_score": bool(may(who, "score")),
        "leniency": own_leniency(who.user) if who.closed else None,
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cell(request: HttpRequest, tender_id: int, bid_id: UUID, lot: str, criterion: str) -> HttpResponse:
    """One bid by one criterion: answer and anchors side by side, score and reason below."""
    who = _member(request, tender_id)
    if not has_declared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    require_sheet(who)
    rows = own_sheet(who.tender, who.user)
    index = place_of(rows, bid_id, lot, criterion)
    own = rows[index]
    locked = bool(who.member and who.member.submitted_at) or not may(who, "score")
    form = ScoreForm(request.POST or None, value=own.value, comment=own.comment)
    if request.method == "POST" and form.is_valid():
        with take_over(form, _place):
            actions.give_scores(actor=who.user, tender_id=tender_id, scores=[_score(own, form)])
            return _onwards(request, rows, index)
    return show(
        request, who, "score_cell", status=422 if form.errors else 200,
        form=form, locked=locked, **_cell_context(who, rows, index),
    )  # fmt: skip


def _score(own: OwnScore, form: ScoreForm) -> dict[str, Any]:
    return {
        "bid_id": str(own.cell.bid_id),
        "lot": own.cell.lot,
        "criterion": own.cell.criterion,
        "value": str(form.score),
        "comment": form.cleaned_data["comment"],
    }


def _place(path: str) -> str:
    return "comment" if path.endswith("comment") else "choice"


def _onwards(request: HttpRequest, rows: Sequence[OwnScore], index: int) -> HttpResponse:
    """To what is still missing after this one, else to the overview."""
    ahead = [*rows[index + 1 :], *rows[:index]]
    following = next((row.cell for row in ahead if row.value is None and not row.cell.is_out), None)
    tender_id = int(request.resolver_match.kwargs["tender_id"]) if request.resolver_match else 0
    if following is None or "overview" in request.POST:
        messages.success(request, _("Saved."))
        return redirect("scoring", tender_id=tender_id)
    return redirect(
        "scoring_cell", tender_id=tender_id, bid_id=following.bid_id, lot=following.lot, criterion=following.criterion
    )


def _cell_context(who: Reader, rows: Sequence[OwnScore], index: int) -> dict[str, Any]:
    own = rows[index]
    documents, held_back = documents_of(who.tender, own.cell.bid_id)
    return {
        "own": own,
        "criterion": Criterion.objects.get(pk=own.cell.criterion_id),
        "documents": documents,
        "held_back": held_back,
        "previous": rows[index - 1].cell if index else None,
        "following": rows[index + 1].cell if index + 1 < len(rows) else None,
        "position": index + 1,
        "count": len(rows),
    }


@signed_in
@require_safe
def document(request: HttpRequest, tender_id: int, document_id: UUID) -> Any:
    """A document of a bid, for members of the panel; price sheets are not found."""
    who = _member(request, tender_id)
    require_sheet(who)
    found = get_object_or_404(
        OpenedDocument, pk=document_id, bid__tender=who.tender, bid__superseded_at=None, bid__withdrawn_at=None
    )
    if not who.closed and not without_prices(who.tender, [found]):
        raise Http404
    response = document_response(found)
    if is_neutral(who.tender):
        shown, _held_back = documents_of(who.tender, found.bid_id)
        name = next(row.shown_name for row in shown if row.pk == found.pk)  # type: ignore[attr-defined]  # set there
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Hand in: on a page of its own, because it cannot be taken back."""
    who = _member(request, tender_id)
    if not has_declared(who):
        return redirect("scoring_declare", tender_id=tender_id)
    require_sheet(who)
    require(may(who, "score"))
    if request.method == "POST":
        actions.submit_scores(actor=actor_of(request), tender_id=tender_id)
        messages.success(request, _("Handed in. Thank you. The chair goes on from here."))
        return redirect("scoring", tender_id=tender_id)
    return show(request, who, "score_submit", **_overview(who, own_sheet(who.tender, who.user)))
