"""Who may look into which file, and how far: the same limits as everywhere, never more. Foreign is Http404."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.decision import Refused, require
from accounts.lifecycle import Role
from accounts.models import User
from evaluation.lifecycle import PANEL, decide_result
from evaluation.models import PanelLock, PanelMember
from evaluation.scorebook import has_quality
from pilots.models import Pilot
from tendering.models import Tender

TAKERS = (Role.OFFICER, Role.AUDITOR)
"""Who may take a whole file away and read its trail: the audit, and the office its own."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of one tender at this moment.

    Bids are readable after the opening, single scores after the panel was closed: nobody is led by those of others.
    Whoever scores or chairs here besides is as blind to prices as the rest of the panel. `call` is the first stage of
    the same procedure, where it began with a call for candidates: its file belongs to this one.
    """

    tender: Tender
    now: datetime
    is_opened: bool
    is_closed: bool
    is_on_panel: bool = False
    call: Sight | None = None

    @property
    def sees_bids(self) -> bool:
        return self.is_opened and (self.is_closed or not self.is_on_panel)

    @property
    def sees_scores(self) -> bool:
        return self.is_opened and self.is_closed


def auditor_of(user: Any) -> list[int]:
    """Ids of the organisations the person audits; Http404 for everybody else."""
    found: list[int] = user.organizations_with(Role.AUDITOR) if isinstance(user, User) else []
    if not found:
        raise Http404
    return found


def tenders_of(user: Any, now: datetime) -> QuerySet[Tender]:
    """All tenders of the municipalities the person audits, drafts too."""
    return Tender.objects.visible_to(user, now).filter(buyer__in=auditor_of(user))


def pilots_of(user: Any, now: datetime) -> QuerySet[Pilot]:
    """All pilots of the municipalities the person audits."""
    return Pilot.objects.visible_to(user, now).filter(municipality__in=auditor_of(user))


def tender_for(user: Any, tender_id: int) -> Sight:
    """One file for its auditor."""
    now = clock.now()
    visible = tenders_of(user, now).select_related("buyer", "prepared_by", "released_by")
    tender = visible.filter(pk=tender_id).first()
    if tender is None:
        raise Http404
    return sight_of(tender, now, user)


def pilot_for(user: Any, pilot_id: int) -> tuple[Pilot, datetime]:
    """One pilot for its auditor."""
    now = clock.now()
    pilot = pilots_of(user, now).select_related("municipality").filter(pk=pilot_id).first()
    if pilot is None:
        raise Http404
    return pilot, now


def tender_to_take(user: Any, tender_id: int) -> Sight:
    """A whole file for its auditor or its office; refused to members of its panel until the panel is closed."""
    now = clock.now()
    tender = Tender.objects.visible_to(user, now).select_related("buyer").filter(pk=tender_id).first()
    if tender is None or not isinstance(user, User) or not user.roles_in(tender.buyer_id):
        raise Http404
    _require_taker(user, tender.buyer_id)
    sight = sight_of(tender, now, user)
    require(decide_result(user.roles_in(tender.buyer_id), sight.is_on_panel, sight.is_closed))
    return sight


def pilot_to_take(user: Any, pilot_id: int) -> Pilot:
    """A whole pilot for its auditor or its office."""
    pilot = Pilot.objects.visible_to(user, clock.now()).select_related("municipality").filter(pk=pilot_id).first()
    if pilot is None or not isinstance(user, User) or not user.roles_in(pilot.municipality_id):
        raise Http404
    _require_taker(user, pilot.municipality_id)
    return pilot


def sight_of(tender: Tender, now: datetime, user: User | None = None) -> Sight:
    """What there is to see now; for a person with regard to a seat on the panel."""
    on_panel = user is not None and (
        bool(user.roles_in(tender.buyer_id) & PANEL) or PanelMember.objects.filter(tender=tender, user=user).exists()
    )
    call = Tender.objects.filter(bid_stage=tender).select_related("buyer").first() if tender.stage else None
    return Sight(
        tender=tender,
        now=now,
        is_opened=tender.opened_at is not None and tender.opened_at <= now,
        is_closed=PanelLock.objects.filter(tender=tender).exists() or not has_quality(tender),
        is_on_panel=on_panel,
        call=None if call is None else sight_of(call, now, user),
    )


def _require_taker(user: User, organization_id: int) -> None:
    if not user.has_role(organization_id, *TAKERS):
        require(Refused("not_your_role", _("Your role does not include this."), 403))
