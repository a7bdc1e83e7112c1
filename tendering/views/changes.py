"""After publication: answer questions, move the deadline with a second person, cancel."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from tendering import actions
from tendering.forms.acts import AnswerForm, CancelForm
from tendering.forms.dates import ExtensionForm
from tendering.forms.faults import take_over
from tendering.lifecycle import RELEASERS, decide_second_person
from tendering.models import Tender
from tendering.views.access import find_own, find_tender, for_staff, is_staff_of, may, person, refusal, roles_at
from tendering.views.officer_view import navigation_of


def frame(request: HttpRequest, tender: Tender, now: datetime) -> dict[str, Any]:
    """Context of every page of an act on a published tender."""
    status = tender.status(now)
    return {"tender": tender, "now": now, "status": status, "navigation": navigation_of(request, tender, status, now)}


@require_safe
@for_staff
def questions(request: HttpRequest, tender_id: int) -> HttpResponse:
    """All questions, unanswered ones first; nobody sees who asked."""
    tender, now = find_tender(request, tender_id)
    if not is_staff_of(request, tender):
        return redirect("tender_detail", tender_id=tender.pk)
    found = list(tender.questions.defer("asked_by"))
    context = {
        **frame(request, tender, now),
        "waiting": [question for question in found if not question.answered_at],
        "answered": [question for question in found if question.answered_at],
        "answering": may(request, tender, "answer", now),
    }
    return render(request, "tendering/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def answer(request: HttpRequest, tender_id: int, question_id: int) -> HttpResponse:
    """Answer one question to everybody; an answer cannot be taken back, so the button says so."""
    tender, now = find_own(request, tender_id, "answer")
    question = get_object_or_404(tender.questions.defer("asked_by"), pk=question_id, answered_at=None)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with take_over(form, lambda path: "text"):
            actions.answer_question(actor=person(request), question_id=question.pk, text=form.cleaned_data["text"])
            messages.success(request, _("Published. Everybody who takes part has been told."))
            return redirect("tender_questions", tender_id=tender.pk)
    context = {**frame(request, tender, now), "question": question, "form": form}
    return render(request, "tendering/answer.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def extend(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Ask for a later deadline; a second person decides."""
    tender, now = find_tender(request, tender_id)
    decision = may(request, tender, "extend", now)
    waiting = actions.pending_extensions(tender)
    if not decision and not (waiting and roles_at(request, tender) & RELEASERS):
        return refusal(request, decision)
    form = ExtensionForm(request.POST if request.method == "POST" else None, tender=tender)
    if form.is_bound and form.is_valid():
        with take_over(form, lambda path: "end_day" if path == "new_end" else path):
            data = form.cleaned_data
            actions.request_extension(
                actor=person(request), tender_id=tender.pk, new_end=data["new_end"], reason=data["reason"]
            )
            messages.success(request, _("Asked for. The deadline moves when a second person agrees."))
            return redirect("tender_extend", tender_id=tender.pk)
    context = {**frame(request, tender, now), "form": form, "waiting": waiting, "may_ask": decision}
    return render(request, "tendering/extend.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def extension(request: HttpRequest, tender_id: int, amendment_id: int) -> HttpResponse:
    """The second person sees both deadlines and moves it."""
    tender, now = find_own(request, tender_id, "approve_extension")
    amendment = get_object_or_404(
        tender.amendments.select_related("by"), pk=amendment_id, approved_at=None, kind="extension"
    )
    decision = decide_second_person(amendment.by_id, person(request).pk)
    if request.method == "POST":
        require(decision)
        actions.approve_extension(actor=person(request), amendment_id=amendment.pk)
        messages.success(request, _("The deadline has been moved. Everybody who takes part has been told."))
        return redirect("tender_detail", tender_id=tender.pk)
    change = amendment.changes.get("tender_period_end", {})
    context = {
        **frame(request, tender, now), "amendment": amendment, "may_approve": decision,
        "new_end": datetime.fromisoformat(change["after"]) if change else None,
    }  # fmt: skip
    return render(request, "tendering/extension.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def cancel(request: HttpRequest, tender_id: int) -> HttpResponse:
    """End the procedure without award."""
    tender, now = find_own(request, tender_id, "cancel")
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with take_over(form):
            data = form.cleaned_data
            actions.cancel_tender(
                actor=person(request), tender_id=tender.pk, ground=data["ground"], reason=data["reason"]
            )
            messages.success(request, _("The procedure is cancelled. Everybody who takes part has been told."))
            return redirect("tender_detail", tender_id=tender.pk)
    return render(
        request, "tendering/cancel.html", {**frame(request, tender, now), "form": form},
        status=422 if form.errors else 200,
    )  # fmt: skip
