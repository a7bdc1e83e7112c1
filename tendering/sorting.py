"""The orders a list of tenders can be walked in; every one is served by an index and loses no row without a value."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tendering.keyset import Stretch, Walk, moment_of
from tendering.models import Tender, TitleKey

NEWEST = "newest"
SORTS = {
    NEWEST: _("newest first"),
    "closing": _("closing soon"),
    "value": _("largest value"),
    "title": _("title A to Z"),
}


def sorted_by(
    found: QuerySet[Tender], sort: str, now: datetime, cursor: str = "", *, published: bool = True
) -> tuple[QuerySet[Tender], Walk]:
    """The queryset with what the order needs, and the walk for `keyset.page`. An unknown word means newest first.

    `published=False` is for lists of drafts, whose newest are those made last.
    """
    sort = sort if sort in SORTS else NEWEST
    moment = moment_of(cursor, now) if sort == "closing" else None
    queryset = found.annotate(title_key=TitleKey("title")) if sort == "title" else found
    name = sort if published else f"drafts:{sort}"
    return queryset, Walk(name, _stretches(sort, moment, published), moment)


def _stretches(sort: str, moment: datetime | None, published: bool) -> tuple[Stretch, ...]:
    if sort == "closing":
        return _closing(moment)
    if sort == "value":
        return (Stretch(("-value", "-id"), Q(value__isnull=False)), Stretch(("-id",), Q(value=None)))
    if sort == "title":
        return (Stretch(("title_key", "id")),)
    return (Stretch(("-published_at", "-id") if published else ("-id",)),)


def _closing(moment: datetime | None) -> tuple[Stretch, ...]:
    """Open ones by what closes next, then what is over, the latest first, then what has no deadline."""
    over = Q(tender_period_end__lte=moment) | Q(cancelled_at__lte=moment)
    return (
        Stretch(("tender_period_end", "id"), Q(tender_period_end__gt=moment) & ~Q(cancelled_at__lte=moment)),
        Stretch(("-tender_period_end", "-id"), Q(tender_period_end__isnull=False) & over),
        Stretch(("-id",), Q(tender_period_end=None)),
    )
