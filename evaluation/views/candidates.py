"""Candidates of a call: points, proposal and decision for the office; the own letter for the candidate."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import Decision
from accounts.lifecycle import PROVIDER_ROLES
from bids.models import BidAnswer
from evaluation import actions
from evaluation.candidates import Candidate, field_of
from evaluation.forms.candidates import PointsForm, ProposeForm, ReturnForm
from evaluation.lifecycle import decide_second
from evaluation.models import CandidateLetter, CandidateSelection
from evaluation.readers import Reader
from evaluation.views.checks import bid_of, file_of
from evaluation.views.frame import actor_of, may, show, signed_in
from tendering.forms.faults import take_over
from tendering.views.access import find_tender


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def candidates(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All candidates with points and rank; what is missing; propose, decide, send back."""
    who = file_of(request, tender_id)
    if not who.tender.is_call:
        raise Http404
    act = request.POST.get("act")
    propose = ProposeForm(request.POST if act == "propose" else None)
    back = ReturnForm(request.POST if act == "return" else None)
    if act == "propose" and propose.is_valid():
        with take_over(propose):
            actions.propose_selection(actor=who.user, tender_id=tender_id, reason=propose.cleaned_data["reason"])
            messages.success(request, _("Proposed. A second person can now decide."))
            return redirect("candidates", tender_id=tender_id)
    if act == "return" and back.is_valid():
        with take_over(back):
            actions.return_selection(actor=who.user, tender_id=tender_id, reason=back.cleaned_data["reason"])
            messages.success(request, _("Sent back. The person who proposed it has been told."))
            return redirect("candidates", tender_id=tender_id)
    if act == "decide":
        actions.decide_selection(actor=who.user, tender_id=tender_id)
        messages.success(request, _("Decided. Every candidate has a letter; the selected ones can be invited to bid."))
        return redirect("candidates", tender_id=tender_id)
    shown = propose if propose.is_bound else back
    field = field_of(who.tender)
    selection = CandidateSelection.objects.filter(tender=who.tender).select_related("proposed_by", "decided_by").first()
    is_open = bool(may(who, "propose_selection")) or bool(may(who, "decide_selection"))
    return show(
        request, who, "candidates", status=422 if shown.errors else 200, field=field, selection=selection,
        gaps=actions.selection_gaps(who.tender, who.now) if is_open else [], form=shown, propose=propose, back=back,
        may_propose=may(who, "propose_selection"), may_decide=_may_decide(who, selection),
        bids=who.tender.bid_stage, fewer=len(field.chosen) < (who.tender.min_candidates or 0),
    )  # fmt: skip


def _may_decide(who: Reader, selection: CandidateSelection | None) -> Decision:
    """The lifecycle's answer for the second person."""
    answer = may(who, "decide_selection")
    return decide_second(selection.proposed_by_id, who.user.pk) if answer and selection is not None else answer


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def points(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Points of one request beside what it says."""
    who = file_of(request, tender_id, "propose_selection")
    found = bid_of(who, bid_id)
    field = field_of(who.tender)
    one: Candidate | None = next((row for row in field.candidates if row.bid.pk == found.pk), None)
    if one is None or not field.criteria:
        raise Http404
    form = PointsForm(request.POST or None, field.criteria, one.scores)
    if request.method == "POST" and form.is_valid():
        with take_over(form, form.place):
            actions.score_candidate(actor=who.user, bid_id=found.pk, scores=form.scores())
            messages.success(request, _("The points are recorded."))
            return redirect("candidates", tender_id=tender_id)
    said = BidAnswer.objects.filter(bid_lot__bid=found).select_related("criterion").order_by("criterion__position")
    return show(
        request, who, "candidate_points", status=422 if form.errors else 200, form=form, bid=found, answers=list(said),
        documents=list(found.documents.all()),
    )  # fmt: skip


@signed_in
@require_safe
def candidacy(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The letters to the person's own companies; Http404 for everybody else."""
    tender, now = find_tender(request, tender_id)
    companies = actor_of(request).organizations_with(*PROVIDER_ROLES)
    letters = list(CandidateLetter.objects.filter(bid__tender=tender, company__in=companies).select_related("company"))
    if not letters:
        raise Http404
    own = tender.bid_stage if any(letter.content.get("selected") for letter in letters) else None
    invited = own if own is not None and own.published_at is not None and own.published_at <= now else None
    context = {"tender": tender, "letters": letters, "invited": invited}
    return render(request, "evaluation/candidacy.html", context)
