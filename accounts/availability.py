"""When was the platform down or slow? Read from the measured minutes; what is too bad is data of the settings.

A minute is *down* when no web process gave a sign of life or one could not reach the database, *faulty* when too many
answers were errors of ours, *slow* when too many took longer than three seconds. Nothing is told of a minute before it
is three minutes old, for processes write late, nor of the time before the first measured minute.

Shares leave this module, never numbers of requests: while bids come in, nobody may read from a counter that they do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import add
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models.measured import COUNTS, SLOWEST, SPEEDS, MeasuredMinute

DOWN, FAULTY, SLOW = "down", "faulty", "slow"
MINUTE: Final = timedelta(minutes=1)
UNKNOWN_YET: Final = timedelta(minutes=3)
ONE_INCIDENT: Final = timedelta(minutes=10)  # bad minutes no further apart belong together
TOO_SLOW: Final = ("up_to_10_s", SLOWEST)


@dataclass(frozen=True, slots=True)
class BadMinute:
    """One minute and the worst that can be said of it."""

    at: datetime
    kind: str
    error_percent: int = 0
    slow_percent: int = 0


@dataclass(frozen=True, slots=True)
class Incident:
    """Bad minutes that belong together; `ended_at` is the end of the last one, `minutes` how many were bad."""

    kind: str
    started_at: datetime
    ended_at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the platform's time zone. `p95` is the column of SPEEDS 95 of 100 answers came within, or ""."""

    day: date
    measured: int
    down: int
    disturbed: int
    error_percent: int
    p95: str


def bad_minutes(since: datetime, until: datetime, now: datetime) -> list[BadMinute]:
    """All bad minutes in [since, until), in order. Three queries, and one per day that is not whole."""
    first = MeasuredMinute.objects.aggregate(first=Min("at"))["first"]
    if first is None:
        return []
    since, until = max(_whole(since), first), min(_whole(until), _whole(now - UNKNOWN_YET))
    if since >= until:
        return []
    bad = [_judged(row) for row in _bad_rows().filter(at__gte=since, at__lt=until)]
    bad += [BadMinute(at, DOWN) for at in _missing(since, until)]
    return sorted(bad, key=lambda minute: minute.at)


def measured_from(since: datetime, until: datetime) -> datetime | None:
    """From when on anything was measured in [since, until); None when nothing was. One query."""
    first = MeasuredMinute.objects.aggregate(first=Min("at"))["first"]
    return None if first is None or first >= until else max(_whole(since), first)


def incidents(minutes: Iterable[BadMinute]) -> list[Incident]:
    """The minutes (in order) as incidents; each is called by its worst minute."""
    found: list[list[BadMinute]] = []
    for minute in minutes:
        if found and minute.at - found[-1][-1].at <= ONE_INCIDENT:
            found[-1].append(minute)
        else:
            found.append([minute])
    return [Incident(_worst(group), group[0].at, group[-1].at + MINUTE, len(group)) for group in found]


def days(first: date, last: date, bad: Iterable[BadMinute]) -> list[Day]:
    """The measured days of this span, newest first; `bad` are its bad minutes. One query."""
    zone = timezone.get_default_timezone()
    down: dict[date, int] = {}
    disturbed: dict[date, int] = {}
    for minute in bad:
        counted = down if minute.kind == DOWN else disturbed
        day = timezone.localtime(minute.at, zone).date()
        counted[day] = counted.get(day, 0) + 1
    sums = {name: Sum(name) for name in COUNTS}
    rows: Any = MeasuredMinute.objects.filter(day__gte=first, day__lte=last).order_by("-day").values("day")
    return [
        Day(
            row["day"], row["measured"], down.get(row["day"], 0), disturbed.get(row["day"], 0),
            _percent(row["errors"], row["requests"]), p95(row),
        )
        for row in rows.annotate(measured=Count("at"), **sums)
    ]  # fmt: skip


def p95(counts: dict[str, int]) -> str:
    """The fastest column of SPEEDS within which at least 95 of 100 timed answers came; "" without answers."""
    names = (*SPEEDS, SLOWEST)
    timed = sum(counts[name] for name in names)
    within = 0
    for name in names:
        within += counts[name]
        if timed and within * 100 >= timed * 95:
            return name
    return ""


def start_of(day: date) -> datetime:
    """Midnight at the start of a day in the platform's time zone."""
    return datetime.combine(day, time(), timezone.get_default_timezone()).astimezone(UTC)


def _bad_rows() -> QuerySet[MeasuredMinute]:
    """The rows that are bad by the limits of the settings, compared in whole numbers."""
    limits = settings.AVAILABILITY
    slow, timed = (_sum(names) for names in (TOO_SLOW, (*SPEEDS, SLOWEST)))
    rows = MeasuredMinute.objects.annotate(
        slow=slow,
        timed=timed,
        error_share=F("errors") * 100 - F("requests") * limits["error_percent"],
        slow_share=slow * 100 - timed * limits["slow_percent"],
    )
    faulty = Q(errors__gte=limits["least_errors"], error_share__gte=0)
    return rows.filter(DOWN_ROW | faulty | Q(slow__gte=limits["least_slow"], slow_share__gte=0))


DOWN_ROW: Final = Q(cut_off__gt=0) | Q(web_beats=0, requests=0)


def _sum(names: Iterable[str]) -> Any:
    return reduce(add, (F(name) for name in names))


def _judged(row: Any) -> BadMinute:
    """`row` is one of `_bad_rows`; the worst that holds is what it is called."""
    limits = settings.AVAILABILITY
    if row.cut_off or not (row.web_beats or row.requests):
        kind = DOWN
    elif row.errors >= limits["least_errors"] and row.error_share >= 0:
        kind = FAULTY
    else:
        kind = SLOW
    return BadMinute(row.at, kind, _percent(row.errors, row.requests), _percent(row.slow, row.timed))


def _missing(since: datetime, until: datetime) -> Iterator[datetime]:
    """Minutes in [since, until) without a row. Only days that are not whole are looked into."""
    zone = timezone.get_default_timezone()
    first, last = (timezone.localtime(moment, zone).date() for moment in (since, until - MINUTE))
    rows = MeasuredMinute.objects.filter(at__gte=since, at__lt=until)
    counted = dict(rows.order_by().values_list("day").annotate(Count("at")))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        start, end = max(since, start_of(day)), min(until, start_of(day + timedelta(days=1)))
        wanted = (end - start) // MINUTE
        if counted.get(day, 0) == wanted:
            continue
        there = set(rows.filter(day=day).values_list("at", flat=True)) if day in counted else set()
        yield from (at for at in (start + n * MINUTE for n in range(wanted)) if at not in there)


def _whole(moment: datetime) -> datetime:
    """The start of the minute."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _percent(part: int, whole: int) -> int:
    """Rounded up, so that one error is never told as none."""
    return -(-part * 100 // whole) if whole else 0


def _worst(minutes: Iterable[BadMinute]) -> str:
    kinds = {minute.kind for minute in minutes}
    return next(kind for kind in (DOWN, FAULTY, SLOW) if kind in kinds)
