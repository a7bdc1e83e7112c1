"""Faults of what we stand on, not of our code: no database, no room on the disk. Nothing was stored; it may go again.

Answered with 503 and Retry-After, so that programs and browsers repeat what they sent; readiness tells which it is.
"""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

RETRY_AFTER = "30"  # seconds
OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


def is_outage(error: BaseException | None) -> bool:
    """Whether database or storage failed; also where one of them was the cause of another error."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return True
        if isinstance(error, OSError) and error.errno in OF_THE_DISK:
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False


def answer(request: HttpRequest) -> HttpResponse | None:
    """The page or JSON for the error that is being handled, or None when it is not an outage."""
    if not is_outage(sys.exc_info()[1]):
        return None
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    number = getattr(request, "id", "")
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "status": 503, "title": "Service Unavailable", "code": "unavailable",
                "detail": "Database or storage does not answer. Nothing was stored; send the request again.",
                "request_id": number}  # fmt: skip
        return JsonResponse(body, status=503, headers=headers, content_type="application/problem+json")
    return HttpResponse(render_to_string("503.html", {"request_id": number}), status=503, headers=headers)
