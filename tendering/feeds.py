"""Feeds and calendars of lists: plain entries in, Atom, JSON Feed 1.1 or iCalendar out, answered conditionally.

The same entries give the same bytes, so that a reader who has them is told so (ETag, Last-Modified: 304).
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ATOM, JSON, CALENDAR = "application/atom+xml", "application/feed+json", "text/calendar"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a list. `path` is its page and, with the site's address, its id for ever."""

    path: str
    title: str
    text: str
    author: str
    published: datetime
    updated: datetime
    language: str = ""
    fragment: str = ""

    @property
    def url(self) -> str:
        return settings.BASE_URL + self.path

    @property
    def id(self) -> str:
        return f"{self.url}#{self.fragment}" if self.fragment else self.url


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a calendar; a day or a moment. `uid` stays the same when the moment moves."""

    uid: str
    title: str
    text: str
    path: str
    at: datetime | date
    changed: datetime


def atom(request: HttpRequest, title: str, page: str, entries: Sequence[Entry]) -> HttpResponse:
    """Atom 1.0 of the list at `page` (its path without the filter)."""
    feed = _Atom(
        title=_clean(title),
        link=_page(request, page),
        feed_url=settings.BASE_URL + request.get_full_path(),
        description="",
        language=get_language() or settings.LANGUAGE_CODE,
    )
    for entry in entries:
        feed.add_item(
            title=_clean(entry.title),
            link=entry.url,
            description=escape(_clean(entry.text)),
            author_name=_clean(entry.author),
            unique_id=entry.id,
            pubdate=entry.published,
            updateddate=entry.updated,
        )
    return _answer(request, feed.writeString("utf-8").encode(), ATOM, entries)


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """An empty feed has no moment of its own; the present one would make it new at every look."""
        return super().latest_post_date() if self.items else EPOCH


def json_feed(request: HttpRequest, title: str, page: str, entries: Sequence[Entry]) -> HttpResponse:
    """JSON Feed 1.1 (jsonfeed.org) of the list at `page`."""
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": _page(request, page),
        "feed_url": settings.BASE_URL + request.get_full_path(),
        "language": get_language() or settings.LANGUAGE_CODE,
        "items": [_item(entry) for entry in entries],
    }
    return _answer(request, json.dumps(body, ensure_ascii=False, indent=1).encode(), JSON, entries)


def _item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": _rfc3339(entry.published),
        "date_modified": _rfc3339(entry.updated),
        "authors": [{"name": entry.author}],
    }
    return {**item, "language": entry.language} if entry.language else item


def calendar(request: HttpRequest, title: str, file_name: str, moments: Sequence[Moment]) -> HttpResponse:
    """iCalendar with one entry per moment."""
    from icalendar import Calendar, Event

    found = Calendar()
    found.add("prodid", "-//Zuschlag//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", title)
    for moment in moments:
        event = Event()
        event.add("uid", f"{moment.uid}@{settings.OCDS_PREFIX}")
        event.add("dtstamp", moment.changed.astimezone(UTC))
        event.add("last-modified", moment.changed.astimezone(UTC))
        event.add("dtstart", moment.at)
        if isinstance(moment.at, datetime):
            event.add("dtend", moment.at)
        event.add("summary", moment.title)
        event.add("description", f"{moment.text}\n{settings.BASE_URL}{moment.path}".strip())
        event.add("url", settings.BASE_URL + moment.path)
        found.add_component(event)
    response = _answer(request, found.to_ical(), CALENDAR, ())
    response["Content-Disposition"] = f'inline; filename="{file_name}.ics"'
    return response


def _answer(request: HttpRequest, body: bytes, media_type: str, entries: Sequence[Entry]) -> HttpResponse:
    """200 with the body, or 304 for a reader who has it already."""
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    newest = max((entry.updated for entry in entries), default=None)
    stamp = int(newest.timestamp()) if newest else None
    response = HttpResponse(body, content_type=f"{media_type}; charset=utf-8")
    response["ETag"] = etag
    if stamp is not None:
        response["Last-Modified"] = http_date(stamp)
    # a list can lose an entry without a newer one: only the ETag says that nothing changed
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    return answer


def _page(request: HttpRequest, page: str) -> str:
    query = request.GET.urlencode()
    return f"{settings.BASE_URL}{page}?{query}" if query else settings.BASE_URL + page


def _clean(text: str) -> str:
    """Without the control characters that no XML may contain."""
    return _NOT_IN_XML.sub(" ", text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
