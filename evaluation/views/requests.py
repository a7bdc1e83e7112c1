"""The bidder's side: what the buyer asks about the own bid, and the answer about a price."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from evaluation import actions
from evaluation.forms.office import AnswerPriceForm
from evaluation.models import AbnormallyLowCheck
from evaluation.readers import questions_to
from evaluation.views.frame import actor_of, signed_in
from tendering.forms.faults import take_over
from tendering.views.access import find_tender


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Price questions to answer and documents to send; Http404 when nothing was asked."""
    user = actor_of(request)
    tender, now = find_tender(request, tender_id)
    prices, documents = questions_to(user, tender_id)
    if not (prices or documents):
        raise Http404
    asked = request.POST.get("check", "")
    forms = [(row, _form(request, row, asked)) for row in prices]
    for row, form in forms:
        if form is not None and form.is_bound and form.is_valid():
            with take_over(form):
                actions.answer_price(actor=user, check_id=row.pk, text=form.cleaned_data["text"])
                messages.success(request, _("Your explanation has reached the buyer."))
                return redirect("bid_requests", tender_id=tender_id)
    bound: Any = next((form for _row, form in forms if form is not None and form.is_bound), None)
    context = {"tender": tender, "now": now, "prices": forms, "documents": documents, "form": bound}
    return render(request, "evaluation/requests.html", context, status=422 if bound else 200)


def _form(request: HttpRequest, row: AbnormallyLowCheck, asked: str) -> AnswerPriceForm | None:
    """The form of an open question; None once it is decided."""
    if row.decided_at:
        return None
    data = request.POST if request.method == "POST" and asked == str(row.pk) else None
    return AnswerPriceForm(data, initial={"text": row.answer})
