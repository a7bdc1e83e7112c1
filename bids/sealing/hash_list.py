"""The list of receipts that counted at the deadline: committed to at the deadline, published after the opening.

The commitment is one hash over all receipts and a secret number, so that nobody reads from it how many there are, not
even whether there is one. After the opening list and number are public, and anybody computes the hash again.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.evidence import canonical_bytes, digest
from bids.sealing.errors import IntegrityError, SealingError


def commitment(tender: str, round_: int, deadline: str, nonce: str, receipts: Iterable[str]) -> str:
    """Hex SHA-256 that binds the list; `receipts` are hex SHA-256 of signed receipts in any order."""
    body = {
        "deadline": deadline,
        "nonce": nonce,
        "receipts": sorted(receipts),
        "round": round_,
        "tender": tender,
        "v": 1,
    }
    return digest("hash-list", canonical_bytes(body))


def check_list(published: Mapping[str, Any]) -> bool:
    """Whether the list can be seen already. IntegrityError `hash` when it is not the one committed to."""
    try:
        if not published["receipts"] and not published.get("nonce"):
            return False
        given = (published["tender"], published["round"], published["deadline"], published["nonce"])
        again = commitment(*given, published["receipts"])
    except (KeyError, TypeError) as error:
        raise SealingError("not a published hash list") from error
    if again != published["commitment"]:
        raise IntegrityError("hash", "the list is not the one that was committed to at the deadline")
    return True


def is_listed(note: str, published: Mapping[str, Any]) -> bool:
    """Whether this signed receipt stands in the list, which must be open and fit its commitment."""
    if not check_list(published):
        raise SealingError("the list is published after the opening; until then there is its commitment alone")
    digest_ = hashlib.sha256(note.encode()).hexdigest()
    return digest_ in published["receipts"] or digest_ in published.get("later", [])
