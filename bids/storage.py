"""Sealed and opened files under DATA_DIR: random names, written beside, synced, renamed; the folder is synced too.

A path says nothing about tender, company or document. A file has its name only when every byte is on disk.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

PART: Final = ".part"


class NewFile:
    """A file in the making: write to `file`, then `finish` (gives the relative path) or `discard`."""

    def __init__(self, base: Path) -> None:
        name = secrets.token_hex(16)
        self._base = base
        self.path = f"{name[:2]}/{name}.age"
        folder = base / name[:2]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._target = base / self.path
        self._part = self._target.with_name(self._target.name + PART)
        self.file: BinaryIO = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def finish(self) -> str:
        """Makes the file durable under its name; returns the path relative to the base folder."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self._part.rename(self._target)
        for folder in (self._target.parent, self._base):
            _sync(folder)
        return self.path

    def discard(self) -> None:
        """Takes away what was written so far. Does nothing after `finish`."""
        self.file.close()
        self._part.unlink(missing_ok=True)


def write_sealed(data: bytes) -> str:
    """Stores a small sealed object; returns its path relative to SEALED_DIR."""
    new = NewFile(settings.SEALED_DIR)
    try:
        new.file.write(data)
        return new.finish()
    except BaseException:
        new.discard()
        raise


def open_sealed_file(path: str) -> BinaryIO:
    """A stored sealed object, for reading. OSError when it is gone."""
    return (settings.SEALED_DIR / path).open("rb")


def open_opened_file(path: str) -> BinaryIO:
    """An opened document as stored (encrypted under the store key), for reading."""
    return (settings.OPENED_DIR / path).open("rb")


def remove(base: Path, path: str) -> None:
    """Deletes a stored file, if it is there."""
    (base / path).unlink(missing_ok=True)


def remove_all(base: Path, paths: Iterable[str]) -> None:
    """Deletes several stored files."""
    for path in paths:
        remove(base, path)


def older_files(base: Path, before: datetime) -> Iterator[tuple[str, bool]]:
    """(relative path, whether it is a part) of files last written before this moment."""
    for file in sorted(base.glob("*/*")):
        if file.is_file() and file.stat().st_mtime < before.timestamp():
            yield str(file.relative_to(base)), file.name.endswith(PART)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
