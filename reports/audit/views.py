"""The pages of the room: all files, all deviations, one file, and its export."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from bids.views.access import signed_in
from evaluation.results import latest
from pilots.models import Pilot
from pilots.promise import is_unbroken
from reports.audit import access, deviations, dossier, files, sheets, trail
from reports.audit.actions import record_export
from reports.audit.deviations import Line, Tally
from reports.audit.export import Archive, pilot_archive, tender_archive
from reports.audit.files import ANY, PilotFiles, TenderFiles
from reports.audit.kinds import BADGES, OF_PILOTS, OF_TENDERS, Deviation, any_of, deviating
from reports.audit.verbs import Kind
from reports.views import XLSX, download
from tendering.keyset import capped_total, page
from tendering.lifecycle import Status
from tendering.models import Tender
from tendering.views.access import person
from tendering.views.public_content import BADGES as STATUS_BADGES
from tendering.zones import show_times_of, zone_of

PER_PAGE = 20
ZIP = "application/zip"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Card:
    """A file as the lists show it."""

    file: Tender | Pilot
    url: str
    phase: str
    badge: str
    value: Any
    tallies: list[Tally]
    lines: list[Line]


class Desk:
    """What one address of the lists asks for: tenders or pilots, found and narrowed."""

    def __init__(self, request: HttpRequest) -> None:
        self.query, self.now = request.GET, clock.now()
        self.pilots = request.GET.get("kind") == "pilots"
        self.everything: QuerySet[Any]
        if self.pilots:
            self.everything = access.pilots_of(request.user, self.now).select_related("municipality")
            self.chosen: TenderFiles | PilotFiles = PilotFiles(request.GET, self.everything)
        else:
            rows = access.tenders_of(request.user, self.now).select_related("buyer").with_status(self.now)  # type: ignore[attr-defined]  # our queryset
            self.everything = rows
            self.chosen = TenderFiles(request.GET, self.everything)

    @property
    def found(self) -> QuerySet[Any]:
        return self.chosen.qs if self.chosen.form.is_valid() else self.everything

    @property
    def kinds(self) -> tuple[Deviation, ...]:
        return OF_PILOTS if self.pilots else OF_TENDERS

    @property
    def wanted(self) -> list[str]:
        """Kinds of deviations the address names, without "any"."""
        return [kind for kind in self.query.getlist("deviation") if kind in self.kinds]

    def cards(self, rows: list[Any]) -> list[Card]:
        found = deviations.of_pilots(rows) if self.pilots else deviations.of_tenders(rows)
        return [self._card(row, found[row.pk]) for row in rows]

    def _card(self, row: Any, lines: list[Line]) -> Card:
        status = row.status(self.now)
        return Card(
            file=row,
            url=_address(row),
            phase=str(status.label),
            badge="info" if self.pilots else STATUS_BADGES[Status(status)],
            value=None if self.pilots else row.value,
            tallies=deviations.counts(lines),
            lines=sheets.shown(lines, self.wanted),
        )

    def filters(self) -> dict[str, Any]:
        """The boxes of both lists with their numbers."""
        form, numbers = self.chosen.form, files.numbers(self.everything, pilots=self.pilots)
        phases, chosen = self.query.getlist("phase"), self.query.getlist("deviation")
        every = [(ANY, _("any deviation"), ANY in chosen, None)]
        return {
            "phases": [(value, label, value in phases) for value, label in form.fields["phase"].choices],
            "deviations": every + [(kind.value, kind.label, kind.value in chosen, n) for kind, n in numbers if n],
            "tiles": [_tile(kind, n, self.query) for kind, n in numbers if n and kind != Deviation.SIMULATED],
        }


def _address(row: Any) -> str:
    return reverse("audit_tender" if isinstance(row, Tender) else "audit_pilot", args=[row.pk])


def _tile(kind: Deviation, number: int, given: QueryDict) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    query["kind"] = given.get("kind", "")
    query["deviation"] = kind.value
    return {"kind": BADGES[kind], "label": str(kind.label), "number": number, "query": query.urlencode()}


def _without_cursor(given: QueryDict) -> str:
    kept = given.copy()
    kept.pop("cursor", None)
    for name in [name for name in kept if not any(kept.getlist(name))]:
        kept.pop(name)
    return kept.urlencode()


def _switch(given: QueryDict) -> list[tuple[str, str, bool]]:
    """Tenders or pilots: words, address, whether it is the one that is shown."""
    now = given.get("kind", "")
    return [(_("Tenders"), "?", now != "pilots"), (_("Pilots"), "?kind=pilots", now == "pilots")]


@signed_in
@require_safe
def room(request: HttpRequest) -> HttpResponse:
    """All files of the own municipality: what deviates first; search and filters."""
    desk = Desk(request)
    rows = files.with_deviates(desk.found, pilots=desk.pilots)
    return _list_page(request, desk, rows, files.deviations_first(), "reports/audit/room.html")


@signed_in
@require_safe
def all_deviations(request: HttpRequest) -> HttpResponse:
    """Every rule that was overruled and every combined role over all files, on one sheet."""
    desk = Desk(request)
    return _list_page(request, desk, _deviating(desk), files.NEWEST_FIRST, "reports/audit/deviations.html")


def _deviating(desk: Desk) -> QuerySet[Any]:
    """Files with something to tell in the kinds asked for."""
    wanted: Q = any_of(desk.wanted, pilots=desk.pilots) if desk.wanted else deviating(pilots=desk.pilots)
    return desk.found.filter(wanted)


def _list_page(request: HttpRequest, desk: Desk, rows: QuerySet[Any], order: Any, template: str) -> HttpResponse:
    try:
        shown = page(rows, cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=order)
    except ValidationError:
        return redirect(f"{request.path}?{_without_cursor(request.GET)}")
    context = {
        "page": shown,
        "cards": desk.cards(shown.rows),
        "total": capped_total(rows),
        "form": desk.chosen.form,
        "filters": desk.filters(),
        "pilots": desk.pilots,
        "switch": _switch(request.GET),
        "query": _without_cursor(request.GET),
        "in_use": any(value for name, value in request.GET.items() if name not in ("kind", "cursor")),
        "now": desk.now,
    }
    return render(request, template, context, status=200 if desk.chosen.form.is_valid() else 422)


@signed_in
@require_safe
def room_sheet(request: HttpRequest, ending: str) -> HttpResponse:
    """The list as it is narrowed, as XLSX or CSV; all of it, not one page."""
    desk = Desk(request)
    rows = sheets.file_rows(desk.found.order_by(*files.NEWEST).iterator(), desk.now, pilots=desk.pilots)
    return _sheet(_("All files"), rows, ending)


@signed_in
@require_safe
def deviations_sheet(request: HttpRequest, ending: str) -> HttpResponse:
    """Every deviation as it is narrowed, as XLSX or CSV."""
    desk = Desk(request)
    found = _deviating(desk).order_by(*files.NEWEST).iterator()
    return _sheet(_("Deviations"), sheets.deviation_rows(found, pilots=desk.pilots, wanted=desk.wanted), ending)


def _sheet(title: str, rows: Iterable[sheets.Row], ending: str) -> HttpResponse:
    if ending == "xlsx":
        return download(sheets.as_xlsx(title, rows), XLSX, f"{title}.xlsx")
    return download(sheets.as_csv(rows), CSV, f"{title}.csv")


@signed_in
@require_safe
def tender(request: HttpRequest, tender_id: int) -> HttpResponse:
    """One file, read-only: deviations first, then everything, then the trail."""
    sight = access.tender_for(request.user, tender_id)
    one = sight.tender
    show_times_of(one)
    lines = deviations.of_tenders([one])[one.pk]
    chains = trail.chains_of(sight)
    run = latest(one) if sight.sees_bids and sight.sees_scores else None
    timeline = _timeline(request, chains, one.buyer_id, sight)
    if timeline is None:
        return redirect(f"{request.path}?{_without_cursor(request.GET)}#timeline")
    context = {
        "tender": one,
        "sight": sight,
        "now": sight.now,
        "status": one.status(sight.now),
        "badge": STATUS_BADGES[one.status(sight.now)],
        "lines": lines,
        "tallies": deviations.counts(lines),
        "states": trail.states_of(chains),
        "facts": dossier.facts_of(one, sight.now),
        "hashes": dossier.hashes_of(one),
        "tables": [dossier.rules_of(one), dossier.approvals_of(one), dossier.declarations_of(one),
                   dossier.changes_of(one)],
        "bids": dossier.bids_of(one, run) if sight.sees_bids else [],
        "checks": dossier.checks_of(one) if sight.sees_bids else [],
        "scores": dossier.scores_of(one) if sight.sees_scores else [],
        "result": dossier.result_of(run) if run else None,
        "files": dossier.files_of(sight, run),
        "papers": dossier.papers_of(Q(tender=one)),
        **timeline,
    }  # fmt: skip
    return render(request, "reports/audit/tender.html", context)


@signed_in
@require_safe
def pilot(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """One pilot, read-only."""
    one, now = access.pilot_for(request.user, pilot_id)
    timezone.activate(zone_of(one.municipality))
    lines = deviations.of_pilots([one])[one.pk]
    timeline = _timeline(request, [one.chain], one.municipality_id, None)
    if timeline is None:
        return redirect(f"{request.path}?{_without_cursor(request.GET)}#timeline")
    context = {
        "pilot": one,
        "now": now,
        "status": one.status(now),
        "lines": lines,
        "tallies": deviations.counts(lines),
        "states": trail.states_of([one.chain]),
        "facts": dossier.facts_of_pilot(one, now),
        "hashes": dossier.hashes_of_pilot(one),
        "is_sealed": bool(one.registered_at),
        "is_unbroken": is_unbroken(one),
        "decision": dossier.decision_of(one),
        "tables": [dossier.analyses_of(one)],
        "files": dossier.files_of_pilot(one),
        "papers": dossier.papers_of(Q(pilot=one)),
        **timeline,
    }
    return render(request, "reports/audit/pilot.html", context)


def _timeline(
    request: HttpRequest, chains: list[str], organization_id: int, sight: access.Sight | None
) -> dict[str, Any] | None:
    """One page of acts in words; None for an address that no longer fits."""
    kind = request.GET.get("act", "")
    kind = kind if kind in Kind.values else ""
    try:
        shown = trail.page_of(chains, kind, request.GET.get("cursor", ""))
    except ValidationError:
        return None
    told, occurring = trail.entries(shown.rows, organization_id, sight), trail.kinds_in(chains)
    return {
        "page": shown,
        "entries": told,
        "invented": bool(told) and all(entry.is_simulated for entry in told),
        "act": kind,
        "kinds": [(value, label) for value, label in Kind.choices if value in occurring],
    }


@signed_in
@require_safe
def export(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The whole file as a ZIP archive; that it was taken away stands in its own trail."""
    return _taken(request, tender_to_archive(request.user, tender_id))


@signed_in
@require_safe
def pilot_export(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The whole pilot as a ZIP archive."""
    one = access.pilot_to_take(request.user, pilot_id)
    return _taken(request, (one.reference, one.chain, pilot_archive(one)))


def tender_to_archive(user: Any, tender_id: int) -> tuple[str, str, Archive]:
    """Number, chain and archive of a tender, for who may take it away."""
    sight = access.tender_to_take(user, tender_id)
    return sight.tender.reference, sight.tender.chain, tender_archive(sight)


def _taken(request: HttpRequest, what: tuple[str, str, Archive]) -> HttpResponse:
    reference, chain, archive = what
    if request.method == "HEAD":
        return download(b"", ZIP, f"{reference}-{_('file')}.zip")
    content = record_export(actor=person(request), chain=chain, archive=archive)
    return download(content, ZIP, f"{reference}-{_('file')}.zip")
