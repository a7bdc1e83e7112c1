"""Checkpoints: every ten minutes a signed note that binds every chain's head, to be kept where we cannot reach it.

The note is a C2SP checkpoint (origin, number of chains, root) followed by one line per leaf, `leaf <chain> <commit>`.
A leaf hides its head's number, and each chain has one whether anything happened or not: nobody can read from it how
many bids have arrived. The public form (`public`) is the same root without the leaves, which name drafts, too.
"""

import hashlib
import hmac
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from accounts.evidence import (
    GENESIS,
    NoteError,
    canonical_bytes,
    checkpoint_text,
    head_leaf,
    inclusion_proof,
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

EVERY = timedelta(minutes=10)
LOOKED_AT: Final = 6  # checkpoints after an event in which its chain is looked for


class RootError(NoteError):
    """A signed checkpoint whose leaves are missing or give another root."""


def folder() -> Path:
    return Path(settings.DATA_DIR) / "checkpoints"


def write(now: datetime) -> Path | None:
    """Write the checkpoint of these ten minutes (UTC); None when it exists already. A missed one stays a gap."""
    tick = tick_of(now)
    target = folder() / f"{tick}.note"
    if target.exists():
        return None
    target.parent.mkdir(parents=True, exist_ok=True)
    return target if write_new_file(target, make(tick).encode()) else None


def tick_of(moment: datetime) -> str:
    """Name of the ten minutes a moment lies in: "2026-11-22T1710Z", without a colon because it names files."""
    utc = moment.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % 10).strftime("%Y-%m-%dT%H%MZ")


def moment_of(tick: str) -> datetime:
    """Start of the ten minutes; ValueError for any other text."""
    return datetime.strptime(tick, "%Y-%m-%dT%H%MZ").replace(tzinfo=UTC)


def public(tick: str) -> str:
    """The checkpoint as everybody may keep it: origin, number of chains, root and tick, signed. FileNotFoundError."""
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    head = open_note(read(tick), [public_key()]).text.splitlines(keepends=True)[:4]
    return sign_note("".join(head), NAME, key)


def make(tick: str) -> str:
    """The signed note over all chain heads of this moment; `tick` ("2026-11-22T1710Z") names it."""
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    heads = ChainHead.objects.order_by("chain").values_list("chain", "seq", "hash")
    leaves = [(chain, _leaf(key, tick, chain, seq, head)) for chain, seq, head in heads]
    text = checkpoint_text(NAME, len(leaves), root([leaf_hash(leaf) for _chain, leaf in leaves]))
    lines = "".join(f"leaf {chain} {_commit(leaf)}\n" for chain, leaf in leaves)
    return sign_note(f"{text}tick {tick}\n{lines}", NAME, key)


def ticks() -> list[str]:
    """Names of all checkpoints kept here, oldest first."""
    return sorted(path.stem for path in folder().glob("*.note"))


def recent(now: datetime, hours: int = 24) -> list[str]:
    """Names of the checkpoints of the last hours, newest first; nothing else of a long life is looked at."""
    names = [tick_of(now - number * EVERY) for number in range(hours * 6)]
    return [name for name in names if (folder() / f"{name}.note").is_file()]


def read(tick: str) -> str:
    """The signed note of these ten minutes. FileNotFoundError."""
    return (folder() / f"{tick}.note").read_text("utf-8")


def names(note: str, chain: str) -> bool:
    """Whether the checkpoint saw this chain at all; raises NoteError for a note that is not ours."""
    return chain in _read(open_note(note, [public_key()]).text)[1]


def seen(note: str, chain: str) -> int | None:
    """Number of the chain's last event when the note was made; None when it saw another state, or no such chain.

    Raises NoteError for a note that is not ours.
    """
    tick, commits = _read(open_note(note, [public_key()]).text)
    if chain not in commits:
        return None
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    return next(
        (seq for seq, head in _heads(chain) if _commit(_leaf(key, tick, chain, seq, head)) == commits[chain]), None
    )


def nonce(tick: str, chain: str) -> bytes:
    """What opens the leaf of a chain in the checkpoint of that tick; told to nobody who may not see the chain."""
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    return _nonce(key, tick, chain)


def proof(tick: str, chain: str) -> dict[str, Any]:
    """That the checkpoint of this tick saw this chain: {"tick", "note" (public), "nonce", "index", "path"}, in hex.

    With it anybody who knows the chain's head finds it in the note. KeyError when the checkpoint did not see the chain.
    """
    _tick, commits = _read(open_note(read(tick), [public_key()]).text)
    names = list(commits)
    if chain not in commits:
        raise KeyError(chain)
    leaves = [leaf_hash(_leaf_of_commit(name, tick, commit)) for name, commit in commits.items()]
    index = names.index(chain)
    return {
        "tick": tick,
        "note": public(tick),
        "nonce": nonce(tick, chain).hex(),
        "index": index,
        "path": [one.hex() for one in inclusion_proof(index, leaves)],
    }


def first_naming(chain: str, since: datetime) -> str:
    """Tick of the first checkpoint from this moment on that saw the chain; "" while there is none."""
    kept = ticks()
    start = bisect_left(kept, tick_of(since))
    return next((tick for tick in kept[start : start + LOOKED_AT] if names(read(tick), chain)), "")


def public_key() -> str:
    """The key that verifies our notes, as one line."""
    return verifier_key(load_or_create_signing_key(settings.SIGNING_KEY_FILE), NAME)


def chains_not_containing(note: str) -> list[str]:
    """Chains whose present events lack the head this checkpoint saw: cut off, rewritten or gone.

    A public note is held against the whole one kept here. Raises NoteError for a note that we did not sign, RootError
    for one whose leaves do not give its root.
    """
    text = open_note(note, [public_key()]).text
    tick, commits = _read(text if text.count("\n") > 4 else _whole(text))
    key = load_or_create_signing_key(settings.SIGNING_KEY_FILE)
    return [chain for chain, commit in commits.items() if not _contains(key, tick, chain, commit)]


def _whole(short: str) -> str:
    """The note with its leaves that belongs to a public one."""
    _origin, size, _root = parse_checkpoint(short)
    lines = short.splitlines()
    if size == 0 and len(lines) == 4:
        return short
    try:
        kept = open_note(read(lines[3].removeprefix("tick ")), [public_key()]).text
    except (FileNotFoundError, IndexError):
        raise RootError("the checkpoint with its leaves is gone from this server") from None
    if not kept.startswith(short):
        raise RootError("the checkpoint kept here has another root")
    return kept


def _read(text: str) -> tuple[str, dict[str, str]]:
    origin, size, stated_root = parse_checkpoint(text)
    lines = text.splitlines()[3:]
    tick = lines[0].removeprefix("tick ") if lines else ""
    commits = dict(line.removeprefix("leaf ").rsplit(" ", 1) for line in lines[1:])
    leaves = [_leaf_of_commit(chain, tick, commit) for chain, commit in commits.items()]
    if origin != NAME or size != len(leaves) or root([leaf_hash(leaf) for leaf in leaves]) != stated_root:
        raise RootError("the checkpoint's leaves do not give its root")
    return tick, commits


def _contains(key: Ed25519PrivateKey, tick: str, chain: str, commit: str) -> bool:
    return any(_commit(_leaf(key, tick, chain, seq, head)) == commit for seq, head in _heads(chain))


def _heads(chain: str) -> Iterator[tuple[int, str]]:
    yield 0, GENESIS
    yield from AuditEvent.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").iterator()


def _leaf(key: Ed25519PrivateKey, tick: str, chain: str, seq: int, head: str) -> bytes:
    return head_leaf(chain, tick, _nonce(key, tick, chain), seq, head)


def _nonce(key: Ed25519PrivateKey, tick: str, chain: str) -> bytes:
    return hmac.new(key.private_bytes_raw(), f"head-leaf\0{tick}\0{chain}".encode(), hashlib.sha256).digest()


def _leaf_of_commit(chain: str, tick: str, commit: str) -> bytes:
    return canonical_bytes({"commit": commit, "tender": chain, "tick": tick, "v": 1})


def _commit(leaf: bytes) -> str:
    content = parse_canonical(leaf.decode())
    assert isinstance(content, dict)
    return str(content["commit"])
