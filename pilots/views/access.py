"""Who may open a page: foreign drafts are 404, a wrong role 403, a wrong moment 409 with the sentence why."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts import clock
from accounts.decision import Decision, RefusedError, require
from accounts.models import User
from pilots.lifecycle import decide
from pilots.models import Pilot
from tendering.zones import zone_of

View: TypeAlias = Callable[..., HttpResponse]


def find_pilot(request: HttpRequest, pilot_id: int) -> tuple[Pilot, datetime]:
    """The pilot as this visitor may see it and the page's one moment; Http404 otherwise. Times are the town's."""
    now = clock.now()
    visible = Pilot.objects.visible_to(request.user, now).select_related("municipality", "provider", "decision")
    pilot = get_object_or_404(visible, pk=pilot_id)
    timezone.activate(zone_of(pilot.municipality))  # the middleware takes it back after the answer
    return pilot, now


def find_own(request: HttpRequest, pilot_id: int, action: str) -> tuple[Pilot, datetime]:
    """The pilot if the person may do the act now; RefusedError otherwise."""
    pilot, now = find_pilot(request, pilot_id)
    require(may(request, pilot, action, now))
    return pilot, now


def may(request: HttpRequest, pilot: Pilot, action: str, now: datetime) -> Decision:
    """The lifecycle's answer for this person, for buttons and pages alike."""
    return decide(action, pilot.status(now), roles_at(request, pilot))


def roles_at(request: HttpRequest, pilot: Pilot) -> frozenset[str]:
    """The person's roles at the municipality; none for visitors."""
    return request.user.roles_in(pilot.municipality_id) if request.user.is_authenticated else frozenset()


def person(request: HttpRequest) -> User:
    """The signed-in person."""
    return cast(User, request.user)


def for_staff(view: View) -> View:
    """A page of the municipality: sign in first, refusals are told with their sentence."""

    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RefusedError as error:
            refused = error.refused
            return render(request, f"{refused.status}.html", {"reason": refused.sentence}, status=refused.status)

    return wrapped
