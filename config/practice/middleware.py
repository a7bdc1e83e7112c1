"""Answers a request inside the practice that its session names: at the run's time, as the run's account.

Without the flag in the session nothing is asked and nothing changes. The flag counts only for the run's own person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import clock, practice
from accounts.models import PracticeRun, User
from config.practice import rivals, runs
from config.practice.steps import Progress
from config.practice.world import World

FLAG = "practice"
# Apps whose acts concern a procedure, and single addresses beside them; everything else is read only in a practice.
PROCEDURES = frozenset({"tendering", "bids", "evaluation", "pilots", "reports"})
ALLOWED = frozenset({"set_language", "set_theme", "account_logout", "demo_switch"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Practice:
    """What pages know of the practice they are shown in: `request.practice`. `person` is who really sits there."""

    world: World
    person: User
    real_now: datetime
    now: datetime

    @property
    def run(self) -> PracticeRun:
        return self.world.run

    @property
    def mark(self) -> str:
        return practice.MARK

    @cached_property
    def progress(self) -> Progress:
        return Progress(self.world, self.now)


class PracticeMiddleware:
    """Between authentication and everything that asks who somebody is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.practice = None  # type: ignore[attr-defined]  # Django has no place for it
        run = _run_of(request)
        if run is None:
            return self.get_response(request)
        real = clock.now()
        with runs.entered(run, real) as world:
            now = clock.now()
            rivals.catch_up(world, now)
            request.practice = Practice(world, request.user, real, now)  # type: ignore[attr-defined, arg-type]  # signed in
            request.user = world.me
            response = self.get_response(request)
            response["Cache-Control"] = "private, no-store"
            return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Nothing of the real world is changed: no account, no company, no token, nothing of the operator."""
        if request.practice is None or _may(request, view):  # type: ignore[attr-defined]
            return None
        if request.path_info.startswith("/api/"):
            raise PermissionDenied(_("This is not part of the practice. Leave it first."))
        messages.warning(request, _("This is not part of the practice. Leave it first."))
        return redirect("practice")


def _may(request: HttpRequest, view: Callable[..., Any]) -> bool:
    match = request.resolver_match
    name = match.url_name if match else ""
    module = getattr(view, "__module__", "")
    app = module.partition(".")[0]
    if app in {"allauth", "django"} or module.startswith("config.practice"):
        return name in ALLOWED or app == "config"
    if request.method in SAFE or app in PROCEDURES:
        return True
    return name in ALLOWED


def _run_of(request: HttpRequest) -> PracticeRun | None:
    """The running practice that the session names, if it is this person's."""
    flag = request.session.get(FLAG)
    if flag is None:
        return None
    found = None
    if request.user.is_authenticated:
        found = PracticeRun.objects.filter(pk=flag, user_id=request.user.pk, ended_at=None).first()
    if found is None:
        del request.session[FLAG]
    return found
