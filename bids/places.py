"""Places of manifests: one version of a company's bid, for one edition of the documents, and for lots by name.

A document belongs to its draft (`bids.upload.slot`): several versions may hold it. The manifest names it by hash and is
bound to the version itself, so that no earlier one can stand in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from bids.content import DraftContent
from bids.models import Bid, Draft
from bids.receipts import ALL_LOTS
from bids.sealing import IntegrityError, Manifest, Slot
from bids.upload import slot

BOUND: Final = 2  # form of a slot line that names version and edition
_NAMES: Final = {
    "version": "the manifest was sealed for another version of the bid",
    "edition": "the manifest was sealed for another edition of the documents",
}


@dataclass(frozen=True)
class Standing:
    """What a manifest is sealed for: the how-manieth bid of the company for this tender, and the edition it answers."""

    version: int
    edition: int


def next_version(tender_id: int, company_id: int) -> int:
    """The version that the company's next bid for this tender gets."""
    return Bid.objects.filter(tender=tender_id, company=company_id).count() + 1


def standing_of(draft: Draft) -> Standing:
    """What this draft would be handed in as: by people who have seen its edition."""
    return Standing(next_version(draft.tender_id, draft.company_id), draft.edition)


def manifest_slot(
    tender_id: int, company_id: int, draft_id: UUID, object_id: UUID, envelope: str, content: DraftContent,
    standing: Standing,
) -> Slot:  # fmt: skip
    """The place of the manifest of this content."""
    place = slot(tender_id, company_id, str(draft_id), str(object_id), envelope)
    return replace(place, lot=lots_of(content), version=str(standing.version), edition=str(standing.edition))


def lots_of(content: DraftContent) -> str:
    """Codes of the lots that are bid for, in order; "all" where nothing is chosen."""
    return ",".join(sorted(content.chosen_lots())) or ALL_LOTS


def check_place(found: Slot, bid: Bid, object_id: str, envelope: str, *, bound: bool) -> None:
    """IntegrityError unless the manifest was sealed for this bid. `bound`: its receipt says that it names its version.

    Earlier manifests name none (`bound` False): theirs is the place of the draft.
    """
    draft = slot(bid.tender_id, bid.company_id, str(bid.draft_id), object_id, envelope)
    if found.form != BOUND:
        if bound or found != draft:
            raise IntegrityError("foreign_slot", "the manifest belongs to another place")
        return
    if replace(found, lot=draft.lot, version="", edition="") != draft:
        raise IntegrityError("foreign_slot", "the manifest belongs to another place")
    _compare("version", found.version, bid.version)
    _compare("edition", found.edition, bid.edition)


def check_manifest(found: Slot, manifest: Manifest, content: DraftContent) -> None:
    """IntegrityError unless what is inside says the same as its place: version, edition and lots."""
    if found.form != BOUND:
        return
    _compare("version", found.version, manifest.bid_version)
    _compare("edition", found.edition, manifest.tender_documents_version)
    if found.lot != lots_of(content):
        raise IntegrityError("lots", "the manifest was sealed for other lots than it offers")


def _compare(name: str, said: str, wanted: int) -> None:
    if said != str(wanted):
        raise IntegrityError(name, _NAMES[name])  # type: ignore[arg-type]  # two of its codes
