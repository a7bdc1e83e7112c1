"""The restore drill: a backup as docs/operations.md says, restored beside the running installation, and verified there.

Files are copied before the database is: a row must not point to a file that is missing in the copy.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.db import connection

from accounts import checkpoints, clock
from accounts.audit import stamp
from accounts.evidence import canonical_bytes, load_or_create_signing_key, sign_note, write_new_file
from accounts.keys import CHECKPOINT_ORIGIN

FOLDERS: Final = ("sealed", "opened", "checkpoints")
LONGEST: Final = 3600  # seconds one outside program may take
COUNTED: Final = ("chains", "events", "objects", "checkpoints")


class DrillError(Exception):
    """The drill could not be done; the sentence says what is missing."""


def run(place: Path) -> dict[str, Any]:
    """Back up into this empty folder, restore, verify; {"at", "database", "seconds", "counts", "faults"}.

    Seconds are decimal strings, so that the record has a canonical form. Raises DrillError.
    """
    clockwork = _Seconds()
    data = place / "data"
    with clockwork("files copied"):
        files = _copy_files(data)
    with clockwork("database copied"):
        dump = _dump(place)
    with _restored(dump, clockwork) as address, clockwork("verified"):
        report = _verify(data, address)
    return {
        "at": stamp(clock.now()),
        "counts": {"files": files, **{name: report[name] for name in COUNTED}},
        "database": connection.vendor,
        "faults": [f"{fault['where']}: {fault['sentence']}" for fault in report["faults"]],
        "seconds": clockwork.measured,
        "v": 1,
    }


def keep(record: dict[str, Any]) -> Path:
    """Write the record as a signed note to DATA_DIR/drills; its path."""
    text = f"zuschlag restore drill v1\n{canonical_bytes(record).decode()}\n"
    note = sign_note(text, CHECKPOINT_ORIGIN, load_or_create_signing_key(settings.SIGNING_KEY_FILE))
    target = Path(settings.DATA_DIR) / "drills" / f"{record['at'].replace(':', '')}.note"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_new_file(target, note.encode())
    return target


class _Seconds:
    """Times of the steps, in order."""

    def __init__(self) -> None:
        self.measured: dict[str, str] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.measured[step.replace(" ", "_")] = f"{time.monotonic() - begun:.2f}"


def _copy_files(data: Path) -> int:
    """How many files were copied. What is written or reaped meanwhile is not in the backup yet or any more."""
    data.mkdir()
    copied = 0
    for name in FOLDERS:
        for source in sorted((Path(settings.DATA_DIR) / name).rglob("*")):
            target = data / name / source.relative_to(Path(settings.DATA_DIR) / name)
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    shutil.copyfile(source, target)
                except FileNotFoundError:  # reaped meanwhile
                    continue
                copied += 1
    return copied


def _dump(place: Path) -> Path:
    """The backup of the database as one file."""
    if connection.vendor == "sqlite":
        target = place / "zuschlag.sqlite3"
        with sqlite3.connect(str(connection.settings_dict["NAME"])) as source:
            source.execute("VACUUM INTO ?", [str(target)])
        return target
    target = place / "zuschlag.dump"
    _program("pg_dump", "--format=custom", "--no-owner", f"--file={target}", str(connection.settings_dict["NAME"]))
    return target


@contextmanager
def _restored(dump: Path, clockwork: Callable[[str], Any]) -> Iterator[str]:
    """DATABASE_URL of the restored copy; the database of a drill is dropped afterwards."""
    if connection.vendor == "sqlite":
        with clockwork("database restored"):
            address = f"sqlite:///{dump}"
        yield address
        return
    name = f"{connection.settings_dict['NAME']}_drill_{uuid4().hex[:8]}"
    _program("createdb", name)
    try:
        with clockwork("database restored"):
            _program("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(dump))
        yield _address(name)
    finally:
        _program("dropdb", "--force", name)


def _address(name: str) -> str:
    told = connection.settings_dict
    user, password, host = (quote(str(told[key] or ""), safe="") for key in ("USER", "PASSWORD", "HOST"))
    sign_in = f"{user}{':' + password if password else ''}@" if user else ""
    return f"postgres://{sign_in}{host}{':' + str(told['PORT']) if told['PORT'] else ''}/{name}"


def _program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs, with the connection told by its environment, never by its arguments."""
    path = shutil.which(name)
    if path is None:
        raise DrillError(f"{name} is not installed: it comes with the PostgreSQL client.")
    told = connection.settings_dict
    keys = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    own = {variable: str(told[key]) for variable, key in keys.items() if told[key]}
    done = subprocess.run(  # noqa: S603 - a program of the system with our own words
        [path, *arguments], env={**os.environ, **own}, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    if done.returncode:
        raise DrillError(f"{name} failed: {done.stderr.strip()}")


def _verify(data: Path, address: str) -> dict[str, Any]:
    """What `audit_verify` says in a process of its own that knows the copy only, with the newest checkpoint kept."""
    newest = [str(data / "checkpoints" / f"{tick}.note") for tick in checkpoints.ticks()[-1:]]
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(data),
        "DATABASE_URL": address,
        "SECRET_KEY": settings.SECRET_KEY,
        "SIGNING_KEY_FILE": str(settings.SIGNING_KEY_FILE),
        "STORE_KEY_FILE": str(settings.STORE_KEY_FILE),
        "PLATFORM_KEY_FILE": str(data.parent / "no-platform.key"),
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "audit_verify", "--format", "json"]
    if newest:
        command += ["--checkpoint", *newest]
    done = subprocess.run(  # noqa: S603 - our own words
        command, env={**os.environ, **own}, capture_output=True, text=True, timeout=LONGEST, check=False
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise DrillError(f"The restored copy could not be verified: {done.stderr.strip()[-2000:]}") from None
    return report
