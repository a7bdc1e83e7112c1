"""A person's dates as a calendar file: tasks with a day, deadlines, openings, sessions. Titles only, nothing sealed."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.desk import Date, Task, dates_of, tasks_of
from accounts.models import User

REFRESH = timedelta(hours=1)


def calendar_of(user: User, now: datetime, made_at: datetime) -> bytes:
    """The file in the active language; the same dates give the same bytes. `made_at` stands as its time stamp."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Zuschlag//desk//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("My tasks – %(site)s") % {"site": settings.SITE_NAME})
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for date in _entries(user, now):
        event = Event()
        event.add("uid", f"{date.key}@{user.pk}.{settings.OCDS_PREFIX}")
        event.add("dtstamp", made_at)
        event.add("dtstart", date.at)
        event.add("dtend", date.at)
        event.add("summary", str(date.title))
        address = f"{settings.BASE_URL}{date.url}" if date.url else ""
        event.add("description", "\n".join(part for part in (str(date.note), address) if part))
        if address:
            event.add("url", address)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _entries(user: User, now: datetime) -> list[Date]:
    """Tasks that have a day, then dates of procedures; a deadline that is a task as well stands there once."""
    tasks = [_dated(task) for task in tasks_of(user, now) if task.due and not task.offer]
    known = {(date.url, date.at) for date in tasks}
    return [*tasks, *(date for date in dates_of(user, now) if (date.url, date.at) not in known)]


def _dated(task: Task) -> Date:
    assert task.due is not None
    name = hashlib.sha256(f"{task.url}\n{task.group}".encode()).hexdigest()[:16]
    note = " · ".join(str(part) for part in (task.why, task.group, task.note) if part)
    return Date(f"task-{name}", task.title, task.due, task.url, note)
