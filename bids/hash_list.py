"""The published hash list of a tender: what is shown when, and the job that puts its commitment into the trail.

It is worked out when read, from stored moments: the job only dates it, by an event that the signed checkpoints bind.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q

from accounts import audit, checkpoints
from accounts.audit import stamp
from accounts.models import AuditEvent
from bids import keys
from bids.models import Receipt
from bids.receipts import note_hash
from bids.sealing.hash_list import commitment, commitment_chain
from tendering.models import Tender

VERB: Final = "hash_list.committed"
LOOKED_BACK: Final = timedelta(days=30)


@dataclass(frozen=True)
class HashList:
    """Commitment from the deadline on; `receipts`, `later` and `nonce` are empty until the bids are opened.

    `later` are receipts that arrived in time and were recorded after the commitment, when the platform was slow.
    `proof` leads from the commitment to a signed checkpoint.
    """

    tender: Tender
    commitment: str
    at: datetime
    nonce: str = ""
    receipts: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    proof: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return bool(self.nonce)

    def to_json(self) -> dict[str, Any]:
        """As the API gives it and `verify_receipt --list` reads it."""
        assert self.tender.tender_period_end
        return {
            "v": 1,
            "tender": str(self.tender.pk),
            "round": self.tender.round,
            "deadline": stamp(self.tender.tender_period_end),
            "committed_at": stamp(self.at),
            "commitment": self.commitment,
            "nonce": self.nonce,
            "receipts": list(self.receipts),
            "later": list(self.later),
            "proof": self.proof,
        }


def published(tender: Tender, now: datetime) -> HashList | None:
    """What is public of the list at this moment; None before the deadline."""
    at = moment_of(tender)
    if at is None or now < at:
        return None
    assert tender.tender_period_end
    counted, later = _receipts(tender, at)
    nonce = keys.store_key().number(f"hash-list:{tender.pk}:{tender.round}")
    hash_ = commitment(str(tender.pk), tender.round, stamp(tender.tender_period_end), nonce, counted)
    if tender.opened_at is None or tender.opened_at > now:
        return HashList(tender, hash_, at)
    return HashList(tender, hash_, at, nonce, tuple(sorted(counted)), tuple(sorted(later)), _proof(tender))


def _proof(tender: Tender) -> dict[str, Any]:
    """That a signed checkpoint bound the commitment: its only event in a chain of its own, and the path to the root.

    Empty until the job has dated the commitment and a checkpoint was made after that.
    """
    chain = commitment_chain(str(tender.pk), tender.round)
    event = AuditEvent.objects.filter(chain=chain, seq=1).first()
    tick = checkpoints.first_naming(chain, event.at) if event else ""
    return {"event": event.body, "checkpoint": checkpoints.proof(tick, chain)} if event and tick else {}


def moment_of(tender: Tender) -> datetime | None:
    """From when on nothing that counts can change any more: the deadline and the guard of the opening."""
    end = tender.tender_period_end
    return None if end is None else end + timedelta(seconds=settings.OPENING_GUARD_SECONDS)


def commit(now: datetime) -> int:
    """Puts the commitment of every tender whose deadline has passed into its trail, once per round; how many."""
    before = now - timedelta(seconds=settings.OPENING_GUARD_SECONDS)
    passed = Tender.objects.filter(
        tender_period_end__lte=before, tender_period_end__gt=before - LOOKED_BACK, published_at__isnull=False,
        cancelled_at=None, imported=False,
    )  # fmt: skip
    return sum(_commit(tender, now) for tender in passed.order_by("pk"))


def _commit(tender: Tender, now: datetime) -> bool:
    with audit.in_transaction():
        fresh = Tender.objects.select_for_update().get(pk=tender.pk)
        found = published(fresh, now)
        events = AuditEvent.objects.filter(chain=fresh.chain, verb=VERB, body__contains=f'"round":{fresh.round}')
        if found is None or events.exists():
            return False
        data = {"commitment": found.commitment, "round": fresh.round, "committed_at": stamp(found.at)}
        for chain in (fresh.chain, commitment_chain(str(fresh.pk), fresh.round)):
            audit.record(chain, VERB, actor=None, at=now, subject=f"tender:{fresh.pk}", data=data)
    return True


def _receipts(tender: Tender, at: datetime) -> tuple[list[str], list[str]]:
    """(hashes that counted at this moment, hashes of what arrived in time and was recorded later)."""
    still = (Q(bid__superseded_at=None) | Q(bid__superseded_at__gt=at)) & (
        Q(bid__withdrawn_at=None) | Q(bid__withdrawn_at__gt=at)
    )
    found = Receipt.objects.filter(
        still, bid__tender=tender, bid__round=tender.round, bid__is_late=False, act__in=["submit", "replace"]
    ).select_related("bid")
    counted: list[str] = []
    later: list[str] = []
    for receipt in found:
        (counted if receipt.bid.recorded_at <= at else later).append(note_hash(receipt))
    return counted, later
