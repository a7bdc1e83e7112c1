"""The list as Atom, as JSON Feed and as a calendar of deadlines, with the same filters; one tender's deadlines."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from tendering import feeds
from tendering.feeds import Entry, Moment
from tendering.filters import TenderFilter, listed
from tendering.keyset import first
from tendering.models import Amendment, Tender
from tendering.sorting import sorted_by
from tendering.views.access import find_tender
from tendering.views.listing import list_title

NEWEST = 50
MOST_DEADLINES = 500


def found(request: HttpRequest, now: datetime, number: int) -> list[Tender]:
    """The first tenders of the address's filter, in the order it names, newest first without one."""
    everything = listed(request.user, now).prefetch_related("buyer")
    chosen = TenderFilter(request.GET, everything)
    rows, walk = sorted_by(chosen.qs if chosen.form.is_valid() else everything, request.GET.get("sort", ""), now)
    return first(_with_last_change(rows), walk, number)


def _with_last_change(rows: QuerySet[Tender]) -> QuerySet[Tender]:
    """`last_change`: when a change of the tender was released last, by subquery."""
    changes = Amendment.objects.filter(tender=OuterRef("pk"), approved_at__isnull=False).order_by()
    latest = changes.values("tender").annotate(at=Max("approved_at")).values("at")
    return rows.annotate(last_change=Subquery(latest))


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """Subscribe to the list with its filters."""
    return feeds.atom(request, list_title(request.GET), reverse("tender_list"), _entries(request))


@require_safe
def json(request: HttpRequest) -> HttpResponse:
    """The same as JSON Feed."""
    return feeds.json_feed(request, list_title(request.GET), reverse("tender_list"), _entries(request))


def _entries(request: HttpRequest) -> list[Entry]:
    now = clock.now()
    return [_entry(tender, now) for tender in found(request, now, NEWEST) if tender.published_at]


def _entry(tender: Tender, now: datetime) -> Entry:
    return Entry(
        path=reverse("tender_detail", args=[tender.pk]),
        title=tender.title,
        text=tender.summary,
        author=tender.buyer.name,
        published=tender.published_at or now,
        updated=_changed(tender, now),
        language=tender.language,
    )


def _changed(tender: Tender, now: datetime) -> datetime:
    """When a reader of the tender saw something new last."""
    moments = (
        tender.published_at, getattr(tender, "last_change", None), tender.cancelled_at, tender.awarded_at,
        tender.opened_at,
    )  # fmt: skip
    return max((moment for moment in moments if moment and moment <= now), default=tender.created_at)


@require_safe
def deadlines(request: HttpRequest) -> HttpResponse:
    """Calendar of the open deadlines of a search."""
    now = clock.now()
    tenders = [t for t in found(request, now, MOST_DEADLINES) if t.tender_period_end and t.tender_period_end > now]
    return _calendar(request, list_title(request.GET), tenders, now)


@require_safe
def deadline(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Calendar with the deadlines of one tender."""
    tender, now = find_tender(request, tender_id)
    return _calendar(request, tender.title, [tender], now)


def _calendar(request: HttpRequest, name: str, tenders: Iterable[Tender], now: datetime) -> HttpResponse:
    moments = []
    for tender in tenders:
        for word, label, moment in (
            ("end", _("Deadline for bids"), tender.tender_period_end),
            ("questions", _("Questions until"), tender.enquiry_period_end),
        ):
            if moment:
                moments.append(_moment(tender, word, f"{label}: {tender.title}", moment, now))
    return feeds.calendar(request, name, "deadlines", moments)


def _moment(tender: Tender, word: str, title: str, at: datetime, now: datetime) -> Moment:
    return Moment(
        uid=f"tender-{tender.pk}-{word}",
        title=title,
        text=_("In time is what has reached us completely before this moment."),
        path=reverse("tender_detail", args=[tender.pk]),
        at=at,
        changed=_changed(tender, now),
    )
