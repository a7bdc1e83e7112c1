"""Companies that stand in two opened bids for the same lot: alone and in a consortium, or in two consortia.

And one company whose bids, a main bid and variants, are together for more lots than the tender allows.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from bids.models import Bid, BidLot
from bids.partners import alike, in_opened
from evaluation.inputs import bid_name


def doubles(bids: Sequence[Bid]) -> dict[Any, list[str]]:
    """{bid id: sentences}. A hint to look, not a finding: names may be alike by chance. At most one query."""
    named = [(bid, [bid.company.name, *(member.name for member in in_opened(bid.opened).members)]) for bid in bids]
    if all(len(names) == 1 for _bid, names in named):
        return {}
    lots = _lots(bids)
    places: dict[str, list[tuple[Bid, str]]] = defaultdict(list)
    for bid, names in named:
        for name in {alike(name): name for name in names if name}.values():
            places[alike(name)].append((bid, name))
    found: dict[Any, list[str]] = defaultdict(list)
    for here in places.values():
        for bid, name in here:
            for other in (other for other, _name in here if other.company_id != bid.company_id):
                if both := sorted(lots[bid.pk] & lots[other.pk]):
                    words = {"name": name, "bid": bid_name(other), "lots": ", ".join(both)}
                    found[bid.pk].append(_("%(name)s also stands in %(bid)s (%(lots)s).") % words)
    return found


def too_many_lots(bid: Bid, most: int | None) -> str:
    """A sentence where the company's opened bids are for more lots than one bidder may bid for; else empty. One query.

    Before the opening nobody could see it: each bid is sealed by itself.
    """
    if most is None:
        return ""
    rows = BidLot.objects.filter(bid__tender=bid.tender_id, bid__company=bid.company_id, bid__opened_at__isnull=False)
    rows = rows.filter(bid__superseded_at=None, bid__withdrawn_at=None, bid__round=bid.round)
    count = rows.order_by().values("lot").distinct().count()
    if count <= most:
        return ""
    text = _("The bids of this company are together for %(count)s lots; the tender allows %(most)s for one bidder.")
    return text % {"count": count, "most": most}


def _lots(bids: Sequence[Bid]) -> dict[Any, set[str]]:
    lots: dict[Any, set[str]] = defaultdict(set)
    for bid, code in BidLot.objects.filter(bid__in=bids).values_list("bid", "lot__code"):
        lots[bid].add(code)
    return lots
