"""What council papers add to the pages of a tender and of a pilot."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.lifecycle import Role
from accounts.models import User
from evaluation.models import EvaluationRun
from pilots.models import CouncilPaper, Pilot
from pilots.papers.lifecycle import INSIDERS, State
from pilots.papers.readers import papers_of, reader_of
from tendering import panels
from tendering.lifecycle import Status
from tendering.models import Tender
from tendering.panels import Entry

WITH_RESULT = frozenset({Status.EVALUATION, Status.AWARDED})
AFTER_OPENING = WITH_RESULT | {Status.CANCELLED}


def register() -> None:
    """Put the panels into their slots, each once."""
    if entries not in panels.navigation:
        panels.navigation.append(entries)
    if tender_panel not in panels.body_panels:
        panels.body_panels.append(tender_panel)


def entries(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> Iterator[Entry]:
    """For the officer the page to write it; for council, approver and audit the newest one that is out."""
    if status not in WITH_RESULT or not isinstance(request.user, User):
        return
    roles = request.user.roles_in(tender.buyer_id)
    if roles.isdisjoint(INSIDERS):
        return
    papers = CouncilPaper.objects.filter(tender=tender, withdrawn_at=None, issued_at__lte=now)
    newest = papers.order_by("-version").values_list("pk", flat=True).first()
    if newest is not None:
        yield Entry(_("Council paper"), reverse("paper", args=[newest]))
    elif Role.OFFICER in roles and EvaluationRun.objects.filter(tender=tender).exists():
        yield Entry(_("Council paper"), reverse("tender_paper", args=[tender.pk]))


def tender_panel(request: HttpRequest, tender: Tender, status: Status, now: datetime) -> str | None:
    """Its papers, as far as this person may know of them."""
    if status not in AFTER_OPENING:
        return None
    found = papers_of(request.user, now).filter(tender=tender)
    return _panel(request, found, tender.buyer_id, reverse("tender_paper", args=[tender.pk]), now, may_write=False)


def pilot_panel(request: HttpRequest, pilot: Pilot, now: datetime) -> str | None:
    """The same for an analysed pilot; the office begins its paper here."""
    if pilot.analysed_at is None or pilot.analysed_at > now:
        return None
    found = papers_of(request.user, now).filter(pilot=pilot)
    may_write = pilot.decided_at is None
    return _panel(request, found, pilot.municipality_id, reverse("pilot_paper", args=[pilot.pk]), now, may_write)


def _panel(
    request: HttpRequest, papers: Any, municipality_id: int, compose_url: str, now: datetime, may_write: bool
) -> str | None:
    readers = [reader_of(request.user, paper, now) for paper in papers.defer("full", "public").order_by("-version")]
    drafts = [reader for reader in readers if reader.state == State.DRAFT]
    shown = [reader for reader in readers if reader.state in (State.ISSUED, State.VOTED)]
    waits = any(reader.state == State.ISSUED for reader in shown)
    is_officer = isinstance(request.user, User) and Role.OFFICER in request.user.roles_in(municipality_id)
    writes = is_officer and not waits and bool(drafts or may_write)
    if not shown and not writes:
        return None
    context = {"readers": shown, "compose_url": compose_url if writes else "", "draft": bool(drafts)}
    return render_to_string("pilots/papers/parts/panel.html", context, request)
