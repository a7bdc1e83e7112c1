"""A bidder's receipt: first the sentence that lets people sleep, then what happens next, then the signed proof."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _

from bids.models import Receipt, Rehearsal
from bids.nouns import said
from bids.receipts import note_hash, words
from reports.documents.rendering import frame, pdf
from tendering.models import Tender

LINE = 92  # characters of the signed note per line


def receipt_pdf(receipt: Receipt, language: str | None = None) -> bytes:
    """PDF of a receipt, in the language asked for or that of the tender."""
    with translation.override(language or receipt.bid.tender.language):
        return pdf("receipt", _data(receipt, receipt.bid.tender))


def rehearsal_pdf(done: Rehearsal, language: str | None = None) -> bytes:
    """PDF of a rehearsal, marked in title, first sentence and footer."""
    with translation.override(language or done.tender.language):
        return pdf("receipt", _rehearsal(done, done.tender))


def _rehearsal(done: Rehearsal, tender: Tender) -> dict[str, Any]:
    mark = _("REHEARSAL – without legal effect")
    rows = [
        [_("Tender"), f"{tender.reference} {tender.title}"],
        [_("Municipality"), tender.buyer.name],
        [_("Company"), done.company.name],
        [_("Moment of the rehearsal"), _local(done.at, tender)],
    ]
    return {
        **frame(title=mark, organisation=tender.buyer.name, reference=tender.reference, at=done.at,
                footer=f"{mark} · {done.company.name}"),
        "finding": _("This was a trial. No bid was handed in, and nobody outside the company can see it."),
        "facts": rows,
        "next_title": _("What happens next"),
        "next": [_("Nothing. To take part, hand the bid in before the deadline.")],
        "proof_title": _("Proof"),
        "proof": _("The note is signed like a receipt and says of itself that it is a rehearsal."),
        "note": _lines(done.note),
    }  # fmt: skip


def _data(receipt: Receipt, tender: Tender) -> dict[str, Any]:
    titles = {
        "submit": said(tender, "Receipt for your bid"),
        "replace": said(tender, "Receipt for your new bid"),
        "withdraw": _("Receipt for your withdrawal"),
    }
    return {
        **frame(
            title=titles[receipt.act],
            organisation=tender.buyer.name,
            reference=tender.reference,
            at=receipt.at,
            footer=receipt.bid.company.name,
        ),
        "finding": words(receipt),
        "facts": _facts(receipt, tender),
        "next_title": _("What happens next"),
        "next": _next(receipt, tender),
        "proof_title": _("Proof"),
        "proof": _("This signed note proves moment and content. Keep it: with it and your files anyone can check later "
                   "that nothing was changed. Its fingerprint (SHA-256): %(hash)s") % {"hash": note_hash(receipt)},
        "note": _lines(receipt.note),
    }  # fmt: skip


def _facts(receipt: Receipt, tender: Tender) -> list[list[str]]:
    rows = [
        [_("Tender"), f"{tender.reference} {tender.title}"],
        [_("Municipality"), tender.buyer.name],
        [_("Company"), receipt.bid.bidder],
        [_("Moment that counts"), _local(receipt.at, tender)],
    ]
    if tender.tender_period_end:
        rows.append([said(tender, "Deadline for bids"), _local(tender.tender_period_end, tender)])
    if tender.simulated:
        rows.append([_("Note"), _("Demonstration or practice: without legal effect.")])
    return rows


def _next(receipt: Receipt, tender: Tender) -> list[str]:
    if receipt.act == "withdraw":
        return [said(tender, "Until the deadline you may submit another bid.")]
    if receipt.bid.is_late:
        return [_("You will be told what the procurement office decides.")]
    sealed = "Your bid is sealed. Nobody can read it before the opening, and then only several people together."
    found = [said(tender, sealed)]
    if tender.opening_planned_at:
        found.append(_("The opening is planned for %(time)s.") % {"time": _local(tender.opening_planned_at, tender)})
    return [*found, said(tender, "Until the deadline you can replace or withdraw your bid.")]


def _local(moment: datetime, tender: Tender) -> str:
    there = moment.astimezone(ZoneInfo(tender.buyer.time_zone))
    return f"{formats.date_format(there, 'DATE_FORMAT')}, {there:%H:%M:%S} {there:%Z}"


def _lines(note: str) -> list[str]:
    """The note in lines that fit the page; empty lines as a blank."""
    lines = []
    for line in note.split("\n"):
        lines += [line[start : start + LINE] for start in range(0, len(line), LINE)] or [" "]
    return lines
