"""What the start page shows: figures, life situations, what closes soon, latest results, pilots."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F
from django.urls import NoReverseMatch, reverse

from evaluation.public_results import awarded, savings, with_days, with_parts
from pilots import cards
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
    published = awarded(actor, now)
    # the bound on the deadline says nothing new, but lets an index find the few that are open
    open_now = tenders.filter(status_now=Status.OPEN, published_at__lte=now, tender_period_end__gt=now)
    shown: dict[str, Any] = {
        "situations": _situations(open_now),
        "closing": list(open_now.select_related("buyer").order_by("tender_period_end", "id")[:SHOWN]),
        "results": _results(published),
        "pilots": _pilots(actor, now),
        "open_count": _capped(open_now),
        "savings": found if (found := savings(published)) and found.total > 0 else None,
        "now": now,
    }
    shown["is_empty"] = not (shown["closing"] or shown["results"] or shown["pilots"])
    return shown


def _situations(open_now: Any) -> list[Situation]:
    counts = dict(open_now.order_by().values_list("life_situation").annotate(Count("pk")))
    address = _address("tender_list")
    return [
        Situation(str(one.label), f"{address}?{urlencode({'life_situation': one.value})}", counts.get(one.value, 0))
        for one in LifeSituation
    ]


def _results(published: Any) -> list[LotOutcome]:
    newest = with_days(with_parts(published).order_by("-at", "-id")[:SHOWN])
    for outcome in newest:
        outcome.extra_per_year = abs(outcome.saving_per_year or 0)  # type: ignore[attr-defined]  # for the template
    return newest


def _pilots(actor: Any, now: datetime) -> list[cards.Card]:
    found = cards.with_parts(Pilot.objects.visible_to(actor, now).filter(registered_at__lte=now))
    newest = found.order_by(F("analysed_at").desc(nulls_last=True), "-registered_at", "-id")[:SHOWN]
    return [cards.card(pilot, now) for pilot in newest]


def _capped(rows: Any) -> str:
    """The number, or "1000+": nobody waits for an exact count of a big table."""
    count = rows.order_by()[: CAP + 1].count()
    return f"{CAP}+" if count > CAP else str(count)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
