"""Sealing a document: on the server, in the browser, against a plain copy; and the memory it takes at two sizes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bids.sealing import Slot, StreamSealer, new_tender_secret
from tests.bench.measuring import Table, rounds, wall

MEGABYTES = 64
SIZES = (1, 100, 500)  # MB whose peak memory is compared; the first is the floor
PIECE = os.urandom(1 << 18)


MEMORY = """
import resource, sys
from bids.sealing import Slot, StreamSealer, new_tender_secret
out = open("/dev/null", "wb")
sealer = StreamSealer(Slot("1", "all", "single", "1", "draft", "object"), new_tender_secret().recipient, out)
piece = bytes(1 << 18)
for _ in range(int(sys.argv[1]) * 4):
    sealer.write(piece)
sealer.close()
try:  # getrusage would also count the process this one was forked from
    lines = open("/proc/self/status").read().splitlines()
    print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(frozen=True)
class Memory:
    """Peak memory of a process that seals, in KiB by size in MB."""

    peaks: dict[int, int]

    def lines(self) -> list[str]:
        """One line per size, against the smallest."""
        floor = self.peaks[SIZES[0]]
        rows = [
            f"  {size:>4} MB  {peak / 1024:8.1f} MiB peak  {(peak - floor) / 1024:+7.1f} MiB  ratio {peak / floor:5.2f}"
            for size, peak in self.peaks.items()
        ]
        return ["Memory of the server while it seals a document", *rows, "  Each size in a process of its own."]


def tables() -> list[Table | Memory]:
    from tests.bench.browser_sealing import sealing

    recipient = new_tender_secret().recipient
    with tempfile.TemporaryDirectory() as folder, sealing(MEGABYTES, recipient) as in_browser:
        place = Path(folder)
        work: dict[str, Callable[[], object]] = {
            "plain copy + fsync": lambda: copy(place / "plain"),
            "sealed on the server + fsync": lambda: seal(place / "sealed", recipient),
        }
        if in_browser:
            work["sealed in the browser"] = in_browser
        seconds = rounds(work, wall)
    note = "Sealed: encrypted to the tender's key, padded, hashed twice. Elapsed time; the disk is part of it."
    note += "" if in_browser else " Browser left out: no Chromium, or the scripts are not built."
    table = Table(f"Sealing {MEGABYTES} MB", "plain copy + fsync", seconds, note, per=MEGABYTES, unit="MB/s")
    return [table, Memory({size: peak(size) for size in SIZES})]


def peak(megabytes: int) -> int:
    """Largest resident memory in KiB (bytes on macOS are turned into KiB) of sealing so much."""
    said = subprocess.run([sys.executable, "-c", MEMORY, str(megabytes)], capture_output=True, text=True, check=True)
    return int(said.stdout) // (1024 if sys.platform == "darwin" else 1)


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
