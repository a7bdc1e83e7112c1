"""What a practice ends with: one sentence on the result and, for a bidder, what would have made the difference."""

from datetime import datetime

from django.utils.translation import gettext as _

from config.practice.world import World
from evaluation.figures import money, number
from evaluation.results import LotView, RowView, latest, view_of
from tendering.lifecycle import Status
from tendering.models import Tender


def sentences(world: World, now: datetime) -> list[str]:
    """Empty while there is no result to speak of."""
    tender = world.tender()
    if tender is None:
        return []
    if tender.status(now) == Status.CANCELLED:
        return [_("The procurement was cancelled. Companies would be told why, and nobody would get the contract.")]
    run = latest(tender)
    if run is None:
        return [_("Done: the bids are open, and the record says who bid what and who opened.")]
    view = view_of(run)
    found = []
    for lot in view.lots:
        found.append(lot.sentence)
        if world.acting == "bidder":
            found += _own(world, tender, lot)
    return found


def _own(world: World, tender: Tender, lot: LotView) -> list[str]:
    """How the bidder's own bid did, against whoever came first."""
    own = next((row for row in lot.rows if row.bidder == _company(world)), None)
    if own is None:
        return [_("Your company did not bid for this lot.")]
    if own.status != "valid":
        return [_("Your bid was excluded: %(why)s") % {"why": " ".join(own.reasons)}]
    first = next(row for row in lot.rows if row.bid_id in lot.winner)
    if own.bid_id in lot.winner:
        return [_("Your bid won. In a real procurement the contract would follow now.")]
    return [_behind(own, first, tender), *_what_helps(own, tender)]


def _behind(own: RowView, first: RowView, tender: Tender) -> str:
    words = {
        "rank": own.rank,
        "price": _difference(own.price, first.price, tender.currency),
        "quality": _points(own.quality_points, first.quality_points),
    }
    return _("Your bid took place %(rank)s. Against the winner: price %(price)s, quality %(quality)s.") % words


def _difference(own: object, first: object, currency: str) -> str:
    gap = own - first  # type: ignore[operator]  # valid rows have both
    amount = money(abs(gap), currency)
    return _("%(amount)s more") % {"amount": amount} if gap > 0 else _("%(amount)s less") % {"amount": amount}


def _points(own: object, first: object) -> str:
    gap = own - first  # type: ignore[operator]  # valid rows have both
    points = number(abs(gap))
    return (
        _("%(points)s points more") % {"points": points}
        if gap > 0
        else _("%(points)s points less") % {"points": points}
    )


def _what_helps(own: RowView, tender: Tender) -> list[str]:
    if own.break_even_price is None:
        return [_("No price alone would have brought you first: better answers would.")]
    words = {"price": money(own.break_even_price, tender.currency)}
    return [_("With the same answers a price of %(price)s would have come first.") % words]


def _company(world: World) -> str:
    return str(world.me.memberships.select_related("organization").get().organization.name)
