"""The page of a call for candidates, for the office: what is asked for, until when, how many are invited."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import Refused, require
from tendering import actions, proposals
from tendering.forms.calls import CallForm, place
from tendering.forms.faults import take_over
from tendering.lifecycle import Status
from tendering.models import WITH_CALL, Stage, Tender
from tendering.views.access import find_own, for_staff, person
from tendering.views.officer_view import navigation_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def call(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Begin the call of this draft, or change it until it is released."""
    tender, now = find_own(request, tender_id, "prepare")
    if tender.is_call:
        return redirect("tender_call", tender_id=tender.bid_stage_id or 0)
    if tender.procedure_type not in WITH_CALL:
        require(Refused("no_call", _("This kind of procedure has no call for candidates. Choose another one."), 409))
    found = (
        Tender.objects.filter(bid_stage=tender).select_related("buyer").first() if tender.stage == Stage.BIDS else None
    )
    if found is not None and found.status(now) not in {Status.DRAFT, Status.PREPARED}:
        return redirect("tender_detail", tender_id=found.pk)
    proposed = proposals.proposed_dates(tender, now, phase="requests")
    form = CallForm(request.POST or None, tender=tender, call=found, proposed=proposed)
    if request.method == "POST" and form.is_valid():
        with take_over(form, place):
            stored = actions.set_call(actor=person(request), tender_id=tender.pk, call=form.call())
            messages.success(request, _("The call is saved. Look at what the public will read, then hand it over."))
            return redirect("tender_edit_publish", tender_id=stored.pk)
    context = {
        "tender": tender, "call": found, "form": form, "now": now, "proposed": proposed,
        "navigation": navigation_of(request, tender, tender.status(now), now),
        "rules_name": proposals.profile_name(tender.profile),
    }  # fmt: skip
    return render(request, "tendering/call.html", context, status=422 if form.errors else 200)
