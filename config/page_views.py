"""Pages of words: one template each, the same for everybody."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.keys import verifier_keys
from config import claims, easy_language
from tendering.models import Tender


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    return render(request, f"pages/{name}.html", context)


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answers to what really goes wrong; with `?tender=` the contact of that tender's buyer stands first."""
    return _page(
        request,
        "help",
        about=_tender(request),
        file_limit=settings.BID_FILE_LIMIT // 1_000_000,
        file_count=settings.BID_FILE_COUNT_LIMIT,
    )


def _tender(request: HttpRequest) -> Tender | None:
    """The tender the visitor comes from, if it may see it."""
    number = request.GET.get("tender", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    visible = Tender.objects.visible_to(request.user, clock.now()).select_related("buyer", "contact_unit")
    return visible.filter(pk=int(number)).first()


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return _page(request, "security", verifier_keys=verifier_keys(), sections=claims.SECTIONS)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    statement = settings.ACCESSIBILITY
    return _page(
        request,
        "accessibility",
        statement=statement,
        bodies=sorted(statement["enforcement_bodies"].items()),
        sign_language_video=settings.SIGN_LANGUAGE_VIDEO,
    )


@require_safe
def easy_language_page(request: HttpRequest) -> HttpResponse:
    video = settings.SIGN_LANGUAGE_VIDEO
    return _page(request, "easy_language", sections=easy_language.sections(has_video=bool(video)), video=video)


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
