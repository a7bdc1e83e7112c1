"""The list as an Atom feed and as a calendar of deadlines, with the same filters; one tender's deadlines."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from tendering.filters import TenderFilter, listed
from tendering.models import Tender
from tendering.views.access import find_tender
from tendering.views.listing import list_title

if TYPE_CHECKING:
    from icalendar import Event

NEWEST = 50
MOST_DEADLINES = 500


def found(request: HttpRequest, now: datetime) -> QuerySet[Tender]:
    """The tenders of the address's filter, newest first."""
    everything = listed(request.user, now).select_related("buyer")
    chosen = TenderFilter(request.GET, everything)
    return (chosen.qs if chosen.form.is_valid() else everything).order_by("-published_at", "-id")


class TenderFeed(Feed[Tender, HttpRequest]):
    """Atom feed of a search: subscribe to the list with its filters."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpRequest:
        return request

    def title(self, obj: HttpRequest) -> str:
        return list_title(obj.GET)

    def link(self, obj: HttpRequest) -> str:
        return f"{reverse('tender_list')}?{obj.GET.urlencode()}"

    def feed_url(self, obj: HttpRequest) -> str:
        return obj.get_full_path()

    def items(self, obj: HttpRequest) -> list[Tender]:
        return list(found(obj, clock.now())[:NEWEST])

    def item_title(self, item: Tender) -> str:
        return item.title

    def item_description(self, item: Tender) -> str:
        return item.summary

    def item_link(self, item: Tender) -> str:
        return reverse("tender_detail", args=[item.pk])

    def item_guid(self, item: Tender) -> str:
        return f"{settings.BASE_URL}{self.item_link(item)}"

    def item_author_name(self, item: Tender) -> str:
        return item.buyer.name

    def item_pubdate(self, item: Tender) -> datetime | None:
        return item.published_at


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Calendar of the open deadlines of a search."""
    now = clock.now()
    tenders = [
        t for t in list(found(request, now)[:MOST_DEADLINES]) if t.tender_period_end and t.tender_period_end > now
    ]
    return _calendar(list_title(request.GET), tenders, now)


@require_safe
def deadline(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Calendar with the deadlines of one tender."""
    tender, now = find_tender(request, tender_id)
    return _calendar(tender.title, [tender], now)


def _calendar(name: str, tenders: Iterable[Tender], now: datetime) -> HttpResponse:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Zuschlag//tenders//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for tender in tenders:
        for label, moment in (
            (_("Deadline for bids"), tender.tender_period_end),
            (_("Questions until"), tender.enquiry_period_end),
        ):
            if moment:
                calendar.add_component(_event(tender, label, moment, now))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    return response


def _event(tender: Tender, label: str, moment: datetime, now: datetime) -> "Event":
    from icalendar import Event

    address = f"{settings.BASE_URL}{reverse('tender_detail', args=[tender.pk])}"
    event = Event()
    event.add(
        "uid",
        f"tender-{tender.pk}-{'end' if moment == tender.tender_period_end else 'questions'}@{settings.OCDS_PREFIX}",
    )
    event.add("dtstamp", now)
    event.add("dtstart", moment)
    event.add("dtend", moment)
    event.add("summary", f"{label}: {tender.title}")
    event.add("description", _("In time is what has reached us completely before this moment.") + f"\n{address}")
    event.add("url", address)
    return event
