"""Companies that stand in two opened bids for the same lot: alone and in a consortium, or in two consortia."""

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
            for other, _name in here:
                if both := sorted(lots[bid.pk] & lots[other.pk]) if other.pk != bid.pk else []:
                    words = {"name": name, "bid": bid_name(other), "lots": ", ".join(both)}
                    found[bid.pk].append(_("%(name)s also stands in %(bid)s (%(lots)s).") % words)
    return found


def _lots(bids: Sequence[Bid]) -> dict[Any, set[str]]:
    lots: dict[Any, set[str]] = defaultdict(set)
    for bid, code in BidLot.objects.filter(bid__in=bids).values_list("bid", "lot__code"):
        lots[bid].add(code)
    return lots
