"""A practice begins on a working day whose weeks hold no holiday, whatever day it is."""

from datetime import UTC, datetime, timedelta

import pytest

from config.practice import case, world
from tendering.rules import Calendar


@pytest.mark.parametrize("profile", sorted(case.PLACES))
def test_no_practice_begins_before_holidays(profile: str) -> None:
    place = case.PLACES[profile]
    calendar = Calendar(country=place["country"], land=place["land"])
    for number in range(0, 366, 3):
        now = datetime(2026, 1, 1, 22, 30, tzinfo=UTC) + timedelta(days=number)
        begin = world.first_morning(now, place)
        assert begin > now
        assert begin.hour == 9
        days = [begin.date() + timedelta(days=one) for one in range(world.QUIET_DAYS)]
        assert calendar.is_working(days[0])
        assert all(calendar.is_working(day) for day in days if day.weekday() < 5), begin
