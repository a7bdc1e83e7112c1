"""A bid that could not be opened: what is wrong, what brings it back, and two people's word when nothing does."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import RefusedError
from accounts.models import User
from bids import actions, intact
from bids.actions.late import DECIDERS
from bids.actions.mending import envelope_to_mend, kind_again
from bids.forms.acts import DeclarationForm, ReleaseForm, StaysSealedForm, with_only_error
from bids.models import Bid, Receipt
from bids.views.access import signed_in
from bids.views.opening import Ceremony, ceremony_of, hand_over
from bids.views.opening_parts import told


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def damaged(request: HttpRequest, tender_id: int, bid_id: UUID) -> HttpResponse:
    """One bid that could not be opened, with the one thing to do now; known only after the opening."""
    ceremony = ceremony_of(request, tender_id)
    opened = ceremony.tender.opened_at
    if opened is None or opened > ceremony.now:
        raise Http404
    live = Bid.objects.live().select_related("company", "tender")
    bid = get_object_or_404(live.exclude(damage={}), pk=bid_id, tender=tender_id)
    act = request.POST.get("act", "")
    if request.method == "POST" and "part" in request.GET:
        return _part(ceremony, bid)
    if request.method != "POST" or act not in ACTS:
        return _page(request, ceremony, bid, {})
    return ACTS[act](request, ceremony, bid)


def _back(bid: Bid) -> HttpResponse:
    return redirect("bid_damaged", tender_id=bid.tender_id, bid_id=bid.pk)


def _look(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    try:
        actions.check_restored(actor=ceremony.user, bid_id=bid.pk)
    except RefusedError as error:
        return _page(request, ceremony, bid, {"not_yet": error.refused.sentence}, error.refused.status)
    messages.success(request, _("All files are whole again. Two openers can open it now."))
    return _back(bid)


def _leave(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = StaysSealedForm(request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"leave_form": form, "form": form}, 422)
    actions.leave_sealed(actor=ceremony.user, bid_id=bid.pk, reason=form.cleaned_data["reason"])
    return _back(bid)


def _confirm(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    actions.confirm_left_sealed(actor=ceremony.user, bid_id=bid.pk)
    return _back(bid)


def _release(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"release_form": form, "form": form}, 422)
    try:
        session = actions.start_again(actor=ceremony.user, bid_id=bid.pk)
        sentence = form.cleaned_data["pass_sentence"]
        actions.release_pieces(actor=ceremony.user, session_id=session.pk, pass_sentence=sentence)
    except RefusedError as error:
        again = with_only_error(ReleaseForm({"pass_sentence": ""}), "pass_sentence", error.refused.sentence)
        return _page(request, ceremony, bid, {"release_form": again, "form": again}, error.refused.status)
    return _back(bid)


def _part(ceremony: Ceremony, bid: Bid) -> HttpResponse:
    """The person's locked key and wrapped pieces for this opening, as JSON, or why not."""
    try:
        session = actions.start_again(actor=ceremony.user, bid_id=bid.pk)
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
    return _back(bid)


ACTS = {"look": _look, "leave": _leave, "confirm": _confirm, "release": _release, "hand_over": _hand_over}


def _page(request: HttpRequest, ceremony: Ceremony, bid: Bid, forms: dict[str, Any], status: int = 200) -> HttpResponse:
    decision, session = bid.damage_decision, ceremony.session
    mendable = Bid.objects.mendable().filter(pk=bid.pk).exists()
    files = intact.stored_objects(bid, envelope_to_mend(bid)) if mendable else []
    context = {
        **ceremony.context(),
        "bid": bid,
        "mendable": mendable,
        "files": files,
        "all_whole": all(file.state == "whole" for file in files),
        "receipt": Receipt.objects.filter(bid=bid).exclude(act="withdraw").first(),
        "decision": decision,
        "decided_by": User.objects.filter(pk=decision["decided_by"]).first() if decision else None,
        "confirmed_by": User.objects.filter(pk=decision.get("confirmed_by")).first() if decision else None,
        "may_decide": ceremony.user.has_role(ceremony.tender.buyer_id, *DECIDERS),
        "own_decision": bool(decision) and decision.get("decided_by") == ceremony.user.pk,
        "leave_form": StaysSealedForm(),
        "release_form": ReleaseForm(),
        "declare_form": DeclarationForm(),
        "declare_back": bid.pk,
        "session": session if session and session.kind == kind_again(bid) else None,
        **forms,
    }
    return render(request, "bids/damaged.html", context, status=status)
