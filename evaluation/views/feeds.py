"""The results as Atom and JSON Feed, with the filters of the page."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from evaluation.views.public import found
from tendering import feeds
from tendering.feeds import Entry
from tendering.models import LotOutcome

NEWEST = 50


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    return feeds.atom(request, _("Results"), reverse("results"), _entries(request))


@require_safe
def json(request: HttpRequest) -> HttpResponse:
    return feeds.json_feed(request, _("Results"), reverse("results"), _entries(request))


def _entries(request: HttpRequest) -> list[Entry]:
    rows = found(request, clock.now()).select_related("lot__tender__buyer", "winner")
    return [_entry(row) for row in rows.order_by("-at", "-pk")[:NEWEST]]


def _entry(row: LotOutcome) -> Entry:
    tender = row.lot.tender
    lines = [f"{row.lot.code} {row.lot.title}" if row.lot.title != tender.title else row.lot.code]
    if row.winner:
        lines.append(_("Awarded to %(winner)s.") % {"winner": row.winner.name})
    return Entry(
        path=reverse("tender_detail", args=[tender.pk]),
        fragment=f"result-{row.lot.code}",
        title=tender.title,
        text="\n".join(lines),
        author=tender.buyer.name,
        published=row.at,
        updated=row.at,
        language=tender.language,
    )
