"""Who may bid: members of the company with a bidder role, for tenders they see and, where needed, are invited to."""

from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.decision import refuse
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from tendering.models import Tender


def require_bidder(actor: User, company: Organization) -> None:
    """Http404 unless the person may act for the company: a stranger does not learn that it bids."""
    if not actor.has_role(company.pk, *PROVIDER_ROLES):
        raise Http404


def require_may_bid(actor: User, company: Organization, tender: Tender, now: datetime) -> None:
    """Http404 for a tender that this company cannot see; refuses people who work for the buyer."""
    require_bidder(actor, company)
    visible = Tender.objects.visible_to(actor, now).filter(pk=tender.pk).exists()
    if not visible or (tender.is_invited_only and not _invited(company, tender)):
        raise Http404
    if actor.roles_in(tender.buyer_id):
        refuse("roles_mixed", _("You work for the buyer of this tender, so you cannot bid for it."), 403)


def _invited(company: Organization, tender: Tender) -> bool:
    return tender.invitations.filter(provider=company).exists()
