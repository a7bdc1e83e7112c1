"""The workers of sealing and opening as the pages ship them, driven from Python by Node."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

DRIVER = Path(__file__).with_name("drive_worker.mjs")
OPENER, SEALER = (Path(settings.STATIC_BUILD_DIR) / "js" / name for name in ("opener-worker.js", "seal-worker.js"))


class WorkerFault(Exception):
    """The worker refused; `code` is what the page has words for."""

    def __init__(self, error: dict[str, str]) -> None:
        super().__init__(error["message"])
        self.code = error["name"]


def node() -> str:
    """Node's program: the system's, or the one the set-up bundles the pages with."""
    found = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
    if found is None:
        pytest.skip("Node is not installed: the page's own cryptography is not compared with the server's")
    return found


class Worker:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, op: str, **args: Any) -> Any:
        """The result of one operation; WorkerFault with its code otherwise."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, "args": args}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise WorkerFault(answer["error"])
        return answer["result"]


@contextmanager
def running(bundle: Path = OPENER) -> Iterator[Worker]:
    """One worker for several questions; ended afterwards."""
    if not bundle.is_file():
        pytest.fail(f"The static files are not built: run `make setup` (expected {bundle}).", pytrace=False)
    command = [node(), DRIVER, bundle]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Worker(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
