"""Who may open a page: foreign tenders are 404, a wrong role 403, a wrong moment 409 with the sentence why."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts import clock
from accounts.decision import Decision, Refused, RefusedError, require
from accounts.lifecycle import Role
from accounts.models import User
from tendering.lifecycle import decide, decide_hand_over, decide_own_draft
from tendering.models import Tender
from tendering.zones import show_times_of

View: TypeAlias = Callable[..., HttpResponse]


def find_tender(request: HttpRequest, tender_id: int) -> tuple[Tender, datetime]:
    """The tender as this visitor may see it and the page's one moment; Http404 otherwise. Times are its buyer's."""
    now = clock.now()
    visible = Tender.objects.visible_to(request.user, now).select_related("buyer", "contact_unit")
    tender = get_object_or_404(visible, pk=tender_id)
    show_times_of(tender)
    return tender, now


def find_own(request: HttpRequest, tender_id: int, action: str) -> tuple[Tender, datetime]:
    """The tender if the person may do the act now; RefusedError otherwise."""
    tender, now = find_tender(request, tender_id)
    require(may(request, tender, action, now))
    return tender, now


def may(request: HttpRequest, tender: Tender, action: str, now: datetime) -> Decision:
    """The lifecycle's answer for this person, for buttons and pages alike."""
    status, roles = tender.status(now), roles_at(request, tender)
    answer = decide(action, status, roles)
    if action == "edit" and answer:
        return decide_own_draft(status, roles, tender.responsible_id == request.user.pk)
    return answer


def may_hand_over(request: HttpRequest, tender: Tender, now: datetime) -> Decision:
    """Whether this person may pass the procedure on to somebody of the procurement office."""
    is_own = tender.responsible_id == request.user.pk
    return decide_hand_over(tender.status(now), roles_at(request, tender), is_own)


def roles_at(request: HttpRequest, tender: Tender) -> frozenset[str]:
    """The person's roles at the buyer; none for visitors."""
    return request.user.roles_in(tender.buyer_id) if request.user.is_authenticated else frozenset()


def is_staff_of(request: HttpRequest, tender: Tender) -> bool:
    """Whether the person works for the buyer in any role."""
    return bool(roles_at(request, tender) - {Role.BIDDER, Role.BIDDER_ADMIN})


def person(request: HttpRequest) -> User:
    """The signed-in person."""
    return cast(User, request.user)


def tells_refusals(view: View) -> View:
    """Show a refusal as a page with its sentence instead of failing."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RefusedError as error:
            return refusal(request, error.refused)

    return wrapped


def for_staff(view: View) -> View:
    """A page of the buyer: sign in first, refusals are told."""
    return login_required(tells_refusals(view))


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page of a refused act."""
    return render(request, f"{refused.status}.html", {"reason": refused.sentence}, status=refused.status)
