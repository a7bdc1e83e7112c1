"""The record of an opening as people sign it: who opened when, what was bid, what was late or damaged."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.evidence import canonical_bytes, digest
from bids.damage import reason
from bids.models import OpeningSession
from bids.naming import with_variant
from bids.nouns import said
from evaluation.figures import money, number
from reports.documents.rendering import frame, pdf
from tendering.models import Tender

Json = Mapping[str, Any]


def opening_record_pdf(session: OpeningSession) -> bytes:
    """PDF of a completed opening in the language of the tender; ValueError for one that is not completed."""
    if session.completed_at is None or not session.record:
        raise ValueError("this opening has not been completed")
    with translation.override(session.tender.language):
        return pdf("opening_record", _data(session, session.record, session.tender))


def local(stamp: str, tender: Tender) -> str:
    """A moment of the record at the buyer's place: "12.05.2026, 10:00:03 CEST"."""
    there = _moment(stamp).astimezone(ZoneInfo(tender.buyer.time_zone))
    return f"{formats.date_format(there, 'SHORT_DATE_FORMAT')}, {there:%H:%M:%S} {there:%Z}"


def _moment(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(UTC)


def _data(session: OpeningSession, record: Json, tender: Tender) -> dict[str, Any]:
    return {
        **frame(
            title=said(tender, "Record of the opening of bids"),
            organisation=tender.buyer.name,
            reference=tender.reference,
            at=_moment(record["opened_at"]),
            footer=_("Not public"),
        ),
        "wide": True,
        "finding": _finding(record, tender),
        "facts": _facts(record, tender),
        "openers_title": _("Who opened"),
        "openers": _openers(record, tender),
        "bids_title": said(tender, "Bids"),
        "bids_note": said(
            tender, "Totals are net: quantities times unit prices as bid, before any discount, not yet checked."
        ),
        "bids": _bids(record, tender),
        "sections": _sections(record, tender),
        "signatures_title": _("Signatures"),
        "signatures": list(dict.fromkeys(_signers(record))),
        "proof_title": _("Proof"),
        "proof": _("Fingerprint of this record in the audit trail (SHA-256):"),
        "fingerprint": digest("opening-record", canonical_bytes(record)),
    }


def _signers(record: Json) -> list[str]:
    """Who opened, and who stood by at the envelope of a recovery key."""
    logs = [opener["recovery_key"]["witness"] for opener in record["openers"] if "recovery_key" in opener]
    return [*(opener["person"] for opener in record["openers"]), *logs]


def _finding(record: Json, tender: Tender) -> str:
    opened = sum(bid["integrity"] == "ok" for bid in record["bids"])
    if tender.is_call:
        text = ngettext(
            "%(count)s request to participate was opened at %(time)s by %(people)s people together.",
            "%(count)s requests to participate were opened at %(time)s by %(people)s people together.",
            opened,
        )
    else:
        text = ngettext(
            "%(count)s bid was opened at %(time)s by %(people)s people together.",
            "%(count)s bids were opened at %(time)s by %(people)s people together.",
            opened,
        )
    values = {"count": opened, "time": local(record["opened_at"], tender)}
    return text % {**values, "people": len(record["openers"])}


def _facts(record: Json, tender: Tender) -> list[list[str]]:
    rows = [[_("Tender"), f"{tender.reference} {tender.title}"], [_("Municipality"), tender.buyer.name]]
    if record.get("round", 1) > 1:
        rows.append([_("Round"), str(record["round"])])
    if record["kind"] == "late":
        rows.append([_("Occasion"), said(tender, "Late bids that two people admitted")])
    if record["kind"] in {"again", "again_prices"}:
        rows.append([_("Occasion"), said(tender, "Bids that could not be opened before and were restored")])
    if record["kind"] == "prices":
        rows.append([_("Occasion"), _("Price envelopes, after the scores were closed")])
    elif record.get("envelope") == "technical":
        rows.append([_("Occasion"), _("Quality part; the prices stay sealed until the scores are closed")])
    if record["deadline"]:
        rows.append([said(tender, "Deadline for bids"), local(record["deadline"], tender)])
    rows.append([_("Opening started"), local(record["started_at"], tender)])
    rows.append([_("Opened"), local(record["opened_at"], tender)])
    rows.append([_("People needed to open"), str(record["needed"])])
    return rows


def _openers(record: Json, tender: Tender) -> dict[str, Any]:
    places = {"browser": _("in the browser"), "server": _("on the server")}
    rows = [
        [opener["person"], local(opener["released_at"], tender), _key_words(opener, places)]
        for opener in record["openers"]
    ]
    heads = [_("Person"), _("Released at"), _("Key unlocked")]
    return {"columns": [3, 2, 2], "align": ["left", "left", "left"], "heads": heads, "rows": rows}


def _key_words(opener: Json, places: Mapping[str, str]) -> str:
    words = places.get(opener["unlocked_at"], "")
    return _("Recovery key, %(place)s") % {"place": words} if "recovery_key" in opener else words


def _envelope(record: Json) -> list[str]:
    """What the envelope log says of a recovery key that was used; a sentence each."""
    text = _("%(person)s released the part of the recovery key kept by %(office)s. %(witness)s signed the envelope "
             "log, too. Reason: %(reason)s")  # fmt: skip
    return [
        text
        % {"person": opener["person"], "office": log["kept_by"], "witness": log["witness"], "reason": log["reason"]}
        for opener in record["openers"]
        if (log := opener.get("recovery_key"))
    ]


def _bids(record: Json, tender: Tender) -> dict[str, Any]:
    if tender.is_call:
        return _requests(record, tender)
    rows = [row for bid in record["bids"] for row in _bid_rows(bid, tender)]
    heads = [_("Bid"), _("Bidder"), _("Received"), _("Lot"), _("Total, net"), _("Discount, %"), _("Stated total"),
             _("Documents"), _("Integrity")]  # fmt: skip
    sides = ["left", "left", "left", "left", "right", "right", "right", "right", "left"]
    return {"columns": [2.4, 4.2, 3.4, 1, 2.2, 1.5, 2.2, 1.7, 2], "align": sides, "heads": heads, "rows": rows}


def _requests(record: Json, tender: Tender) -> dict[str, Any]:
    """Requests to participate have neither lots nor prices: a row each."""
    rows = [
        [bid["bid"], _bidder(bid), local(bid["received_at"], tender), str(bid["documents"]), _intact(bid)]
        for bid in record["bids"]
    ]
    heads = [said(tender, "Bid"), said(tender, "Bidder"), _("Received"), _("Documents"), _("Integrity")]
    sides = ["left", "left", "left", "right", "left"]
    return {"columns": [2.4, 5, 3.4, 1.7, 2], "align": sides, "heads": heads, "rows": rows}


def _intact(bid: Json) -> str:
    return _("intact") if bid["integrity"] == "ok" else _("violated")


def _bid_rows(bid: Json, tender: Tender) -> list[list[str]]:
    """A row per lot; what belongs to the whole bid stands in the first."""
    whole = [bid["bid"], _bidder(bid), local(bid["received_at"], tender)]
    lots = bid.get("lots") or [{}]
    rows = []
    for index, lot in enumerate(lots):
        amounts = [
            _lot_words(lot), money(lot.get("total"), tender.currency), number(lot.get("discount_pct")),
            money(lot.get("stated_total"), tender.currency),
        ]  # fmt: skip
        ends = [str(bid["documents"]), _intact(bid)] if index == 0 else ["", ""]
        rows.append([*(whole if index == 0 else ["", "", ""]), *amounts, *ends])
    return rows


def _bidder(entry: Json) -> str:
    return with_variant(str(entry["bidder"]), int(entry.get("variant") or 0))


def _lot_words(lot: Json) -> str:
    code = str(lot.get("lot", "–"))
    return _("%(lot)s (variant)") % {"lot": code} if lot.get("variant") else code


def _broken(bid: Json, tender: Tender) -> str:
    """What is wrong with it, and whether it may still be opened."""
    text = str(reason(bid["integrity"]))
    if bid.get("mendable"):
        kept = said(tender, "The bid is not out: it can be opened as soon as the same bytes are restored.")
        return f"{text} {kept}"
    return text


def _where_sealed(record: Json, tender: Tender) -> list[str]:
    """One sentence per place at which bids were sealed, naming those bids."""
    places = {
        "browser": said(tender, "In the bidder's browser: %(bids)s"),
        "client": said(tender, "By the bidder's own program: %(bids)s"),
        "server": _("On the server of the platform: %(bids)s"),
    }
    bids = {place: [bid["bid"] for bid in record["bids"] if bid.get("sealed_at") == place] for place in places}
    return [text % {"bids": ", ".join(bids[place])} for place, text in places.items() if bids[place]]


def _sections(record: Json, tender: Tender) -> list[dict[str, Any]]:
    found = []
    if broken := [bid for bid in record["bids"] if bid["integrity"] != "ok"]:
        sentences = [f"{bid['bid']}, {_bidder(bid)}: {_broken(bid, tender)}" for bid in broken]
        found.append({"title": said(tender, "Bids that could not be opened"), "sentences": sentences})
    if log := _envelope(record):
        found.append({"title": _("Opened with the recovery key"), "sentences": log})
    if where := _where_sealed(record, tender):
        found.append({"title": said(tender, "Where prices and answers were sealed"), "sentences": where})
    if late := record.get("late"):
        sentences = [f"{_bidder(item)}: {local(item['received_at'], tender)}" for item in late]
        found.append({"title": said(tender, "Late bids, kept sealed"), "sentences": sentences})
    if count := record.get("withdrawn"):
        text = ngettext("%(count)s bid was withdrawn before the deadline and not opened.",
                        "%(count)s bids were withdrawn before the deadline and not opened.", count)  # fmt: skip
        if tender.is_call:
            text = ngettext("%(count)s request to participate was withdrawn before the deadline and not opened.",
                            "%(count)s requests to participate were withdrawn before the deadline and not opened.",
                            count)  # fmt: skip
        found.append({"title": said(tender, "Withdrawn bids"), "sentences": [text % {"count": count}]})
    return found
