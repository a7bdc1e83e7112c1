"""Withdrawing a bid: an act of its own with its own receipt; the bid stays sealed for good."""

from uuid import UUID

from django.http import Http404

from accounts import audit, clock
from accounts.decision import require
from accounts.models import User
from bids import receipts
from bids.actions import once, trail
from bids.actions.access import require_bidder
from bids.actions.drafts import lock_company
from bids.actions.submission import tell_of_receipt
from bids.lifecycle import decide_withdraw
from bids.models import Bid, Receipt, SealedObject, TenderSeal


def withdraw_bid(*, actor: User, bid_id: UUID | str, idempotency_key: str) -> Receipt:
    """Withdraws the company's live bid before the deadline. The same key and bid give the same receipt."""
    found = Bid.objects.select_related("company").filter(pk=bid_id).first()
    if found is None:
        raise Http404
    require_bidder(actor, found.company)
    with audit.in_transaction():
        row = once.begin(
            actor=actor, key=idempotency_key, act="withdraw", request={"bid": str(found.pk)}, at=clock.now()
        )
        if row.answer:
            return Receipt.objects.select_related("bid__tender__buyer").get(pk=row.answer["receipt"])
        receipt = _withdraw(actor, found)
        once.finish(row, {"receipt": str(receipt.pk)})
    return receipt


def _withdraw(actor: User, found: Bid) -> Receipt:
    tender, now = trail.lock_shared(found.tender_id)
    lock_company(found.company)
    bid = Bid.objects.select_related("tender__buyer", "company").get(pk=found.pk)
    require(decide_withdraw(tender.status(now), bid))
    bid.withdrawn_at = now
    bid.full_clean()
    bid.save(update_fields=["withdrawn_at"])
    seal = TenderSeal.objects.first_envelope().get(tender=tender, generation=bid.round)
    objects = list(SealedObject.objects.filter(bid=bid).order_by("kind", "pk"))
    receipt = receipts.write_receipt(bid, "withdraw", now, seal=seal, objects=objects)
    tell_of_receipt(receipt, bid.company, actor, now)
    data = {"receipt_sha256": receipts.note_hash(receipt), "company": str(bid.company_id)}
    trail.record(tender.pk, "bid.withdrawn", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return receipt
