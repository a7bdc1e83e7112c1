"""The clarification of a surprisingly low price: asked, answered, decided, confirmed by a second person."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.decision import refuse, require
from accounts.models import User
from bids.models import BidLot
from evaluation.actions.access import (
    PRICES_SEALED,
    begin,
    begin_for_bidder,
    lot_of,
    opened_bid,
    tell_bidder,
    tender_of_bid,
    words,
)
from evaluation.lifecycle import PriceOutcome, decide_second, decide_stage
from evaluation.low_price import EXAMINED, decide_ask_aid, decide_outcome
from evaluation.models import AbnormallyLowCheck


def ask_price(*, actor: User, bid_id: UUID, lot_code: str, due_at: datetime) -> AbnormallyLowCheck:
    """Ask the bidder to explain its price for a lot; until it is decided, the lot cannot be awarded."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        require(decide_stage("ask_price", tender.is_call))
        if tender.prices_sealed:
            refuse("prices_sealed", PRICES_SEALED)
        bid, lot = opened_bid(bid_id, tender), lot_of(tender, lot_code)
        if due_at <= now:
            raise ValidationError({"due_at": _("The due date lies in the past.")})
        if not BidLot.objects.filter(bid=bid, lot=lot).exists():
            raise ValidationError({"lot_code": _("This bid is not for lot %(code)s.") % {"code": lot_code}})
        if AbnormallyLowCheck.objects.filter(bid=bid, lot=lot).exists():
            refuse("asked_already", _("The bidder has been asked about this price already."))
        check = AbnormallyLowCheck(bid=bid, lot=lot, asked_at=now, asked_by=actor, due_at=due_at)
        check.full_clean()
        check.save()
        tell_bidder(
            bid.company,
            kind="price_question",
            key=f"price:{check.pk}",
            subject=gettext_lazy("Question about your price: %(title)s"),
            body=gettext_lazy(
                "The buyer asks you to explain your price. Sign in to read the question and to answer it."
            ),
            tender=tender,
            at=now,
        )
        data = {"lot": lot_code, "due_at": audit.stamp(due_at), "check": check.pk}
        audit.record(tender.chain, "price.asked", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return check


def answer_price(*, actor: User, check_id: int, text: str) -> AbnormallyLowCheck:
    """The bidder explains its price, or the office notes the explanation it received."""
    with audit.in_transaction():
        tender, now, _is_bidder = begin_for_bidder(actor, _check(check_id).bid_id)
        check = _check(check_id)
        if check.decided_at:
            refuse("decided_already", _("The price has been decided on already."))
        check.answer, check.answered_at = words(text, "text"), now
        check.full_clean()
        check.save()
        subject = f"bid:{check.bid_id}"
        audit.record(tender.chain, "price.answered", actor=actor, at=now, subject=subject, data={"check": check.pk})
    return check


def ask_aid_proof(*, actor: User, check_id: int, due_at: datetime) -> AbnormallyLowCheck:
    """The price is low because of State aid: ask for the proof that it was lawful, before anything is decided."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(_check(check_id).bid_id), "check")
        check = _check(check_id)
        require(decide_ask_aid(check, now))
        if due_at <= now:
            raise ValidationError({"due_at": _("The due date lies in the past.")})
        bid = opened_bid(check.bid_id, tender)
        check.aid_asked_at, check.aid_due_at = now, due_at
        check.full_clean()
        check.save()
        tell_bidder(
            bid.company,
            kind="price_question",
            key=f"price_aid:{check.pk}",
            subject=gettext_lazy("Question about State aid: %(title)s"),
            body=gettext_lazy(
                "The buyer asks you to show that State aid behind your price was lawful. Sign in to answer."
            ),
            tender=tender,
            at=now,
        )
        data = {"check": check.pk, "due_at": audit.stamp(due_at)}
        audit.record(tender.chain, "price.aid_asked", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return check


def answer_aid_proof(*, actor: User, check_id: int, text: str) -> AbnormallyLowCheck:
    """The bidder shows that the aid was lawful, or the office notes what it received."""
    with audit.in_transaction():
        tender, now, _is_bidder = begin_for_bidder(actor, _check(check_id).bid_id)
        check = _check(check_id)
        if check.aid_asked_at is None:
            refuse("not_asked", _("Nothing was asked about State aid."))
        if check.decided_at:
            refuse("decided_already", _("The price has been decided on already."))
        check.aid_answer, check.aid_answered_at = words(text, "text"), now
        check.full_clean()
        check.save()
        subject = f"bid:{check.bid_id}"
        audit.record(tender.chain, "price.aid_answered", actor=actor, at=now, subject=subject, data={"check": check.pk})
    return check


def decide_price(
    *, actor: User, check_id: int, outcome: str, reason: str, examined: Sequence[str] = ()
) -> AbnormallyLowCheck:
    """Decide what the explanation is worth; after the answer or the due date. Counts once confirmed.

    `examined` names what was looked at (evaluation.low_price.EXAMINED).
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(_check(check_id).bid_id), "check")
        check = _check(check_id)
        if outcome not in PriceOutcome.values:
            raise ValidationError({"outcome": _("Choose whether the price is explained or not.")})
        if unknown := sorted(set(examined) - EXAMINED.keys()):
            raise ValidationError({"examined": _("Unknown entry: %(name)s.") % {"name": unknown[0]}})
        require(decide_outcome(check, outcome, now))
        check.outcome, check.reason = outcome, words(reason, "reason")
        check.examined = [name for name in EXAMINED if name in examined]
        check.decided_at, check.decided_by = now, actor
        check.full_clean()
        check.save()
        data = {"check": check.pk, "outcome": outcome, "reason": check.reason, "examined": check.examined}
        audit.record(tender.chain, "price.decided", actor=actor, at=now, subject=f"bid:{check.bid_id}", data=data)
    return check


def confirm_price(*, actor: User, check_id: int) -> AbnormallyLowCheck:
    """A second person confirms the decision on a price; from then on it counts in the evaluation."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(_check(check_id).bid_id), "confirm")
        check = _check(check_id)
        if not check.outcome:
            refuse("not_decided", _("The price has not been decided on yet."))
        if check.second_person_id:
            refuse("confirmed_already", _("This has been confirmed already."))
        require(decide_second(check.decided_by_id, actor.pk))
        check.second_person = actor
        check.full_clean()
        check.save()
        data = {"check": check.pk, "outcome": check.outcome}
        audit.record(tender.chain, "price.confirmed", actor=actor, at=now, subject=f"bid:{check.bid_id}", data=data)
    return check


def _check(check_id: int) -> AbnormallyLowCheck:
    check = AbnormallyLowCheck.objects.filter(pk=check_id).first()
    if check is None:
        raise Http404
    return check
