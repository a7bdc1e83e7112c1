"""The person's calendar by subscription: a secret address, made, renewed and revoked on a page of its own."""

import hashlib
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.actions.desk import calendar_owner, make_calendar_key, revoke_calendar_key
from accounts.calendar import calendar_of
from accounts.models import CalendarKey, User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def key(request: HttpRequest) -> HttpResponse:
    """Make or renew the address (shown on this answer only), or end it."""
    user = cast(User, request.user)
    address = ""
    if request.method == "POST" and request.POST.get("act") == "revoke":
        revoke_calendar_key(actor=user)
        messages.success(request, _("The address no longer works. Calendars that used it stay as they are."))
        return redirect("desk_calendar_key")
    if request.method == "POST":
        token = make_calendar_key(actor=user)
        address = f"{settings.BASE_URL}{reverse('desk_calendar', args=[token])}"
    context = {
        "address": address,
        "webcal": f"webcal://{address.partition('://')[2]}" if address else "",
        "key": CalendarKey.objects.filter(user=user).first(),
    }
    response = render(request, "accounts/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file for a calendar program, which cannot sign in: whoever knows the address reads it."""
    user, found = calendar_owner(token)
    with translation.override(user.language):
        content = calendar_of(user, clock.now(), found.created_at)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    response: HttpResponse
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="tasks.ics"'
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
