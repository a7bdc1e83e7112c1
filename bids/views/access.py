"""Who may open a page, and the pages of a stale form."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache

from accounts.decision import RefusedError
from bids import actions
from bids.forms.base import HIDDEN, DraftForm
from bids.models import Draft
from bids.workbench import Workbench, open_draft
from tendering.views.access import person, refusal, tells_refusals
from tendering.zones import show_times_of

View: TypeAlias = Callable[..., HttpResponse]

__all__ = [
    "bench_of", "conflict", "edition_of", "person", "refusal", "save", "saved_answer", "signed_in", "version_of",
]  # fmt: skip


def signed_in(view: View) -> View:
    """A page of one person: sign in first, never cached, refusals are told with their sentence."""

    @never_cache
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return tells_refusals(view)(request, *args, **kwargs)

    return wrapped


def bench_of(request: HttpRequest, draft_id: UUID) -> Workbench:
    """The draft of the person's own company; Http404 otherwise. Times are the buyer's."""
    bench = open_draft(person(request), draft_id)
    show_times_of(bench.tender)
    return bench


def version_of(request: HttpRequest, otherwise: int) -> int:
    """The version the posted form was made from."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def edition_of(request: HttpRequest) -> int:
    """The edition of the documents the posted page showed."""
    text = request.POST.get("edition", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def save(
    request: HttpRequest, bench: Workbench, content: dict[str, Any], *, version: int | None = None
) -> Draft | None:
    """The saved draft, or None when somebody else saved since the form was opened, or since `version`."""
    try:
        return actions.save_draft(
            actor=person(request),
            draft_id=bench.draft.pk,
            expected_version=version_of(request, 0) if version is None else version,
            content=content,
        )
    except RefusedError as error:
        if error.refused.code == "stale":
            return None
        raise


def conflict(request: HttpRequest, form: DraftForm, only: list[str] | None = None) -> HttpResponse:
    """Both texts side by side; nothing typed is lost, and what nobody contests is kept as it is stored."""
    kept = [(name, text) for name in form.fields if name not in HIDDEN for text in form.data.getlist(name)]  # type: ignore[attr-defined]  # a QueryDict
    context = {
        "bench": form.bench,
        "kept": kept,
        "differences": form.compare(only),
        "address": request.path,
    }
    return render(request, "bids/conflict.html", context, status=409)


def saved_answer(draft: Draft | None, base: str) -> JsonResponse:
    """The answer of autosave: local time of the page, the new version and what the page now starts from; or 409."""
    if draft is None:
        return JsonResponse({"code": "stale"}, status=409)
    moment = localtime(draft.updated_at).isoformat(timespec="seconds")
    return JsonResponse({"saved_at": moment, "version": draft.version, "base": base})
