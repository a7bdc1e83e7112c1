"""Whether what is stored of a bid is what its receipt names, byte for byte. Hashes only: no key is needed for it."""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from bids import receipts, storage
from bids.models import Bid, SealedObject

OURS: Final = frozenset({"unreadable", "unread"})  # the disk or the program failed: nothing is said about the bid
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One sealed file of a bid. `path` under SEALED_DIR ("" when no row knows it); hash and bytes as receipted."""

    id: str
    path: str
    sha256: str
    size: int
    state: Literal["whole", "missing", "changed", "unreadable"]


def stored_objects(bid: Bid, envelope: str) -> list[StoredObject]:
    """What the receipt names of this envelope, each file read and hashed; in constant memory."""
    receipted = receipts.handed_in(bid)
    rows = {str(row.pk): row for row in SealedObject.objects.filter(draft_id=bid.draft_id)}
    if receipted is None:
        named = {str(row.pk): row.sha256 for row in rows.values() if row.bid_id == bid.pk}
    else:
        named = receipted.objects
    here = {pk: sha256 for pk, sha256 in named.items() if pk not in rows or rows[pk].envelope == envelope}
    return [_stored(pk, sha256, rows.get(pk)) for pk, sha256 in sorted(here.items())]


def is_mendable(bid: Bid, envelope: str, problem: str) -> bool:
    """Whether the fault may lie with what this platform keeps: then the right bytes may come back and open.

    A bid whose files are whole holds what its bidder sealed: no copy could open as anything else.
    """
    return problem in OURS or any(one.state != "whole" for one in stored_objects(bid, envelope))


def _stored(pk: str, sha256: str, row: SealedObject | None) -> StoredObject:
    if row is None:
        return StoredObject(pk, "", sha256, 0, "missing")
    return StoredObject(pk, row.path, sha256, row.size, _state(row, sha256))


def _state(row: SealedObject, sha256: str) -> Literal["whole", "missing", "changed", "unreadable"]:
    try:
        with storage.open_sealed_file(row.path) as file:
            sha = hashlib.sha256()
            while piece := file.read(_PIECE):
                sha.update(piece)
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"
    return "whole" if sha.hexdigest() == sha256 == row.sha256 else "changed"
