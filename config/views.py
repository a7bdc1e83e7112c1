"""Start page, API page and error pages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.api.problems import outside_of_views
from config import api_page, outage, start_page


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "start.html", start_page.content(request.user, clock.now()))


@gzip_page  # the one page of a third of a megabyte; it shows nothing of anybody
@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """The OpenAPI schema as a readable page of our own: no script, nothing from elsewhere."""
    return render(request, "api_docs.html", {"groups": api_page.groups()})


def _of_the_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/v1/")


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Rendered without the request: its Host header may be what was wrong with it."""
    if _of_the_api(request):
        return outside_of_views(400, "invalid", _("The request cannot be understood."))
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Also an address of the API with an id that is none: programs get it as they get every refusal."""
    if _of_the_api(request):
        return outside_of_views(404, "not_found", _("There is nothing here for you."))
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: what every page needs (clock, person) may be what failed."""
    if (unavailable := outage.answer(request)) is not None:
        return unavailable
    if _of_the_api(request):
        return outside_of_views(500, "error", _("Something went wrong on our side"))
    context = {"request_id": getattr(request, "id", ""), "operator": settings.OPERATOR}
    return HttpResponse(render_to_string("500.html", context), status=500)
