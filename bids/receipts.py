"""Receipts: first the sentence a bidder needs, below it the signed note that proves it. Nothing in it counts bids."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _

from accounts import clock, practice
from accounts.audit import stamp
from accounts.evidence import sign_receipt
from accounts.keys import RECEIPT_ORIGIN
from accounts.rows import check_row
from bids import keys
from bids.envelopes import PRICE, SINGLE
from bids.models import Bid, Receipt, Rehearsal, SealedObject, TenderSeal
from bids.naming import variant_name
from bids.nouns import said
from tendering.models import Tender

REHEARSAL_MARK: Final = "REHEARSAL - without legal effect"
NO_RECEIPT: Final = "0" * 64
ALL_LOTS: Final = "all"
BOTH: Final = "technical+price"  # envelopes of a receipt that covers two


def write_receipt(
    bid: Bid, act: str, at: datetime, *, seal: TenderSeal, objects: list[SealedObject], bound: bool | None = None
) -> Receipt:
    """Signs and stores the receipt of one act; `at` is the moment that counts against the deadline (UTC).

    `bound`: whether what was sealed names its version and edition itself; None where nothing is handed in.
    """
    payload = _payload(bid, act, at, seal, objects)
    if bound is not None:
        payload["bound"] = bound
    receipt = Receipt(bid=bid, act=act, at=at, note=sign_receipt(payload, keys.signing_key(), RECEIPT_ORIGIN))
    check_row(receipt)
    receipt.save()
    return receipt


def note_hash(receipt: Receipt) -> str:
    """Hex SHA-256 of the signed note, as the trail names it."""
    return hashlib.sha256(receipt.note.encode()).hexdigest()


def words(receipt: Receipt) -> str:
    """The receipt in one or two sentences, in the language that is active."""
    said_of = variant_name(receipt.bid.variant)
    return f"{said_of}: {_words(receipt)}" if said_of else _words(receipt)


def _words(receipt: Receipt) -> str:
    bid, tender = receipt.bid, receipt.bid.tender
    moment = _local(receipt.at, tender)
    if receipt.act == "withdraw":
        return said(tender, "Withdrawn at %(time)s. This bid will not be opened.") % {"time": moment}
    if bid.is_late:
        text = said(
            tender,
            "Received at %(time)s, after the deadline (%(deadline)s). Your bid is kept sealed and marked late; it is "
            "opened only if two people of the procurement office decide that the delay was not your fault.",
        )
        return text % {"time": moment, "deadline": _local(_deadline(tender), tender)}
    if receipt.act == "replace":
        text = said(tender, "Received at %(time)s. Your earlier bid has been replaced. You can stop worrying.")
        return text % {"time": moment}
    return _("Received at %(time)s. You can stop worrying.") % {"time": moment}


def sign_rehearsal(done: Rehearsal, seal: TenderSeal, objects: list[dict[str, Any]]) -> str:
    """The signed note of a rehearsal: it names no bid, and its mark says that nothing was handed in."""
    payload: dict[str, Any] = {
        "act": "rehearsal",
        "company": str(done.company_id),
        "deadline": stamp(_deadline(done.tender)),
        "mark": REHEARSAL_MARK,
        "objects": objects,
        "received_at": stamp(done.at),
        "recipient": seal.recipient,
        "rehearsal": str(done.pk),
        "sealed_at": done.sealed_at,
        "tender": str(done.tender_id),
        "v": 1,
    }
    if seal.envelope != SINGLE:
        payload["price_recipient"] = price_recipient(seal)
    if clock.is_simulated():
        payload["simulated"] = True
    return sign_receipt(payload, keys.signing_key(), RECEIPT_ORIGIN)


@dataclass(frozen=True)
class HandedIn:
    """What the receipt of a version says: hex hash by object, and whether its manifests name version and edition."""

    objects: dict[str, str]
    bound: bool


def handed_in(bid: Bid) -> HandedIn | None:
    """What was receipted for this version; None without a receipt."""
    first = bid.receipts.exclude(act="withdraw").first()
    if first is None:
        return None
    said = payload_of(first)
    return HandedIn({item["object"]: item["sha256"] for item in said["objects"]}, said.get("bound") is True)


def documents_of(bid: Bid, listed: Iterable[str], envelope: str = SINGLE) -> set[str]:
    """Those of the receipted objects that are documents of this envelope."""
    stored = SealedObject.objects.filter(draft_id=bid.draft_id)
    others = stored.filter(kind="manifest", bid=bid) | stored.exclude(envelope=envelope)
    return set(listed) - {str(pk) for pk in others.values_list("pk", flat=True)}


def payload_of(receipt: Receipt | Rehearsal) -> dict[str, Any]:
    """What our own receipt says, without checking its signature."""
    payload: dict[str, Any] = json.loads(receipt.note.split("\n")[1])
    return payload


def sealed_words(sealed_at: str) -> str:
    """Where something was sealed, for its bidder."""
    return {
        "browser": _("on your computer, before anything was sent"),
        "client": _("by your own program, before anything was sent"),
        "server": _("on the server, before anything was stored"),
    }[sealed_at]


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
        "edition": bid.edition,
        "envelope": seal.envelope if seal.envelope == SINGLE else BOTH,
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
    if bid.variant:
        payload["variant"] = bid.variant
    if seal.envelope != SINGLE:
        payload["price_recipient"] = price_recipient(seal)
    if clock.is_simulated():
        payload["simulated"] = True
    if mark := practice.mark():
        payload["mark"] = mark
    return payload


def price_recipient(seal: TenderSeal) -> str:
    """The lock of the second envelopes that goes with the one of the first."""
    return TenderSeal.objects.get(tender=seal.tender_id, generation=seal.generation, envelope=PRICE).recipient


def _previous(bid: Bid) -> str:
    """Hash of the company's last receipt for this tender: a chain per company, so that no number counts all bids."""
    own = Receipt.objects.filter(bid__tender=bid.tender_id, bid__company=bid.company_id)
    last = own.order_by("bid__version", "at", "act").last()  # by version: who was received first may be recorded second
    return note_hash(last) if last else NO_RECEIPT
