"""The office's one-page overview of all its procedures, and the same as a file."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import User
from tendering import overview
from tendering.keyset import capped_total, page
from tendering.lifecycle import Status
from tendering.views.access import for_staff, person
from tendering.views.public_content import BADGES

PER_PAGE = 25
ORDER = ("created_at", "id")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES = ("phase", "responsible")


@require_safe
@for_staff
def procedures(request: HttpRequest) -> HttpResponse:
    """All procedures of the own buyers, newest first, by phase and by who takes care of them."""
    user, now = _officer(request), clock.now()
    found = _found(request, user, now)
    try:
        shown = page(found, cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=ORDER)
    except ValidationError:
        return redirect(f"{request.path}?{_filter(request.GET)}")
    context = {
        "page": shown,
        "rows": [(row, BADGES[row.status]) for row in overview.rows(shown.rows, now)],
        "total": capped_total(found),
        "phases": Status.choices,
        "phase": request.GET.get("phase", ""),
        "carers": overview.carers(user),
        "carer": request.GET.get("responsible", ""),
        "query": _filter(request.GET),
        "several": len(user.organizations_with(Role.OFFICER)) > 1,
        "now": now,
    }
    return render(request, "tendering/procedures.html", context)


@require_safe
@for_staff
def table(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as XLSX or CSV."""
    user, now = _officer(request), clock.now()
    tenders = list(_found(request, user, now).order_by("-created_at", "-id")[: overview.MOST_ROWS])
    rows = overview.rows(tenders, now)
    if kind == "csv":
        return _file(overview.as_csv(rows), "text/csv; charset=utf-8", kind)
    return _file(overview.as_workbook(rows, _("Procedures")), XLSX, kind)


def _officer(request: HttpRequest) -> User:
    user = person(request)
    if not user.organizations_with(Role.OFFICER):
        raise PermissionDenied(_("This overview is for procurement officers."))
    return user


def _found(request: HttpRequest, user: User, now: datetime) -> Any:
    given = request.GET
    found = overview.procedures(user, now)
    return overview.narrowed(found, user, given.get("phase", ""), given.get("responsible", ""))


def _filter(given: QueryDict) -> str:
    """The address of the filter without the page."""
    kept = QueryDict(mutable=True)
    for name in NAMES:
        if given.get(name):
            kept[name] = str(given[name])
    return kept.urlencode()


def _file(content: bytes, media_type: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name = f"{_('procedures')}.{kind}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
