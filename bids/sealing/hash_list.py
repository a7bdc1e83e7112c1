"""The list of receipts that counted at the deadline: committed to at the deadline, published after the opening.

The commitment is one hash over all receipts and a secret number, so that nobody reads from it how many there are, not
even whether there is one. After the opening list and number are public, and anybody computes the hash again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.evidence import CanonicalError, NoteError, canonical_bytes, digest, event_hash, parse_canonical
from accounts.evidence.inclusion import ProofError, check_head
from bids.sealing.errors import IntegrityError, SealingError


class ProofOfListError(SealingError):
    """The proof beside a list does not bind it. `code`: "leaf", "root" or "signature", see `check_bound`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


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


def commitment_chain(tender: str, round_: int) -> str:
    """The trail that holds the dated commitment as its only event: one path proves it and tells nothing else."""
    return f"hash-list:{tender}:{round_}"


def check_bound(published: Mapping[str, Any], verifier_keys: Iterable[str]) -> str:
    """The checkpoint that bound this commitment ("2026-11-22T1710Z"); "" while none has.

    ProofOfListError `leaf` when the proof is about another list, `root` when it does not lead to the signed root,
    `signature` when no known key has signed the checkpoint.
    """
    proof = published.get("proof") or {}
    if not proof:
        return ""
    try:
        chain = commitment_chain(published["tender"], published["round"])
        event = parse_canonical(proof["event"])
        stated = (event["chain"], event["seq"], event["data"]["commitment"])
        if stated != (chain, 1, published["commitment"]):
            raise ProofOfListError("leaf", "the proof is about another list than this one")
        return check_head(proof["checkpoint"], chain, 1, event_hash(proof["event"]), verifier_keys)
    except NoteError as error:
        raise ProofOfListError("signature", "the checkpoint of the proof was not signed by a known key") from error
    except ProofError as error:
        raise ProofOfListError("root", str(error)) from error
    except (CanonicalError, KeyError, TypeError) as error:
        raise SealingError("not a proof of a hash list") from error


def is_listed(note: str, published: Mapping[str, Any]) -> bool:
    """Whether this signed receipt stands in the list, which must be open and fit its commitment."""
    if not check_list(published):
        raise SealingError("the list is published after the opening; until then there is its commitment alone")
    digest_ = hashlib.sha256(note.encode()).hexdigest()
    return digest_ in published["receipts"] or digest_ in published.get("later", [])


def listed_and_bound(note: str, file: str, verifier_keys: Iterable[str]) -> str:
    """The checkpoint that bound the downloaded list (JSON) in which this receipt stands; "" while none has bound it.

    SealingError with a sentence when the receipt does not stand in it, or it is not the list that was bound.
    """
    try:
        published = json.loads(file)
    except json.JSONDecodeError as error:
        raise SealingError("the hash list is not JSON") from error
    if not isinstance(published, dict):
        raise SealingError("not a published hash list")
    if not is_listed(note, published):
        raise SealingError("the receipt does not stand in the hash list: replaced, withdrawn or late bids do not")
    return check_bound(published, verifier_keys)
