"""How every act on a tender begins: lock it, see whether the person may know of it, then ask the lifecycle."""

from datetime import datetime

from django.conf import settings
from django.http import Http404

from accounts.decision import require
from accounts.models import User
from tendering.lifecycle import decide, decide_own_draft
from tendering.locking import lock_tender_at
from tendering.models import Tender


def act_on(tender_id: int, actor: User, action: str) -> tuple[Tender, datetime]:
    """The locked tender and the act's one moment. Foreign drafts: Http404; wrong role 403, wrong moment 409."""
    tender, now = see(tender_id, actor)
    require(decide(action, tender.status(now), actor.roles_in(tender.buyer_id)))
    return tender, now


def see(tender_id: int, actor: User) -> tuple[Tender, datetime]:
    """The locked tender and the moment, if the actor may know of it; else Http404."""
    tender, now = lock_tender_at(tender_id)
    if not Tender.objects.filter(pk=tender_id).visible_to(actor, now).exists():
        raise Http404
    return tender, now


def edit(tender_id: int, actor: User) -> tuple[Tender, datetime]:
    """A draft to be changed. A tender that waits for release becomes a draft again: what was checked is released."""
    tender, now = act_on(tender_id, actor, "edit")
    roles = actor.roles_in(tender.buyer_id)
    require(decide_own_draft(tender.status(now), roles, tender.responsible_id == actor.pk))
    tender.prepared_at = tender.prepared_by = None
    return tender, now


def address(tender: Tender) -> str:
    """The public address of the tender, for mails."""
    return settings.BASE_URL + page_of(tender)


def page_of(tender: Tender) -> str:
    """The path of the tender's page."""
    return f"/tenders/{tender.pk}/"
