"""The directory of contacts: units of all buyers with mailbox, phone, hours, promised and measured reply time.

No persons. Measured is what happened: the median of the working days between a question of a bidder and its answer,
over the answers of the last twelve months, shown from three answers on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Final

from django.conf import settings
from django.db.models import Q

from accounts.lifecycle import OrganizationKind
from accounts.models import ContactUnit, Organization
from tendering.facts import calendar_of
from tendering.models import Question
from tendering.zones import zone_of

LOOK_BACK: Final = timedelta(days=365)
FEWEST: Final = 3
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Contact:
    """A unit as the directory shows it. `measured`: median working days, None below FEWEST answers."""

    id: int
    organization: str
    reference: str
    unit: str
    email: str
    phone: str
    hours: str
    promised: int
    measured: int | None
    answers: int


def contacts(now: datetime, words: str = "") -> list[Contact]:
    """Open units of all buyers, by organisation and name; every word occurs in unit, organisation or mailbox.

    Three queries, whatever the number of units.
    """
    buyers = Organization.objects.exclude(kind=OrganizationKind.PROVIDER)
    units = ContactUnit.objects.filter(closed_at=None, organization__in=buyers).select_related("organization")
    for word in words.split()[:8]:
        units = units.filter(Q(name__icontains=word) | Q(organization__name__icontains=word) | Q(email__icontains=word))
    found = list(units.order_by("organization__name", "name", "pk")[:MOST])
    measured = _reply_days(found, now)
    return [_contact(unit, measured.get(unit.pk, [])) for unit in found]


def _contact(unit: ContactUnit, days: Sequence[int]) -> Contact:
    return Contact(
        id=unit.pk, organization=unit.organization.name, reference=unit.organization.reference, unit=unit.name,
        email=unit.email, phone=unit.phone, hours=unit.hours, promised=unit.reply_days,
        measured=median_low(days) if len(days) >= FEWEST else None, answers=len(days),
    )  # fmt: skip


def _reply_days(units: Iterable[ContactUnit], now: datetime) -> dict[int, list[int]]:
    """{unit: working days of each answer}; the day of the question does not count. Played procedures count in the demo
    only: their moments are invented.
    """
    by_id = {unit.pk: unit for unit in units}
    answered = Question.objects.filter(tender__contact_unit__in=by_id, answered_at__lte=now)
    answered = answered.filter(answered_at__gt=now - LOOK_BACK)
    if not settings.DEMO:
        answered = answered.filter(tender__simulated=False)
    days: dict[int, list[int]] = {}
    for unit_id, asked, replied in answered.values_list("tender__contact_unit", "asked_at", "answered_at"):
        buyer = by_id[unit_id].organization
        zone = zone_of(buyer)
        assert replied is not None  # filtered
        number = calendar_of(buyer).working_days(asked.astimezone(zone).date(), replied.astimezone(zone).date())
        days.setdefault(unit_id, []).append(number)
    return days


def vcards(rows: Iterable[Contact]) -> str:
    """All units as vCard 4.0 (RFC 6350), for an address book."""
    return "".join(_vcard(row) for row in rows)


def _vcard(row: Contact) -> str:
    lines = [
        "BEGIN:VCARD", "VERSION:4.0", "KIND:org", f"UID:urn:zuschlag:contact:{row.id}",
        f"FN:{_escaped(f'{row.organization}, {row.unit}')}", f"ORG:{_escaped(row.organization)};{_escaped(row.unit)}",
        f"EMAIL;TYPE=work:{_escaped(row.email)}",
    ]  # fmt: skip
    if row.phone:
        lines.append(f"TEL;TYPE=work;VALUE=text:{_escaped(row.phone)}")
    if row.hours:
        lines.append(f"NOTE:{_escaped(row.hours)}")
    return "".join(_folded(line) for line in (*lines, "END:VCARD"))


def _escaped(text: str) -> str:
    """A value of a vCard: RFC 6350, 3.4."""
    for mark in ("\\", ",", ";"):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def _folded(line: str) -> str:
    """At most 75 bytes a line, a character never cut in two (RFC 6350, 3.2)."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > (75 if not parts else 74):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part]) + "\r\n"
