"""Whom a tender's news concern: everybody who prepares a bid or has handed one in. Only mails use this, no page."""

from django.db.models import Q

from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import User
from bids.models import Bid, Draft
from tendering.models import Tender


def bidders(tender: Tender) -> list[User]:
    """Active bidders of companies with a draft or a live bid; told of answers and of a moved deadline."""
    companies = Q(memberships__organization__in=Draft.objects.filter(tender=tender).values("company"))
    companies |= Q(memberships__organization__in=Bid.objects.live().filter(tender=tender).values("company"))
    return list(User.objects.filter(companies, memberships__role__in=PROVIDER_ROLES, is_active=True).distinct())
