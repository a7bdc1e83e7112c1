"""Questions about what a bid says: asked by the office, answered once by the bidder, and nothing of the bid changes."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit
from accounts.decision import refuse
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import User
from bids.nouns import said_later
from evaluation.actions.access import begin, opened_bid, tell_bidder, tell_office, tender_of_bid, words
from evaluation.models import BidClarification
from tendering.locking import lock_tender_at


def ask_clarification(*, actor: User, bid_id: UUID, text: str, due_at: datetime) -> BidClarification:
    """Ask a bidder what an entry of its bid means (R53). Price and content stay as they are, whatever the answer."""
    with audit.in_transaction():
        tender, now = begin(actor, tender_of_bid(bid_id), "check")
        bid = opened_bid(bid_id, tender)
        if due_at <= now:
            raise ValidationError({"due_at": _("The due date lies in the past.")})
        row = BidClarification(bid=bid, text=words(text, "text"), asked_at=now, asked_by=actor, due_at=due_at)
        row.full_clean()
        row.save()
        tell_bidder(
            bid.company,
            kind="bid_question",
            key=f"clarification:{row.pk}",
            subject=said_later(tender, "Question about your bid: %(title)s"),
            body=said_later(
                tender,
                "The buyer asks what an entry of your bid means. Sign in to read the question and to answer it. "
                "Your bid itself stays as it is.",
            ),
            tender=tender,
            at=now,
        )
        data = {"clarification": row.pk, "due_at": audit.stamp(due_at)}
        audit.record(tender.chain, "clarification.asked", actor=actor, at=now, subject=f"bid:{bid.pk}", data=data)
    return row


def answer_clarification(*, actor: User, clarification_id: int, text: str) -> BidClarification:
    """The bidder's answer, once and until the due date. Only words are stored; no field of the bid can be reached."""
    with audit.in_transaction():
        found = BidClarification.objects.filter(pk=clarification_id).values_list("bid__tender", "bid__company").first()
        if found is None or not actor.has_role(found[1], *PROVIDER_ROLES):
            raise Http404
        tender, now = lock_tender_at(found[0])
        row = BidClarification.objects.get(pk=clarification_id)
        if row.answered_at:
            refuse("answered_already", _("This has been answered already."))
        if now > row.due_at:
            refuse("too_late", _("The time for the answer has passed."))
        row.answer, row.answered_at, row.answered_by = words(text, "text"), now, actor
        row.full_clean()
        row.save()
        tell_office(
            tender, now, key=f"clarification_answered:{row.pk}", page=f"/tenders/{tender.pk}/checks/{row.bid_id}/",
            subject=said_later(tender, "A bidder has answered your question: %(title)s"),
            body=said_later(tender, "Read the answer at the check of the bid."),
        )  # fmt: skip
        data, subject = {"clarification": row.pk}, f"bid:{row.bid_id}"
        audit.record(tender.chain, "clarification.answered", actor=actor, at=now, subject=subject, data=data)
    return row
