"""Checks a receipt against a saved sealed file, without the server."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from accounts.evidence import NoteError, open_receipt
from bids.sealing.errors import IntegrityError


def verify_receipt(note: str, file: Path, verifier_keys: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(payload, the object of it that the file is). NoteError for a forged receipt, IntegrityError for another file."""
    payload = open_receipt(note, verifier_keys)
    objects = payload.get("objects")
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        raise NoteError("the receipt names no objects")
    with file.open("rb") as stream:
        sha256, size = hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()
    for item in objects:
        if (item.get("sha256"), item.get("size")) == (sha256, size):
            return payload, item
    raise IntegrityError("hash", f"{file.name} is none of the {len(objects)} sealed objects of this receipt")
