"""What `audit_verify` asks the bids: are all sealed files as they were receipted, and does a receipt still hold?

A document of a kept draft is shared by the versions that list it and carries the id of the first one: objects are
compared by their own id and their draft, never by the version of the bid.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.audit import stamp
from accounts.audit_checks import Fault
from accounts.evidence import CanonicalError, NoteError, open_receipt, parse_canonical
from accounts.keys import verifier_keys
from accounts.models import AuditEvent
from bids import receipts
from bids.actions.trail import bids_chain
from bids.models import Bid, OpenedDocument, Receipt, SealedObject, TenderSeal
from tendering.models import Tender

RECEIPTED = ("bid.received", "bid.received_late", "bid.replaced", "bid.withdrawn")


def stored_files() -> tuple[int, Iterable[Fault]]:
    """(files looked at, faults): sealed objects of submitted bids by hash and size, opened documents by presence."""
    sealed = SealedObject.objects.exclude(bid=None).order_by("stored_at", "pk")
    opened = OpenedDocument.objects.order_by("pk")
    faults = [*_bids_without_manifest(), *_receipts_and_trail(), *_rows_and_receipts()]
    for item in sealed.iterator():
        faults += _faults_of_file(item)
    for document in opened.iterator():
        if not (settings.OPENED_DIR / document.path).is_file():
            faults.append(Fault("opened", f"document:{document.pk}", "The opened document is gone from the disk."))
    return sealed.count() + opened.count(), faults


def contradictions(payload: dict[str, Any]) -> Iterator[Fault]:
    """What the store and the trail say against the content of a receipt (shape of receipts.write_receipt)."""
    known = _uuid(payload.get("bid"))
    bid = Bid.objects.filter(pk=known).first() if known else None
    where = f"bid:{payload.get('bid')}"
    if bid is None:
        yield Fault("receipt_bid", where, "The receipt names a bid that is not stored.")
        return
    yield from _faults_of_fields(bid, payload, where)
    for fault in _faults_of_objects(bid, payload.get("objects"), where):
        yield from _faults_of_file(fault) if isinstance(fault, SealedObject) else [fault]
    yield from _faults_of_issue(bid, payload, where)


def _rows_and_receipts() -> Iterator[Fault]:
    """Rows of bids and objects still say what was receipted. The receipt's own words are those the trail has hashed.

    Whoever exchanges a file and its row, or moves the moment of receipt, contradicts the receipt. The signature is not
    asked: a receipt outlives the key that signed it.
    """
    for receipt in Receipt.objects.select_related("bid").order_by("at", "pk").iterator():
        try:
            payload = receipts.payload_of(receipt)
        except (ValueError, IndexError):
            continue  # exchanged: the trail misses it
        where = f"bid:{receipt.bid_id}"
        yield from _faults_of_fields(receipt.bid, payload, where)
        found = _faults_of_objects(receipt.bid, payload.get("objects"), where)
        yield from (fault for fault in found if isinstance(fault, Fault))


def _faults_of_fields(bid: Bid, payload: dict[str, Any], where: str) -> Iterator[Fault]:
    stated = _as_stored(bid, str(payload.get("act")))
    if "edition" in payload:  # earlier receipts do not say it
        stated["edition"] = bid.edition
    if "variant" in payload or bid.variant:  # that of a main bid says nothing
        stated["variant"] = bid.variant
    for name in sorted(name for name, value in stated.items() if payload.get(name) != value):
        yield Fault("receipt_field", where, f"The receipt and the stored bid differ in “{name}”.")


def _as_stored(bid: Bid, act: str) -> dict[str, Any]:
    """The fields of the receipt that the row of the bid repeats. The deadline may have moved since: not compared."""
    withdrawn = act == "withdraw"
    counts, recorded = (bid.withdrawn_at,) * 2 if withdrawn else (bid.received_at, bid.recorded_at)
    seal = TenderSeal.objects.first_envelope().filter(tender=bid.tender_id, generation=bid.round).first()
    return {
        "company": str(bid.company_id),
        "late": bid.is_late,
        "received_at": counts and stamp(counts),
        "recipient": seal and seal.recipient,
        "recorded_at": recorded and stamp(recorded),
        "sealed_at": bid.sealed_at,
        "tender": str(bid.tender_id),
        "version": bid.version,
    }


def _faults_of_objects(bid: Bid, listed: Any, where: str) -> Iterator[Fault | SealedObject]:
    """Each listed object exists for this draft as it was receipted, the manifest among them.

    What the rows agree on comes as the object itself: its file is to be looked at.
    """
    entries = {str(item.get("object")): item for item in listed or [] if isinstance(item, dict)}
    wanted = [pk for pk in map(_uuid, entries) if pk]
    stored = {str(item.pk): item for item in SealedObject.objects.filter(pk__in=wanted, draft_id=bid.draft_id)}
    for pk, entry in entries.items():
        item = stored.get(pk)
        if item is None:
            yield Fault("receipt_object", f"object:{pk}", "The receipt names an object that is not stored.")
        elif (entry.get("sha256"), entry.get("size")) != (item.sha256, item.size):
            yield Fault("receipt_object", f"object:{pk}", "The receipt and the stored object differ.")
        else:
            yield item
    for own in SealedObject.objects.filter(bid=bid, kind="manifest"):
        if str(own.pk) not in entries:
            yield Fault("receipt_object", where, "The receipt does not name the bid's own sealed content.")


def _faults_of_issue(bid: Bid, payload: dict[str, Any], where: str) -> Iterator[Fault]:
    """A receipt that holds was stored with the bid, and the trail names its fingerprint."""
    issued = next((r for r in Receipt.objects.filter(bid=bid, act=payload.get("act")) if _says(r, payload)), None)
    if issued is None:
        yield Fault("receipt_unknown", where, "This receipt was not issued for the stored bid.")
    elif receipts.note_hash(issued) not in _hashes_in_trail(bid):
        yield Fault("receipt_trail", where, "The trail does not name this receipt.")


def _says(receipt: Receipt, payload: dict[str, Any]) -> bool:
    try:
        return open_receipt(receipt.note, verifier_keys()) == payload
    except NoteError:
        return False


def _hashes_in_trail(bid: Bid) -> set[str]:
    events = AuditEvent.objects.filter(chain=bids_chain(bid.tender_id), body__contains=str(bid.pk))
    bodies = map(parse_canonical, events.values_list("body", flat=True))
    return {body["data"].get("receipt_sha256") for body in bodies if body.get("object") == f"bid:{bid.pk}"}


def _receipts_and_trail() -> Iterator[Fault]:
    """Each receipt the trail names is stored as it was issued. What a practice left behind has no bids any more."""
    chains = [bids_chain(pk) for pk in Tender._base_manager.values_list("pk", flat=True)]
    named = AuditEvent.objects.filter(verb__in=RECEIPTED, chain__in=chains).order_by("chain", "seq")
    stored = {receipts.note_hash(receipt) for receipt in Receipt.objects.only("note").iterator()}
    for chain, seq, text in named.values_list("chain", "seq", "body").iterator():
        body = _canonical(text)
        if body.get("data", {}).get("receipt_sha256") not in stored:
            sentence = f"Event {seq} names a receipt that is not stored as it was issued."
            yield Fault("receipt_missing", chain, sentence, seq)


def _canonical(text: str) -> dict[str, Any]:
    """An event's content; empty when somebody made it unreadable, which the check of its chain tells."""
    try:
        body = parse_canonical(text)
    except CanonicalError:
        return {"data": {}}
    return body if isinstance(body, dict) else {}


def _bids_without_manifest() -> Iterator[Fault]:
    whole = SealedObject.objects.filter(kind="manifest").exclude(bid=None).values("bid")
    for pk in Bid.objects.exclude(pk__in=whole).values_list("pk", flat=True):
        yield Fault("object_row", f"bid:{pk}", "The bid has no sealed content any more: its row was deleted.")


def _faults_of_file(item: SealedObject) -> Iterator[Fault]:
    where = f"object:{item.pk}"
    try:
        size, sha256 = _measure(settings.SEALED_DIR / item.path)
    except FileNotFoundError:
        yield Fault("object_missing", where, "The sealed file is gone from the disk.")
        return
    if size != item.size:
        yield Fault("object_size", where, f"The sealed file has {size} bytes; {item.size} were received.")
    elif sha256 != item.sha256:
        yield Fault("object_hash", where, "The sealed file is not the one that was received.")


def _measure(path: Path) -> tuple[int, str]:
    """Size in bytes and hex SHA-256, read once in pieces."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
