"""Moments and people as words, for cells and sentences."""

from datetime import date, datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

NONE = "–"


def moment_text(at: datetime | None, *, seconds: bool = False) -> str:
    """ "12 May 2026, 10:00" at the place of the page; a dash for none."""
    if at is None:
        return NONE
    there = localtime(at)
    return f"{date_format(there, 'DATE_FORMAT')}, {there:%H:%M:%S}" if seconds else day_text(there) + f", {there:%H:%M}"


def day_text(day: date | None) -> str:
    """A day in words."""
    return date_format(day, "DATE_FORMAT") if day else NONE


def address(name: str, *arguments: Any) -> str:
    """An address, "" while there is no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
