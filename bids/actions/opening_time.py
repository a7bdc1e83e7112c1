"""When what may be opened: bids after deadline and guard, admitted late ones after them, prices after the scores."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts.decision import refuse, require
from accounts.lifecycle import Role
from bids.models import Bid, BidQuerySet
from tendering.lifecycle import Status, decide
from tendering.models import Tender

NOT_ADMITTED: Final = gettext_lazy("Only a late bid that two people have admitted can be opened.")
NOT_RESTORED: Final = gettext_lazy("Only a bid whose stored files are whole again can be opened again.")
OF_PRICES: Final = frozenset({"prices", "again_prices"})
AFTERWARDS: Final = ("late", "again", "again_prices")  # what is opened besides the bids and the prices


def kind_to_open(tender: Tender) -> str:
    """What the next opening of this tender is about: the bids, or the prices in an envelope of their own."""
    return "prices" if tender.opened_at is not None and tender.prices_sealed else "bids"


def require_time(tender: Tender, now: datetime, kind: str) -> None:
    """After the deadline and the guard, in which everything that arrived in time is recorded; prices after scoring.

    What is opened afterwards between opening and award: late bids once two people have admitted them, bids that could
    not be opened once they are restored.
    """
    if kind == "prices":
        _require_scores_closed(tender, now)
        return
    if kind in AFTERWARDS:
        _require_afterwards(tender, now, kind)
        return
    require(decide("open", tender.status(now), frozenset({Role.OPENER})))
    assert tender.tender_period_end
    if now < tender.tender_period_end + timedelta(seconds=settings.OPENING_GUARD_SECONDS):
        refuse(
            "opening_guard", gettext_lazy("Please wait a moment: bids that arrived in time are still being recorded.")
        )


def to_open(tender: Tender, kind: str) -> BidQuerySet:
    """Live bids of this round that an opening of this kind opens; prices of every bid whose first part was opened.

    "late": admitted by two people. "again": could not be opened and are whole again, with prices in an envelope of
    their own "again_prices".
    """
    live = Bid.objects.live().filter(tender=tender, round=tender.round)
    whole, again = live.filter(damaged_at=None), live.mendable().filter(restored_at__isnull=False)
    chosen = {
        "bids": whole.filter(opened_at=None, is_late=False),
        "late": whole.filter(opened_at=None, is_late=True, late_admitted_at__isnull=False),
        "prices": whole.filter(opened_at__isnull=False),
        "again": again.filter(opened_at=None),
        "again_prices": again.filter(opened_at__isnull=False),
    }
    return chosen[kind]


def _require_afterwards(tender: Tender, now: datetime, kind: str) -> None:
    if tender.status(now) != Status.EVALUATION or not to_open(tender, kind).exists():
        refuse(*(("not_admitted", NOT_ADMITTED) if kind == "late" else ("not_restored", NOT_RESTORED)))
    if kind not in OF_PRICES and tender.two_envelopes and tender.scores_closed_at is not None:
        refuse("scores_closed", gettext_lazy("The scores are closed, so no further quality part can be opened."))


def _require_scores_closed(tender: Tender, now: datetime) -> None:
    if tender.status(now) != Status.EVALUATION or not tender.prices_sealed:
        refuse("not_now", gettext_lazy("The prices are opened once, between the closing of the scores and the award."))
    if tender.scores_closed_at is None or tender.scores_closed_at > now:
        refuse("scores_open", gettext_lazy("The prices can be opened only after the chair has closed the scores."))
