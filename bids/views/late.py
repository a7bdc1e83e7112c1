"""A late bid: two people decide whether the delay was the bidder's fault; an admitted one is opened by two."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.decision import RefusedError
from accounts.models import User
from bids import actions, transfers
from bids.actions.late import DECIDERS
from bids.forms.acts import DeclarationForm, LateForm, ReleaseForm, with_only_error
from bids.models import Bid, OpeningSession
from bids.views.access import signed_in
from bids.views.opening import Ceremony, ceremony_of, hand_over
from bids.views.opening_parts import told
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
    act = request.POST.get("act", "")
    if request.method == "POST" and "part" in request.GET:
        return _part(request, ceremony, bid)
    if request.method != "POST" or act not in ACTS:
        return _page(request, ceremony, bid, {})
    return ACTS[act](request, ceremony, bid)


def _decide(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = LateForm(ceremony.tender, request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"form": form}, 422)
    act = actions.admit_late_bid if form.cleaned_data["outcome"] == "admitted" else actions.exclude_late_bid
    act(actor=ceremony.user, bid_id=bid.pk, reason=form.cleaned_data["reason"])
    return redirect("bid_late", tender_id=ceremony.tender.pk, bid_id=bid.pk)


def _confirm(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    actions.confirm_late_decision(actor=ceremony.user, bid_id=bid.pk)
    return redirect("bid_late", tender_id=ceremony.tender.pk, bid_id=bid.pk)


def _release(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"release_form": form, "form": form}, 422)
    try:
        session = actions.start_late_opening(actor=ceremony.user, bid_id=bid.pk)
        actions.release_pieces(
            actor=ceremony.user, session_id=session.pk, pass_sentence=form.cleaned_data["pass_sentence"]
        )
    except RefusedError as error:
        again = with_only_error(ReleaseForm({"pass_sentence": ""}), "pass_sentence", error.refused.sentence)
        return _page(request, ceremony, bid, {"release_form": again, "form": again}, error.refused.status)
    return redirect("bid_late", tender_id=ceremony.tender.pk, bid_id=bid.pk)


def _part(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    """The person's locked key and wrapped pieces for this opening, as JSON, or why not."""
    try:
        session = actions.start_late_opening(actor=ceremony.user, bid_id=bid.pk)
        return JsonResponse(actions.release_task(actor=ceremony.user, session_id=session.pk))
    except RefusedError as error:
        return told(error)


def _hand_over(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    try:
        hand_over(ceremony.user, request.POST)
    except RefusedError as error:
        return _page(request, ceremony, bid, {"refusal": error.refused.sentence}, error.refused.status)
    except ValidationError as error:
        return _page(request, ceremony, bid, {"refusal": error.messages[0]}, 422)
    return redirect("bid_late", tender_id=ceremony.tender.pk, bid_id=bid.pk)


ACTS = {"decide": _decide, "confirm": _confirm, "release": _release, "hand_over": _hand_over}


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
