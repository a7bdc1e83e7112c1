"""What the API says about drafts, bids, receipts and openings."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from bids import actions, keys, receipts
from bids.actions.drafts import content_of
from bids.actions.opening import SESSION_LIFE
from bids.content_checks import gaps
from bids.limits import limits
from bids.models import Bid, Draft, OpeningSession, Receipt
from bids.upload import document_slot
from tendering.models import Tender


def draft_answer(draft: Draft) -> dict[str, Any]:
    """Content, what is still missing, and what a client needs to seal."""
    content = content_of(draft)
    first, *rest = actions.current_seals(draft.tender) or [actions.current_seal(draft.tender)]
    place = document_slot(draft, "", first.envelope)
    return {
        **({"price_recipient": rest[0].recipient} if rest else {}),
        "id": draft.pk,
        "status": "draft",
        "tender": draft.tender_id,
        "company": draft.company_id,
        "variant": draft.variant,
        "version": draft.version,
        "updated_at": draft.updated_at,
        "edition": draft.edition,
        "tender_edition": draft.tender.edition,
        "deadline": draft.tender.tender_period_end,
        "recipient": first.recipient,
        "slot": {name: getattr(place, name) for name in ("tender", "lot", "envelope", "company", "draft")},
        "file_limit": settings.BID_FILE_LIMIT,
        "file_count_limit": settings.BID_FILE_COUNT_LIMIT,
        "limits": limits().to_json(),
        "content": content.to_json(),
        "gaps": [{"path": gap.path, "text": gap.text} for gap in gaps(content, draft.tender)],
    }


def bid_answer(bid: Bid) -> dict[str, Any]:
    """Moments and sealed objects of an own bid."""
    names = (
        "reference",
        "variant",
        "version",
        "edition",
        "confirmed_edition",
        "round",
        "received_at",
        "is_late",
        "sealed_at",
    )
    return {
        "id": bid.pk,
        "status": str(bid.status),
        "tender": bid.tender_id,
        "tender_edition": bid.tender.edition,
        "company": bid.company_id,
        "objects_sealed": list(bid.objects_sealed.all()),
        **{name: getattr(bid, name) for name in names},
    }


def receipt_answer(receipt: Receipt) -> dict[str, Any]:
    """The receipt in words and as signed note."""
    return {
        "id": receipt.pk,
        "bid": receipt.bid_id,
        "act": receipt.act,
        "at": receipt.at,
        "is_late": receipt.bid.is_late,
        "text": receipts.words(receipt),
        "note": receipt.note,
        "verifier_key": keys.printed_verifier_key(),
    }


def opening_answer(tender: Tender, session: OpeningSession | None) -> dict[str, Any]:
    """How far the opening is; never how many bids there are before it is complete."""
    tender.refresh_from_db(fields=["opened_at", "prices_opened_at"])
    needed = actions.current_seal(tender).needed  # the same people hold both envelopes
    released = session.releases.count() if session else 0
    open_still = session is not None and session.completed_at is None
    return {
        "session": session.pk if session else None,
        "released": released,
        "needed": needed,
        "step": _("%(released)s of %(needed)s") % {"released": min(released, needed), "needed": needed},
        "expires_at": session.started_at + SESSION_LIFE if session and open_still else None,
        "opened_at": tender.opened_at,
        "prices_opened_at": tender.prices_opened_at,
        "record": session.record if session else {},
    }
