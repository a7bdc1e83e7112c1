"""A pilot as lists show it: where it stands, what it measured in one sentence, what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from pilots import sentences
from pilots.filters import DECISIONS
from pilots.lifecycle import Status
from pilots.models import AnalysisRun, Indicator, Pilot


@dataclass(frozen=True, slots=True)
class Card:
    """One pilot of a list. `verdict` is the word of the deciding indicator, "" before the analysis."""

    pilot: Pilot
    status: Status
    status_kind: str
    verdict: str
    verdict_kind: str
    sentence: str
    decision: str
    situation: str


def with_parts(found: Any) -> Any:
    """The queryset with what cards show: two more queries, however long the list is."""
    runs = AnalysisRun.objects.exclude(confirmed_at=None).order_by("confirmed_at", "id").defer("inputs")
    primary = Indicator.objects.filter(is_primary=True)
    return (
        found.select_related("municipality", "decision")
        .defer("sealed_registration", "council")
        .prefetch_related(
            Prefetch("analysis_runs", runs, to_attr="confirmed_runs"),
            Prefetch("indicators", primary, to_attr="primaries"),
        )
    )


def card(pilot: Any, now: datetime) -> Card:
    """The card of a pilot of `with_parts`."""
    status = pilot.status(now)
    verdict, sentence = "", sentences.standing(pilot, status, now)
    if pilot.confirmed_runs and pilot.primaries:
        primary = pilot.primaries[0]
        record = next(row for row in pilot.confirmed_runs[-1].result["kpis"] if row["kpi_id"] == primary.code)
        verdict = record["verdict"]
        confidence = str((pilot.registration.get("design") or {}).get("confidence", "0.95"))
        sentence = sentences.finding(primary, record, confidence)
    decision = str(dict(DECISIONS)[pilot.decision.verdict]) if status == Status.DECIDED else ""
    return Card(
        pilot=pilot,
        status=status,
        status_kind=sentences.STATUS_BADGES[status],
        verdict=str(sentences.VERDICTS.get(verdict, "")),
        verdict_kind=sentences.BADGES.get(verdict, "neutral"),
        sentence=sentence,
        decision=decision,
        situation=pilot.get_life_situation_display() if pilot.life_situation else "",
    )
