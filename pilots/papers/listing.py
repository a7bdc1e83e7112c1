"""Papers as lists: by session, by body, by words. A search never finds by what the person may not read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404

from accounts.models import Organization, User
from pilots.models import CouncilPaper
from pilots.papers.lifecycle import INSIDERS
from pilots.papers.readers import Reader, papers_of, reader_of


@dataclass(slots=True)
class Session:
    """One body's meeting with its papers, in the order of the agenda."""

    municipality: Organization
    day: date
    body: str
    at: datetime
    readers: list[Reader] = field(default_factory=list)


def issued(user: Any, now: datetime) -> QuerySet[CouncilPaper]:
    """Papers that are out, as this person may know of them."""
    found: QuerySet[CouncilPaper] = papers_of(user, now).filter(issued_at__lte=now, withdrawn_at=None)
    return found


def drafts(user: Any, now: datetime) -> QuerySet[CouncilPaper]:
    """What the own office is writing."""
    return papers_of(user, now).filter(issued_at=None, withdrawn_at=None)


def chosen(
    papers: QuerySet[CouncilPaper], user: Any, *, words: str = "", municipality: str = "", body: str = ""
) -> QuerySet[CouncilPaper]:
    """Narrowed by municipality (reference), body and words; every word must occur in what this person reads."""
    if municipality:
        papers = papers.filter(municipality__reference=municipality)
    if body:
        papers = papers.filter(body=body)
    if not words.split():
        return papers
    papers = papers.annotate(public_text=Cast("public", TextField()), full_text=Cast("full", TextField()))
    inside = user.organizations_with(*INSIDERS) if isinstance(user, User) else []
    for word in words.split()[:10]:
        papers = papers.filter(_has("public_text", word) | (Q(municipality__in=inside) & _has("full_text", word)))
    return papers


def _has(column: str, word: str) -> Q:
    """SQLite keeps JSON with letters beyond ASCII escaped and knows no case for them; PostgreSQL keeps them."""
    found = Q()
    for spelling in {word, word.lower(), word.capitalize()}:
        found |= Q((f"{column}__icontains", spelling))
        found |= Q((f"{column}__icontains", json.dumps(spelling)[1:-1].replace("\\", "\\")))
    return found


def bodies(papers: QuerySet[CouncilPaper]) -> list[str]:
    """Councils and committees that occur."""
    return sorted(set(papers.order_by().values_list("body", flat=True)))


def municipalities(papers: QuerySet[CouncilPaper]) -> list[tuple[str, str]]:
    """(reference, name) of the municipalities that occur."""
    keys = papers.order_by().values("municipality")
    return list(Organization.objects.filter(pk__in=keys).order_by("name").values_list("reference", "name"))


def sessions(papers: Iterable[CouncilPaper], user: Any, now: datetime) -> list[Session]:
    """Papers of the same body on the same day together, in the order given."""
    found: dict[tuple[int, date, str], Session] = {}
    for paper in papers:
        day = day_of(paper)
        key = (paper.municipality_id, day, paper.body)
        session = found.setdefault(key, Session(paper.municipality, day, paper.body, paper.session_at))
        session.readers.append(reader_of(user, paper, now))
    for session in found.values():
        session.readers.sort(key=lambda reader: (*_agenda(reader.paper.agenda_item), reader.paper.created_at))
    return list(found.values())


def meeting(user: Any, now: datetime, day: date, reference: str) -> list[Reader]:
    """Every paper of a municipality's day that this person may read; Http404 when there is none."""
    town = Organization.objects.filter(reference=reference).first()
    if town is None:
        raise Http404
    begin = datetime.combine(day, time(0), ZoneInfo(town.time_zone))
    end = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(town.time_zone))
    papers = issued(user, now).filter(municipality=town, session_at__gte=begin, session_at__lt=end)
    found = [reader_of(user, paper, now) for paper in papers]
    if not found:
        raise Http404
    return sorted(found, key=lambda r: (r.paper.session_at, *_agenda(r.paper.agenda_item), r.paper.created_at))


def day_of(paper: CouncilPaper) -> date:
    """The day of the session by the municipality's clocks."""
    return paper.session_at.astimezone(ZoneInfo(paper.municipality.time_zone)).date()


def _agenda(item: str) -> tuple[Sequence[int], str]:
    """ "TOP 10" after "TOP 9"."""
    numbers = "".join(char if char.isascii() and char.isdigit() else " " for char in item).split()
    return [int(number[:6]) for number in numbers], item
