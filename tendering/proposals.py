"""What the rules propose for a tender before anybody chooses: profile, procedure, dates with their reasons."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Organization
from tendering.facts import calendar_of
from tendering.models import ProcedureType, Tender
from tendering.rules import Period, Phase, Profile, choose_profile, minimum_period, profile, rule_book

NOON = time(12, 0)
FULL_DAYS_TO_RELEASE = 3
QUESTIONS_BEFORE = 8
BINDING_DAYS = 60
OPENING_AFTER = timedelta(minutes=15)
BY_ITSELF = frozenset({ProcedureType.OPEN, ProcedureType.NATIONAL_PUBLIC})


@dataclass(frozen=True, slots=True)
class Dates:
    """Proposed moments of a procedure and why they are lawful."""

    questions_end: datetime
    bids_end: datetime
    opening: datetime
    binding_until: date
    why: str
    is_binding: bool


def proposed_profile(buyer: Organization, value: Decimal | None, cpv: str, day: date) -> Profile | None:
    """The profile that fits buyer, value and kind of service; None when the rule book lacks the buyer's."""
    own = rule_book().profiles.get(buyer.profile)
    if own is None or not own.statutes:
        return own
    return choose_profile(value, day, country=buyer.country, land=buyer.land, cpv=cpv)


def open_procedure(chosen: Profile) -> ProcedureType:
    """The procedure that is always allowed under a profile."""
    return ProcedureType.NATIONAL_PUBLIC if chosen.key not in {"eu_vgv"} and chosen.statutes else ProcedureType.OPEN


def profile_name(key: str) -> str:
    """The profile in the reader's language."""
    found = rule_book().profiles.get(key)
    if found is None:
        return key
    return found.name_de if (get_language() or "de").startswith("de") else found.name_en


def proposed_dates(tender: Tender, now: datetime, *, phase: Phase | None = None) -> Dates:
    """Lawful dates if published within three days: the whole minimum period, a working day, noon local time.

    `phase` "requests" gives those of a call for candidates.
    """
    zone = ZoneInfo(tender.buyer.time_zone)
    calendar = calendar_of(tender.buyer)
    published = now.astimezone(zone).date() + timedelta(days=FULL_DAYS_TO_RELEASE)
    period = _period(tender, published, phase)
    earliest = period.first_deadline_day if period and period.first_deadline_day else published + timedelta(days=15)
    last_day = calendar.next_working(earliest)
    bids_end = datetime.combine(last_day, NOON, zone)
    questions_day = max(last_day - timedelta(days=QUESTIONS_BEFORE), published + timedelta(days=1))
    return Dates(
        questions_end=datetime.combine(questions_day, NOON, zone),
        bids_end=bids_end,
        opening=bids_end + OPENING_AFTER,
        binding_until=calendar.next_working(last_day + timedelta(days=BINDING_DAYS)),
        why=_why(period),
        is_binding=bool(period and period.is_binding),
    )


def _period(tender: Tender, published: date, phase: Phase | None) -> Period | None:
    if tender.profile not in rule_book().profiles:
        return None
    return minimum_period(
        profile(tender.profile), tender.procedure_type, published, calendar_of(tender.buyer), phase=phase
    )


def _why(period: Period | None) -> str:
    if period is None or period.days is None:
        return _("No minimum period is known for this procedure; two weeks are proposed.")
    words = {"days": period.days, "last_day": date_format(period.last_day, "DATE_FORMAT") if period.last_day else ""}
    if period.is_binding:
        return (
            _("At least %(days)s whole days lie between publication and deadline; the last of them is %(last_day)s.")
            % words
        )
    return _("No fixed minimum; %(days)s days are advised. They end on %(last_day)s.") % words
