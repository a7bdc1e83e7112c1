"""PostgreSQL is killed under fifty parallel submissions, stays away and comes back; the server lives on."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.faults import LeftOutError
from tests.faults.after import Result, examine, open_all
from tests.faults.clients import bidding, crowd
from tests.faults.installation import Installation, children_of, free_port


class Server:
    """A PostgreSQL of our own in a temporary folder, at 127.0.0.1 and a free port."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}  # of the server itself, for example a clock that jumps
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        found = shutil.which("initdb") if not programs else str(programs[-1])
        if not found:
            raise LeftOutError("PostgreSQL's programs are not installed")
        self.programs = Path(found).resolve().parent
        self.home = Path(tempfile.mkdtemp(prefix="zuschlag-pg-"))
        self.port = free_port()
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(self.home, "postgres")
        self._do("initdb", "-U", "postgres", "-A", "trust", "--data-checksums", "-E", "UTF8")

    def start(self, **environment: str) -> None:
        self.environment |= environment
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.home}"
        self._do("pg_ctl", "-w", "-t", "60", "-l", str(self.home / "log"), "-o", options, "start")

    def kill(self) -> int:
        """SIGKILL to the postmaster of this folder and its children, as they are; how many died."""
        postmaster = self.pid()
        died = [postmaster, *children_of(postmaster)]
        for pid in died:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}/fd").exists() and _alive(pid) for pid in died):
            time.sleep(0.02)
        return len(died)

    def pid(self) -> int:
        """Of the process that started all others of this server."""
        return int((self.home / "data" / "postmaster.pid").read_text().split()[0])

    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def end(self) -> None:
        with suppress(RuntimeError):
            self._do("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def _do(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.programs / program), "-D", str(self.home / "data"), *arguments]
        done = subprocess.run(
            command, cwd="/", env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}")


@contextmanager
def postgresql(*, started: bool = True) -> Iterator[Server]:
    server = Server()
    try:
        if started:
            server.start()
        yield server
    finally:
        server.end()


def database(rounds: int = 3, companies: int = 50, away: float = 4.0) -> Result:
    """Kills under load; in between the pages say 503 and the process stays healthy. Nobody restarts it."""
    result, killed = Result("database"), 0
    with postgresql() as server, Installation(database=server.url()) as place:
        place.prepare(companies)
        place.start(workers=2)
        clients, stop = crowd(place, companies, documents=0), threading.Event()
        threads = bidding(clients, stop)
        for number in range(rounds):
            _wait_for_acknowledgements(clients, (number + 1) * companies)
            killed += server.kill()
            pages = {place.status("/tenders/"), place.status("/api/v1/tenders/")}
            result.expect(pages == {503}, f"without a database pages answer {sorted(pages)}")
            result.expect(place.status("/readyz") == 503, "readiness does not tell that the database is gone")
            result.expect(place.status("/healthz") == 200, "the process does not answer without a database")
            time.sleep(away)
            server.start()
        _wait_for_acknowledgements(clients, (rounds + 1) * companies)
        stop.set()
        for thread in threads:
            thread.join()
        result.counts |= {"kills": rounds, "database processes killed": killed, "companies": companies}
        examine(place, clients, result)
        open_all(place, result)
    return result


def _wait_for_acknowledgements(clients: list, wanted: int) -> None:
    end = time.monotonic() + 180
    while sum(len(client.acknowledged) for client in clients) < wanted and time.monotonic() < end:
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
