"""Pages of the formal check beside its findings: its steps by bid, one request to all, questions to one bidder."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bids.nouns import said
from evaluation import actions
from evaluation.actions.checking import lacking
from evaluation.forms.checking import AskBidderForm, BidStepsForm, RemoveStepForm, StepForm
from evaluation.forms.office import DueForm
from evaluation.step_tables import Board, board
from evaluation.views.checks import DUE_DAYS, bid_of, due_field, file_of
from evaluation.views.frame import may, show, signed_in
from tendering.forms.faults import take_over


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Steps down, bids across; the office adds its own steps and takes out what this tender does not need."""
    who = file_of(request, tender_id)
    state, act = board(who.tender, who.now), request.POST.get("act")
    add = StepForm(request.POST if act == "add" else None)
    remove = RemoveStepForm(request.POST if act == "remove" else None, steps=state.unused)
    if act == "add" and add.is_valid():
        with take_over(add):
            actions.add_check_step(actor=who.user, tender_id=tender_id, title=add.cleaned_data["title"])
            messages.success(request, _("The step has been added."))
            return redirect("check_steps", tender_id=tender_id)
    if act == "remove" and remove.is_valid():
        with take_over(remove):
            actions.remove_check_step(actor=who.user, tender_id=tender_id, **remove.cleaned_data)
            messages.success(request, _("The step has been taken out; the reason is in the file."))
            return redirect("check_steps", tender_id=tender_id)
    shown = add if act == "add" else remove
    return show(
        request, who, "check_steps", status=422 if shown.errors else 200, board=state, form=shown, add=add,
        remove=remove if state.unused and len(state.steps) > 1 else None, may_check=bool(may(who, "check")),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def bid_steps(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """All steps for one bid."""
    who = file_of(request, tender_id)
    found, state = bid_of(who, bid_id), board(who.tender, who.now)
    form = BidStepsForm(request.POST or None, state.steps, state.of(found))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            changed = form.changed
            if changed:
                actions.set_check_steps(actor=who.user, bid_id=found.pk, states=changed)
            messages.success(request, _words(len(changed)))
            return redirect("check_steps", tender_id=tender_id)
    return show(
        request, who, "check_bid_steps", status=422 if form.errors else 200, form=form, bid=found,
        marks=_marks_of(state, bid_id), may_check=bool(may(who, "check")),
    )  # fmt: skip


def _marks_of(state: Board, bid_id: UUID) -> list[tuple[object, object]]:
    return [(step, mark) for step, marks in state.lines for mark in marks if mark.bid.pk == bid_id]


def _words(changed: int) -> str:
    if not changed:
        return _("Nothing was changed.")
    return ngettext("%(n)s step recorded.", "%(n)s steps recorded.", changed) % {"n": changed}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, tender_id: int) -> HttpResponse:
    """One request to all bidders whose bids lack documents, with one date for all."""
    who = file_of(request, tender_id, "check")
    rows = lacking(who.tender)
    if not any(row.askable for row in rows):
        raise Http404
    form = DueForm(request.POST or None, tender=who.tender, proposed=who.now + DUE_DAYS)
    if request.method == "POST" and form.is_valid():
        with take_over(form, due_field):
            made = actions.request_supplements_of_all(actor=who.user, tender_id=tender_id, due_at=form.due_at)
            bidders = len({row.bid_id for row in made})
            words = ngettext("%(n)s bidder has been asked.", "%(n)s bidders have been asked.", bidders)
            messages.success(request, words % {"n": bidders})
            return redirect("checks", tender_id=tender_id)
    return show(request, who, "check_documents", status=422 if form.errors else 200, form=form, rows=rows)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Ask one bidder what its bid means."""
    who = file_of(request, tender_id, "check")
    found = bid_of(who, bid_id)
    form = AskBidderForm(request.POST or None, tender=who.tender, proposed=who.now + DUE_DAYS)
    if request.method == "POST" and form.is_valid():
        with take_over(form, due_field):
            actions.ask_clarification(
                actor=who.user, bid_id=found.pk, text=form.cleaned_data["text"], due_at=form.due_at
            )
            messages.success(request, said(who.tender, "Asked. The bidder has been told by mail."))
            return redirect("check_bid", tender_id=tender_id, bid_id=bid_id)
    lead = said(
        who.tender,
        "This is a question, not a negotiation: price and content of the bid stay as they are, and both question "
        "and answer stand in the file.",
    )
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, bid=found, lead=lead,
        title=said(who.tender, "Ask what the bid means"), button=said(who.tender, "Ask the bidder"),
    )  # fmt: skip
