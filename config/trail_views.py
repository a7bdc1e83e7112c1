"""Checkpoints for everybody: a page of the last day, each as a signed note, and a feed. They count no bids."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import checkpoints, clock, timestamps
from accounts.keys import verifier_keys
from tendering import feeds
from tendering.feeds import Entry


@require_safe
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    """The checkpoints of the last day, newest first, and how to use one."""
    ticks = checkpoints.recent(clock.now())
    stamped = {*timestamps.ticks()} if settings.TIMESTAMP_URL else set()
    rows = [{"tick": tick, "at": checkpoints.moment_of(tick), "stamped": tick in stamped} for tick in ticks]
    newest = checkpoints.public(ticks[0]) if ticks else ""
    context = {
        "rows": rows, "newest": newest, "verifier_keys": verifier_keys(), "are_stamped": bool(settings.TIMESTAMP_URL),
    }  # fmt: skip
    return render(request, "pages/checkpoints.html", context)


@require_safe
def checkpoint(request: HttpRequest, tick: str) -> HttpResponse:
    """One checkpoint as text, as it may be kept and handed to `audit_verify`."""
    return HttpResponse(_public(tick), content_type="text/plain; charset=utf-8")


@require_safe
def checkpoint_stamp(request: HttpRequest, tick: str) -> HttpResponse:
    """The time stamp of one checkpoint as the authority sent it (RFC 3161, DER)."""
    try:
        checkpoints.moment_of(tick)  # nothing else may name a file
        content = timestamps.read(tick)
    except (ValueError, FileNotFoundError):
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="{tick}.tsr"'}
    return HttpResponse(content, content_type="application/timestamp-reply", headers=headers)


@require_safe
def checkpoint_feed(request: HttpRequest) -> HttpResponse:
    """Subscribe: whoever keeps these can show later that no trail was rewritten."""
    entries = [_entry(tick) for tick in checkpoints.recent(clock.now())]
    return feeds.atom(request, _("Checkpoints of the audit trail"), reverse("checkpoints"), entries)


def _entry(tick: str) -> Entry:
    at = checkpoints.moment_of(tick)
    return Entry(
        path=reverse("checkpoint", args=[tick]), title=tick, text=checkpoints.public(tick), author="",
        published=at, updated=at,
    )  # fmt: skip


def _public(tick: str) -> str:
    try:
        checkpoints.moment_of(tick)  # nothing else may name a file
        return checkpoints.public(tick)
    except (ValueError, FileNotFoundError):
        raise Http404 from None
