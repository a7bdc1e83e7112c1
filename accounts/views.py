"""The desk, the language, the theme. Signing in itself is allauth's."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts import clock
from accounts.actions import choose_language
from accounts.actions.desk import look_at_desk
from accounts.desk import last_look, news_of
from accounts.desk_page import desk_of
from accounts.models import User

THEMES = frozenset({"light", "dark"})
A_YEAR = 31_536_000


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """The signed-in person's dashboard: what there is to do, what is new, and what may be done at any time."""
    user, now = cast(User, request.user), clock.now()
    since = look_at_desk(actor=user, now=now) if request.method == "GET" else last_look(user, now)
    found = desk_of(user, now)
    timezone.activate(found.hats.zone)  # the middleware takes it back after the answer
    context = {"desk": found, "count": found.count, "since": since, "news": news_of(user, since, now)}
    return render(request, "accounts/desk.html", context)


def _from_here(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A choice of how pages look: taken from our own pages only, but without a token.

    A token would set a cookie on whoever just reads. Without one a foreign page could at most change the language of a
    browser: the session's cookie does not travel with a foreign form.
    """

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            raise PermissionDenied
        return view(request)

    return csrf_exempt(wrapped)


@_from_here
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and stay on the page; mails of a signed-in person follow."""
    if request.user.is_authenticated:
        choose_language(actor=request.user, language=request.POST.get("language", ""))
    return set_language(request)


@_from_here
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie and stay on the page."""
    response = HttpResponseRedirect(_own_address(request))
    if (chosen := request.POST.get("theme", "")) in THEMES:
        response.set_cookie("theme", chosen, max_age=A_YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def _own_address(request: HttpRequest) -> str:
    """The page the form came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else "/"
