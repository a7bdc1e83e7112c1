"""Five hundred bids with a document of 2 MB each, handed in over the API; and what large uploads cost in memory.

A whole installation in a temporary folder, served by its own processes at 127.0.0.1, on a PostgreSQL of its own where
the programs are installed. The clients run on the same machine; their sealing is part of the time.
"""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

from tests.faults import LeftOutError
from tests.faults.after import Result, examine
from tests.faults.clients import Client, crowd
from tests.faults.database import Server, postgresql
from tests.faults.installation import Installation, children_of, cpu_of

BIDS, COMPANIES, AT_ONCE = 500, 50, 8
DOCUMENT, CHUNK = 2_000_000, 4 << 20
MINUTE, MOST_SECONDS = 60.0, 600.0  # the target, and when a slow machine stops
CORES = 2  # of the machine the target is for
SIZES = (1, 100, 500)  # MB of one document sealed by the server; the first is the floor
PIECE = bytes(1 << 20)
MIB = 1 << 20


@dataclass(frozen=True)
class Rush:
    """What the crowd got done."""

    database: str
    bids: int
    seconds: float
    submitting: list[float]
    cpu: dict[str, float]  # CPU seconds by who used them
    result: Result

    def lines(self) -> list[str]:
        """The target is a minute for 500: a ratio of 1.00 or less holds it."""
        ratio = self.seconds / self.bids * BIDS / MINUTE
        worst = quantiles(self.submitting, n=100)[98]
        size = DOCUMENT // 1_000_000
        shares = ", ".join(f"{who} {seconds / self.bids * 1000:.0f}" for who, seconds in self.cpu.items())
        work = sum(self.cpu.values()) / self.bids * BIDS / (CORES * MINUTE)
        faults = "; ".join(self.result.faults) or "none lost, none doubled, every receipt verified, the trail whole"
        return [
            f"Handing in on {self.database}: {self.bids} bids with {size} MB each, {AT_ONCE} clients at a time",
            f"  {self.seconds:8.1f} s  {self.bids / self.seconds * 60:8.0f} a minute  time / target {ratio:6.2f}",
            f"  CPU of {BIDS} bids / {CORES} cores for a minute {work:6.2f}  (ms a bid: {shares})",
            f"  the request that hands in: median {median(self.submitting) * 1000:.0f} ms, "
            f"99 of 100 within {worst * 1000:.0f} ms",
            f"  {faults}",
            "  Clients and database on the same machine; drafts, sealing, uploads with fsync and receipts included.",
        ]


@dataclass(frozen=True)
class Peaks:
    """Peak memory of the serving process in KiB while it seals one document of this many MB."""

    peaks: dict[int, int]

    def lines(self) -> list[str]:
        """One line per size, against the smallest."""
        floor = self.peaks[SIZES[0]]
        rows = [
            f"  {size:>4} MB  {peak / 1024:8.1f} MiB peak  {(peak - floor) / 1024:+7.1f} MiB  ratio {peak / floor:5.2f}"
            for size, peak in self.peaks.items()
        ]
        return [
            "Memory of the web server that seals a document while it arrives (target: below +20 MiB)",
            *rows,
        ]


def tables() -> list[Rush | Peaks]:
    found: list[Rush | Peaks] = []
    with _installed() as (place, database):
        place.prepare(COMPANIES)
        place.start(workers=2)
        found.append(_rush(place, database))
    if Path("/proc/self/clear_refs").exists():
        with Installation(BID_FILE_LIMIT_MB="600") as place:
            place.prepare(1)
            place.start()
            found.append(Peaks({size: _peak(place, size) for size in SIZES}))
    return found


@contextmanager
def _installed() -> Iterator[tuple[Installation, Server | None]]:
    with ExitStack() as stack:
        server = None
        with suppress(LeftOutError):
            server = stack.enter_context(postgresql())
        yield stack.enter_context(Installation(database=server.url() if server else "")), server


def _cpu(place: Installation, database: Server | None) -> dict[str, float]:
    """CPU seconds so far: of the web server, the database server and this process, in which the clients run."""
    assert place.web
    served = {"web server": cpu_of(place.web.pid), "clients": time.process_time()}
    return {**served, "PostgreSQL": cpu_of(database.pid())} if database else served


def _rush(place: Installation, database: Server | None) -> Rush:
    clients = crowd(place, COMPANIES, size=DOCUMENT, chunk=CHUNK)
    numbers, lock = count(), threading.Lock()
    end = time.monotonic() + MOST_SECONDS

    def work(lane: int) -> None:
        """Each lane has companies of its own, so that no two bid for one company at once."""
        own = clients[lane::AT_ONCE]
        while time.monotonic() < end:
            with lock:
                number = next(numbers)
            if number >= BIDS:
                return
            own[number % len(own)].bid()

    before, started = _cpu(place, database), time.monotonic()
    lanes = [threading.Thread(target=work, args=(lane,)) for lane in range(AT_ONCE)]
    _all(lanes, threading.Thread.start)
    _all(lanes, threading.Thread.join)
    seconds = time.monotonic() - started
    cpu = {who: used - before[who] for who, used in _cpu(place, database).items()}
    result = Result("submissions")
    examine(place, clients, result)
    done = sum(len(client.acknowledged) for client in clients)
    submitting = [each for client in clients for each in client.submitting]
    return Rush("PostgreSQL" if database else "SQLite", done, seconds, submitting, cpu, result)


def _all(lanes: list[threading.Thread], act: Callable[[threading.Thread], object]) -> None:
    for lane in lanes:
        act(lane)


def _peak(place: Installation, megabytes: int) -> int:
    """Upload one document in clear, as a simple program does; the worker's high-water mark since then, in KiB."""
    assert place.web
    client = Client(place, 0)
    draft = client._draft()
    worker = Path("/proc") / str(children_of(place.web.pid)[0])
    (worker / "clear_refs").write_text("5")
    line = http.client.HTTPConnection("127.0.0.1", place.port, timeout=300)
    line.putrequest("PUT", f"/api/v1/bids/{draft['id']}/documents/{uuid4()}/")
    for name, value in {
        "Authorization": f"Bearer {client.company['token']}", "Content-Type": "application/octet-stream",
        "X-File-Name": "large.bin", "Content-Length": str(megabytes * MIB),
    }.items():  # fmt: skip
        line.putheader(name, value)
    line.endheaders()
    for _number in range(megabytes):
        line.send(PIECE)
    answer = line.getresponse()
    answer.read()
    line.close()
    if answer.status != 201:
        raise AssertionError(f"the server did not take {megabytes} MB: {answer.status}")
    status = (worker / "status").read_text().splitlines()
    return int(next(row.split()[1] for row in status if row.startswith("VmHWM")))
