"""An own earlier tender as the start of a new one, after reading what has changed since."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import require
from tendering import freshness
from tendering.actions.library import copy_tender
from tendering.lifecycle import Status, decide
from tendering.views.access import find_tender, for_staff, person, roles_at


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def copy(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What is taken over, what is left out, what changed; the button makes the draft."""
    tender, now = find_tender(request, tender_id)
    if not roles_at(request, tender):
        raise Http404
    require(decide("create", Status.DRAFT, roles_at(request, tender)))
    if request.method == "POST":
        draft = copy_tender(actor=person(request), tender_id=tender.pk)
        words = {"reference": draft.reference, "source": tender.reference}
        messages.success(request, _("Your draft %(reference)s was copied from %(source)s. Check every number.") % words)
        return redirect("tender_edit_what", tender_id=draft.pk)
    context = {"tender": tender, "sentences": freshness.sentences(tender, now)}
    return render(request, "tendering/copy.html", context)
