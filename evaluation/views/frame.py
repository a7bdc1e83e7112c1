"""What all pages of an evaluation share: the reader, the second navigation, refusals as pages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.decision import Decision, Refused, require
from accounts.models import User
from bids.views.access import signed_in
from evaluation.lifecycle import ACTIONS, FILE_READERS, PANEL, decide, decide_stage
from evaluation.readers import Reader, reader
from tendering.lifecycle import Status
from tendering.views.access import person
from tendering.views.officer_view import navigation_of
from tendering.zones import show_times_of

__all__ = ["actor_of", "may", "opened", "reader_of", "show", "signed_in"]
WORKERS = FILE_READERS | PANEL


def actor_of(request: HttpRequest) -> User:
    """The signed-in person."""
    return person(request)


def reader_of(request: HttpRequest, tender_id: int, *, call: bool = False) -> Reader:
    """The person with its rights at this tender; Http404 without any role at the buyer. Times are the buyer's.

    `call`: the page belongs to calls for candidates, too; those of scores, prices and award do not.
    """
    who = reader(request.user, tender_id)
    if who.tender.is_call and not call:
        raise Http404
    show_times_of(who.tender)
    return who


def opened(request: HttpRequest, tender_id: int, *, call: bool = False) -> Reader:
    """Like `reader_of`, for those who work on the evaluation; refused before the bids are opened."""
    who = reader_of(request, tender_id, call=call)
    if who.roles.isdisjoint(WORKERS):
        require(decide("confirm", Status.EVALUATION, who.roles))
    if who.tender.opened_at is None or who.tender.opened_at > who.now:
        require(Refused("not_now", ACTIONS["evaluate"].why_not, 409))
    return who


def may(who: Reader, action: str) -> Decision:
    """The lifecycle's answer for this person now, for buttons."""
    answer = decide(action, who.tender.status(who.now), who.roles)
    return decide_stage(action, who.tender.is_call) if answer else answer


def show(request: HttpRequest, who: Reader, template: str, status: int = 200, **more: Any) -> HttpResponse:
    """A page of the evaluation with its navigation."""
    state = who.tender.status(who.now)
    context = {
        "tender": who.tender,
        "status": state,
        "now": who.now,
        "who": who,
        "navigation": navigation_of(request, who.tender, state, who.now),
        **more,
    }
    return render(request, f"evaluation/{template}.html", context, status=status)
