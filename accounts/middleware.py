"""Request id on every answer; the time zone of one page never reaches the next; private pages are not cached."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.logs import request_id

Answer = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """`X-Request-ID` on every answer, the same in log lines and on error pages (`request.id`)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid4().hex[:16]  # type: ignore[attr-defined]  # Django has no place for it
        token = request_id.set(request.id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class TimeZoneMiddleware:
    """A view may activate the time zone of what it shows; the thread's next request starts with the default again."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(None):
            return self.get_response(request)


class PrivatePagesMiddleware:
    """Pages of a signed-in person are never stored by a shared or disk cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
