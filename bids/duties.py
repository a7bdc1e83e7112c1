"""Who opened a tender's bids, for the page of duties."""

from accounts.models import User
from bids.models import OpeningRelease
from tendering import duties
from tendering.models import Tender


def register() -> None:
    """Once."""
    if opened_by not in duties.doers[duties.OPEN]:
        duties.doers[duties.OPEN].append(opened_by)


def opened_by(tender: Tender) -> list[User]:
    """Everybody whose key went into a completed opening."""
    done = OpeningRelease.objects.filter(session__tender=tender, session__completed_at__isnull=False)
    return [row.opener for row in done.select_related("opener")]
