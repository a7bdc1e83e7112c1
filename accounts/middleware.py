"""Measuring; request id on every answer; one page's time zone never reaches the next; no NUL; private pages."""

import time
from collections.abc import Callable
from urllib.parse import unquote
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts import measuring
from accounts.logs import request_id

Answer = Callable[[HttpRequest], HttpResponse]
NOT_MEASURED = {"/healthz", "/readyz"}  # asked by machines; their 503 is an answer, not a fault
TIMED_BODY = 100_000  # bytes; how long a larger body takes depends on the visitor's line


class MeasuringMiddleware:
    """Counts answers, errors of ours and their speed (accounts.measuring). Stands outermost; never fails a request."""

    def __init__(self, get_response: Answer) -> None:
        if not settings.MEASURE_AVAILABILITY:
            raise MiddlewareNotUsed
        self.get_response = get_response
        measuring.start()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        if request.path not in NOT_MEASURED:
            measuring.start()  # a worker forked after the start has no thread yet
            seconds = time.monotonic() - begun if _is_timed(request) else None
            measuring.meter.answered(measuring.this_minute(), response.status_code, seconds)
        return response


def _is_timed(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length) <= TIMED_BODY


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


class NoNullMiddleware:
    """A NUL character in a page's address is 400: no text of the database can hold one. The API names the parameter."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest("a NUL character in the query")
        return self.get_response(request)


class PlainBodiesMiddleware:
    """A compressed body is refused unread: a small one could unpack to any size."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Content-Encoding", "").strip().lower() in {"", "identity"}:
            return self.get_response(request)
        body = {"type": "about:blank", "status": 415, "title": "Unsupported Media Type", "code": "content_encoding",
                "detail": "Send the body without compression.", "request_id": request_id.get()}  # fmt: skip
        return JsonResponse(body, status=415, content_type="application/problem+json")


class PrivatePagesMiddleware:
    """Pages of a signed-in person are never stored by a shared or disk cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        if was_signed_in and not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"storage"'  # sealed files that waited for their upload stay on no computer
        return response
