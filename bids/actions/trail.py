"""The trail of one tender's bids: a chain of its own, so that the tender's trail shows no gap when a bid arrives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from accounts import audit, practice
from accounts.models import AuditEvent, ChainHead, User
from tendering.locking import lock_tender_at, refuse_if_behind
from tendering.models import Tender


def bids_chain(tender_id: int) -> str:
    """Name of the chain; it exists from publication on, whether a bid comes or not, and is shown after opening."""
    return f"bids:{tender_id}"


def lock_shared(tender_id: int) -> tuple[Tender, datetime]:
    """The tender, standing still for acts of many bidders at once, and the one moment of the act.

    Refuses while the clock runs behind what has already been recorded of this tender's bids: a clock set back reopens
    no deadline. On SQLite the lock has compared and moved the tender's own mark; a shared lock of PostgreSQL must not
    write it, so there the newest event of the bids' trail is the mark.
    """
    tender, now = lock_tender_at(tender_id, share=True)
    if connection.vendor == "postgresql" and not tender.simulated:
        events = AuditEvent.objects.filter(chain=practice.own_chain(bids_chain(tender.pk)))
        refuse_if_behind(events.order_by("-seq").values_list("at", flat=True).first(), now)
    return tender, now


def record(
    tender_id: int,
    verb: str,
    *,
    actor: User | None,
    at: datetime,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """One event of the bids' trail; `data` never holds a price, a text or a file name."""
    audit.record(bids_chain(tender_id), verb, actor=actor, at=at, subject=subject, data=data)


def record_for_tender(tender: Tender, verb: str, *, actor: User, at: datetime, data: Mapping[str, Any]) -> None:
    """One event of the tender's own trail, anchored at the head of the bids' trail."""
    head = ChainHead.objects.filter(chain=bids_chain(tender.pk)).first()
    anchor = {"bids_head": head.hash, "bids_seq": head.seq} if head else {}
    audit.record(tender.chain, verb, actor=actor, at=at, subject=f"tender:{tender.pk}", data={**data, **anchor})
