"""Who may take which file away; pages and API ask here. Foreign or not yet there is Http404."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.decision import Refused, require
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from bids.models import OpeningSession, Receipt, Rehearsal
from evaluation.lifecycle import WORKBOOK_READERS
from evaluation.models import EvaluationRun
from evaluation.readers import reader, require_result
from pilots.models import Pilot
from pilots.results import latest as latest_analysis
from reports.files import last_opening
from tendering.models import Tender

RECORD_READERS = frozenset({Role.OFFICER, Role.APPROVER, Role.OPENER, Role.AUDITOR})
NOT_YOURS = Refused("not_your_role", _("Your role does not include this."), 403)


def run_for(user: Any, tender_id: int) -> EvaluationRun:
    """The evaluation whose workbook this person may have: it names evaluators, so the council has its own paper."""
    who = reader(user, tender_id)
    _need(who.roles, WORKBOOK_READERS)
    return require_result(who)


def opening_for(user: Any, tender_id: int, session_id: str = "") -> OpeningSession:
    """A completed opening, by default that of all bids, for the buyer's office, its audit and its openers."""
    now = clock.now()
    tender = Tender.objects.visible_to(user, now).select_related("buyer").filter(pk=tender_id).first()
    if tender is None or not isinstance(user, User):
        raise Http404
    roles = user.roles_in(tender.buyer_id)
    if not roles:
        raise Http404
    _need(roles, RECORD_READERS)
    session = last_opening(tender) if not session_id else _named(tender, session_id)
    if session is None:
        raise Http404
    return session


def _named(tender: Tender, session_id: str) -> OpeningSession | None:
    done = OpeningSession.objects.filter(tender=tender, completed_at__isnull=False).select_related("tender__buyer")
    return next((session for session in done if str(session.pk) == session_id), None)


def receipt_for(user: Any, receipt_id: UUID) -> Receipt:
    """A receipt of the person's own company."""
    if not isinstance(user, User):
        raise Http404
    found = Receipt.objects.select_related("bid__tender__buyer", "bid__company")
    receipt = found.filter(pk=receipt_id, bid__company__in=user.organizations_with(*PROVIDER_ROLES)).first()
    if receipt is None:
        raise Http404
    return receipt


def rehearsal_for(user: Any, rehearsal_id: UUID) -> Rehearsal:
    """A rehearsal of the person's own company."""
    if not isinstance(user, User):
        raise Http404
    found = Rehearsal.objects.select_related("tender__buyer", "company")
    rehearsal = found.filter(pk=rehearsal_id, company__in=user.organizations_with(*PROVIDER_ROLES)).first()
    if rehearsal is None:
        raise Http404
    return rehearsal


def pilot_for(user: Any, pilot_id: int) -> Pilot:
    """An analysed pilot is public, whoever asks."""
    pilot = Pilot.objects.visible_to(user, clock.now()).select_related("municipality").filter(pk=pilot_id).first()
    if pilot is None or pilot.analysed_at is None or latest_analysis(pilot) is None:
        raise Http404
    return pilot


def _need(roles: frozenset[str], wanted: frozenset[Role]) -> None:
    if roles.isdisjoint(wanted):
        require(NOT_YOURS)
