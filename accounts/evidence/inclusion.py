"""A proof that a signed checkpoint saw the head of a chain: the leaf's nonce, its path (RFC 6962) and the public note.

Anybody checks it with our public key alone; it tells nothing about other chains but how many there are.
"""

import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.evidence.chain import head_leaf
from accounts.evidence.merkle import leaf_hash, verify_inclusion
from accounts.evidence.notes import open_note, parse_checkpoint


class ProofError(ValueError):
    """The proof is malformed, or its path does not lead to the root that was signed."""


def check_head(proof: Mapping[str, Any], chain: str, seq: int, head: str, verifier_keys: Iterable[str]) -> str:
    """The tick of the checkpoint ("2026-11-22T1710Z") that saw event `seq` with hash `head` (hex) as the chain's last.

    `proof`: {"note", "nonce", "index", "path"}, hashes in hex. NoteError when no known key has signed the note,
    ProofError when this leaf does not lead to its root.
    """
    text = open_note(str(proof.get("note")), verifier_keys).text
    _origin, size, root = parse_checkpoint(text)
    tick = (text.splitlines()[3:] or [""])[0].removeprefix("tick ")
    try:
        nonce, path = bytes.fromhex(proof["nonce"]), [bytes.fromhex(one) for one in proof["path"]]
        leaf = leaf_hash(head_leaf(chain, tick, nonce, seq, head))
        whole = verify_inclusion(leaf, proof["index"], size, path, root)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise ProofError("not a proof") from error
    if not whole:
        raise ProofError("the proof does not lead to the root of the signed checkpoint")
    return tick
