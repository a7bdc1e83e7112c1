"""What the platform measured before a deadline, as evidence, and the later deadline that makes up for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts import availability
from accounts.audit import stamp
from accounts.availability import MINUTE, BadMinute
from accounts.lifecycle import Role
from tendering.facts import calendar_of
from tendering.models import Tender
from tendering.zones import zone_of

DAY_OF_MINUTES = 1440
READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.AUDITOR})  # who reads a proposal, at the buyer
KINDS = {
    availability.DOWN: gettext_lazy("not reachable"),
    availability.FAULTY: gettext_lazy("errors"),
    availability.SLOW: gettext_lazy("slow"),
}


def before(deadline: datetime, now: datetime, since: datetime | None = None) -> list[BadMinute]:
    """Bad minutes in the hours before a deadline that count (settings), from `since` on if that is later."""
    start = deadline - settings.AVAILABILITY["window"]
    return availability.bad_minutes(max(start, since) if since else start, deadline, now)


def is_enough(minutes: Sequence[BadMinute]) -> bool:
    """Whether so much was bad that a later deadline is proposed."""
    return len(minutes) >= settings.AVAILABILITY["minutes"]


def later_end(tender: Tender, minutes: int) -> datetime:
    """The same time of day on a working day: one day later, or as many whole days as the disturbance lasted."""
    assert tender.tender_period_end is not None
    zone = zone_of(tender.buyer)
    local = tender.tender_period_end.astimezone(zone)
    days = max(1, -(-minutes // DAY_OF_MINUTES))
    day = calendar_of(tender.buyer).next_working(local.date() + timedelta(days=days))
    return datetime.combine(day, local.time(), zone)


def evidence_of(deadline: datetime, minutes: Sequence[BadMinute]) -> dict[str, Any]:
    """{"v", "deadline", "limits", "minutes", "spans": [{"from", "until", "kind", "error_percent", "slow_percent"}]}.

    Canonical: times as in the trail, whole numbers. A span is a run of equal bad minutes with its highest shares.
    """
    limits = settings.AVAILABILITY
    return {
        "v": 1,
        "deadline": stamp(deadline),
        "limits": {
            "error_percent": limits["error_percent"], "least_errors": limits["least_errors"],
            "slow_percent": limits["slow_percent"], "least_slow": limits["least_slow"],
            "slow_is_over_seconds": 3, "window_hours": int(limits["window"].total_seconds() // 3600),
            "proposed_from_minutes": limits["minutes"],
        },
        "minutes": len(minutes),
        "spans": [_span(run) for run in _runs(minutes)],
    }  # fmt: skip


def spans_in_words(evidence: dict[str, Any]) -> list[dict[str, Any]]:
    """The spans for a table: begin and end as moments, the kind in words, both shares (of what was down: none)."""
    return [
        {
            "begin": datetime.fromisoformat(span["from"]),
            "end": datetime.fromisoformat(span["until"]),
            "kind": KINDS[span["kind"]],
            "is_down": span["kind"] == availability.DOWN,
            "error_percent": span["error_percent"],
            "slow_percent": span["slow_percent"],
        }
        for span in evidence["spans"]
    ]


def spans_before(tender: Tender, now: datetime) -> list[dict[str, Any]]:
    """What was measured before the tender's deadline, in words; for the decision about late bids."""
    assert tender.tender_period_end is not None
    minutes = before(tender.tender_period_end, now)
    return spans_in_words(evidence_of(tender.tender_period_end, minutes))


def measured_before(tender: Tender) -> tuple[bool, datetime | None]:
    """Whether all hours before the deadline that count were measured, and from when on; (False, None): none was."""
    assert tender.tender_period_end is not None
    start = tender.tender_period_end - settings.AVAILABILITY["window"]
    begin = availability.measured_from(start, tender.tender_period_end)
    return begin is not None and begin <= start, begin


def _runs(minutes: Iterable[BadMinute]) -> list[list[BadMinute]]:
    runs: list[list[BadMinute]] = []
    for minute in minutes:
        if runs and minute.at - runs[-1][-1].at == MINUTE and minute.kind == runs[-1][-1].kind:
            runs[-1].append(minute)
        else:
            runs.append([minute])
    return runs


def _span(run: Sequence[BadMinute]) -> dict[str, Any]:
    return {
        "from": stamp(run[0].at),
        "until": stamp(run[-1].at + MINUTE),
        "kind": run[0].kind,
        "error_percent": max(minute.error_percent for minute in run),
        "slow_percent": max(minute.slow_percent for minute in run),
    }
