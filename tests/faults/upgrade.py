"""The tables are moved on while the version before still serves; then the new one takes over. Nothing waits or is lost.

The version before is the newest tag of the repository, or the commit named by UPGRADE_FROM. It runs with the libraries
of this tree.
"""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import LeftOutError
from tests.faults.after import Result, examine, open_all
from tests.faults.clients import Client, bidding, crowd
from tests.faults.database import postgresql
from tests.faults.installation import ROOT, Installation

LONGEST_LOCK = 2.0  # seconds by which a request may be longer while the tables are moved on
WHILE = 6.0  # seconds of bidding before, after, and with the new version


def upgrade(rounds: int = 1) -> Result:
    """Old version under load, `migrate` of the new one, old version goes on, new version takes over."""
    result = Result("upgrade")
    for _number in range(rounds):
        with _version_before() as (name, before), postgresql() as server, Installation(database=server.url()) as place:
            result.counts["from"] = name
            place.code = before
            place.prepare(4)
            place.start(workers=2)
            clients, stop = crowd(place, 4), threading.Event()
            threads = bidding(clients, stop)
            try:
                _move_on(place, clients, result)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            examine(place, clients, result)
            open_all(place, result)
    return result


def _move_on(place: Installation, clients: list[Client], result: Result) -> None:
    usual = _longest(clients)
    started = time.monotonic()
    place.code = ROOT
    place.manage("migrate", "--noinput", "-v", "0")
    moved = time.monotonic() - started
    during = max(client.longest for client in clients)
    done = _acknowledged(clients)
    after = _longest(clients)
    answered = {status for client in clients for status in client.statuses}
    result.expect(not {status for status in answered if status >= 500}, f"clients saw {sorted(answered)}")
    result.expect(max(during, after) < usual + LONGEST_LOCK, f"a request took {max(during, after):.1f} s")
    result.expect(_acknowledged(clients) > done, "the version before handed in nothing with the new tables")
    old = _acknowledged(clients)
    place.terminate()
    place.start(workers=2)
    _longest(clients)
    result.expect(_acknowledged(clients) > old, "the new version handed in nothing")
    result.counts |= {
        "tables moved on in s": round(moved, 1), "longest request before": round(usual, 2),
        "while moving": round(during, 2), "after": round(after, 2),
    }  # fmt: skip


def _longest(clients: list[Client]) -> float:
    """Bid for a while; seconds of the longest request in it."""
    for client in clients:
        client.longest = 0.0
    time.sleep(WHILE)
    longest = max(client.longest for client in clients)
    for client in clients:
        client.longest = 0.0
    return longest


def _acknowledged(clients: list[Client]) -> int:
    return sum(len(client.acknowledged) for client in clients)


@contextmanager
def _version_before() -> Iterator[tuple[str, Path]]:
    """Name and folder of the version before, without its history."""
    if not (name := os.environ.get("UPGRADE_FROM") or _git("describe", "--tags", "--abbrev=0").decode().strip()):
        raise LeftOutError("there is no version before: name a commit with UPGRADE_FROM")
    if not (packed := _git("archive", name)):
        raise LeftOutError(f"the repository does not hold {name}")
    home = Path(tempfile.mkdtemp(prefix="zuschlag-before-"))
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(home, filter="data")
        yield name, home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _git(*arguments: str) -> bytes:
    """Its output; empty where there is no repository, no git or nothing of that name."""
    if shutil.which("git") is None:
        return b""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True).stdout
