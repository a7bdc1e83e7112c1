"""The bidder's side: what the buyer asks about the own bid, and the answers about its meaning and its price."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from evaluation import actions
from evaluation.forms.checking import AnswerQuestionForm
from evaluation.forms.office import AnswerPriceForm
from evaluation.models import AbnormallyLowCheck, BidClarification
from evaluation.readers import clarifications_to, questions_to
from evaluation.views.frame import actor_of, signed_in
from tendering.forms.faults import take_over
from tendering.views.access import find_tender

Asked = tuple[BidClarification, AnswerQuestionForm | None]
Price = tuple[AbnormallyLowCheck, AnswerPriceForm | None, AnswerPriceForm | None]


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
    every: list[Any] = [form for _row, *own in [*asked, *forms] for form in own]
    bound = next((form for form in every if form is not None and form.is_bound), None)
    context = {
        "tender": tender, "now": now, "prices": forms, "questions": asked, "documents": documents, "form": bound,
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
