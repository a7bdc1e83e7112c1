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


def kind_to_open(tender: Tender) -> str:
    """What the next opening of this tender is about: the bids, or the prices in an envelope of their own."""
    return "prices" if tender.opened_at is not None and tender.prices_sealed else "bids"


def require_time(tender: Tender, now: datetime, kind: str) -> None:
    """After the deadline and the guard, in which everything that arrived in time is recorded; prices after scoring.

    Late bids ("late") between opening and award, once two people have admitted them.
    """
    if kind == "prices":
        _require_scores_closed(tender, now)
        return
    if kind == "late":
        _require_admitted(tender, now)
        return
    require(decide("open", tender.status(now), frozenset({Role.OPENER})))
    assert tender.tender_period_end
    if now < tender.tender_period_end + timedelta(seconds=settings.OPENING_GUARD_SECONDS):
        refuse(
            "opening_guard", gettext_lazy("Please wait a moment: bids that arrived in time are still being recorded.")
        )


def late_to_open(tender: Tender) -> BidQuerySet:
    """Late bids of this round that two people have admitted and nobody has opened."""
    live = Bid.objects.live().filter(tender=tender, round=tender.round, damaged_at=None)
    return live.filter(opened_at=None, is_late=True, late_admitted_at__isnull=False)


def _require_admitted(tender: Tender, now: datetime) -> None:
    if tender.status(now) != Status.EVALUATION or not late_to_open(tender).exists():
        refuse("not_admitted", NOT_ADMITTED)
    if tender.two_envelopes and tender.scores_closed_at is not None:
        refuse("scores_closed", gettext_lazy("The scores are closed, so no further quality part can be opened."))


def _require_scores_closed(tender: Tender, now: datetime) -> None:
    if tender.status(now) != Status.EVALUATION or not tender.prices_sealed:
        refuse("not_now", gettext_lazy("The prices are opened once, between the closing of the scores and the award."))
    if tender.scores_closed_at is None or tender.scores_closed_at > now:
        refuse("scores_open", gettext_lazy("The prices can be opened only after the chair has closed the scores."))
