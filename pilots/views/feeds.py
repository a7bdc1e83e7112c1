"""The list of pilots as Atom and JSON Feed, and the days of decision as a calendar, with the filters of the page."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from pilots.filters import PilotFilter, listed
from pilots.models import Pilot
from tendering import feeds
from tendering.feeds import Entry, Moment

NEWEST = 50
MOST_DATES = 500


def found(request: HttpRequest, now: datetime) -> QuerySet[Pilot]:
    """The pilots of the address's filter, newest first; all for a filter that cannot be read."""
    everything = listed(request.user, now)
    chosen = PilotFilter(request.GET, everything, now=now)
    rows: QuerySet[Pilot] = chosen.qs if chosen.form.is_valid() else everything
    return rows.select_related("municipality").defer("sealed_registration", "council").order_by("-registered_at", "-pk")


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    return feeds.atom(request, _("Pilots"), reverse("pilot_list"), _entries(request))


@require_safe
def json(request: HttpRequest) -> HttpResponse:
    return feeds.json_feed(request, _("Pilots"), reverse("pilot_list"), _entries(request))


def _entries(request: HttpRequest) -> list[Entry]:
    now = clock.now()
    return [_entry(pilot, now) for pilot in found(request, now)[:NEWEST]]


def _entry(pilot: Pilot, now: datetime) -> Entry:
    return Entry(
        path=reverse("pilot_detail", args=[pilot.pk]),
        title=pilot.title,
        text="\n".join(filter(None, [str(pilot.status(now).label), pilot.description])),
        author=pilot.municipality.name,
        published=pilot.registered_at or pilot.created_at,
        updated=_changed(pilot, now),
        language=pilot.language,
    )


def _changed(pilot: Pilot, now: datetime) -> datetime:
    """When a reader of the pilot saw something new last."""
    moments = (pilot.registered_at, pilot.started_at, pilot.analysed_at, pilot.decided_at)
    return max((moment for moment in moments if moment and moment <= now), default=pilot.created_at)


@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Calendar of the days on which councils decide; decided ones are left out."""
    now = clock.now()
    waiting = found(request, now).filter(gate_date__isnull=False).exclude(decided_at__lte=now)
    moments = [_moment(pilot, now) for pilot in waiting.order_by("gate_date", "pk")[:MOST_DATES]]
    return feeds.calendar(request, _("Pilots: decisions of the councils"), "pilots", moments)


def _moment(pilot: Pilot, now: datetime) -> Moment:
    assert pilot.gate_date is not None
    return Moment(
        uid=f"pilot-{pilot.pk}-gate",
        title=_("Decision due: %(title)s") % {"title": pilot.title},
        text=pilot.municipality.name,
        path=reverse("pilot_detail", args=[pilot.pk]),
        at=pilot.gate_date,
        changed=_changed(pilot, now),
    )
