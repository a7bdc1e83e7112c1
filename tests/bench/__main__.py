"""python -m tests.bench [PART …]: print the tables and the machine they were measured on; nothing fails by time."""

import importlib
import os
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# numpy in one thread: on a busy machine the waiting of further threads counts as CPU time and drowns the work
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PARTS = ("scoring", "robust", "bulk", "frontier", "trail", "sealing", "submissions", "listing", "sheets")


def main(parts: list[str]) -> int:
    """Each part in a process of its own, the trail also on PostgreSQL when a server answers."""
    from tests.run import postgresql

    print("\n".join(machine()), flush=True)
    server = postgresql() if "trail" in parts else ""
    codes = []
    for part in parts:
        codes.append(_run(part, ""))
        if part == "trail":
            codes.append(_run(part, server) if server else _left_out())
    return 1 if any(codes) else 0


def machine() -> list[str]:
    """What a reader needs to know to make something of the absolute figures."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return [
        f"Machine: {_processor()}, {os.cpu_count()} processors, {memory:.0f} GiB, load {busy}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, numpy in one thread",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _left_out() -> int:
    print("\nAudit trail on PostgreSQL: left out, no server answers (DATABASE_URL_TEST names another)", flush=True)
    return 0


def _run(part: str, server: str) -> int:
    environment = {**os.environ, **ONE_THREAD, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": server}
    if not server:
        del environment["DATABASE_URL"]
    command = [sys.executable, "-m", "tests.bench", "--part", part]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


def measure(part: str) -> None:
    """One part in this process."""
    import django

    django.setup()
    for table in importlib.import_module(f"tests.bench.{part}").tables():
        print("", *table.lines(), sep="\n", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        measure(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:] or list(PARTS)))
