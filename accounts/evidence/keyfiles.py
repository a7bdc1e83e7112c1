"""Files that hold one secret key: made once, atomically, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


class KeyFileError(RuntimeError):
    """The key file is missing, unreadable, open to everybody, or holds something else."""


def read_key_file(path: Path) -> bytes:
    """The bytes of an existing key file; KeyFileError when it is missing or every account may read it."""
    try:
        if path.stat().st_mode & 0o007:
            raise KeyFileError(f"{path} is open to every account of this machine: chmod 0400 it")
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"cannot read key file {path}: {error.strerror}") from error


def read_or_create_key_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The key in `path`, made first if there is none. Processes that start together all get the same key."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new_file(path, make())
    return read_key_file(path)


def write_new_file(path: Path, content: bytes) -> bool:
    """Writes a file of mode 0400 whole or not at all; False when another process was first (its file stays)."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # A hard link, unlike a rename, never replaces: the first process wins and the others read its key.
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise KeyFileError(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
