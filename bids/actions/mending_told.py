"""Telling a company that its bid could not be opened for a fault of what is stored here: its own copy may mend it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts import outbox
from bids.models import Bid
from bids.nouns import said
from tendering.models import Tender


def tell_damaged(tender: Tender, bids: Iterable[Bid], now: datetime) -> None:
    """Whoever handed in a bid that may be restored; nothing is said about the others."""
    hurt = Bid.objects.mendable().filter(pk__in=[bid.pk for bid in bids], damaged_at=now)
    for bid in hurt.select_related("submitted_by"):
        receipt = bid.receipts.exclude(act="withdraw").first()
        person = bid.submitted_by
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"bid:{bid.pk}:damaged:{now.timestamp():.0f}",
                subject=said(tender, "Your bid could not be opened: %(tender)s") % {"tender": tender.reference},
                body=_(
                    "A part of what this platform has stored is gone or was changed. You are not out: please keep your "
                    "receipt and the sealed files you saved. The buyer may ask you for them, because a copy that is "
                    "the same byte for byte can be opened instead."
                ),
                at=now,
                url=f"/bids/receipts/{receipt.pk}/" if receipt else "/bids/",
                chain=tender.chain,
            )
