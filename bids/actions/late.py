"""Late bids: sealed and unopened, unless two people decide that the delay was not the bidder's fault."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.audit import stamp
from accounts.decision import refuse
from accounts.lifecycle import Role
from accounts.models import User
from bids.actions import trail
from bids.actions.opening import erase_seal_if_done, session_for
from bids.actions.opening_access import require_opener
from bids.actions.opening_time import NOT_ADMITTED, require_time
from bids.models import Bid, OpeningSession, TenderSeal
from tendering.lifecycle import Status
from tendering.locking import lock_row, lock_tender_at
from tendering.models import Tender

DECIDERS = (Role.OFFICER, Role.APPROVER)


def admit_late_bid(*, actor: User, bid_id: UUID | str, reason: str, second_person_id: int | None = None) -> Bid:
    """First half of the decision to open a late bid. With `second_person_id` only that person may confirm it."""
    return _propose(actor, bid_id, "admitted", reason, second_person_id)


def exclude_late_bid(*, actor: User, bid_id: UUID | str, reason: str, second_person_id: int | None = None) -> Bid:
    """First half of the decision that a late bid stays sealed for good."""
    return _propose(actor, bid_id, "excluded", reason, second_person_id)


def confirm_late_decision(*, actor: User, bid_id: UUID | str) -> Bid:
    """The second person's yes; an admitted bid may then be opened, an excluded one never."""
    with audit.in_transaction():
        bid, tender, now = _lock(actor, bid_id)
        decision = bid.late_decision
        if not decision or decision.get("confirmed_by"):
            refuse("nothing_to_confirm", gettext_lazy("There is no decision waiting for a second person."))
        if decision["decided_by"] == actor.pk:
            refuse("same_person", gettext_lazy("A second person has to confirm this decision."), 403)
        if decision.get("asked") not in (None, actor.pk):
            refuse("not_asked", gettext_lazy("Another person was asked to confirm this decision."), 403)
        bid.late_decision = {**decision, "confirmed_by": actor.pk, "confirmed_at": stamp(now)}
        if decision["outcome"] == "admitted":
            _require_no_opened_bid(bid)
            bid.late_admitted_at = now
        _save(bid)
        if decision["outcome"] == "excluded":
            erase_seal_if_done(tender, TenderSeal.objects.first_envelope().get(tender=tender, generation=bid.round))
        _audit(bid, tender, "late_bid.confirmed", actor, now)
    return bid


def start_late_opening(*, actor: User, bid_id: UUID | str) -> OpeningSession:
    """The session in which the opening group opens the admitted late bids of this tender."""
    with audit.in_transaction():
        found = Bid.objects.filter(pk=bid_id, is_late=True).first()
        if found is None:
            raise Http404
        tender, now = lock_tender_at(found.tender_id)
        require_opener(actor, tender)
        bid = Bid.objects.get(pk=found.pk)
        if bid.late_admitted_at is None or bid.opened_at:
            refuse("not_admitted", NOT_ADMITTED)
        require_time(tender, now, "late")
        return session_for(tender, "late", actor, now)


def _propose(actor: User, bid_id: UUID | str, outcome: str, reason: str, second_person_id: int | None) -> Bid:
    if not reason.strip():
        raise ValidationError({"reason": [_("Please give a reason.")]})
    with audit.in_transaction():
        bid, tender, now = _lock(actor, bid_id)
        if bid.late_decision.get("confirmed_by"):
            refuse("decided", gettext_lazy("Two people have decided about this bid already."))
        if second_person_id == actor.pk:
            refuse("same_person", gettext_lazy("A second person has to confirm this decision."), 403)
        bid.late_decision = {"outcome": outcome, "reason": reason, "decided_by": actor.pk, "decided_at": stamp(now)}
        if second_person_id is not None:
            bid.late_decision["asked"] = second_person_id
        _save(bid)
        _audit(bid, tender, "late_bid.decided", actor, now)
    return bid


def _lock(actor: User, bid_id: UUID | str) -> tuple[Bid, Tender, datetime]:
    """A late live bid of an opened tender; Http404 for everybody who may not know of it."""
    found = Bid.objects.filter(pk=bid_id).first()
    if found is None:
        raise Http404
    tender, now = lock_tender_at(found.tender_id)
    if not actor.has_role(tender.buyer_id, *DECIDERS) or tender.opened_at is None or tender.opened_at > now:
        raise Http404
    lock_row(Bid, found.pk)
    bid = Bid.objects.select_related("company").get(pk=found.pk)
    if not bid.is_late or bid.superseded_at or bid.withdrawn_at:
        refuse("not_late", gettext_lazy("This is no late bid."))
    if tender.status(now) != Status.EVALUATION:
        refuse("not_now", gettext_lazy("Late bids are decided between opening and award."))
    return bid, tender, now


def _require_no_opened_bid(bid: Bid) -> None:
    """One company, one main bid: one that came in time and has been opened stands. The same of each variant."""
    same = {"tender": bid.tender_id, "company": bid.company_id, "variant": bid.variant, "round": bid.round}
    if Bid.objects.live().filter(is_late=False, **same).exists():
        refuse("in_time_bid_opened", gettext_lazy("This company's bid that came in time has been opened already."))


def _save(bid: Bid) -> None:
    bid.full_clean()
    bid.save(update_fields=["late_decision", "late_admitted_at"])


def _audit(bid: Bid, tender: Tender, verb: str, actor: User, now: datetime) -> None:
    decision = bid.late_decision
    data = {"bid": str(bid.pk), "outcome": decision["outcome"], "reason": decision["reason"]}
    trail.record_for_tender(tender, verb, actor=actor, at=now, data=data)
