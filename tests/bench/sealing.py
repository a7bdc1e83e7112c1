"""Sealing a document on its way to the disk, against a plain copy; both end with fsync."""

import os
import tempfile
from pathlib import Path

from bids.sealing import Slot, StreamSealer, new_tender_secret
from tests.bench.measuring import Table, rounds, wall

MEGABYTES = 64
PIECE = os.urandom(1 << 18)


def tables() -> list[Table]:
    recipient = new_tender_secret().recipient
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        work = {
            "plain copy + fsync": lambda: copy(place / "plain"),
            "sealed + fsync": lambda: seal(place / "sealed", recipient),
        }
        seconds = rounds(work, wall)
    note = "Sealed: encrypted to the tender's key, padded, hashed twice. Elapsed time; the disk is part of it."
    return [Table(f"Sealing {MEGABYTES} MB", "plain copy + fsync", seconds, note, per=MEGABYTES, unit="MB/s")]


def copy(path: Path) -> None:
    with path.open("wb") as out:
        for _piece in range(MEGABYTES * 4):
            out.write(PIECE)
        out.flush()
        os.fsync(out.fileno())


def seal(path: Path, recipient: str) -> None:
    with path.open("wb") as out:
        sealer = StreamSealer(Slot("1", "all", "single", "1", "draft", "object"), recipient, out)
        for _piece in range(MEGABYTES * 4):
            sealer.write(PIECE)
        sealer.close()
        out.flush()
        os.fsync(out.fileno())
