"""Whom a tender's news concern: everybody who prepares a bid or has handed one in. Only mails use this, no page."""

from django.db.models import Q

from accounts import clock
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Organization, User
from bids.models import Bid, Draft
from tendering.models import Tender


def bidders(tender: Tender) -> list[User]:
    """Active bidders of companies with a draft or a live bid; told of answers and of a moved deadline."""
    preparing = Q(pk__in=Draft.objects.filter(tender=tender).values("company"))
    handed_in = Q(pk__in=Bid.objects.live().filter(tender=tender).values("company"))
    companies = Organization.objects.filter(preparing | handed_in)
    return list(holders(companies.values("pk"), PROVIDER_ROLES, clock.now()))
