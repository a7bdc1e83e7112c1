"""Who may read what of an evaluation; pages and API ask here first. Foreign is Http404, not yet is a refusal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import Http404

from accounts import clock
from accounts.decision import require
from accounts.lifecycle import Role
from accounts.models import User
from bids.models import Bid
from evaluation.conflicts import connections
from evaluation.lifecycle import decide_file, decide_moderate, decide_moderation, decide_result, decide_score
from evaluation.models import (
    AbnormallyLowCheck,
    BidClarification,
    EvaluationRun,
    PanelLock,
    PanelMember,
    SupplementDocument,
    SupplementRequest,
)
from evaluation.results import latest
from evaluation.scorebook import has_quality, progress
from tendering.models import ConflictDeclaration, Tender


@dataclass(frozen=True, slots=True)
class Reader:
    """A person looking at the evaluation of one tender, with what decides what it may see."""

    user: User
    tender: Tender
    now: datetime
    roles: frozenset[str]
    member: PanelMember | None
    closed: bool

    @property
    def on_panel(self) -> bool:
        """Whether the person scores or moderates here."""
        return self.member is not None or Role.PANEL_CHAIR in self.roles


def reader(user: Any, tender_id: int) -> Reader:
    """Http404 for everyone without a role at the buyer."""
    now = clock.now()
    tender = Tender.objects.visible_to(user, now).select_related("buyer").filter(pk=tender_id).first()
    roles = user.roles_in(tender.buyer_id) if tender is not None and isinstance(user, User) else frozenset()
    if tender is None or not roles:
        raise Http404
    return Reader(
        user=user,
        tender=tender,
        now=now,
        roles=roles,
        member=PanelMember.objects.filter(tender=tender, user=user).first(),
        closed=PanelLock.objects.filter(tender=tender).exists() or not has_quality(tender),
    )


def require_result(who: Reader) -> EvaluationRun:
    """The run that counts, for those who may see prices; Http404 while there is none."""
    require(decide_result(who.roles, who.on_panel, who.closed))
    run = latest(who.tender)
    if run is None:
        raise Http404
    return run


def require_sheet(who: Reader) -> None:
    """The own score sheet: for members of the panel after their declaration; it stays readable after handing in."""
    if who.member is None:
        raise Http404
    declaration = ConflictDeclaration.objects.filter(tender=who.tender, user=who.user).first()
    conflict = declaration is not None and declaration.conflict
    require(decide_score(declaration is not None, conflict, False, False, _names(who)))


def _names(who: Reader) -> str:
    """Bidders the person visibly belongs to."""
    return ", ".join(found.company for found in connections(who.tender, who.user))


def require_moderation(who: Reader) -> None:
    """All scores of the panel, once everyone has handed in: nobody is led by the scores of others."""
    require(decide_moderation(who.roles, who.closed))
    if who.on_panel:
        require(decide_score(True, False, False, False, _names(who)))
    done, seats = progress(who.tender)
    require(decide_moderate(seats > 0 and done == seats, locked=False))


def require_file(who: Reader) -> None:
    """Checks, exclusions and clarifications, which may show prices to the office."""
    require(decide_file(who.roles))


def questions_to(user: User, tender_id: int) -> tuple[list[AbnormallyLowCheck], list[SupplementRequest]]:
    """What a bidder has been asked in this tender: price questions and missing documents of its own bids."""
    mine = _own_bids(user, tender_id)
    prices = AbnormallyLowCheck.objects.filter(bid__in=mine).select_related("bid", "lot")
    files = Prefetch("files", SupplementDocument.objects.defer("content"))
    documents = SupplementRequest.objects.filter(bid__in=mine).select_related("bid").prefetch_related(files)
    return list(prices), list(documents)


def clarifications_to(user: User, tender_id: int) -> list[BidClarification]:
    """Questions about what its own bids mean, as the bidder reads them."""
    return list(BidClarification.objects.filter(bid__in=_own_bids(user, tender_id)))


def _own_bids(user: User, tender_id: int) -> Any:
    return Bid.objects.filter(
        tender=tender_id, company__in=user.organizations_with(Role.BIDDER, Role.BIDDER_ADMIN), opened_at__isnull=False
    )
