"""Minimum periods with the row they come from and a sentence that explains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from tendering.rules.days import Calendar, bid_deadline_ok, latest_answer_day, period_end
from tendering.rules.marking import gettext_noop
from tendering.rules.rows import PeriodRow, Profile, rule_book

Condition = Literal["default", "electronic", "urgency", "prior_information"]
Phase = Literal["bids", "requests", "first_bids"]

# Procedure code of a tender -> (procedure, phase) of the period table for the bids.
_EU_PERIODS = {
    "OPEN": ("open", "bids"),
    "RESTRICTED": ("restricted", "bids"),
    "NEGOTIATED_WITH_CALL": ("negotiated_with_call", "first_bids"),
}
# Tried in this order when the declared condition has no row of its own.
_FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "prior_information": ("prior_information", "electronic", "default"),
    "urgency": ("urgency", "electronic", "default"),
    "electronic": ("electronic", "default"),
    "default": ("default",),
}

BINDING = gettext_noop(
    "At least %(days)s days from the day after the notice is sent (%(event)s): the last day is %(last_day)s."
)
ADVISED = gettext_noop("No fixed minimum; %(days)s days after publication are advised, until %(last_day)s.")
FREE = gettext_noop("No minimum period is known for this procedure.")


@dataclass(frozen=True, slots=True)
class Period:
    """`days` from the day after the event to `last_day`; both None when nothing is known.

    `is_binding` False means advised only. `explanation` is a message id, `params` its placeholders.
    """

    days: int | None
    last_day: date | None
    is_binding: bool
    source: str
    confidence: str
    explanation: str
    params: Mapping[str, object] = field(default_factory=dict)
    row: PeriodRow | None = None

    @property
    def first_deadline_day(self) -> date | None:
        """First day on which a deadline at any hour leaves the whole last day; a working day may come later."""
        return self.last_day + timedelta(days=1) if self.last_day else None

    def is_kept_by(self, dispatched_on: date, deadline: datetime, calendar: Calendar) -> bool:
        """Whether a deadline (local time) leaves the whole period."""
        return self.days is None or bid_deadline_ok(dispatched_on, deadline, self.days, calendar)


def minimum_period(
    profile: Profile,
    procedure: str,
    dispatched_on: date,
    calendar: Calendar,
    *,
    phase: Phase | None = None,
    condition: Condition = "electronic",
) -> Period:
    """The period for bids (or `phase`) under a profile.

    `condition` other than electronic must have been declared with a reason. `dispatched_on` is the day the notice
    or invitation is sent; for national procedures the day of publication.
    """
    if procedure in profile.minimum_days:
        return _period(profile.minimum_days[procedure], dispatched_on, calendar, profile.source, profile.confidence)
    row = _row_for(procedure, phase, condition, dispatched_on) if profile.key == "eu_vgv" else None
    if row is not None and row.days is not None:
        return _period(row.days, dispatched_on, calendar, row.source, row.confidence, row)
    if profile.advised_days is None:
        return Period(None, None, False, profile.source, "check", FREE)
    last_day = period_end(dispatched_on, profile.advised_days, calendar)
    params = {"days": profile.advised_days, "last_day": last_day}
    return Period(profile.advised_days, last_day, False, profile.source, profile.confidence, ADVISED, params)


def _row_for(procedure: str, phase: Phase | None, condition: Condition, day: date) -> PeriodRow | None:
    name, usual_phase = _EU_PERIODS.get(procedure, ("", "bids"))
    rows = (rule_book().check_period(name, phase or usual_phase, one, day) for one in _FALLBACKS[condition])
    return next((row for row in rows if row is not None), None)


def _period(
    days: int, event: date, calendar: Calendar, source: str, confidence: str, row: PeriodRow | None = None
) -> Period:
    last_day = period_end(event, days, calendar)
    params = {"days": days, "event": event, "last_day": last_day}
    return Period(days, last_day, True, source, confidence, BINDING, params, row)


def answer_day(profile: Profile, deadline: datetime, *, is_urgent: bool = False) -> date | None:
    """Last day for answers to all bidders (strict reading); None where the profile sets none."""
    if profile.answer_days is None:
        return None
    row = rule_book().check_period("any_eu", "answers", "urgency", deadline.date()) if is_urgent else None
    days = row.days if profile.key == "eu_vgv" and row is not None else profile.answer_days
    return latest_answer_day(deadline.date(), days or profile.answer_days)


def framework_years(profile: Profile, day: date, *, is_special: bool) -> PeriodRow | None:
    """Longest term of a framework agreement; None where the profile has no statutes."""
    if not profile.statutes:
        return None
    condition = "special_services" if is_special else "default"
    return rule_book().check_period("framework", "max_term_years", condition, day)
