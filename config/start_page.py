"""What the start page shows: figures, life situations, what closes soon, latest results, pilots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Sum
from django.urls import NoReverseMatch, reverse

from pilots.lifecycle import Status as PilotStatus
from pilots.models import Pilot
from tendering.lifecycle import Status
from tendering.models import LifeSituation, LotOutcome, Tender

SHOWN = 3
CAP = 1000


@dataclass(frozen=True, slots=True)
class Situation:
    """A life situation, its address in the list and how many tenders are open there."""

    label: str
    url: str
    count: int


def content(actor: Any, now: datetime) -> dict[str, Any]:
    """Everything the template needs, for this person at this moment."""
    tenders: Any = Tender.objects.visible_to(actor, now).with_status(now)
    open_now = tenders.filter(status_now=Status.OPEN, published_at__lte=now)
    return {
        "situations": _situations(open_now),
        "closing": open_now.select_related("buyer").order_by("tender_period_end", "id")[:SHOWN],
        "results": _results(tenders, now),
        "pilots": _pilots(actor, now),
        "open_count": _capped(open_now),
        "savings": _savings(tenders, now),
        "now": now,
    }


def _situations(open_now: Any) -> list[Situation]:
    counts = dict(open_now.order_by().values_list("life_situation").annotate(Count("pk")))
    address = _address("tender_list")
    return [
        Situation(str(one.label), f"{address}?{urlencode({'life_situation': one.value})}", counts.get(one.value, 0))
        for one in LifeSituation
    ]


def _savings(tenders: Any, now: datetime) -> dict[str, Any] | None:
    """What the published awards save per year against today, where today's cost is stated; the commonest currency."""
    awarded = LotOutcome.objects.filter(
        kind="awarded", at__lte=now, lot__tender__in=tenders.filter(awarded_at__lte=now).values("pk")
    ).exclude(saving_per_year=None)
    sums = awarded.order_by().values("lot__tender__currency").annotate(total=Sum("saving_per_year"), lots=Count("pk"))
    best = max(sums, key=lambda row: row["lots"], default=None)
    if best is None or best["total"] <= 0:
        return None
    return {"total": best["total"], "currency": best["lot__tender__currency"], "lots": best["lots"]}


PILOT_COLOURS = {
    PilotStatus.REGISTERED: "info",
    PilotStatus.RUNNING: "info",
    PilotStatus.GATE_DUE: "warning",
    PilotStatus.ANALYSED: "warning",
    PilotStatus.DECIDED: "success",
}


def _results(tenders: Any, now: datetime) -> list[LotOutcome]:
    newest = (
        LotOutcome.objects.filter(kind="awarded", at__lte=now, lot__tender__in=tenders.values("pk"))
        .filter(lot__tender__awarded_at__lte=now)
        .select_related("lot__tender__buyer", "winner")
        .order_by("-at", "-id")[:SHOWN]
    )
    for outcome in newest:
        outcome.day = outcome.at.astimezone(ZoneInfo(outcome.lot.tender.buyer.time_zone)).date()  # type: ignore[attr-defined]  # for the template
        outcome.extra_per_year = abs(outcome.saving_per_year or 0)  # type: ignore[attr-defined]  # for the template
    return list(newest)


def _pilots(actor: Any, now: datetime) -> list[dict[str, Any]]:
    found = Pilot.objects.visible_to(actor, now).filter(registered_at__lte=now).select_related("municipality")
    newest = found.order_by(F("analysed_at").desc(nulls_last=True), "-registered_at", "-id")[:SHOWN]
    return [{"pilot": p, "status": (s := p.status(now)), "kind": PILOT_COLOURS.get(s, "neutral")} for p in newest]


def _capped(rows: Any) -> str:
    """The number, or "1000+": nobody waits for an exact count of a big table."""
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
