"""A late bid: two people decide whether the delay was the bidder's fault; an admitted one is opened by two."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from bids import actions, transfers
from bids.actions.late import DECIDERS
from bids.forms.acts import DeclarationForm, LateForm, ReleaseForm
from bids.models import Bid, OpeningSession
from bids.views.access import signed_in
from bids.views.apart import Place
from bids.views.opening import Ceremony, ceremony_of
from tendering import disturbances


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def late(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """One late bid with the one thing to do now; known only after the opening."""
    ceremony = ceremony_of(request, tender_id)
    opened = ceremony.tender.opened_at
    if opened is None or opened > ceremony.now:
        raise Http404
    bid = get_object_or_404(Bid.objects.live().select_related("company"), pk=bid_id, tender=tender_id, is_late=True)
    return PLACE.answer(request, ceremony, bid)


def _decide(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = LateForm(ceremony.tender, request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"form": form}, 422)
    act = actions.admit_late_bid if form.cleaned_data["outcome"] == "admitted" else actions.exclude_late_bid
    act(actor=ceremony.user, bid_id=bid.pk, reason=form.cleaned_data["reason"])
    return PLACE.back(bid)


def _confirm(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    actions.confirm_late_decision(actor=ceremony.user, bid_id=bid.pk)
    return PLACE.back(bid)


def _page(request: HttpRequest, ceremony: Ceremony, bid: Bid, forms: dict[str, Any], status: int = 200) -> HttpResponse:
    decision = bid.late_decision
    session: OpeningSession | None = ceremony.session
    context = {
        **ceremony.context(),
        "bid": bid,
        "decision": decision,
        "decided_by": User.objects.filter(pk=decision["decided_by"]).first() if decision else None,
        "may_decide": ceremony.user.has_role(ceremony.tender.buyer_id, *DECIDERS),
        "own_decision": bool(decision) and decision.get("decided_by") == ceremony.user.pk,
        "confirmed": bool(decision.get("confirmed_by")),
        "transfers": transfers.transfers_of(bid),
        "disturbances": disturbances.spans_before(ceremony.tender, ceremony.now),
        "measured": disturbances.measured_before(ceremony.tender),
        "late_form": forms.get("form") if isinstance(forms.get("form"), LateForm) else LateForm(ceremony.tender),
        "release_form": ReleaseForm(),
        "declare_form": DeclarationForm(),
        "declare_back": bid.pk,
        "session": session if session and session.kind == "late" else None,
        **forms,
    }
    return render(request, "bids/late.html", context, status=status)


PLACE = Place("bid_late", _page, actions.start_late_opening, {"decide": _decide, "confirm": _confirm})
