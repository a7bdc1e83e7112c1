"""Pages of words: one template each, the same for everybody."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.keys import verifier_keys


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"pages/{name}.html", {"operator": settings.OPERATOR, **context})


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "help")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return _page(request, "security", verifier_keys=verifier_keys())


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return _page(request, "accessibility")


@require_safe
def report_barrier(request: HttpRequest) -> HttpResponse:
    return _page(request, "report_barrier", page=request.GET.get("page", "")[:300])


@require_safe
def easy_language(request: HttpRequest) -> HttpResponse:
    return _page(request, "easy_language")


@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    return _page(request, "imprint")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _page(request, "privacy")


@require_safe
def sign_in_trouble(request: HttpRequest) -> HttpResponse:
    return _page(request, "sign_in_trouble")


@require_safe
def public_keys(request: HttpRequest) -> HttpResponse:
    """The keys receipts and checkpoints are verified with, a line each."""
    return HttpResponse("".join(f"{key}\n" for key in verifier_keys()), content_type="text/plain; charset=utf-8")
