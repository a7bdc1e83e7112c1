"""What sealed bids need of the people who open them."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import clock
from accounts.holders import opening_people
from accounts.models import OpenerKey, Organization, User
from bids.keys_left import still_sealed
from bids.models import SealPiece, TenderSeal
from tendering.models import Tender


def sealed_tenders(person: User, organization: Organization, end: datetime) -> Iterator[str]:
    """One sentence per sealed tender that too few could open without the person, whose roles end at this moment.

    The key of a sealed tender is split among those who were in the group when it was released; nobody can be added.
    A tender whose opening is still to come and planned before the end does not stand in the way.
    """
    waiting = Tender.objects.filter(buyer=organization, released_at__isnull=False, cancelled_at=None)
    waiting = waiting.exclude(opened_at=None, opening_planned_at__gt=clock.now(), opening_planned_at__lt=end)
    held = SealPiece.objects.filter(seal__tender__in=waiting, opener=person, key__recovery_for=None).values("seal")
    told: set[int] = set()  # both envelopes of a tender are held by the same people
    able = {one.pk for one in opening_people(organization.pk, end).people} - {person.pk}
    seals = TenderSeal.objects.filter(still_sealed(), pk__in=held).select_related("tender")
    for seal in seals.order_by("tender__tender_period_end"):
        if seal.generation != seal.tender.round or seal.tender_id in told:
            continue
        told.add(seal.tender_id)
        pieces = SealPiece.objects.filter(seal=seal)
        own = pieces.filter(key__recovery_for=None).values_list("opener", flat=True)
        recovery = pieces.filter(key__in=OpenerKey.objects.recovery()).values("key").distinct().count()
        left = len(able & set(own)) + recovery
        if left < seal.needed:
            text = _(
                "Without this person only %(left)s could open “%(tender)s”, and %(needed)s are needed. Let the bids be "
                "opened first, or choose a last day after the opening."
            )
            yield text % {"left": left, "needed": seal.needed, "tender": seal.tender.title}
