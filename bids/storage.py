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
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

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


def new_part() -> str:
    """An empty part to be written in chunks; its path relative to SEALED_DIR, without the ending of parts."""
    new = NewFile(settings.SEALED_DIR)
    new.file.close()
    for folder in ((settings.SEALED_DIR / new.path).parent, settings.SEALED_DIR):
        _sync(folder)  # the row that names this part must not outlive it at a power cut
    return new.path


def write_chunk(path: str, offset: int, data: bytes) -> None:
    """Writes a chunk of a part at its place and waits for the disk. What stood behind `offset` is cut off first.

    Whoever was killed after `finish_part` and before the commit left the whole file under its name, while the row still
    waits for the last chunk: a part is made from it again. The whole file stays, because a database may find that
    commit again when it recovers.
    """
    target = settings.SEALED_DIR / path
    part = target.with_name(target.name + PART)
    if not part.exists() and target.exists():
        _copy_beginning(target, part, offset)
    descriptor = os.open(part, os.O_WRONLY)
    try:
        os.ftruncate(descriptor, offset)
        view = memoryview(data)
        while view:
            written = os.pwrite(descriptor, view, offset)
            offset, view = offset + written, view[written:]
        os.fdatasync(descriptor) if hasattr(os, "fdatasync") else os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_beginning(source: Path, target: Path, size: int) -> None:
    """A new file of the first bytes of another."""
    with source.open("rb") as read, target.open("xb") as write:
        while size and (piece := read.read(min(size, 1 << 20))):
            write.write(piece)
            size -= len(piece)


def read_beginning(path: str, size: int) -> Iterator[bytes]:
    """The first bytes of a part in pieces of at most 1 MiB; of the whole file, if that has its name already."""
    target = settings.SEALED_DIR / path
    part = target.with_name(target.name + PART)
    if not size:
        return
    with (part if part.exists() else target).open("rb") as file:
        while size and (piece := file.read(min(size, 1 << 20))):
            yield piece
            size -= len(piece)


def finish_part(path: str) -> None:
    """The part gets its name: from now on it is a sealed object. Safe to repeat."""
    target = settings.SEALED_DIR / path
    part = target.with_name(target.name + PART)
    if part.exists():
        part.rename(target)
        _sync(target.parent)


def remove_part(path: str) -> None:
    """Deletes a part, if it is there."""
    remove(settings.SEALED_DIR, path + PART)


def remove_parts(paths: Iterable[str]) -> None:
    """Deletes several parts."""
    for path in paths:
        remove_part(path)


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


def may_be_recorded(error: BaseException) -> bool:
    """Whether the act may stand although it ended with this error: then its files stay, too.

    A database that fails while it commits (no answer, a failed fsync) may have recorded everything all the same, and
    find it again when it recovers. If no row names the files, the reaper takes them after a day.
    """
    if not isinstance(error, Exception):
        return True  # ended from outside, wherever it stood
    refused = isinstance(error, IntegrityError | DataError)
    return isinstance(error, DatabaseError | InterfaceError) and not refused


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
