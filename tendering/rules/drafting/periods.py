"""Time for bids, questions and the binding of bids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tendering.rules.days import SATURDAY, days_between, earliest_contract_date
from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.findings import Param
from tendering.rules.periods import answer_day, minimum_period
from tendering.rules.rows import Profile

SHORTENED = {"urgency", "prior_information"}
MANY_FREE_DAYS_PCT = 30
OFFICE_HOURS = range(8, 18)


def minimum(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R15: the whole last day of the minimum period must be left; a shortened one needs a reason."""
    if facts.deadline is None:
        return
    condition = facts.period_condition if facts.period_reason.strip() else "electronic"
    if facts.period_condition in SHORTENED and not facts.period_reason.strip():
        yield Found("R15.reason", "period_reason")
    period = minimum_period(
        profile, facts.procedure, facts.start, facts.calendar, phase=facts.phase, condition=condition
    )
    first_day = period.first_deadline_day
    if not period.is_binding or period.is_kept_by(facts.start, facts.deadline, facts.calendar):
        return
    if period.days is not None and first_day is not None:
        params: dict[str, Param] = {"days": period.days, "first_day": facts.calendar.next_working(first_day)}
        code = "R15.requests" if facts.phase == "requests" else "R15.period"
        yield Found(code, "tender_period_end", params, period.source, period.confidence)


def adequate(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R16: short national periods, and periods that are mostly holidays."""
    if facts.deadline is None or facts.deadline.date() <= facts.start:
        return
    end = facts.deadline.date()
    days = (end - facts.start).days
    if profile.advised_days is not None and days < profile.advised_days and facts.procedure != "DIRECT_ORDER":
        yield Found("R16.short", "tender_period_end", {"days": days, "advised": profile.advised_days})
    free = sum(not facts.calendar.is_working(day) for day in days_between(facts.start, end))
    share = 100 * free // days
    # Two of seven days are weekends (29 %); only whole weeks and more can say something.
    if days >= 7 and 100 * free > MANY_FREE_DAYS_PCT * days and free > _weekend_days(facts.start, end):
        yield Found("R16.holidays", "tender_period_end", {"share": share})


def _weekend_days(after: date, last: date) -> int:
    """Saturdays and Sundays inside the period, whatever the calendar."""
    return sum(day.weekday() >= SATURDAY for day in days_between(after, last))


def questions(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R17: questions must end early enough for answers to reach everybody."""
    if facts.deadline is None or facts.questions_until is None:
        return
    latest = answer_day(profile, facts.deadline, is_urgent=facts.period_condition == "urgency")
    if latest is not None and facts.questions_until.date() > latest:
        params = {"until": facts.questions_until.date(), "latest": latest}
        yield Found("R17.questions", "enquiry_period_end", params)


def binding(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R19: bids bind beyond the planned award and the standstill."""
    if facts.binding_until is None or facts.planned_award is None:
        return
    contract = earliest_contract_date(facts.planned_award, profile.standstill_days or 0)
    if facts.binding_until < contract:
        params = {"until": facts.binding_until, "contract": contract}
        yield Found("R19.binding", "bid_validity_end", params)


def convenient(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """Q02: a deadline when somebody can be reached."""
    if facts.deadline is None:
        return
    if not facts.calendar.is_working(facts.deadline.date()):
        yield Found("Q02.day", "tender_period_end", {"day": facts.deadline.date()})
    elif facts.deadline.hour not in OFFICE_HOURS:
        yield Found("Q02.hour", "tender_period_end")
