"""Checkpoints: once an hour a signed note that binds every chain's head, to be kept where this server cannot reach.

The note is a C2SP checkpoint (origin, number of chains, root) followed by one line per leaf, `leaf <chain> <commit>`.
A leaf hides its head's number: nobody can read from it how many bids have arrived.
"""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from accounts.evidence import (
    GENESIS,
    NoteError,
    canonical_bytes,
    checkpoint_text,
    head_leaf,
    leaf_hash,
    load_or_create_signing_key,
    open_note,
    parse_canonical,
    parse_checkpoint,
    root,
    sign_note,
    verifier_key,
    write_new_file,
)
from accounts.keys import CHECKPOINT_ORIGIN as NAME
from accounts.models import AuditEvent, ChainHead


def folder() -> Path:
    return Path(settings.DATA_DIR) / "checkpoints"


def write(now: datetime) -> Path | None:
    """Write the checkpoint of this hour (UTC); None when it exists already."""
    tick = now.astimezone(UTC).strftime("%Y-%m-%dT%HZ")
    target = folder() / f"{tick}.note"
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    return target if write_new_file(target, make(tick).encode()) else None


def make(tick: str) -> str:
    """The signed note over all chain heads of this moment; `tick` ("2026-11-22T17Z") names it."""
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    heads = ChainHead.objects.order_by("chain").values_list("chain", "seq", "hash")
    leaves = [(chain, _leaf(key, tick, chain, seq, head)) for chain, seq, head in heads]
    text = checkpoint_text(NAME, len(leaves), root([leaf_hash(leaf) for _chain, leaf in leaves]))
    lines = "".join(f"leaf {chain} {_commit(leaf)}\n" for chain, leaf in leaves)
    return sign_note(f"{text}tick {tick}\n{lines}", NAME, key)


def public_key() -> str:
    """The key that verifies our notes, as one line."""
    return verifier_key(load_or_create_signing_key(settings.SIGNING_KEY_FILE), NAME)


def chains_not_containing(note: str) -> list[str]:
    """Chains whose present events lack the head this checkpoint saw: cut off, rewritten or gone.

    Raises NoteError for a note that we did not sign or that contradicts itself.
    """
    tick, commits = _read(open_note(note, [public_key()]).text)
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    return [chain for chain, commit in commits.items() if not _contains(key, tick, chain, commit)]


def _read(text: str) -> tuple[str, dict[str, str]]:
    origin, size, stated_root = parse_checkpoint(text)
    lines = text.splitlines()[3:]
    tick = lines[0].removeprefix("tick ") if lines else ""
    commits = dict(line.removeprefix("leaf ").rsplit(" ", 1) for line in lines[1:])
    leaves = [_leaf_of_commit(chain, tick, commit) for chain, commit in commits.items()]
    if origin != NAME or size != len(leaves) or root([leaf_hash(leaf) for leaf in leaves]) != stated_root:
        raise NoteError("the checkpoint's leaves do not give its root")
    return tick, commits


def _contains(key: Ed25519PrivateKey, tick: str, chain: str, commit: str) -> bool:
    return any(_commit(_leaf(key, tick, chain, seq, head)) == commit for seq, head in _heads(chain))


def _heads(chain: str) -> Iterator[tuple[int, str]]:
    yield 0, GENESIS
    yield from AuditEvent.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").iterator()


def _leaf(key: Ed25519PrivateKey, tick: str, chain: str, seq: int, head: str) -> bytes:
    nonce = hmac.new(key.private_bytes_raw(), f"head-leaf\0{tick}\0{chain}".encode(), hashlib.sha256).digest()
    return head_leaf(chain, tick, nonce, seq, head)


def _leaf_of_commit(chain: str, tick: str, commit: str) -> bytes:
    return canonical_bytes({"commit": commit, "tender": chain, "tick": tick, "v": 1})


def _commit(leaf: bytes) -> str:
    content = parse_canonical(leaf.decode())
    assert isinstance(content, dict)
    return str(content["commit"])
