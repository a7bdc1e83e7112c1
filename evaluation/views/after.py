"""After the proposal: register, cancellation, letters, the bidder's explanation, complaints."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from accounts.lifecycle import PROVIDER_ROLES
from bids.models import Bid
from evaluation import actions, award_rules
from evaluation.actions.bidders import complaining_company, is_late
from evaluation.actions.letters import drafts, letter_for
from evaluation.debrief import debrief_of
from evaluation.forms.after import (
    CancelForm,
    ComplaintAnswerForm,
    ComplaintForm,
    RegisterForm,
    TextForm,
)
from evaluation.letters import Draft
from evaluation.lifecycle import FILE_READERS, decide_file
from evaluation.models import Complaint, DebriefRequest, Letter, LotCancellation, StandstillNotice
from evaluation.results import latest
from evaluation.views.frame import actor_of, may, reader_of, show, signed_in
from tendering.forms.faults import take_over
from tendering.models import LotOutcome
from tendering.views.access import find_tender
from tendering.zones import show_times_of, zone_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """Note what the register answered about an intended winner."""
    who = reader_of(request, tender_id)
    require(may(who, "ask_register"))
    bid = get_object_or_404(Bid.objects.select_related("company"), pk=bid_id, tender=who.tender)
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_over(form, lambda path: "answered_on" if path == "answered_at" else path):
            day = form.cleaned_data["answered_on"]
            at = datetime.combine(day, time(12), zone_of(who.tender.buyer)) if day else None
            actions.record_register_query(
                actor=who.user, bid_id=bid.pk, answered_at=min(at, who.now) if at else None,
                result=form.cleaned_data["result"], note=form.cleaned_data["note"],
            )  # fmt: skip
            messages.success(request, _("The answer of the register has been noted."))
            return redirect("evaluation_award", tender_id=tender_id)
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, button=_("Note the answer"),
        title=_("Register: %(company)s") % {"company": bid.company},
        lead=_("You ask the register yourself, never the bidder. The answer counts for two months."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def cancellation(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Ask for the end of lots without award; or, for the second person, confirm it."""
    who = reader_of(request, tender_id)
    require(may(who, "confirm_cancellation"))
    waiting = LotCancellation.objects.filter(tender=who.tender, confirmed_at=None).order_by("-pk").first()
    if request.method == "POST" and "confirm" in request.POST and waiting is not None:
        actions.confirm_cancellation(actor=who.user, cancellation_id=waiting.pk)
        messages.success(request, _("Cancelled. Everybody has been told."))
        return redirect("tender_detail", tender_id=tender_id)
    settled = LotOutcome.objects.filter(lot__tender=who.tender).values("lot")
    lots = list(who.tender.lots.exclude(pk__in=settled).order_by("position", "id"))
    form = CancelForm(request.POST or None, lots=lots)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.request_cancellation(actor=who.user, tender_id=tender_id, **form.cleaned_data)
            messages.success(request, _("Asked for. A second person now has to confirm."))
            return redirect("evaluation_cancel", tender_id=tender_id)
    return show(
        request, who, "cancel", status=422 if form.errors else 200, form=form, waiting=waiting,
        may_ask=may(who, "cancel_lots"),
        is_own=bool(waiting and waiting.requested_by_id == who.user.pk),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The letters to be sent, or those that were sent with who has read them; what the wait means for the contract."""
    who = reader_of(request, tender_id)
    require(decide_file(who.roles))
    if request.method == "POST":
        actions.send_letters(actor=who.user, tender_id=tender_id)
        messages.success(request, _("The letters have been sent to all bidders."))
        return redirect("award_letters", tender_id=tender_id)
    run, lots = latest(who.tender), award_rules.lots_without_letters(who.tender)
    waiting = drafts(who.tender, run, lots, who.now) if run is not None and lots else []
    sent = StandstillNotice.objects.filter(tender=who.tender).prefetch_related(
        "lots", "letters__bid__company", "letters__dispatches__recipient"
    )
    if not waiting and not sent:
        raise Http404
    lines = LotOutcome.objects.filter(lot__tender=who.tender, kind="awarded").select_related("lot", "winner")
    return show(
        request, who, "letters", waiting=[_preview(draft) for draft in waiting], sent=sent,
        wait=award_rules.wait_of(who.tender, who.now),
        may_send=may(who, "send_letters"), outcomes=lines.order_by("lot__position"),
        complaints=award_rules.open_complaints(who.tender), may_sign=may(who, "sign_contract"),
        signed={row.lot_id: row.pk for row in who.tender.contracts.all()},
        free={row.lot_id for row in lines if award_rules.decide_contract(award_rules.notice_of_lot(row.lot), who.now)},
    )  # fmt: skip


@signed_in
@require_safe
def letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """One letter, as it was sent. Opened by a recipient, the time is kept."""
    user = actor_of(request)
    found = letter_for(user, letter_id)
    show_times_of(found.tender)
    actions.note_reading(actor=user, letter_id=found.pk)
    context = {
        "letter": found, "tender": found.tender, "tables": letter_tables(found.content),
        "is_own": user.has_role(found.company_id, *PROVIDER_ROLES),
    }  # fmt: skip
    return render(request, "evaluation/letter.html", context)


def _preview(draft: Draft) -> dict[str, Any]:
    """A letter as it would be sent."""
    return {
        "bid": draft.bid, "kind": draft.kind, "language": draft.language, "content": draft.content,
        "tables": letter_tables(draft.content),
    }  # fmt: skip


def letter_tables(content: Any) -> list[dict[str, Any]]:
    """The lots of a letter's content with heads and rows in the shape of the `data_table` tag."""
    parts: Any = content["lots"]
    return [
        {
            **part,
            "heads": [(head, "number") if 0 < n < len(part["heads"]) - 1 else head
                      for n, head in enumerate(part["heads"])],
            "rows": [{"cells": cells} for cells in part["rows"]],
        }
        for part in parts
    ]  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: HttpRequest, bid_id: UUID) -> HttpResponse:
    """Why the own bid won or lost, and what would have won; further reasons may be asked for."""
    user = actor_of(request)
    own = Bid.objects.filter(company__in=user.organizations_with(*PROVIDER_ROLES))
    bid = own.select_related("company").filter(pk=bid_id).first()
    found = list(Letter.objects.filter(bid=bid).select_related("tender__buyer", "notice", "bid")) if bid else []
    if not found:
        raise Http404
    tender, now = find_tender(request, found[0].tender_id)
    show_times_of(tender)
    label = _("What would you like to know more about?")
    form = TextForm(request.POST or None, label=label)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.ask_for_reasons(actor=user, letter_id=found[-1].pk, text=form.cleaned_data["text"])
            messages.success(request, _("Your question has reached the buyer. It has 15 days to answer."))
            return redirect("bid_debrief", bid_id=bid_id)
    context = {
        "tender": tender, "bid": bid, "letters": found, "form": form, "now": now,
        "lots": [part for one in found for part in debrief_of(one, now)],
        "questions": DebriefRequest.objects.filter(letter__in=found),
    }  # fmt: skip
    return render(request, "evaluation/debrief.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def complaints(request: HttpRequest, tender_id: int) -> HttpResponse:
    """For a company that takes part: its complaints and a form. For the office: all, with questions for reasons."""
    user = actor_of(request)
    tender, now = find_tender(request, tender_id)
    show_times_of(tender)
    is_office = user.has_role(tender.buyer_id, *FILE_READERS)
    company = None if is_office else complaining_company(user, tender)
    if not is_office and company is None:
        raise Http404
    form = ComplaintForm(request.POST or None) if company else None
    if request.method == "POST" and form is not None and form.is_valid():
        with take_over(form):
            actions.file_complaint(actor=user, tender_id=tender_id, **form.cleaned_data)
            messages.success(request, _("Your complaint has reached the buyer."))
            return redirect("award_complaints", tender_id=tender_id)
    rows = Complaint.objects.filter(tender=tender).select_related("company", "answered_by")
    if company is not None:
        rows = rows.filter(company=company)
    questions = DebriefRequest.objects.filter(letter__tender=tender).select_related("letter__company")
    context = {
        "tender": tender, "now": now, "form": form, "is_office": is_office,
        "rows": [(row, is_late(row, tender)) for row in rows],
        "questions": questions if is_office else [],
        "may_answer": is_office and may(reader_of(request, tender_id, call=True), "answer_bidders"),
    }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "evaluation/complaints.html", context, status=status)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def complaint_answer(request: HttpRequest, tender_id: int, complaint_id: int) -> HttpResponse:
    """The office answers a complaint."""
    who = reader_of(request, tender_id, call=True)
    require(may(who, "answer_bidders"))
    row = get_object_or_404(Complaint.objects.select_related("company"), pk=complaint_id, tender=who.tender)
    form = ComplaintAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.answer_complaint(
                actor=who.user, complaint_id=row.pk, text=form.cleaned_data["text"],
                remedied=form.cleaned_data["remedied"] == "yes",
            )  # fmt: skip
            messages.success(request, _("The answer has been sent."))
            return redirect("award_complaints", tender_id=tender_id)
    title = _("Complaint of %(company)s") % {"company": row.company}
    return show(request, who, "act", status=422 if form.errors else 200, form=form, title=title, lead=row.text,
                button=_("Send the answer"))  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def reasons_answer(request: HttpRequest, tender_id: int, request_id: int) -> HttpResponse:
    """The office gives further reasons."""
    who = reader_of(request, tender_id, call=True)
    require(may(who, "answer_bidders"))
    rows = DebriefRequest.objects.select_related("letter__company")
    row = get_object_or_404(rows, pk=request_id, letter__tender=who.tender)
    form = TextForm(request.POST or None, label=_("Answer"))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.answer_reasons(actor=who.user, request_id=row.pk, text=form.cleaned_data["text"])
            messages.success(request, _("The answer has been sent."))
            return redirect("award_complaints", tender_id=tender_id)
    title = _("Question of %(company)s") % {"company": row.letter.company}
    until = _("Answer until %(day)s.") % {"day": date_format(row.due_at, "DATE_FORMAT")}
    return show(request, who, "act", status=422 if form.errors else 200, form=form, title=title,
                lead=f"{row.text} {until}", button=_("Send the answer"))  # fmt: skip
