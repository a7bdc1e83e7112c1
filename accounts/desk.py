"""What do I have to do, and what is new? Upper apps put panels, news and dates into the lists; the desk asks each.

Every panel costs a fixed number of queries, whatever the number of procedures, and none without a role that needs it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import DeskVisit, User

Text: TypeAlias = str | Promise
SOON = timedelta(days=3)
MOST = 100  # rows a panel reads
MOST_NEWS = 20
FIRST_LOOK = timedelta(days=7)
ONE_LOOK = timedelta(minutes=30)  # pages opened within half an hour are one look at the desk
END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `group` says what part of the work it is, `note` what it is about; `due` may be None.

    `offer` marks what may be done at any time ("Prepare a new tender"): shown apart and not counted. `why` is the rule
    or reason. `role` (accounts.lifecycle.Role) and `organization` say in which capacity the person is asked;
    `responsible` is the id of the person who takes care of the procedure and `carer` its name, None when that is
    whoever is free.
    `waits`: it is the person's, but cannot be done yet.
    """

    title: Text
    url: str
    due: datetime | None = None
    group: Text = ""
    note: Text = ""
    offer: bool = False
    why: Text = ""
    role: str = ""
    organization: int | None = None
    responsible: int | None = None
    carer: Text = ""
    waits: bool = False

    def state(self, now: datetime) -> str:
        """For the task list: "error" when overdue, "doing" when due soon, "blocked" when it waits, else "open"."""
        if self.waits:
            return "blocked"
        if self.due is None:
            return "open"
        if self.due <= now:
            return "error"
        return "doing" if self.due - now <= SOON else "open"

    def period(self, now: datetime) -> str:
        """Under which heading it stands, a key of PERIODS; days are those of the active time zone, weeks end Sunday."""
        if self.due is None:
            return "undated"
        if self.due <= now:
            return "later" if self.waits else "overdue"
        today, day = localtime(now).date(), localtime(self.due).date()
        if day == today:
            return "today"
        return "week" if day <= today + timedelta(days=6 - today.weekday()) else "later"


PERIODS = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "week": _("This week"),
    "later": _("Later"),
    "undated": _("Without a date"),
}


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a procedure the person has to do with. Never tells of bids before their opening."""

    text: Text
    url: str
    at: datetime
    procedure: Text = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A moment for the calendar. `key` stays the same when the moment moves: calendars replace, not repeat."""

    key: str
    title: Text
    at: datetime
    url: str
    note: Text = ""


Panel: TypeAlias = Callable[[User, datetime], Iterable[Task]]
NewsSource: TypeAlias = Callable[[User, datetime, datetime], Iterable[News]]
DateSource: TypeAlias = Callable[[User, datetime], Iterable[Date]]
panels: list[Panel] = []
# asked with (person, since, now); each gives at most MOST_NEWS, newest first
news: list[NewsSource] = []
dates: list[DateSource] = []


def tasks_of(user: User, now: datetime) -> list[Task]:
    """All tasks of a person: first what is due first, then what has no date, in the order of the panels."""
    found = [task for panel in panels for task in panel(user, now)]
    return sorted(found, key=lambda task: (task.due is None, task.due or now))


def news_of(user: User, since: datetime, now: datetime) -> list[News]:
    """What happened in (since, now], newest first, at most MOST_NEWS."""
    found = [item for source in news for item in source(user, since, now)]
    return sorted(found, key=lambda item: item.at, reverse=True)[:MOST_NEWS]


def dates_of(user: User, now: datetime) -> list[Date]:
    """What belongs into the person's calendar, in order of time, each key once."""
    found = {date.key: date for source in dates for date in source(user, now)}
    return sorted(found.values(), key=lambda date: date.at)


def last_look(user: User, now: datetime) -> datetime:
    """Since when things are new to this person: the look before this one, or a week ago. One query."""
    return since_when(DeskVisit.objects.filter(user=user).first(), now)


def since_when(visit: DeskVisit | None, now: datetime) -> datetime:
    """What `last_look` says of a stored visit."""
    if visit is None:
        return now - FIRST_LOOK
    since = visit.looked_at if now - visit.looked_at >= ONE_LOOK else visit.before_at
    return since if since and since < now else now - FIRST_LOOK  # an exercise may have looked in an invented future


def end_of(day: date, zone: str) -> datetime:
    """The last minute of a day at a place."""
    return datetime.combine(day, END_OF_DAY, ZoneInfo(zone))


def role_held(user: User, organization_id: int, *roles: str) -> str:
    """The first of these roles that the person holds there, "" for none: the capacity it is asked in."""
    held = user.roles_in(organization_id)
    return next((str(role) for role in roles if role in held), "")


def first_address(names: Iterable[str], *arguments: object) -> str:
    """Address of the first of these pages that exists, "" when none does: rooms of the house may be missing."""
    for name in names:
        try:
            return reverse(name, args=arguments)
        except NoReverseMatch:
            continue
    return ""
