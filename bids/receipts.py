"""Receipts: first the sentence a bidder needs, below it the signed note that proves it. Nothing in it counts bids."""

import hashlib
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _

from accounts import clock
from accounts.audit import stamp
from accounts.evidence import sign_receipt
from accounts.keys import RECEIPT_ORIGIN
from bids import keys
from bids.models import Bid, Receipt, SealedObject, TenderSeal
from tendering.models import Tender

NO_RECEIPT: Final = "0" * 64
ENVELOPE: Final = "single"
ALL_LOTS: Final = "all"


def write_receipt(bid: Bid, act: str, at: datetime, *, seal: TenderSeal, objects: list[SealedObject]) -> Receipt:
    """Signs and stores the receipt of one act; `at` is the moment that counts against the deadline (UTC)."""
    payload = _payload(bid, act, at, seal, objects)
    receipt = Receipt(bid=bid, act=act, at=at, note=sign_receipt(payload, keys.signing_key(), RECEIPT_ORIGIN))
    receipt.full_clean()
    receipt.save()
    return receipt


def note_hash(receipt: Receipt) -> str:
    """Hex SHA-256 of the signed note, as the trail names it."""
    return hashlib.sha256(receipt.note.encode()).hexdigest()


def words(receipt: Receipt) -> str:
    """The receipt in one or two sentences, in the language that is active."""
    bid, tender = receipt.bid, receipt.bid.tender
    moment = _local(receipt.at, tender)
    if receipt.act == "withdraw":
        return _("Withdrawn at %(time)s. This bid will not be opened.") % {"time": moment}
    if bid.is_late:
        text = _(
            "Received at %(time)s, after the deadline (%(deadline)s). Your bid is kept sealed and marked late; it is "
            "opened only if two people of the procurement office decide that the delay was not your fault."
        )
        return text % {"time": moment, "deadline": _local(_deadline(tender), tender)}
    if receipt.act == "replace":
        return _("Received at %(time)s. Your earlier bid has been replaced. You can stop worrying.") % {"time": moment}
    return _("Received at %(time)s. You can stop worrying.") % {"time": moment}


def _local(moment: datetime, tender: Tender) -> str:
    """Date and time in the buyer's zone; seconds, because the very second decides."""
    there = moment.astimezone(ZoneInfo(tender.buyer.time_zone))
    return f"{formats.date_format(there, 'DATE_FORMAT')}, {there:%H:%M:%S} {there:%Z}"


def _deadline(tender: Tender) -> datetime:
    assert tender.tender_period_end
    return tender.tender_period_end


def _payload(bid: Bid, act: str, at: datetime, seal: TenderSeal, objects: list[SealedObject]) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "act": act,
        "bid": str(bid.pk),
        "clock": {"source": "db" if connection.vendor == "postgresql" else "host"},
        "company": str(bid.company_id),
        "deadline": stamp(_deadline(bid.tender)),
        "envelope": ENVELOPE,
        "late": bid.is_late,
        "lot": ALL_LOTS,
        "objects": [{"object": str(o.pk), "sha256": o.sha256, "size": o.size} for o in objects],
        "prev": _previous(bid),
        "received_at": stamp(at),
        "recorded_at": stamp(bid.recorded_at if act != "withdraw" else at),
        "recipient": seal.recipient,
        "sealed_at": bid.sealed_at,
        "tender": str(bid.tender_id),
        "v": 1,
        "version": bid.version,
    }
    if clock.is_simulated():
        payload["simulated"] = True
    return payload


def _previous(bid: Bid) -> str:
    """Hash of the company's last receipt for this tender: a chain per company, so that no number counts all bids."""
    own = Receipt.objects.filter(bid__tender=bid.tender_id, bid__company=bid.company_id)
    last = own.order_by("bid__version", "at", "act").last()  # by version: who was received first may be recorded second
    return note_hash(last) if last else NO_RECEIPT
