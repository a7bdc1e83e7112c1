"""Bids that could not be opened: restored byte for byte and opened again, or left sealed by two people's decision.

The files come back from a backup, or from the bidder's own saved copy; the operator puts them in their place. What
counts is the hash in the signed receipt: whoever has these bytes has what was handed in before the deadline.
"""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.audit import stamp
from accounts.decision import refuse
from accounts.holders import groups_of
from accounts.models import User
from bids import intact
from bids.actions import trail
from bids.actions.late import DECIDERS
from bids.actions.opening import erase_seal_if_done, session_for
from bids.actions.opening_access import require_opener
from bids.actions.opening_time import NOT_RESTORED, OF_PRICES, require_time
from bids.actions.seal import current_seal
from bids.envelopes import PRICE
from bids.models import Bid, OpeningSession
from tendering.lifecycle import Status
from tendering.locking import lock_row, lock_tender_at
from tendering.models import Tender


def kind_again(bid: Bid) -> str:
    """The opening that opens this bid again: of its first envelope, or of its prices."""
    return "again_prices" if bid.opened_at else "again"


def envelope_to_mend(bid: Bid) -> str:
    """The envelope that could not be opened."""
    return current_seal(bid.tender, PRICE if kind_again(bid) in OF_PRICES else "").envelope


def check_restored(*, actor: User, bid_id: UUID | str) -> Bid:
    """Whether all files of the bid are those of its receipt again; then openers may open it. Opens nothing."""
    found = Bid.objects.mendable().select_related("tender").filter(pk=bid_id).first()
    if found is None or not _may_look(actor, found.tender):
        raise Http404
    faulty = [one for one in intact.stored_objects(found, envelope_to_mend(found)) if one.state != "whole"]
    if faulty:
        text = gettext_lazy("%(count)s stored files are still not those of the receipt. Nothing has changed.")
        refuse("not_whole", text % {"count": len(faulty)})
    with audit.in_transaction():
        bid, tender, now = _lock(found)
        if bid.restored_at is None:
            bid.restored_at = now
            bid.save(update_fields=["restored_at"])
            _audit(bid, tender, "damaged_bid.restored", actor, now)
    return bid


def start_again(*, actor: User, bid_id: UUID | str) -> OpeningSession:
    """The session in which the opening group opens the restored bids of this tender, and no others."""
    with audit.in_transaction():
        found = Bid.objects.mendable().filter(pk=bid_id).first()
        if found is None:
            raise Http404
        tender, now = lock_tender_at(found.tender_id)
        require_opener(actor, tender)
        bid = Bid.objects.get(pk=found.pk)
        if bid.restored_at is None:
            refuse("not_restored", NOT_RESTORED)
        require_time(tender, now, kind_again(bid))
        return session_for(tender, kind_again(bid), actor, now)


def leave_sealed(*, actor: User, bid_id: UUID | str, reason: str) -> Bid:
    """First half of the decision that a bid which cannot be restored stays sealed for good."""
    if not reason.strip():
        raise ValidationError({"reason": [_("Please give a reason.")]})
    with audit.in_transaction():
        bid, tender, now = _decidable(actor, bid_id)
        bid.damage_decision = {"reason": reason, "decided_by": actor.pk, "decided_at": stamp(now)}
        bid.save(update_fields=["damage_decision"])
        _audit(bid, tender, "damaged_bid.decided", actor, now, reason=reason)
    return bid


def confirm_left_sealed(*, actor: User, bid_id: UUID | str) -> Bid:
    """The second person's yes: the bid is out, and its key is destroyed as soon as nothing else needs it."""
    with audit.in_transaction():
        bid, tender, now = _decidable(actor, bid_id)
        decision = bid.damage_decision
        if not decision:
            refuse("nothing_to_confirm", gettext_lazy("There is no decision waiting for a second person."))
        if decision["decided_by"] == actor.pk:
            refuse("same_person", gettext_lazy("A second person has to confirm this decision."), 403)
        bid.damage_decision = {**decision, "confirmed_by": actor.pk, "confirmed_at": stamp(now)}
        bid.save(update_fields=["damage_decision"])
        erase_seal_if_done(tender, current_seal(tender, PRICE if bid.opened_at else ""))
        _audit(bid, tender, "damaged_bid.confirmed", actor, now, reason=decision["reason"])
    return bid


def _may_look(actor: User, tender: Tender) -> bool:
    in_group = groups_of(actor).filter(organization=tender.buyer_id).exists()
    return actor.has_role(tender.buyer_id, *DECIDERS) or in_group


def _decidable(actor: User, bid_id: UUID | str) -> tuple[Bid, Tender, datetime]:
    found = Bid.objects.mendable().select_related("tender").filter(pk=bid_id).first()
    if found is None or not actor.has_role(found.tender.buyer_id, *DECIDERS):
        raise Http404
    bid, tender, now = _lock(found)
    if bid.restored_at is not None:
        refuse("restored", gettext_lazy("This bid is whole again: it has to be opened first."))
    return bid, tender, now


def _lock(found: Bid) -> tuple[Bid, Tender, datetime]:
    tender, now = lock_tender_at(found.tender_id)
    lock_row(Bid, found.pk)
    bid = Bid.objects.mendable().select_related("company", "tender").filter(pk=found.pk).first()
    if bid is None or tender.status(now) != Status.EVALUATION:
        refuse("not_now", gettext_lazy("Bids that could not be opened are dealt with between opening and award."))
    return bid, tender, now


def _audit(bid: Bid, tender: Tender, verb: str, actor: User, now: datetime, **more: str) -> None:
    data = {"bid": str(bid.pk), "problem": bid.damage.get("problem", ""), **more}
    trail.record_for_tender(tender, verb, actor=actor, at=now, data=data)
