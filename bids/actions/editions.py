"""A tender was corrected: the bidder has seen it for a draft, or says that a bid that is in stands as it is."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from bids.actions import trail
from bids.actions.access import require_bidder
from bids.actions.drafts import lock_company, lock_draft
from bids.lifecycle import decide_confirm
from bids.models import Bid, Draft


def see_corrections(*, actor: User, draft_id: UUID | str, edition: int) -> Draft:
    """The draft goes on under this edition of the documents. What was published in between is to be seen, too."""
    with audit.in_transaction():
        draft, now = lock_draft(actor, draft_id)
        _require_newest(edition, draft.tender.edition)
        if draft.edition < edition:
            draft.edition = edition
            draft.save(update_fields=["edition"])
            data = {"edition": edition}
            trail.record(draft.tender_id, "draft.corrections_seen", actor=actor, at=now,
                         subject=f"draft:{draft.pk}", data=data)  # fmt: skip
    return draft


def confirm_bid(*, actor: User, bid_id: UUID | str, edition: int) -> Bid:
    """The company's live bid stands for this edition, too; before the deadline only. The sealed bid stays untouched."""
    found = Bid.objects.select_related("company").filter(pk=bid_id).first()
    if found is None:
        raise Http404
    require_bidder(actor, found.company)
    with audit.in_transaction():
        tender, now = trail.lock_shared(found.tender_id)
        lock_company(found.company)
        bid = Bid.objects.select_related("tender").get(pk=found.pk)
        require(decide_confirm(tender.status(now), bid))
        _require_newest(edition, tender.edition)
        if bid.answers_edition < edition:
            bid.confirmed_edition = edition
            bid.save(update_fields=["confirmed_edition"])
            data = {"edition": edition, "company": str(bid.company_id)}
            trail.record(tender.pk, "bid.confirmed", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return bid


def _require_newest(edition: int, newest: int) -> None:
    if edition != newest:
        refuse("corrected_again", _("The documents were corrected once more. Look at what changed and confirm again."))
