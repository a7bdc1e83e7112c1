"""How many keys, a recovery key among them, are left for each tender that is sealed and not opened yet."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from accounts.models import OpeningGroup
from bids.models import TenderSeal
from tendering.models import Tender


@dataclass(frozen=True, slots=True)
class SealStanding:
    """A sealed tender with the keys that can still open it; `state` is danger when no spare one is left."""

    tender: Tender
    needed: int
    left: int

    @property
    def state(self) -> str:
        return "danger" if self.left <= self.needed else "warning" if self.left == self.needed + 1 else "success"


def still_sealed() -> Q:
    """Seals that are still to be opened: those of prices in an envelope of their own also after the first opening."""
    return Q(tender__opened_at=None) & ~Q(envelope="price") | Q(envelope="price", tender__prices_opened_at=None)


def seals_of(group: OpeningGroup) -> list[SealStanding]:
    """Running tenders of the group's buyer, the next deadline first. One query."""
    able = Q(pieces__key__user__is_active=True) | Q(pieces__key__recovery_for__isnull=False)
    left = Count("pieces__key", filter=able & Q(pieces__key__retired_at=None), distinct=True)
    seals = TenderSeal.objects.filter(
        still_sealed(), tender__buyer=group.organization_id, generation=F("tender__round"), tender__cancelled_at=None,
    )  # fmt: skip
    found = list(seals.select_related("tender").annotate(left=left).order_by("tender__tender_period_end", "pk"))
    first = {seal.tender_id: seal for seal in reversed(found)}  # both seals of a tender are held by the same people
    return [SealStanding(seal.tender, seal.needed, seal.left) for seal in found if first[seal.tender_id] is seal]
