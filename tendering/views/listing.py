"""The public list of tenders: filters with counts, search, shareable addresses, keyset pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import Organization
from tendering import cpv
from tendering.filters import KINDS, TenderFilter, facets, listed
from tendering.keyset import capped_total, page
from tendering.lifecycle import PUBLIC_STATUSES, Status
from tendering.models import Criterion, LifeSituation, Lot, Tender
from tendering.sorting import NEWEST, SORTS, sorted_by
from tendering.views.public_content import BADGES, status_words
from tendering.weights import RATIO_METHODS, Share, shares

PER_PAGE = 20
SOON_DAYS = 3
ORDER = ("open", "closed", "evaluation", "awarded", "cancelled")


@dataclass(frozen=True, slots=True)
class Option:
    """One box of a filter with the number of tenders behind it."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A tender as the list shows it."""

    tender: Tender
    status: Status
    kind: str
    words: str
    closes_soon: bool
    cpv_label: str
    shares: list[Share]
    is_ratio: bool


@require_safe
def tender_list(request: HttpRequest) -> HttpResponse:
    """All tenders this visitor may see. With htmx only filters and results are sent."""
    now = clock.now()
    everything = listed(request.user, now)
    chosen = TenderFilter(request.GET, everything)
    found = chosen.qs if chosen.form.is_valid() else everything
    cursor = request.GET.get("cursor", "")
    rows, walk = sorted_by(_with_parts(found), request.GET.get("sort", ""), now, cursor)
    try:
        shown = page(rows, cursor=cursor, size=PER_PAGE, order=walk)
    except ValidationError:
        return redirect(f"{request.path}?{_without_cursor(request.GET)}")
    context = {
        "page": shown,
        "cards": [_card(tender, now) for tender in shown.rows],
        "total": capped_total(found),
        "filters": _filters(request.GET, everything),
        "form": chosen.form,
        "query": _without_cursor(request.GET),
        "sort": walk.name,
        "sorts": _sorts(request.GET),
        "in_use": any(request.GET.get(name) for name in TenderFilter.base_filters),
        "may_create": request.user.is_authenticated and bool(request.user.organizations_with(Role.OFFICER)),
        "now": now,
    }
    return render(request, f"tendering/{'parts/found' if request.htmx else 'tender_list'}.html", context)  # type: ignore[attr-defined]  # set by HtmxMiddleware


def _without_cursor(given: QueryDict) -> str:
    """The address of the search without the page."""
    kept = given.copy()
    kept.pop("cursor", None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        kept.pop(name)
    return kept.urlencode()


def _sorts(given: QueryDict) -> list[tuple[str, Any, str]]:
    """(order, words, address) per order; the newest first needs no word in the address."""
    found = []
    for sort, words in SORTS.items():
        query = given.copy()
        query["sort"] = "" if sort == NEWEST else sort
        found.append((sort, words, _without_cursor(query)))
    return found


def _with_parts(found: QuerySet[Tender]) -> QuerySet[Tender]:
    """With what a card shows; numbers by subquery. Buyers by a query of their own: joined to theirs, SQLite would walk
    all tenders of all buyers and sort them, instead of the index of the order.
    """
    lots = Lot.objects.filter(tender=OuterRef("pk")).order_by().values("tender").annotate(n=Count("pk")).values("n")
    criteria = Prefetch("criteria", Criterion.objects.only("tender_id", "kind", "weight"))
    return (
        found.annotate(lot_count=Coalesce(Subquery(lots), 0))
        .defer("rule_findings", "search_extra", "council", "timeline")
        .prefetch_related("buyer", criteria)
    )


def _card(tender: Tender, now: datetime) -> Card:
    status, end = tender.status(now), tender.tender_period_end
    return Card(
        tender=tender,
        status=status,
        kind=BADGES[status],
        words=status_words(tender, status),
        closes_soon=status == Status.OPEN and end is not None and (end - now).days < SOON_DAYS,
        cpv_label=cpv.label(tender.cpv_main),
        shares=shares(tender.evaluation, tender.criteria.all()),
        is_ratio=tender.evaluation.get("method") in RATIO_METHODS,
    )


def _filters(given: QueryDict, everything: QuerySet[Tender]) -> dict[str, Any]:
    """The boxes with their counts. Counts follow the words searched for, not the boxes, so that none drops to zero."""
    words = TenderFilter({"q": given.get("q", "")}, everything)
    counts = facets(words.qs if words.form.is_valid() else everything, ("status", "life_situation", "buyer"))
    statuses = {status.value: str(status.label) for status in Status if status in PUBLIC_STATUSES}
    return {
        "status": _options("status", statuses, counts["status"], given),
        "life_situation": _options("life_situation", dict(LifeSituation.choices), counts["life_situation"], given),
        "buyer": _buyers(counts["buyer"], given),
        "kinds": [(value, label, given.get("kind") == value) for value, label in KINDS],
    }


def _options(name: str, labels: Mapping[str, Any], counts: list[tuple[str, int]], given: QueryDict) -> list[Option]:
    chosen, numbers = given.getlist(name), dict(counts)
    return [
        Option(value, str(label), numbers.get(value, 0), value in chosen)
        for value, label in labels.items()
        if numbers.get(value) or value in chosen
    ]


def _buyers(counts: list[tuple[str, int]], given: QueryDict) -> list[Option]:
    wanted = given.get("buyer", "")
    names = dict(Organization.objects.filter(reference__in=[*dict(counts), wanted]).values_list("reference", "name"))
    numbers = dict(counts)
    options = [Option(key, name, numbers.get(key, 0), key == wanted) for key, name in names.items()]
    return sorted(options, key=lambda option: option.label)


def list_title(query: QueryDict) -> str:
    """What a feed of this search is called."""
    words = query.get("q", "").strip()
    return _("Tenders: %(words)s") % {"words": words} if words else _("Tenders")
