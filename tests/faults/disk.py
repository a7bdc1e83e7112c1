"""The disk is full, or says that it could not write: nothing is acknowledged that is not there."""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.faults import LeftOutError
from tests.faults.after import Result, examine, open_all
from tests.faults.clients import Client, GoneError, bidding, crowd
from tests.faults.installation import Installation

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
/* While the file named by the variable exists, calls fail as a bad or a full disk lets them fail. */
static int now(const char *name) { const char *p = getenv(name); return p && access(p, F_OK) == 0; }
int fsync(int fd) {
  if (now("FAIL_FSYNC")) { errno = EIO; return -1; }
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync"); return real(fd);
}
int fdatasync(int fd) {
  if (now("FAIL_FSYNC")) { errno = EIO; return -1; }
  int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync"); return real(fd);
}
static int full(int fd) { return fd > 2 && now("DISK_FULL"); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
  if (full(fd)) { errno = ENOSPC; return -1; }
  ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite"); return real(fd, b, n, at);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
  if (full(fd)) { errno = ENOSPC; return -1; }
  ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64"); return real(fd, b, n, at);
}
"""


def disk(rounds: int = 6) -> Result:
    """Database and files lie on a small disk that is filled to the last byte and freed again."""
    result, refused = Result("disk"), 0
    with _small_disk(40) as (folder, how), Installation(data=folder / "var") as place:
        place.prepare(3)
        place.start()
        clients = crowd(place, 3)
        for _number in range(rounds):
            ballast = folder / "ballast"
            _fill(ballast)
            acts: list[Callable[[], Any]] = [lambda c=c: _one_try(c) for c in clients]
            refused += sum(_fails(act) for act in acts)
            result.expect(place.status("/readyz") == 503, "readiness does not tell that the disk is full")
            ballast.unlink()
            for client in clients:
                client.bid()
        result.counts |= {"rounds": rounds, "refused while full": refused, "disk": how}
        result.expect(refused == rounds * len(clients), "something was acknowledged on a full disk")
        examine(place, clients, result)
        open_all(place, result)
    return result


def fsync(rounds: int = 20) -> Result:
    """fsync fails for a while, again and again, under load."""
    result = Result("fsync")
    with Installation() as place:
        switch = place.home / "fsync-fails"
        place.prepare(4)
        place.start(LD_PRELOAD=str(compiled(SHIM, place.home)), FAIL_FSYNC=str(switch))
        clients, stop = crowd(place, 4), threading.Event()
        threads = bidding(clients, stop)
        seen = 0
        for _number in range(rounds):
            time.sleep(0.4)
            before = sum(_failed(client) for client in clients)
            switch.touch()
            time.sleep(0.5)
            switch.unlink()
            seen += sum(_failed(client) for client in clients) > before
        stop.set()
        for thread in threads:
            thread.join()
        answered = {status for client in clients for status in client.statuses}
        result.expect(seen > 0, "no fsync failed: the run showed nothing")
        result.expect(not answered & {500}, f"clients saw {sorted(answered)}")
        result.counts |= {"rounds": rounds, "rounds in which an act was refused": seen}
        examine(place, clients, result)
        open_all(place, result)
    return result


def _one_try(client: Client) -> None:
    """Draft, upload and hand in without any patience: ends with GoneError on a full disk."""
    stop = threading.Event()
    stop.set()
    client.bid(stop)


def _fails(act: Callable[[], Any]) -> bool:
    try:
        act()
    except GoneError:
        return True
    return False


def _failed(client: Client) -> int:
    return sum(count for status, count in client.statuses.items() if status >= 500)


def _fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass


@contextmanager
def _small_disk(megabytes: int) -> Iterator[tuple[Path, str]]:
    """A tmpfs of this size; only the system's administrator may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="zuschlag-disk-"))
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mount = ["mount", *options] if os.geteuid() == 0 and shutil.which("mount") else []
    try:
        if not mount or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
            raise LeftOutError("a small disk can be mounted only with the rights of the system's administrator")
        yield folder, f"tmpfs of {megabytes} MB"
    finally:
        subprocess.run(["umount", "-l", str(folder)], stderr=subprocess.DEVNULL)
        folder.rmdir()


def compiled(text: str, folder: Path) -> Path:
    """A library to be loaded before all others."""
    if not shutil.which("gcc"):
        raise LeftOutError("gcc is not installed")
    source, library = folder / "shim.c", folder / "shim.so"
    source.write_text(text, "utf-8")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library
