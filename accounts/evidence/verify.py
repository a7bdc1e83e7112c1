"""Check the trail of an audit export without the platform, without Django; receipts and kept checkpoints, too.

    python -m accounts.evidence.verify FOLDER [--checkpoint FILE …] [--receipt FILE …] [--stamp-roots FILE]

FOLDER is the unpacked export. Needs this folder of the source and the library "cryptography"; for time stamps, if there
are any, "rfc3161-client" and the authority's root certificates, too. Exit 0 when everything is whole, 1 and a line per
fault when something is not, 2 when only something could not be compared. Codes of faults: hash, gap, prev, canonical,
shorter_than_checkpoint, root, signature, receipt_missing, file_hash, stamp; of what was not compared: not_in_export
(a kept checkpoint of a moment the export has none of), stamp_unchecked.
"""

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.evidence.canonical import CanonicalError, canonical_bytes, parse_canonical
from accounts.evidence.chain import GENESIS, head_leaf, verify_chain
from accounts.evidence.merkle import leaf_hash, root
from accounts.evidence.notes import NoteError, open_note, parse_checkpoint
from accounts.evidence.signing import open_receipt
from accounts.evidence.stamps import StampError, StampLibraryError, read_stamp, stamped_bytes, verify_stamp

NOT_COMPARED = {"not_in_export", "stamp_unchecked"}  # codes that say neither whole nor broken


@dataclass(frozen=True)
class Fault:
    """A broken place."""

    code: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.code:24} {self.where}: {self.sentence}"


class RootError(ValueError):
    """The leaves of a signed checkpoint do not give its root."""


class Export:
    """What an unpacked export says about its trail: the acts as (number, body, hash) by chain, and the keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = (folder / "trail" / "keys.txt").read_text("utf-8").split()
        self.chains: dict[str, list[tuple[int, str, str]]] = {}
        for file in sorted((folder / "trail").glob("*.chain")):
            lines = [line.partition(" ") for line in file.read_text("utf-8").splitlines()]
            rows = [(_number(body) or at, body, digest) for at, (digest, _space, body) in enumerate(lines, start=1)]
            self.chains[_value(rows[0][1], "chain", file.stem) if rows else file.stem] = rows

    def stamps(self) -> list[tuple[str, str, bytes]]:
        """(tick, signed note, stamp as it was received) of every stamped checkpoint in the export."""
        listed = json.loads((self.folder / "trail" / "checkpoints.json").read_text("utf-8"))
        return [
            (entry["tick"], (self.folder / entry["file"]).read_text("utf-8"), (self.folder / stamp).read_bytes())
            for entry in listed
            if (stamp := entry.get("stamp"))
        ]

    def notes(self) -> list[tuple[str, dict[str, str]]]:
        """(signed note, nonce by chain) of every checkpoint in the export."""
        listed = json.loads((self.folder / "trail" / "checkpoints.json").read_text("utf-8"))
        return [((self.folder / entry["file"]).read_text("utf-8"), entry["nonces"]) for entry in listed]


def verify(folder: Path, checkpoints: list[str], receipts: list[str], roots_of_stamps: bytes = b"") -> Iterator[Fault]:
    """Every fault of an export, and what could not be compared; notes kept elsewhere are given as texts."""
    export, roots = Export(folder), {}
    yield from _files(folder)
    for chain, rows in export.chains.items():
        if broken := verify_chain(rows):
            yield Fault(broken.reason, chain, f"act {broken.position} was changed, added or taken out")
    for note, nonces in export.notes():
        try:
            tick, stated, leaves = _checkpoint(open_note(note, export.keys).text)
        except NoteError as error:
            yield Fault("signature", "checkpoint", str(error))
        except RootError as error:
            yield Fault("root", "checkpoint", str(error))
        else:
            roots[tick] = stated
            yield from _shorter(export, tick, leaves, nonces)
    for note in checkpoints:
        yield from _kept(note, export.keys, roots)
    for note in receipts:
        yield from _receipt(note, export)
    for tick, note, stamp in export.stamps():
        yield from _stamp(tick, note, stamp, roots_of_stamps)


def _files(folder: Path) -> Iterator[Fault]:
    for line in (folder / "MANIFEST.sha256").read_text("utf-8").splitlines():
        stated, _space, name = line.partition("  ")
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != stated:
            yield Fault("file_hash", name, "the file is missing or not the one that was exported")


def _checkpoint(text: str) -> tuple[str, bytes, dict[str, str]]:
    """(tick, root, commitment by chain) of a checkpoint with its leaves."""
    _origin, size, stated = parse_checkpoint(text)
    first, *lines = text.splitlines()[3:] or [""]
    tick = first.removeprefix("tick ")
    leaves = dict(line.removeprefix("leaf ").rsplit(" ", 1) for line in lines)
    bodies = [canonical_bytes({"commit": c, "tender": chain, "tick": tick, "v": 1}) for chain, c in leaves.items()]
    if size != len(leaves) or root([leaf_hash(body) for body in bodies]) != stated:
        raise RootError(f"the leaves of {tick} do not give the root that was signed")
    return tick, stated, leaves


def _shorter(export: Export, tick: str, leaves: dict[str, str], nonces: dict[str, str]) -> Iterator[Fault]:
    for chain, nonce in nonces.items():
        states = [(0, GENESIS), *((seq, digest) for seq, _body, digest in export.chains.get(chain, []))]
        seen = (head_leaf(chain, tick, bytes.fromhex(nonce), seq, head) for seq, head in states)
        if leaves.get(chain) not in {_value(leaf.decode(), "commit", "") for leaf in seen}:
            yield Fault("shorter_than_checkpoint", chain, f"the checkpoint {tick} saw acts that are not here")


def _kept(note: str, keys: list[str], roots: dict[str, bytes]) -> Iterator[Fault]:
    """A public checkpoint that somebody kept: the export's one of the same moment must have the same root."""
    try:
        text = open_note(note, keys).text
        _origin, _size, stated = parse_checkpoint(text)
    except NoteError as error:
        yield Fault("signature", "kept checkpoint", str(error))
        return
    tick = (text.splitlines()[3:] or [""])[0].removeprefix("tick ")
    if tick not in roots:
        sentence = "the export has no checkpoint of this moment, so nothing was compared; ask the platform's operator"
        yield Fault("not_in_export", tick, f"{sentence} for: manage.py audit_verify --checkpoint FILE")
    elif roots[tick] != stated:
        yield Fault("root", tick, "the kept checkpoint has another root than the one in the export")


def _stamp(tick: str, note: str, stamp: bytes, roots: bytes) -> Iterator[Fault]:
    """A time stamp of an outside authority; without the authority's roots only what it covers is checked."""
    content = stamped_bytes(note)
    try:
        at = (verify_stamp(stamp, content, roots) if roots else read_stamp(stamp, content)).at
    except StampLibraryError as error:
        yield Fault("stamp_unchecked", tick, str(error))
    except StampError as error:
        yield Fault("stamp", tick, str(error))
    else:
        if not roots:
            said = f"it says {at:%Y-%m-%d %H:%M:%S} UTC; give --stamp-roots to have its signature checked"
            yield Fault("stamp_unchecked", tick, said)


def _receipt(note: str, export: Export) -> Iterator[Fault]:
    try:
        payload = open_receipt(note, export.keys)
    except NoteError as error:
        yield Fault("signature", "receipt", str(error))
        return
    wanted = hashlib.sha256(note.encode()).hexdigest()
    acts = export.chains.get(f"bids:{payload.get('tender')}", [])
    if all(_value(body, "data", {}).get("receipt_sha256") != wanted for _seq, body, _digest in acts):
        yield Fault("receipt_missing", f"bid:{payload.get('bid')}", "the trail does not name this receipt")


def _value(body: str, name: str, otherwise: Any) -> Any:
    try:
        return parse_canonical(body).get(name, otherwise)
    except (CanonicalError, AttributeError):
        return otherwise


def _number(body: str) -> int:
    return int(_value(body, "seq", 0))


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checkpoint", nargs="+", type=Path, default=[])
    parser.add_argument("--receipt", nargs="+", type=Path, default=[])
    parser.add_argument("--stamp-roots", type=Path)
    chosen = parser.parse_args()
    kept, receipts = ([file.read_text("utf-8") for file in files] for files in (chosen.checkpoint, chosen.receipt))
    roots = chosen.stamp_roots.read_bytes() if chosen.stamp_roots else b""
    found = list(verify(chosen.folder, kept, receipts, roots))
    broken = [fault for fault in found if fault.code not in NOT_COMPARED]
    print("\n".join(map(str, found)) or "whole")
    if found and not broken:
        print("Nothing is broken, but not everything was compared.")
    return 1 if broken else 2 * bool(found)


if __name__ == "__main__":
    sys.exit(main())
