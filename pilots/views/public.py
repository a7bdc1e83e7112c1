"""What everybody may read: the list of pilots, the page for the council, the sealed text."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.lifecycle import PROVIDER_ROLES, Role
from pilots import completeness
from pilots.cards import card, with_parts
from pilots.council_page import page_of
from pilots.filters import PilotFilter, listed
from pilots.lifecycle import Status
from pilots.models import Pilot
from pilots.next_step import next_step, waits_for
from pilots.papers.panels import pilot_panel
from pilots.views.access import find_pilot, person, roles_at
from tendering.keyset import capped_total, page
from tendering.views.tables import table
from tendering.zones import zone_of

PER_PAGE = 20
MOST_ROWS = 10_000


@require_safe
def pilot_list(request: HttpRequest) -> HttpResponse:
    """Every registered pilot, also those that failed or were stopped."""
    now = clock.now()
    everything = listed(request.user, now)
    chosen = PilotFilter(request.GET, everything, now=now)
    found = chosen.qs if chosen.form.is_valid() else everything
    try:
        shown = page(
            with_parts(found), cursor=request.GET.get("cursor", ""), size=PER_PAGE, order=("registered_at", "id")
        )
    except ValidationError:
        return redirect(request.path)
    context = {
        "page": shown,
        "cards": [card(pilot, now) for pilot in shown.rows],
        "total": capped_total(found),
        "filter": chosen,
        "in_use": any(request.GET.get(name) for name in PilotFilter.base_filters),
        "drafts": _drafts(request, now),
        "may_create": request.user.is_authenticated
        and bool(request.user.organizations_with(Role.OFFICER, Role.REQUESTER)),
        "now": now,
    }
    return render(request, "pilots/pilot_list.html", context)


@require_safe
def pilot_table(request: HttpRequest, kind: str) -> HttpResponse:
    """The pilots of the page's filter as a table, newest first."""
    now = clock.now()
    everything = listed(request.user, now)
    chosen = PilotFilter(request.GET, everything, now=now)
    found = chosen.qs if chosen.form.is_valid() else everything
    heads = [_("Number"), _("Title"), _("Municipality"), _("Life situation"), _("Status"), _("Decision"),
             _("Registered on"), _("Decision by")]  # fmt: skip
    rows = found.select_related("municipality", "decision").defer("sealed_registration")
    newest = rows.order_by("-registered_at", "-pk")[:MOST_ROWS]
    return table(kind, _("Pilots"), [heads, *(_line(pilot, now) for pilot in newest)])


def _line(pilot: Pilot, now: datetime) -> list[str]:
    status = pilot.status(now)
    decision = pilot.decision.get_verdict_display() if status == Status.DECIDED else ""
    registered = pilot.registered_at.astimezone(zone_of(pilot.municipality)) if pilot.registered_at else None
    return [
        pilot.reference, pilot.title, pilot.municipality.name, pilot.get_life_situation_display(), str(status.label),
        str(decision), f"{registered:%Y-%m-%d}" if registered else "",
        pilot.gate_date.isoformat() if pilot.gate_date else "",
    ]  # fmt: skip


def _drafts(request: HttpRequest, now: datetime) -> list[Pilot]:
    """Pilots of the own municipality that are not registered yet."""
    if not request.user.is_authenticated:
        return []
    own = Pilot.objects.visible_to(request.user, now).filter(registered_at=None)
    return list(own.select_related("municipality").order_by("-created_at")[:PER_PAGE])


@require_safe
def pilot_detail(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The page for the council; for the municipality's people with their next step on top."""
    pilot, now = find_pilot(request, pilot_id)
    context = {**page_of(pilot, now), **_staff(request, pilot, now), "papers": pilot_panel(request, pilot, now)}
    return render(request, "pilots/pilot_detail.html", context)


def _staff(request: HttpRequest, pilot: Pilot, now: datetime) -> dict[str, Any]:
    roles = roles_at(request, pilot) - PROVIDER_ROLES
    if not roles:
        return {}
    open_run = pilot.analysis_runs.filter(confirmed_at=None).order_by("id").last() if pilot.frozen_at else None
    if open_run and pilot.analysed_at and pilot.analysed_at >= open_run.created_at:
        open_run = None
    needed = completeness.needed(pilot, pilot.indicators.count())
    stored = completeness.stored(pilot) if pilot.registered_at and pilot.frozen_at is None else needed
    step = next_step(pilot, now, roles, person(request).pk, open_run=open_run, complete=stored >= needed > 0)
    return {
        "is_staff": True,
        "step": step,
        "waits": "" if step else waits_for(pilot, now, roles, open_run),
        "open_run": open_run,
        "may_edit": pilot.registered_at is None and not roles.isdisjoint({Role.OFFICER, Role.REQUESTER}),
        "stored": stored,
        "needed": needed,
    }


@require_safe
def pilot_seal(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The sealed registration byte by byte, so that anybody can hash it."""
    pilot, _now = find_pilot(request, pilot_id)
    if pilot.registered_at is None:
        raise Http404
    answer = HttpResponse(pilot.sealed_registration.encode(), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="registration-{pilot.pk}.json"'
    return answer
