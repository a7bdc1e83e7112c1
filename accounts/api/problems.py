"""Errors as RFC 9457 problem details with the request id; refusals as {"code", "detail"}; bad data by field."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.decision import RefusedError
from accounts.logs import request_id

PROBLEM = "application/problem+json"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook. Unknown exceptions stay exceptions (500 page, logged)."""
    if isinstance(error, RefusedError):
        return problem(error.refused.status, error.refused.code, str(error.refused.sentence))
    if isinstance(error, Http404):
        return problem(404, "not_found", _("There is nothing here for you."))
    if isinstance(error, PermissionDenied):
        return problem(403, "forbidden", str(error) or _("This is not for you."))
    if isinstance(error, ValidationError):
        return problem(400, "invalid", _("Some fields need your attention."), errors=fields_of(error))
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", _("Some fields need your attention."), errors=error.detail)
    if isinstance(error, exceptions.APIException):
        code = error.get_codes() if isinstance(error.get_codes(), str) else "error"
        answer = problem(error.status_code, str(code), str(error.detail))
        if header := getattr(error, "auth_header", None):
            answer["WWW-Authenticate"] = header
        return answer
    return None


def fields_of(error: ValidationError) -> dict[str, list[str]]:
    """{field: [texts]} of a Django validation error; errors without a field under "__all__"."""
    if hasattr(error, "error_dict"):
        return {name: [str(text) for text in texts] for name, texts in error.message_dict.items()}
    return {"__all__": [str(text) for text in error.messages]}


def problem(code: int, name: str, detail: str, **extra: Any) -> Response:
    """A problem details answer; `code` repeats the stable name for machines."""
    set_rollback()
    return Response(_body(code, name, detail) | extra, status=code, content_type=PROBLEM)


def outside_of_views(code: int, name: str, detail: str) -> JsonResponse:
    """The same where no view of the API answers: an address that does not exist, an error of the server."""
    return JsonResponse(_body(code, name, detail), status=code, content_type=PROBLEM)


def _body(code: int, name: str, detail: str) -> dict[str, Any]:
    return {"type": "about:blank", "status": code, "title": _title(code), "code": name, "detail": detail,
            "request_id": request_id.get()}  # fmt: skip


def _title(code: int) -> str:
    from http import HTTPStatus

    return HTTPStatus(code).phrase if code in set(HTTPStatus) else "Error"


__all__ = ["PROBLEM", "exception_handler", "fields_of", "problem", "status"]
