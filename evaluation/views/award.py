"""Evaluate, appoint the panel, record a draw, propose the award, decide it as a second person."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decision import RefusedError, require
from accounts.holders import holders
from accounts.lifecycle import Role
from bids.models import Bid
from evaluation import actions, result_tables
from evaluation.award_needs import award_needs
from evaluation.award_rules import lots_without_letters
from evaluation.award_steps import open_proposal
from evaluation.flags import board
from evaluation.forms.office import DrawForm, NumberForm, PanelForm, ReasonForm
from evaluation.lifecycle import FILE_READERS, decide, decide_file, decide_second
from evaluation.models import Draw, DrawStart, EvaluationRun, PanelMember
from evaluation.readers import Reader, require_result
from evaluation.results import LotView, ResultView, view_of
from evaluation.steps import Way
from evaluation.views.frame import may, opened, reader_of, show, signed_in
from tendering.forms.faults import take_over
from tendering.lifecycle import Status
from tendering.models import Approval, Lot, LotOutcome


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The way from opening to award; the button that computes the result."""
    who = opened(request, tender_id, call=True)
    if who.tender.is_call:
        return redirect("candidates", tender_id=tender_id)
    way = Way(who)
    if request.method == "POST":
        actions.evaluate_tender(actor=who.user, tender_id=tender_id, reason=request.POST.get("reason", ""))
        messages.success(request, _("Evaluated. The result is stored with its inputs."))
        return redirect("evaluation_result", tender_id=tender_id)
    tasks = way.tasks()
    return show(
        request, who, "evaluation", way=way, tasks=tasks, done=sum(task["state"] == "done" for task in tasks),
        is_officer=Role.OFFICER in who.roles, reads_file=not who.roles.isdisjoint(FILE_READERS),
        may_cancel=who.tender.status(who.now) == Status.EVALUATION and bool(may(who, "confirm_cancellation")),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Who scores."""
    who = reader_of(request, tender_id)
    require(may(who, "appoint"))
    people = holders(who.tender.buyer_id, [Role.EVALUATOR], who.now)
    seats = {seat.user_id: seat for seat in PanelMember.objects.filter(tender=who.tender)}
    form = PanelForm(request.POST or None, people=[(user.pk, str(user)) for user in people], chosen=list(seats))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            chosen = list(people.filter(pk__in=form.cleaned_data["users"]))
            actions.appoint_panel(actor=who.user, tender_id=tender_id, users=chosen)
            messages.success(request, _("The panel is appointed. New members have been told by mail."))
            return redirect("evaluation" if who.tender.opened_at else "tender_detail", tender_id=tender_id)
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, title=_("Appoint the panel"),
        button=_("Appoint these evaluators"),
        lead=_(
            "Evaluators score quality without seeing prices. "
            "Each declares first that there is no conflict of interest."
        ),
    )  # fmt: skip


def _office_result(request: HttpRequest, tender_id: int) -> tuple[Reader, EvaluationRun, ResultView]:
    who = reader_of(request, tender_id)
    if who.roles.isdisjoint(FILE_READERS):
        require(decide("confirm", Status.EVALUATION, who.roles))
    run = require_result(who)
    return who, run, view_of(run)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, tender_id: int, lot: str) -> HttpResponse:
    """The record of a drawing of lots between equal bids."""
    who, _run, view = _office_result(request, tender_id)
    require(may(who, "evaluate"))
    part = _tied(view, lot)
    bids = {bid.reference: bid for bid in Bid.objects.filter(tender=who.tender, reference__in=part.awards)}
    names = {row.bid_id: row.bidder for row in part.rows}
    form = DrawForm(request.POST or None, bids=[(name, names.get(name, name)) for name in part.awards])
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.record_draw(
                actor=who.user, lot_id=who.tender.lots.get(code=lot).pk,
                drawn_bid_id=bids[form.cleaned_data["drawn"]].pk,
                between=list(bids.values()), place=form.cleaned_data["place"],
                persons=form.people("persons"), witnesses=form.people("witnesses"),
            )  # fmt: skip
            messages.success(request, _("The draw has been recorded."))
            return redirect("evaluation_award", tender_id=tender_id)
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, button=_("Record the draw"),
        title=_("Drawing of lots in lot %(lot)s") % {"lot": lot}, lead=part.sentence,
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def draw_by_calculation(request: HttpRequest, tender_id: int, lot: str) -> HttpResponse:
    """Two people draw here: one starts, the other names a number; afterwards the record with everything to check it."""
    who, run, view = _office_result(request, tender_id)
    row = get_object_or_404(Lot, tender=who.tender, code=lot)
    done = Draw.objects.filter(lot=row, start__isnull=False).select_related("start", "drawn__company").first()
    start = DrawStart.objects.filter(lot=row, result_hash=run.result_hash).select_related("started_by").first()
    if done is None:
        _tied(view, lot)
    form = NumberForm(request.POST or None)
    if request.method == "POST" and start is None:
        actions.start_draw(actor=who.user, lot_id=row.pk)
        messages.success(request, _("Started. A second person now names a number."))
        return redirect("evaluation_draw_here", tender_id=tender_id, lot=lot)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.finish_draw(
                actor=who.user, lot_id=row.pk, number=form.cleaned_data["number"], place=form.cleaned_data["place"],
                persons=form.people("persons"), witnesses=form.people("witnesses"),
            )  # fmt: skip
            messages.success(request, _("The draw has been recorded."))
            return redirect("evaluation_draw_here", tender_id=tender_id, lot=lot)
    return show(
        request, who, "draw_here", status=422 if form.errors else 200, form=form, lot=row, start=start, done=done,
        may_start=may(who, "evaluate"), is_own=bool(start and start.started_by_id == who.user.pk),
        may_finish=may(who, "confirm"),
    )  # fmt: skip


def _tied(view: ResultView, lot: str) -> LotView:
    for part in view.lots:
        if part.lot_id == lot and len(part.awards) > 1 and part.drawn is None:
            return part
    raise Http404


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def award(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Propose what the rule says; or, for the second person, decide on what was proposed."""
    who, _run, view = _office_result(request, tender_id)
    open_lots = _open_lots(who, view)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        require(may(who, "propose_award"))
        if form.is_valid():
            with take_over(form):
                actions.propose_award(
                    actor=who.user, tender_id=tender_id, lots=_proposed(open_lots), reason=form.cleaned_data["reason"]
                )
                messages.success(request, _("Proposed. A second person now has to decide."))
                return redirect("evaluation_award", tender_id=tender_id)
    return show(request, who, "award", status=status, form=form, **_award_context(who, view, open_lots))


def _open_lots(who: Reader, view: ResultView) -> list[LotView]:
    """Lots without an outcome."""
    settled = set(LotOutcome.objects.filter(lot__tender=who.tender).values_list("lot__code", flat=True))
    return [lot for lot in view.lots if lot.lot_id not in settled]


def _proposed(lots: list[LotView]) -> dict[str, Any]:
    """What the published rule gives; None where nobody gets the lot."""
    return {lot.lot_id: lot.drawn or (lot.awards[0] if len(lot.awards) == 1 else None) for lot in lots}


def _award_context(who: Reader, view: ResultView, lots: list[LotView]) -> dict[str, Any]:
    proposal = open_proposal(who.tender.pk)
    shown = proposal.data["lots"] if proposal else _proposed(lots)
    blocked = [(lot, words) for lot in lots for words in lot.blocked]
    tied = [lot for lot in lots if len(lot.awards) > 1 and lot.drawn is None]
    return {
        "view": view,
        "proposal": proposal,
        "needs": award_needs(who, shown, view) if lots else [],
        "may_write": (decide_file(who.roles) and lots_without_letters(who.tender)) or who.tender.letters.exists(),
        "overview": result_tables.award_lines(view, shown),
        "blocked": blocked,
        "tied": tied if may(who, "evaluate") else [],
        "may_propose": may(who, "propose_award"),
        "may_decide": _may_decide(who, proposal),
        "key": uuid4(),
        "drawn": list(Draw.objects.filter(lot__tender=who.tender, start__isnull=False).select_related("lot")),
        "hints": board(who.tender, who.now).open if who.tender.status(who.now) == Status.EVALUATION else 0,
        "outcomes": list(LotOutcome.objects.filter(lot__tender=who.tender).select_related("lot", "winner")),
    }


def _may_decide(who: Reader, proposal: Approval | None) -> Any:
    if proposal is None:
        return None
    first = may(who, "decide_award")
    return decide_second(proposal.requested_by_id, who.user.pk) if first else first


@signed_in
@require_POST
def decide_award(request: HttpRequest, tender_id: int, approval_id: int) -> HttpResponse:
    """The second person awards as proposed."""
    who = reader_of(request, tender_id)
    if not Approval.objects.filter(pk=approval_id, tender=who.tender, kind="award").exists():
        raise Http404
    try:
        actions.decide_award(actor=who.user, approval_id=approval_id, idempotency_key=request.POST.get("key", "")[:80])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("evaluation_award", tender_id=tender_id)
    except RefusedError as error:  # something is still missing: the page of the award says what
        if error.refused.status != HTTPStatus.CONFLICT:
            raise
        messages.error(request, str(error.refused.sentence))
        return redirect("evaluation_award", tender_id=tender_id)
    messages.success(request, _("Awarded. The result is public now."))
    return redirect("evaluation_result", tender_id=tender_id)
