"""What an opening writes: rows of prices, answers and documents, references, and the record that people sign."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from accounts import practice
from accounts.audit import stamp
from accounts.evidence import canonical_bytes, digest
from bids import variants
from bids.content import DraftContent, LotContent, text_of
from bids.envelopes import PRICE, SINGLE, TECHNICAL
from bids.models import (
    Bid,
    BidAnswer,
    BidLot,
    ItemPrice,
    OpenedDocument,
    OpeningRelease,
    OpeningSession,
    SealedObject,
    TenderSeal,
)
from bids.opening import OpenedBid, OpenedBids, remove_files
from tendering.models import Criterion, Lot, Tender
from tendering.rules.life_cycle import numbers_of

CENT: Final = Decimal("0.01")
Write = Callable[[Bid, OpenedBid, DraftContent, datetime], None]


def write_bids(tender: Tender, bids: list[Bid], opened: OpenedBids, now: datetime, *, numbered: bool) -> None:
    """Rows of every bid that could be opened, the damage of the others; at the first opening numbers and positions."""
    lots = {lot.code: lot for lot in tender.lots.prefetch_related("items")}
    criteria = {criterion.code: criterion for criterion in tender.criteria.all()}
    for bid in bids:
        opened.by_id[bid.pk] = _written(bid, opened.by_id[bid.pk], now, partial(_write_bid, lots, criteria))
    if numbered:
        _number(tender, lots)


def write_prices(tender: Tender, bids: list[Bid], opened: OpenedBids, now: datetime) -> None:
    """Prices, discounts and promised costs of bids whose quality part is open already; the damage of the others."""
    lots = {lot.code: lot for lot in tender.lots.prefetch_related("items")}
    criteria = {criterion.code: criterion for criterion in tender.criteria.all()}
    for bid in bids:
        opened.by_id[bid.pk] = _written(bid, opened.by_id[bid.pk], now, partial(_write_prices, lots, criteria))


def _written(bid: Bid, result: OpenedBid, now: datetime, write: Write) -> OpenedBid:
    """What the record says of this bid. What the rows cannot take of one bid, such as an endless file name that its
    own program sealed, is the fault of this bid and holds up no other.
    """
    if result.content is not None:
        try:
            with transaction.atomic():
                _mend(bid, now)
                write(bid, result, result.content, now)
        except (ValidationError, DataError, IntegrityError):
            remove_files(result.files)
            result = OpenedBid(problem="manifest")
            bid.refresh_from_db()
    if result.content is None:
        _write_damage(bid, result, now)
    return result


def _mend(bid: Bid, now: datetime) -> None:
    """A bid that could not be opened before is one now; what was wrong stays readable."""
    if bid.damaged_at is None:
        return
    bid.damaged_at = None
    bid.damage = {**bid.damage, "mendable": False, "mended_at": stamp(now)}
    bid.save(update_fields=["damaged_at", "damage"])
    SealedObject.objects.filter(draft_id=bid.draft_id).update(problem="")


def _write_prices(
    lots: dict[str, Lot], criteria: dict[str, Criterion], bid: Bid, result: OpenedBid, content: DraftContent,
    now: datetime,
) -> None:  # fmt: skip
    bid.vat_rate = content.vat_rate
    bid.opened = {**bid.opened, "combination_discounts": _besides(content)["combination_discounts"]}
    bid.full_clean()
    bid.save(update_fields=["vat_rate", "opened"])
    for code, lot_content in content.chosen_lots().items():
        _write_lot_prices(BidLot.objects.get(bid=bid, lot=lots[code]), lot_content, criteria)
    _write_documents(bid, result, now, PRICE)


def _write_lot_prices(row: BidLot, content: LotContent, criteria: dict[str, Criterion]) -> None:
    row.discount_pct, row.stated_total = content.discount_pct, content.stated_total
    row.full_clean()
    row.save()
    _write_item_prices(row, content)
    _write_answers(row, content, criteria)


def opening_record(
    tender: Tender, session: OpeningSession, seal: TenderSeal, bids: list[Bid], opened: OpenedBids, now: datetime
) -> dict[str, Any]:
    """The record as JSON: who, when, bidders with totals per lot, late and withdrawn bids, integrity."""
    others = Bid.objects.filter(tender=tender, round=tender.round).select_related("company")
    record: dict[str, Any] = {
        "v": 1,
        "tender": tender.reference,
        "round": tender.round,
        "kind": session.kind,
        "deadline": stamp(tender.tender_period_end) if tender.tender_period_end else "",
        "started_at": stamp(session.started_at),
        "opened_at": stamp(now),
        "needed": seal.needed,
        "recipient": seal.recipient,
        **({} if seal.envelope == SINGLE else {"envelope": seal.envelope}),
        "openers": [
            _opener_entry(release)
            for release in session.releases.select_related(
                "opener", "recovery_use__key", "recovery_use__witness"
            ).order_by("released_at", "pk")
        ],
        "bids": [_bid_entry(tender, bid, opened.by_id[bid.pk], seal.envelope) for bid in _numbered(bids)],
    }
    if session.kind == "bids":
        late = others.live().filter(is_late=True).order_by("received_at")
        record["late"] = [
            {
                "bidder": bid.company.name,
                "received_at": stamp(bid.received_at),
                **({"variant": bid.variant} if bid.variant else {}),
            }
            for bid in late
        ]
    if session.kind == "bids" and tender.buyer.details.get("record_withdrawn", True):
        record["withdrawn"] = others.filter(withdrawn_at__isnull=False).count()
    if mark := practice.mark():
        record["mark"] = mark
    return record


def _opener_entry(release: OpeningRelease) -> dict[str, Any]:
    """Who released when; for a recovery key also what stands in the envelope log."""
    entry: dict[str, Any] = {
        "person": str(release.opener),
        "released_at": stamp(release.released_at),
        "unlocked_at": release.unlocked_at,
    }
    if (use := release.recovery_use) is not None:
        assert use.confirmed_at is not None
        entry["recovery_key"] = {
            "kept_by": use.key.kept_by,
            "witness": str(use.witness),
            "confirmed_at": stamp(use.confirmed_at),
            "reason": use.reason,
        }
    return entry


def summary(session: OpeningSession) -> dict[str, Any]:
    """What the trail keeps of the record: its hash and numbers, no price."""
    record = session.record
    intact = sum(entry["integrity"] == "ok" for entry in record["bids"])
    return {
        "session": str(session.pk),
        "kind": session.kind,
        "record_sha256": digest("opening-record", canonical_bytes(record)),
        "bids": len(record["bids"]),
        "damaged": len(record["bids"]) - intact,
        **({"recovery_key": True} if any("recovery_key" in one for one in record["openers"]) else {}),
    }


def may_still_be_opened(bid: Bid) -> bool:
    """A late bid whose exclusion is not settled by two people."""
    return not (bid.late_decision.get("outcome") == "excluded" and bid.late_decision.get("confirmed_by"))


def _write_damage(bid: Bid, result: OpenedBid, now: datetime) -> None:
    bid.damaged_at, bid.restored_at, bid.damage_decision = now, None, {}
    bid.damage = {"problem": result.problem, "object": result.failed_object, "mendable": result.mendable}
    bid.save(update_fields=["damaged_at", "restored_at", "damage_decision", "damage"])
    if result.failed_object:
        SealedObject.objects.filter(pk=result.failed_object).update(problem=result.problem)


def _write_bid(
    lots: dict[str, Lot], criteria: dict[str, Criterion], bid: Bid, result: OpenedBid, content: DraftContent,
    now: datetime,
) -> None:  # fmt: skip
    bid.opened_at = now
    bid.vat_rate, bid.max_lots_capacity = content.vat_rate, content.max_lots_capacity
    bid.opened = _besides(content)
    bid.full_clean()
    bid.save()
    for code, lot_content in content.chosen_lots().items():
        _write_lot(bid, lots[code], lot_content, criteria)
    _write_documents(bid, result, now, SINGLE, TECHNICAL)


def _write_documents(bid: Bid, result: OpenedBid, now: datetime, *envelopes: str) -> None:
    for file in result.files:
        entry = file.entry
        document = OpenedDocument(
            id=UUID(file.id), bid=bid, name=entry.name, role=entry.role, size=entry.size, sha256=entry.sha256_plain,
            path=file.path,
        )  # fmt: skip
        document.full_clean()
        document.save(force_insert=True)
    SealedObject.objects.filter(bid=bid, opened_at=None, envelope__in=envelopes).update(opened_at=now)


def _besides(content: DraftContent) -> dict[str, Any]:
    body = content.to_json()
    names = ("declarant", "mandatory", "combination_discounts", "consortium", "subcontractors", "extra")
    return {name: body[name] for name in names}


def _write_lot(bid: Bid, lot: Lot, content: LotContent, criteria: dict[str, Criterion]) -> None:
    BidLot.objects.filter(bid=bid, lot=lot).delete()  # an imported late bid was listed for its lots before
    row = BidLot(bid=bid, lot=lot, discount_pct=content.discount_pct, stated_total=content.stated_total)
    row.full_clean()
    row.save()
    _write_item_prices(row, content)
    _write_answers(row, content, criteria)


def _write_answers(row: BidLot, content: LotContent, criteria: dict[str, Criterion]) -> None:
    codes = content.answers.keys() | {key.partition(":")[0] for key in content.promised}
    BidAnswer.objects.bulk_create(
        BidAnswer(
            bid_lot=row, criterion=criteria[code], text=content.answers.get(code, ""), value=content.promised.get(code),
            numbers={part: text_of(number) for part, number in numbers_of(code, content.promised).items()},
        )
        for code in sorted(codes)
    )  # fmt: skip


def _write_item_prices(row: BidLot, content: LotContent) -> None:
    items = {item.ref: item for item in row.lot.items.all()}
    ItemPrice.objects.bulk_create(
        ItemPrice(bid_lot=row, item=items[ref], unit_price=price) for ref, price in content.unit_prices.items()
    )


def _number(tender: Tender, lots: dict[str, Lot]) -> None:
    """References and positions: as imported, else those of the company's earlier round, else by the received moment."""
    bids = list(
        Bid.objects.filter(tender=tender, round=tender.round, superseded_at=None).order_by(
            "is_late", "received_at", "pk"
        )
    )
    taken = set(Bid.objects.filter(tender=tender).exclude(reference=None).values_list("reference", flat=True))
    numbers = _free_numbers(tender, taken)
    for position, bid in enumerate(bids, start=1):
        hint = bid.imported_as
        if bid.withdrawn_at and not hint:
            continue
        if bid.reference is None:
            bid.reference = _imported(bid) or _inherited(bid)
            if bid.reference:
                _hand_down(bid)
            else:
                bid.reference = next(numbers)
        bid.position = hint.get("position", position)
        bid.save(update_fields=["reference", "position"])
        if bid.opened_at is None:
            _name_lots(bid, lots)


def _free_numbers(tender: Tender, taken: set[str | None]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if (reference := f"{tender.reference[:34]}-B{number:02}") not in taken:
            yield reference


def _imported(bid: Bid) -> str | None:
    """The number of an imported case, unless a bid of another tender has it."""
    reference = bid.imported_as.get("reference")
    foreign = Bid.objects.filter(reference=reference).exclude(tender=bid.tender_id)
    return reference if reference and not foreign.exists() else None


def _inherited(bid: Bid) -> str | None:
    """The reference of the company's bid, or variant, of the round before."""
    same = {"tender": bid.tender_id, "company": bid.company_id, "variant": bid.variant}
    earlier = Bid.objects.filter(round__lt=bid.round, **same)
    return earlier.exclude(reference=None).order_by("-round").values_list("reference", flat=True).first()


def _hand_down(bid: Bid) -> None:
    """A reference names the company's bid of the last round; the earlier one gets the round's mark."""
    for earlier in Bid.objects.filter(tender=bid.tender_id, reference=bid.reference).exclude(pk=bid.pk):
        earlier.reference = f"{str(earlier.reference)[:36]}-R{earlier.round}"
        earlier.save(update_fields=["reference"])


def _name_lots(bid: Bid, lots: dict[str, Lot]) -> None:
    """Imported cases name the lots of bids that stay sealed, so that results can list them; there are no prices."""
    for code in bid.imported_as.get("lots", []):
        BidLot.objects.get_or_create(bid=bid, lot=lots[code])


def _numbered(bids: list[Bid]) -> list[Bid]:
    fresh = Bid.objects.select_related("company").in_bulk([bid.pk for bid in bids])
    return sorted(fresh.values(), key=lambda bid: (bid.position or 0, bid.received_at))


def _bid_entry(tender: Tender, bid: Bid, result: OpenedBid, envelope: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "bid": bid.reference or str(bid.pk),
        "bidder": bid.company.name,
        "received_at": stamp(bid.received_at),
        "integrity": result.problem or "ok",
        **({"mendable": True} if result.mendable else {}),
        **({"variant": bid.variant} if bid.variant else {}),
        "sealed_at": bid.sealed_at,
        "documents": len(result.files),
    }
    if result.content is not None:
        found, chosen = variants.of(result.content, bid.variant), result.content.chosen_lots()
        entry["lots"] = [
            {
                **({"lot": lot.code} if envelope == TECHNICAL or tender.is_call else _lot_entry(lot, chosen[lot.code])),
                **({"variant": True} if lot.code in found else {}),
            }
            for lot in tender.lots.prefetch_related("items")
            if lot.code in chosen
        ]
    return entry


def _lot_entry(lot: Lot, content: LotContent) -> dict[str, str]:
    """Net total of the positions in the evaluation, before discount: each line rounded half up to the cent."""
    lines = (
        (item.quantity * content.unit_prices[item.ref]).quantize(CENT, ROUND_HALF_UP)
        for item in lot.items.all()
        if item.in_evaluation and item.ref in content.unit_prices
    )
    entry = {"lot": lot.code, "total": text_of(sum(lines, Decimal("0.00")))}
    if content.discount_pct:
        entry["discount_pct"] = text_of(content.discount_pct)
    if content.stated_total is not None:
        entry["stated_total"] = text_of(content.stated_total)
    return entry
