"""Foreign files are parsed in a child process with little memory and little time, fed by a pipe.

The child (`python -m tendering.spreadsheets.child`) knows no secret (empty environment), cannot write a file
(RLIMIT_FSIZE 0), connects to nothing and answers in JSON. Nothing of the file ever touches a disk.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tendering.spreadsheets.cells import Workbook, from_plain
from tendering.spreadsheets.container import MIB, Refused, inspect_container

__all__ = ["Limits", "Refused", "read_in_child", "read_workbook"]

ROOT = Path(__file__).resolve().parents[2]
_TOO_SLOW = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one foreign file may cost."""

    memory_bytes: int = 512 * MIB
    cpu_seconds: int = 10
    wall_seconds: float = 15.0


def read_workbook(data: bytes, limits: Limits | None = None) -> Workbook:
    """Cells and names of a foreign .xlsx, .ods or .csv file. Raises Refused with a code of `messages.py`."""
    container = inspect_container(data)
    args = {"kind": container.kind, "notes": list(container.notes)}
    return from_plain(read_in_child("read_workbook", data, args, limits))


def read_in_child(function_name: str, data: bytes, args: Mapping[str, Any], limits: Limits | None = None) -> Any:
    """Run one of the functions named in `child.FUNCTIONS` on `data`; its JSON answer. Raises Refused."""
    limits = limits or Limits()
    request = json.dumps({"function": function_name, "args": dict(args), "limits": asdict(limits)})
    answer = _run(request.encode() + b"\n" + data, limits)
    if "refused" in answer:
        raise Refused(answer["refused"], answer.get("params"))
    return answer["result"]


def _run(message: bytes, limits: Limits) -> dict[str, Any]:
    try:
        done = subprocess.run(  # our own interpreter and module, no shell
            [sys.executable, "-s", "-B", "-m", "tendering.spreadsheets.child"],
            input=message,
            capture_output=True,
            timeout=limits.wall_seconds,
            cwd=ROOT,
            # Small numeric libraries reserve memory per core; one thread keeps within the memory limit.
            env={"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("too_slow", {"seconds": int(limits.wall_seconds)}) from error
    if done.returncode in _TOO_SLOW:
        raise Refused("too_slow", {"seconds": limits.cpu_seconds})
    if done.returncode != 0:
        # The child's own words stay out of the answer: they may quote the file.
        raise Refused("unreadable", {"reason": f"exit {done.returncode}"})
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
