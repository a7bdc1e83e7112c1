"""What second persons, chairs and bidders have to do about an evaluation, on their desk."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import desk
from accounts.desk import Task
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from evaluation.models import AbnormallyLowCheck, Exclusion, FormalCheck, SupplementRequest
from tendering.lifecycle import Status
from tendering.models import Tender

SHOWN = 20


def register() -> None:
    """Put the panels on the desk, each once."""
    for panel in (second_person, moderation, asked):
        if panel not in desk.panels:
            desk.panels.append(panel)


def _in_evaluation(user: User, now: datetime, *roles: str) -> QuerySet[Any]:
    """Tenders in evaluation of the buyers where the person holds one of the roles."""
    found: QuerySet[Any] = Tender.objects.filter(buyer__in=user.organizations_with(*roles)).with_status(now)
    return found.filter(status_now=Status.EVALUATION)


def second_person(user: User, now: datetime) -> Iterator[Task]:
    """Checks, exclusions and price decisions that another person made and this one may confirm."""
    waiting = (
        Q(pk__in=FormalCheck.objects.filter(confirmed_at=None).exclude(checked_by=user).values("bid__tender"))
        | Q(pk__in=Exclusion.objects.filter(confirmed_at=None).exclude(decided_by=user).values("bid__tender"))
        | Q(
            pk__in=AbnormallyLowCheck.objects.filter(second_person=None)
            .exclude(outcome="")
            .exclude(decided_by=user)
            .values("bid__tender")
        )
    )
    for tender in _in_evaluation(user, now, Role.OFFICER, Role.APPROVER).filter(waiting)[:SHOWN]:
        title = _("Confirm checks of the bids: %(tender)s") % {"tender": tender.title}
        yield Task(title, reverse("checks_confirm", args=[tender.pk]), None, _("Second person"))


def moderation(user: User, now: datetime) -> Iterator[Task]:
    """Panels in which everybody has handed in, for the chair."""
    ready = _in_evaluation(user, now, Role.PANEL_CHAIR).filter(panel_lock=None)
    ready = ready.annotate(seats=Count("panel"), handed_in=Count("panel__submitted_at"))
    for tender in ready.filter(seats__gt=0, seats=F("handed_in"))[:SHOWN]:
        title = _("Moderate the scores and close the panel: %(tender)s") % {"tender": tender.title}
        yield Task(title, reverse("moderation", args=[tender.pk]), None, _("Evaluation"))


def asked(user: User, now: datetime) -> Iterator[Task]:
    """Questions of buyers about own bids, for the bidder."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    prices = AbnormallyLowCheck.objects.filter(bid__company__in=companies, answered_at=None, decided_at=None)
    for row in prices.select_related("bid__tender")[:SHOWN]:
        title = _("Explain your price: %(tender)s") % {"tender": row.bid.tender.title}
        yield Task(title, reverse("bid_requests", args=[row.bid.tender_id]), row.due_at, _("My bids"))
    documents = SupplementRequest.objects.filter(bid__company__in=companies, received_at=None, due_at__gt=now)
    seen = set()
    for request in documents.select_related("bid__tender")[:SHOWN]:
        if request.bid_id not in seen:
            seen.add(request.bid_id)
            title = _("Send missing documents: %(tender)s") % {"tender": request.bid.tender.title}
            yield Task(title, reverse("bid_requests", args=[request.bid.tender_id]), request.due_at, _("My bids"))
