"""Correct a published tender: one person asks, another publishes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tendering import actions, corrections
from tendering.actions.corrections import NewDocument
from tendering.forms.corrections import CorrectionForm
from tendering.forms.faults import take_over
from tendering.lifecycle import decide_second_person
from tendering.models import Amendment
from tendering.views.access import find_own, for_staff, may, person
from tendering.views.attachments import takes_documents
from tendering.views.changes import frame

PLACES = {"new_end": "end_day", "add": "attachments"}


@takes_documents("correct")
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Text, documents, reason and a later deadline on one page; nothing is public yet."""
    tender, now = find_own(request, tender_id, "correct")
    waiting = actions.waiting_correction(tender)
    if waiting:
        return redirect("tender_correction", tender_id=tender.pk, amendment_id=waiting.pk)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CorrectionForm(*given, tender=tender, now=now)
    if form.is_bound and form.is_valid():
        with take_over(form, lambda path: PLACES.get(path, path)):
            made = actions.request_correction(
                actor=person(request), tender_id=tender.pk, add=_files(form), **form.wanted
            )
            messages.success(request, _("Asked for. Nothing is public until a second person publishes it."))
            return redirect("tender_correction", tender_id=tender.pk, amendment_id=made.pk)
    context = {**frame(request, tender, now), "form": form, "source": corrections.asks_for_time(tender)}
    return render(request, "tendering/correct.html", context, status=422 if form.errors else 200)


def _files(form: CorrectionForm) -> list[NewDocument]:
    kind = form.cleaned_data["kind"] or "OTHER"
    return [
        NewDocument(file.name or "", kind, file.content_type or "", file.read())
        for file in form.cleaned_data["attachments"]
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def correction(request: HttpRequest, tender_id: int, amendment_id: int) -> HttpResponse:
    """What would change, side by side; the second person publishes it, either may drop it."""
    tender, now = find_own(request, tender_id, "publish_correction")
    waiting = tender.amendments.filter(kind=Amendment.Kind.CORRECTION, approved_at=None).select_related("by")
    found = get_object_or_404(waiting, pk=amendment_id)
    if request.method == "POST" and "drop" in request.POST:
        actions.drop_correction(actor=person(request), amendment_id=found.pk)
        messages.success(request, _("The correction was dropped. Nothing has changed."))
        return redirect("tender_detail", tender_id=tender.pk)
    if request.method == "POST":
        actions.publish_correction(actor=person(request), amendment_id=found.pk)
        messages.success(request, _("The correction is public. Everybody who takes part has been told."))
        return redirect("tender_detail", tender_id=tender.pk)
    context = {
        **frame(request, tender, now), "change": corrections.change_of(found),
        "may_publish": decide_second_person(found.by_id, person(request).pk),
        "may_correct": may(request, tender, "correct", now),
    }  # fmt: skip
    return render(request, "tendering/correction.html", context)
