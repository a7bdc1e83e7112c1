"""What an opener's browser asks during an opening: its task, how far the opening is, the check of the seal."""

import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decision import RefusedError
from bids import actions
from bids.actions.seal_check import checks_of, own_pieces, require_seal
from bids.sealing.wrapping import encode
from bids.views.access import signed_in
from bids.views.opening import ceremony_of, state_of
from tendering.lifecycle import Status
from tendering.views.officer_view import navigation_of


@signed_in
@require_POST
def part(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Joins the running opening or starts one; the person's locked key and wrapped pieces as JSON, or why not."""
    ceremony = ceremony_of(request, tender_id)
    try:
        session = actions.start_opening(actor=ceremony.user, tender_id=tender_id)
        return JsonResponse(actions.release_task(actor=ceremony.user, session_id=session.pk))
    except RefusedError as error:
        return told(error)


def told(error: RefusedError) -> JsonResponse:
    """A refusal for the page's own script."""
    return JsonResponse(
        {"code": error.refused.code, "detail": str(error.refused.sentence)}, status=error.refused.status
    )


@signed_in
@require_safe
def state(request: HttpRequest, tender_id: int) -> HttpResponse:
    """{"state", "sentence", "opened"}: how many have released; never how many bids there are."""
    ceremony = ceremony_of(request, tender_id)
    facts = ceremony.context()
    done = len(facts["released"])
    sentence = _("%(done)s of %(needed)s released.") % {"done": done, "needed": facts["needed"]}
    opened = ceremony.tender.opened_at is not None and ceremony.phase != "prices"
    return JsonResponse(
        {"state": state_of(ceremony.tender, facts["session"], done), "sentence": sentence, "opened": opened}
    )


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The person's browser looks whether the own parts of the seal are good; only "checked" is sent."""
    ceremony = ceremony_of(request, tender_id)
    seal = require_seal(ceremony.tender)
    held = own_pieces(ceremony.user, ceremony.tender) if ceremony.is_opener else None
    if held is None or ceremony.status != Status.OPEN:
        raise Http404
    if request.method == "POST":
        actions.record_seal_check(actor=ceremony.user, tender_id=tender_id)
        return redirect("seal_check", tender_id=tender_id)
    key, pieces = held
    context = {
        **ceremony.context(),
        "navigation": navigation_of(request, ceremony.tender, ceremony.status, ceremony.now),
        "task": json.dumps({"opener": key.identifier, "locked": encode(bytes(key.locked)), "pieces": pieces}),
        "seal": seal,
        "checks": checks_of(ceremony.tender, seal),
        "own_check": seal.checks.filter(opener=ceremony.user).first(),
    }
    return render(request, "bids/seal_check.html", context)
