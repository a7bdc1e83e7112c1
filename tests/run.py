"""`make test` and `make test-all`: the tests on SQLite, then on PostgreSQL, and what was left out, by name.

.venv/bin/python tests/run.py [--all | --rest] [arguments for pytest]     --rest: what the run without it left out

TESTS_END, seconds since 1970, is the moment after which no further test begins; what was left out then is said.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USUAL_SERVER = "postgres://postgres@127.0.0.1:5432/zuschlag"
PROGRAMS = [
    (
        "Browser tests",
        ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
        "install Chromium (Debian: chromium-headless-shell)",
    ),
    ("LibreOffice tests", ("soffice", "libreoffice"), "install LibreOffice Calc (Debian: libreoffice-calc-nogui)"),
    ("Tests against the age program", ("age",), "install age"),
    ("Tests of time stamps", ("openssl",), "install openssl"),
    ("Tests of a jumping clock and of a failing disk", ("gcc",), "install gcc"),
]


def main(arguments: list[str]) -> int:
    """Run what can run here; exit code 1 when any test failed."""
    everything, rest = "--all" in arguments, "--rest" in arguments
    more = [argument for argument in arguments if argument not in {"--all", "--rest"}]
    left_out = [f"{what}: {how}" for what, names, how in PROGRAMS if not any(map(shutil.which, names))]
    server = postgresql()
    on_sqlite = [] if everything else ["-m", "slow" if rest else "not slow"]
    if server and not everything and not rest:
        on_sqlite.append("--no-migrations")  # tables straight from the models; PostgreSQL's go through the migrations
    codes = [_pytest("SQLite", on_sqlite, more, {"DATABASE_URL": ""})]
    if server:
        # Spreadsheets recalculated and walks through every page differ in nothing from one database to the other.
        # Neither do the second looks of browsers, in the other language or from every side.
        usual = ["-m", "not libreoffice and not pages and not (browser and slow)"]
        on_postgresql = usual if everything else [*usual, "--core=not"] if rest else ["--core=only"]
        codes.append(_pytest("PostgreSQL", on_postgresql, more, {"DATABASE_URL": server}))
    else:
        left_out.append(
            "Tests on PostgreSQL: no server answers. Start one at 127.0.0.1:5432 with trust for user postgres, "
            "or name one: DATABASE_URL_TEST=postgres://user:password@host/name"
        )
    if not everything and not rest:
        left_out.append("Slow tests: make test-all")
    if time.time() > float(os.environ.get("TESTS_END", "inf")):
        left_out.append("The tests skipped as such above: TESTS_END was over on this slow machine")
    _sum_up(left_out, codes)
    return 1 if any(codes) else 0


def _pytest(database: str, selected: list[str], more: list[str], environment: dict[str, str]) -> int:
    print(f"\n=== Tests on {database} ===", flush=True)
    started = time.monotonic()
    processes = os.environ.get("TEST_PROCESSES", "3")  # one more than two cores: browsers and databases are waited for
    command = [sys.executable, "-m", "pytest", "-q", "-n", processes, "--dist", "worksteal", *selected, *more]
    environment = {key: value for key, value in {**os.environ, **environment}.items() if value or key != "DATABASE_URL"}
    with tempfile.TemporaryDirectory(prefix="zuschlag-tests-", ignore_cleanup_errors=True) as folder:
        code = subprocess.run(command, cwd=ROOT, env={**environment, "TESTS_FOLDER": folder}).returncode
    print(
        f"=== {database}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s ===", flush=True
    )
    return code


def postgresql() -> str:
    """Address of a PostgreSQL server that lets us in, "" when none does."""
    import psycopg

    for address in _candidates():
        base, _slash, _name = address.rpartition("/")
        try:
            psycopg.connect(f"{base}/postgres", connect_timeout=3).close()
        except psycopg.Error:
            continue
        return address
    return ""


def _candidates() -> Iterator[str]:
    named = os.environ.get("DATABASE_URL_TEST")
    yield named or USUAL_SERVER


def _sum_up(left_out: list[str], codes: list[int]) -> None:
    print("\n=== Summary ===")
    for line in left_out:
        print(f"left out: {line}")
    print("All tests that could run passed." if not any(codes) else "Some tests FAILED.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
