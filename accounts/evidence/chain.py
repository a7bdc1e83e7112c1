"""Hash chain of audit events: each event names the hash of the one before, so nothing can be changed or taken out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from accounts.evidence.canonical import CanonicalError, canonical_bytes, digest, parse_canonical

GENESIS: Final = "0" * 64
_OWN_FIELDS: Final = frozenset({"prev", "seq", "v"})

Reason = Literal["hash", "gap", "prev", "canonical"]


@dataclass(frozen=True)
class Broken:
    """First broken place of a chain: the sequence number expected there, and why."""

    position: int
    reason: Reason


def chain_event(prev_hash: str, seq: int, fields: Mapping[str, Any]) -> tuple[str, str]:
    """(body, hash) of event number `seq` (first is 1) after the event with `prev_hash` (GENESIS before the first).

    Store the body as exact text: its bytes are hashed. Raises CanonicalError for fields without canonical form.
    """
    if clash := _OWN_FIELDS & fields.keys():
        raise ValueError(f"the chain sets these fields itself: {', '.join(sorted(clash))}")
    if seq < 1:
        raise ValueError(f"a chain starts at 1, not {seq}")
    body = canonical_bytes({**fields, "prev": prev_hash, "seq": seq, "v": 1})
    return body.decode(), event_hash(body)


def event_hash(body: bytes | str) -> str:
    """Hex hash of one stored event body."""
    return digest("audit", body.encode() if isinstance(body, str) else body)


def verify_chain(
    events: Iterable[tuple[int, str, str]], *, first_seq: int = 1, first_prev: str = GENESIS
) -> Broken | None:
    """None for a whole chain of (seq, body, hash) in rising order, else its first broken place.

    With `first_seq` and `first_prev` the check starts after a known good head. A chain cut off at its end is whole:
    only a checkpoint or receipt from outside shows that events are missing there.
    """
    expected, prev = first_seq, first_prev
    for seq, body, stored_hash in events:
        if reason := _fault(seq, body, stored_hash, expected, prev):
            return Broken(expected, reason)
        expected, prev = expected + 1, stored_hash
    return None


def _fault(seq: int, body: str, stored_hash: str, expected: int, prev: str) -> Reason | None:
    if seq != expected:
        return "gap"
    try:
        if event_hash(body) != stored_hash:
            return "hash"
        event = parse_canonical(body)
    except (CanonicalError, UnicodeEncodeError):
        return "canonical"
    if not isinstance(event, dict) or event.get("v") != 1:
        return "canonical"
    if event.get("seq") != expected:
        return "gap"
    return None if event.get("prev") == prev else "prev"


def head_leaf(tender: str, tick: str, nonce: bytes, seq: int, head: str) -> bytes:
    """Leaf of one chain and tick: a hiding commitment to its head, so that the tree's size never tells how many bids.

    `nonce` is 32 random bytes, disclosed after opening; `head` the hex hash of event `seq` (GENESIS for 0).
    """
    if len(nonce) != 32:
        raise ValueError("a head leaf needs a nonce of 32 bytes")
    commitment = digest("head", nonce + seq.to_bytes(8, "big") + bytes.fromhex(head))
    return canonical_bytes({"commit": commitment, "tender": tender, "tick": tick, "v": 1})
