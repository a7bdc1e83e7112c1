"""A bid that could not be opened: what is wrong, what brings it back, and two people's word when nothing does."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decision import RefusedError
from accounts.models import User
from bids import actions, intact
from bids.actions.late import DECIDERS
from bids.actions.mending import envelope_to_mend, kind_again
from bids.forms.acts import DeclarationForm, ReleaseForm, StaysSealedForm
from bids.models import Bid, Receipt
from bids.views.access import signed_in
from bids.views.apart import Place
from bids.views.opening import Ceremony, ceremony_of


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
    return PLACE.answer(request, ceremony, bid)


def _look(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    try:
        actions.check_restored(actor=ceremony.user, bid_id=bid.pk)
    except RefusedError as error:
        return _page(request, ceremony, bid, {"not_yet": error.refused.sentence}, error.refused.status)
    messages.success(request, _("All files are whole again. Two openers can open it now."))
    return PLACE.back(bid)


def _leave(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    form = StaysSealedForm(request.POST)
    if not form.is_valid():
        return _page(request, ceremony, bid, {"leave_form": form, "form": form}, 422)
    actions.leave_sealed(actor=ceremony.user, bid_id=bid.pk, reason=form.cleaned_data["reason"])
    return PLACE.back(bid)


def _confirm(request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
    actions.confirm_left_sealed(actor=ceremony.user, bid_id=bid.pk)
    return PLACE.back(bid)


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


PLACE = Place("bid_damaged", _page, actions.start_again, {"look": _look, "leave": _leave, "confirm": _confirm})
