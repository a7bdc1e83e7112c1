"""The platform's proposal of a later deadline: evidence, acceptance by one click, or a reason why not."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from accounts.evidence import canonical_bytes
from tendering import actions, disturbances
from tendering.forms.acts import DeclineProposalForm
from tendering.forms.faults import take_over
from tendering.models import ExtensionProposal, Tender
from tendering.views.access import find_tender, for_staff, may, person, roles_at
from tendering.views.officer_view import navigation_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def proposal(request: HttpRequest, tender_id: int, proposal_id: int) -> HttpResponse:
    """The proposal with its evidence; after the decision a record of it."""
    tender, now, found = _find(request, tender_id, proposal_id)
    is_decline = request.method == "POST" and request.POST.get("act") == "decline"
    form = DeclineProposalForm(request.POST if is_decline else None)
    if request.method == "POST":
        require(may(request, tender, "extend", now))
        if not is_decline:
            actions.accept_proposal(actor=person(request), proposal_id=found.pk)
            messages.success(request, _("Asked for. The deadline moves when a second person agrees."))
            return redirect("tender_extend", tender_id=tender.pk)
        if form.is_valid():
            with take_over(form):
                reason = form.cleaned_data["reason"]
                actions.decline_proposal(actor=person(request), proposal_id=found.pk, reason=reason)
                messages.success(request, _("Written down. The deadline stays where it is."))
                return redirect("tender_detail", tender_id=tender.pk)
    status = tender.status(now)
    context = {
        "tender": tender, "now": now, "status": status, "form": form,
        "navigation": navigation_of(request, tender, status, now),
        "proposal": found,
        "words": actions.reason_of(found),
        "hash": actions.evidence_hash(found),
        "spans": disturbances.spans_in_words(found.evidence),
        "may_decide": not found.decision and found.deadline == tender.tender_period_end
        and bool(may(request, tender, "extend", now)),
    }  # fmt: skip
    return render(request, "tendering/proposal.html", context, status=422 if form.errors else 200)


@require_safe
@for_staff
def evidence(request: HttpRequest, tender_id: int, proposal_id: int) -> HttpResponse:
    """The evidence byte by byte as the trail has hashed it."""
    tender, _now, found = _find(request, tender_id, proposal_id)
    name = f"{tender.reference}-disturbances-{found.pk}.json".replace("/", "-").replace('"', "")
    response = HttpResponse(canonical_bytes(found.evidence), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _find(request: HttpRequest, tender_id: int, proposal_id: int) -> tuple[Tender, datetime, ExtensionProposal]:
    tender, now = find_tender(request, tender_id)
    if roles_at(request, tender).isdisjoint(disturbances.READERS):
        raise Http404
    found = get_object_or_404(ExtensionProposal.objects.select_related("decided_by", "amendment"), pk=proposal_id,
                              tender=tender)  # fmt: skip
    found.tender = tender
    return tender, now, found
