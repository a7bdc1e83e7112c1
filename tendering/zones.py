"""Moments of a tender are typed and shown in its buyer's time zone, on every page and in every mail."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise

from accounts.models import Organization
from tendering.models import Tender


def zone_of(buyer: Organization) -> ZoneInfo:
    """Where the buyer's clocks stand."""
    return ZoneInfo(buyer.time_zone)


def show_times_of(tender: Tender) -> None:
    """From here on the page shows moments as the buyer's clocks do; the middleware takes it back after the answer."""
    timezone.activate(zone_of(tender.buyer))


class Moment(Promise):
    """A moment in words of the language that is active when it is written: "15 December 2026, 12:00 GMT"."""

    def __init__(self, moment: datetime, buyer: Organization) -> None:
        self.there = moment.astimezone(zone_of(buyer))

    def __str__(self) -> str:
        return f"{date_format(self.there, 'DATE_FORMAT')}, {self.there:%H:%M %Z}"
