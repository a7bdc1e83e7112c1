"""The desk, the language, the theme. Signing in itself is allauth's."""

from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from accounts import clock
from accounts.actions import choose_language
from accounts.desk import Task, grouped, tasks_of
from accounts.lifecycle import Role
from accounts.models import Membership, User

THEMES = frozenset({"light", "dark"})
A_YEAR = 31_536_000


@require_GET
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """The signed-in person's dashboard: what there is to do, by due date, and what may be done at any time."""
    user, now = cast(User, request.user), clock.now()
    tasks = tasks_of(user, now)
    due = [task for task in tasks if not task.offer]
    context = {
        "groups": [(title, [_row(task, now) for task in some]) for title, some in grouped(due)],
        "offers": [task for task in tasks if task.offer],
        "count": len(due),
        "places": _places(user),
    }
    return render(request, "accounts/desk.html", context)


def _row(task: Task, now: Any) -> dict[str, Any]:
    words = {"error": _("Overdue"), "doing": _("Due soon"), "open": _("To do")}
    state = task.state(now)
    until = ""
    if task.due:
        until = _("Due %(when)s") % {"when": date_format(localtime(task.due), "SHORT_DATETIME_FORMAT")}
    note = " · ".join(str(part) for part in (until, task.note) if part)
    return {"title": task.title, "url": task.url, "state": state, "badge": words[state], "note": note}


def _places(user: User) -> list[tuple[str, str]]:
    """(organisation, roles in words) of the person."""
    rows: dict[str, list[str]] = {}
    memberships = Membership.objects.filter(user=user).select_related("organization").order_by("organization__name")
    for membership in memberships:
        rows.setdefault(membership.organization.name, []).append(str(Role(membership.role).label))
    return [(name, ", ".join(sorted(roles))) for name, roles in rows.items()]


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and stay on the page; mails of a signed-in person follow."""
    if request.user.is_authenticated:
        choose_language(actor=request.user, language=request.POST.get("language", ""))
    return set_language(request)


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
