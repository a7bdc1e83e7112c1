"""How well this platform runs, for everybody: the last ninety days in words, in tables and as JSON."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts import availability, clock
from accounts.availability import Day, Incident
from tendering.disturbances import KINDS

DAYS: Final = 90
KEPT: Final = 60  # seconds one answer serves everybody
SPEEDS: Final = {
    "": "–",
    "up_to_100_ms": gettext_lazy("up to 0.1 seconds"),
    "up_to_300_ms": gettext_lazy("up to 0.3 seconds"),
    "up_to_1_s": gettext_lazy("up to 1 second"),
    "up_to_3_s": gettext_lazy("up to 3 seconds"),
    "up_to_10_s": gettext_lazy("up to 10 seconds"),
    "over_10_s": gettext_lazy("more than 10 seconds"),
}


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Sentence, incidents, days."""
    found, measured = _measured(clock.now())
    context = {
        "sentence": _sentence(found, measured),
        "incidents": [{"incident": row, "kind": KINDS[row.kind]} for row in reversed(found)],
        "days": [{"day": row, "speed": SPEEDS[row.p95]} for row in measured],
        "number": DAYS,
    }
    return render(request, "pages/status.html", context)


@require_safe
def status_json(request: HttpRequest) -> JsonResponse:
    """{"incidents": [...], "days": [...]}; times with offset, the newest day first."""
    found, measured = _measured(clock.now())
    content: dict[str, Any] = {
        "span_days": DAYS,
        "incidents": [asdict(row) for row in found],
        "days": [asdict(row) for row in measured],
    }
    return JsonResponse(content)


def _measured(now: datetime) -> tuple[list[Incident], list[Day]]:
    """Incidents in order and measured days, newest first; looked up at most once a minute."""
    key = f"status:{now:%Y%m%d%H%M}"
    answer: tuple[list[Incident], list[Day]] | None = cache.get(key)
    if answer is None:
        last = timezone.localtime(now, timezone.get_default_timezone()).date()
        first = last - timedelta(days=DAYS - 1)
        bad = availability.bad_minutes(availability.start_of(first), now, now)
        answer = availability.incidents(bad), availability.days(first, last, bad)
        cache.set(key, answer, KEPT)
    return answer


def _sentence(found: list[Incident], measured: list[Day]) -> str:
    if not measured:
        return _("Nothing has been measured yet. The first figures are here a few minutes after the start.")
    quiet = sum(not (day.down or day.disturbed) for day in measured)
    if not found:
        text = ngettext(
            "The platform ran without a disturbance on the one measured day.",
            "The platform ran without a disturbance on all %(n)s measured days.", len(measured),
        )  # fmt: skip
        return text % {"n": len(measured)}
    down, disturbed = sum(day.down for day in measured), sum(day.disturbed for day in measured)
    if not quiet:
        return _(
            "In the measured time the platform was not reachable for %(down)s min and slow or faulty for "
            "%(disturbed)s min."
        ) % {"down": down, "disturbed": disturbed}
    return _(
        "On %(quiet)s of %(days)s measured days nothing happened. On the others the platform was not reachable for "
        "%(down)s minutes and slow or faulty for %(disturbed)s minutes."
    ) % {"quiet": quiet, "days": len(measured), "down": down, "disturbed": disturbed}
