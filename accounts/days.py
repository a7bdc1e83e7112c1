"""From a day on an organisation's calendar to a moment and back. The last day of a role counts to its end."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Organization


def today(organization: Organization, now: datetime) -> date:
    """The day it is at the organisation."""
    return now.astimezone(ZoneInfo(organization.time_zone)).date()


def begin_of(day: date, organization: Organization) -> datetime:
    """Midnight at the organisation when the day begins."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def end_of(last_day: date, organization: Organization) -> datetime:
    """Midnight after the last day."""
    return begin_of(last_day + timedelta(days=1), organization)


def last_day(end: datetime, organization: Organization) -> date:
    """The last day a role with this end is held."""
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(organization.time_zone)).date()
