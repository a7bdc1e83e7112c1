"""Counting days: period ends, standstill, answer days. Pure; the calendar is passed in.

The day of the event is not counted; weekends and holidays inside a period count; a last day that is no working day
moves to the next one; a period of two days or more holds at least two working days; backward periods do not move.
Sources: § 187 (1), § 193 BGB; Regulation (EEC, Euratom) 1182/71, Art. 3; § 134 (2) GWB for the standstill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)
LAST_MINUTE = time(23, 59)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of one place. `land` is the code of a part of the country ("BY"); `extra_holidays` are local.

    Assumption Day in Bavaria holds in most municipalities, so it counts unless `assumption_day` is False;
    Corpus Christi in Saxony and Thuringia holds in few, so it counts only when `corpus_christi` is True.
    """

    country: str = "DE"
    land: str = ""
    extra_holidays: frozenset[date] = frozenset()
    assumption_day: bool = True
    corpus_christi: bool = False

    def is_holiday(self, day: date) -> bool:
        return day in self.extra_holidays or day in _public_holidays(self, day.year)

    def is_working(self, day: date) -> bool:
        """Monday to Friday and no holiday."""
        return day.weekday() < SATURDAY and not self.is_holiday(day)

    def next_working(self, day: date) -> date:
        """The day itself, or the first working day after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_days(self, after: date, last: date) -> int:
        """Number of working days with after < day <= last."""
        return sum(self.is_working(day) for day in days_between(after, last))


def months_before(moment: datetime, months: int) -> datetime:
    """The same day some months earlier; a day that month lacks becomes its last one."""
    return moment.combine(add_months(moment.date(), -months), moment.timetz())


def add_months(day: date, months: int) -> date:
    """The same day `months` later (earlier when negative); a day that month lacks becomes its last one."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def days_between(after: date, last: date) -> Iterator[date]:
    """Each day with after < day <= last."""
    return (after + timedelta(days=n) for n in range(1, (last - after).days + 1))


@cache
def _public_holidays(calendar: Calendar, year: int) -> frozenset[date]:
    from holidays import country_holidays

    # Bavaria's Assumption Day is listed as "catholic"; for Saxony and Thuringia that category would go too far.
    in_bavaria = (calendar.country, calendar.land) == ("DE", "BY") and calendar.assumption_day
    categories = ("public", "catholic") if in_bavaria else ("public",)
    found = country_holidays(calendar.country, subdiv=calendar.land or None, years=year, categories=categories)
    return frozenset(found) | (_corpus_christi(year) if calendar.corpus_christi else frozenset())


def _corpus_christi(year: int) -> frozenset[date]:
    """The one holiday of May and June that Baden-Württemberg has and Hamburg has not."""
    from holidays import country_holidays

    with_it, without = (country_holidays("DE", subdiv=land, years=year) for land in ("BW", "HH"))
    return frozenset(day for day in set(with_it) - set(without) if day.month in {5, 6})


def period_end(event: date, days: int, calendar: Calendar) -> date:
    """Last day of a period of `days` that an event on `event` sets going."""
    end = calendar.next_working(event + timedelta(days=days))
    while days >= 2 and calendar.working_days(event, end) < 2:
        end = calendar.next_working(end + ONE_DAY)
    return end


def bid_deadline_ok(dispatch: date, deadline: datetime, days: int, calendar: Calendar) -> bool:
    """Whether a deadline (local time) leaves the whole last day of the minimum period."""
    return deadline.replace(tzinfo=None) >= datetime.combine(period_end(dispatch, days, calendar), LAST_MINUTE)


def earliest_contract_date(sent: date, standstill_days: int) -> date:
    """First day on which the contract may be signed: the standstill starts the day after dispatch and never moves."""
    return sent + timedelta(days=standstill_days + 1) if standstill_days else sent


def standstill_is_short(sent: date, standstill_days: int, calendar: Calendar) -> bool:
    """Fewer than six working days inside: courts have doubted such a standstill (case law, from memory)."""
    return calendar.working_days(sent, sent + timedelta(days=standstill_days)) < 6


def latest_answer_day(deadline_day: date, days: int, *, strict: bool = True) -> date:
    """Last day on which an answer to all bidders still leaves `days` full days before the deadline."""
    return deadline_day - timedelta(days=days + 1 if strict else days)
