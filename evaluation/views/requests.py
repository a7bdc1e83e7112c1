"""The bidder's side: what the buyer asks about the own bid, and the answers about its meaning and its price."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.decision import ALLOWED, RefusedError
from accounts.lifecycle import Role
from accounts.models import User
from bids.views.access import refusal
from evaluation import actions
from evaluation.forms.checking import AnswerQuestionForm, HandInForm
from evaluation.forms.office import AnswerPriceForm
from evaluation.lifecycle import decide
from evaluation.models import AbnormallyLowCheck, BidClarification
from evaluation.readers import clarifications_to, questions_to
from evaluation.supplement_files import document_response
from evaluation.views.frame import actor_of, signed_in
from tendering.forms.faults import take_over
from tendering.models import Tender
from tendering.upload import DocumentUploadHandler
from tendering.views.access import find_tender

Asked = tuple[BidClarification, AnswerQuestionForm | None]
Price = tuple[AbnormallyLowCheck, AnswerPriceForm | None, AnswerPriceForm | None]


def takes_files(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Files stay in memory: their handler is set before the CSRF check reads the form, which still runs first.

    Strangers are sent away before the first byte is kept.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def outer(request: HttpRequest, tender_id: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not questions_to(actor_of(request), tender_id)[1]:
            raise Http404
        request.upload_handlers = [DocumentUploadHandler(request)]
        try:
            return protected(request, tender_id)
        except RefusedError as error:
            return refusal(request, error.refused)

    return outer


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def documents(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Take the documents the buyer asked for, all in one go; the form itself stands on the page with the questions."""
    if request.method != "POST":
        return redirect("bid_requests", tender_id=tender_id)
    user, (tender, now) = actor_of(request), find_tender(request, tender_id)
    waiting = [row for row in questions_to(user, tender_id)[1] if row.received_at is None]
    form = HandInForm(waiting, request.POST, request.FILES)
    if form.is_valid():
        with take_over(form), audit.in_transaction():
            contents, bids = form.contents(), {row.pk: row.bid_id for row in waiting}
            for bid in dict.fromkeys(bids[pk] for pk in contents):
                files = {pk: file for pk, file in contents.items() if bids[pk] == bid}
                actions.hand_in_documents(actor=user, bid_id=bid, files=files)
            messages.success(request, _("Your documents have reached the buyer. Their hashes stand below."))
            return redirect("bid_requests", tender_id=tender_id)
    return _page(request, user, tender, now, [], [], form)


@signed_in
@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A document that was handed in later, for its company and the office; always a download, never a page."""
    return document_response(actor_of(request), document_id)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Questions to answer, prices to explain and documents to send; Http404 when nothing was asked."""
    user = actor_of(request)
    tender, now = find_tender(request, tender_id)
    (prices, documents), questions = questions_to(user, tender_id), clarifications_to(user, tender_id)
    if not (prices or documents or questions):
        raise Http404
    asked = [(row, _answer_form(request, row, now)) for row in questions]
    forms = [(row, _form(request, row), _aid_form(request, row)) for row in prices]
    if _sent(request, user, asked, forms):
        return redirect("bid_requests", tender_id=tender_id)
    return _page(request, user, tender, now, asked, forms)


def _page(
    request: HttpRequest, user: User, tender: Tender, now: datetime, asked: list[Asked], forms: list[Price],
    handed: HandInForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The page with all questions; with a form that was posted and is not right, 422."""
    prices, rows = questions_to(user, tender.pk)
    if handed is not None:
        asked = [(row, _answer_form(request, row, now)) for row in clarifications_to(user, tender.pk)]
        forms = [(row, _form(request, row), _aid_form(request, row)) for row in prices]
    waiting = [row for row in rows if row.received_at is None]
    taken = decide("check", tender.status(now), frozenset({Role.OFFICER})) == ALLOWED
    hand_in = handed or (HandInForm(waiting) if waiting and taken else None)
    if not taken:  # what was posted meanwhile has been refused by its act
        asked, forms = [(row, None) for row, _form in asked], [(row, None, None) for row, *_forms in forms]
    every: list[Any] = [handed, *(form for _row, *own in [*asked, *forms] for form in own)]
    bound = next((form for form in every if form is not None and form.is_bound), None)
    context = {
        "tender": tender, "now": now, "prices": forms, "questions": asked, "documents": rows, "form": bound,
        "hand_in": hand_in, "over": not taken, "megabytes": settings.DOCUMENT_FILE_LIMIT // 1_000_000,
        "any_late": any(row.due_at < now for row in waiting),
    }  # fmt: skip
    return render(request, "evaluation/requests.html", context, status=422 if bound else 200)


def _sent(request: HttpRequest, user: User, asked: list[Asked], prices: list[Price]) -> bool:
    """Whether the answer that was posted has been stored."""
    for question, answer in asked:
        if answer is not None and answer.is_bound and answer.is_valid():
            with take_over(answer):
                text = answer.cleaned_data["text"]
                actions.answer_clarification(actor=user, clarification_id=question.pk, text=text)
                messages.success(request, _("Your answer has reached the buyer."))
                return True
    for row, form, aid in prices:
        for given, act in ((form, actions.answer_price), (aid, actions.answer_aid_proof)):
            if given is not None and given.is_bound and given.is_valid():
                with take_over(given):
                    act(actor=user, check_id=row.pk, text=given.cleaned_data["text"])
                    messages.success(request, _("Your explanation has reached the buyer."))
                    return True
    return False


def _form(request: HttpRequest, row: AbnormallyLowCheck) -> AnswerPriceForm | None:
    """The form of an open question; None once it is decided."""
    if row.decided_at:
        return None
    return AnswerPriceForm(_data(request, "check", row.pk), initial={"text": row.answer}, auto_id=f"price_{row.pk}_%s")


def _aid_form(request: HttpRequest, row: AbnormallyLowCheck) -> AnswerPriceForm | None:
    """The form for the proof that State aid was lawful; None where nothing was asked, or all is decided."""
    if row.decided_at or row.aid_asked_at is None:
        return None
    data = _data(request, "aid", row.pk)
    return AnswerPriceForm(data, initial={"text": row.aid_answer}, auto_id=f"aid_{row.pk}_%s")


def _answer_form(request: HttpRequest, row: BidClarification, now: datetime) -> AnswerQuestionForm | None:
    """The form of an open question; None once it is answered or its time has passed, unless an answer came just now."""
    data = _data(request, "question", row.pk)
    if row.answered_at or (row.due_at < now and data is None):
        return None
    return AnswerQuestionForm(data, auto_id=f"question_{row.pk}_%s")


def _data(request: HttpRequest, name: str, row_id: int) -> Any:
    return request.POST if request.method == "POST" and request.POST.get(name) == str(row_id) else None
