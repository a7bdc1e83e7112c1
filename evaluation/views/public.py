"""Awarded lots for everybody: who won, what it costs per case, what it saves against today."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import Organization
from bids.models import BidLot
from tendering.keyset import capped_total, page
from tendering.models import LifeSituation, LotOutcome, Tender

PER_PAGE = 20


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Newest first; filters by buyer and life situation stand in the address."""
    now = clock.now()
    everything = _awarded(request.user, now)
    buyer, situation = request.GET.get("buyer", ""), request.GET.get("life_situation", "")
    found = everything
    if buyer:
        found = found.filter(lot__tender__buyer__reference=buyer)
    if situation:
        found = found.filter(lot__tender__life_situation=situation)
    rows = found.select_related("lot__tender__buyer", "winner").annotate(bid_count=_bid_count())
    try:
        shown = page(rows, cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=("at", "id"))
    except ValidationError:
        return redirect("results")
    context = {
        "page": shown,
        "total": capped_total(found),
        "buyers": _buyers(everything),
        "situations": _situations(everything),
        "buyer": buyer,
        "situation": situation,
    }
    return render(request, "evaluation/results.html", context)


def _awarded(user: Any, now: datetime) -> QuerySet[LotOutcome]:
    visible = Tender.objects.visible_to(user, now).filter(awarded_at__lte=now)
    return LotOutcome.objects.filter(kind="awarded", at__lte=now, lot__tender__in=visible.values("pk"))


def _bid_count() -> Any:
    """Opened bids of the lot; counted by subquery, so that a page costs one query."""
    opened: QuerySet[Any] = BidLot.objects.filter(lot=OuterRef("lot"), bid__opened_at__isnull=False)
    opened = opened.filter(bid__superseded_at=None, bid__withdrawn_at=None)
    counted = opened.order_by().values("lot").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _buyers(everything: QuerySet[LotOutcome]) -> list[tuple[str, str]]:
    keys = everything.order_by().values("lot__tender__buyer")
    return list(Organization.objects.filter(pk__in=keys).order_by("name").values_list("reference", "name"))


def _situations(everything: QuerySet[LotOutcome]) -> Iterable[tuple[str, Any]]:
    used = set(everything.order_by().values_list(F("lot__tender__life_situation"), flat=True))
    return [(one.value, one.label) for one in LifeSituation if one.value in used]
