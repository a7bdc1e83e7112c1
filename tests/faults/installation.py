"""An installation of the product in a temporary folder: served by its own processes, which can be killed at will."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from accounts.management.commands.serve import THREADS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds a busy machine may need to start something


class Installation:
    """DATA_DIR, database and web server of one run; `end` takes everything away again. `code`: the tree that runs."""

    def __init__(self, *, database: str = "", data: Path | None = None, **environment: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="zuschlag-faults-"))
        self.data = data or self.home / "var"
        self.port, self.code = free_port(), ROOT
        own = {
            "DEMO": "1", "DATA_DIR": str(self.data), "OPENING_GUARD": "0", "LOG_LEVEL": "ERROR", "PORT": str(self.port),
            "STATIC_BUILD_DIR": str(ROOT / "var" / "static-build"), "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database, "SIGNING_KEY_FILE": str(self.home / "signing.key"),
            "STORE_KEY_FILE": str(self.home / "store.key"), "PLATFORM_KEY_FILE": str(self.home / "platform.key"),
        }  # fmt: skip
        self.environment = {**os.environ, **own, **environment}
        if not database:
            del self.environment["DATABASE_URL"]
        self.log = (self.home / "server.log").open("ab")
        self.web: subprocess.Popen[bytes] | None = None
        self.scene: dict[str, Any] = {}

    def step(self, name: str, *arguments: Any) -> Any:
        """One step of tests.faults.scene in a process of its own."""
        command = [sys.executable, "-m", "tests.faults.scene", name, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.code, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"step {name} failed:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def prepare(self, companies: int, closes_in: float = 0) -> None:
        self.scene = self.step("prepare", companies, closes_in)

    def manage(self, *arguments: str, expect: int | None = 0) -> str:
        """One management command; its output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=self.code, env=self.environment, capture_output=True, text=True)
        if expect is not None and done.returncode != expect:
            raise RuntimeError(
                f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"[-3000:]
            )
        return done.stdout

    def start(self, workers: int = 1, *, before: Sequence[str] = (), **environment: str) -> None:
        """The web server as `manage.py serve` starts it; imports happen before the fork, so that workers come back.

        `before` is a program that the server is started by, for example one that takes rights away.
        """
        command = [*before, sys.executable, "-m", "gunicorn", "tests.faults.wsgi:application",
                   "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers),
                   "--worker-class", "gthread", "--threads", str(THREADS), "--preload",
                   "--graceful-timeout", "10", "--log-level", "error", "--no-control-socket"]  # fmt: skip
        self.web = subprocess.Popen(
            command, cwd=self.code, env={**self.environment, **environment}, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        """Until the process answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.status("/healthz") == 200:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not answer:\n{self.words_of_the_log()}")

    def status(self, path: str) -> int:
        """HTTP status of a page; 0 when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    def words_of_the_log(self) -> str:
        return (self.home / "server.log").read_text("utf-8", "replace")[-3000:]

    def kill_workers(self) -> int:
        """SIGKILL to the processes that serve; the one that forks them makes new ones. Returns how many died."""
        assert self.web
        workers = children_of(self.web.pid)
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(workers)

    def kill(self) -> None:
        """SIGKILL to the whole server at once."""
        if self.web is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()
        self.web = None

    def terminate(self) -> int:
        """SIGTERM, as a restart does; exit code."""
        assert self.web
        self.web.terminate()
        code = self.web.wait(PATIENCE)
        self.web = None
        return code

    def end(self) -> None:
        self.kill()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and everything it started, living or ended."""
    try:
        figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = sum(map(int, figures[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_of(child) for child in children_of(pid))


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children, as Linux lists them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
