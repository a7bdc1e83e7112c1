"""A ZIP archive that is the same for the same content, with the SHA-256 of each file in its first entry."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.sha256"
SCRIPT = Path(__file__).with_name("recompute.py")
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP archive knows: no clock enters
_UNSAFE = re.compile(r"[^\w.() -]+")


class Archive:
    """Files by name; names are paths with "/", free of "..", and unique."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, name: str, content: bytes | str) -> str:
        """Puts a file in and gives its name back; ValueError for a name that is taken."""
        if name in self.files:
            raise ValueError(f"there is a file {name} already")
        self.files[name] = content.encode() if isinstance(content, str) else content
        return name

    def add_json(self, name: str, value: Any) -> str:
        """JSON for people: sorted keys, one entry per line."""
        return self.add(name, json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n")

    def add_hashed(self, name: str, value: Any) -> str:
        """JSON exactly as its stored fingerprint was made: one line, sorted keys, no spaces."""
        return self.add(name, compact(value))

    def manifest(self) -> str:
        """Lines as `sha256sum -c` reads them."""
        return "".join(f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in sorted(self.files))

    def content(self) -> bytes:
        """The archive. Equal files give equal bytes."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, content in [(MANIFEST, self.manifest().encode()), *sorted(self.files.items())]:
                info = zipfile.ZipInfo(name, _MOMENT)
                info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
                archive.writestr(info, content)
        return stream.getvalue()


def compact(value: Any) -> str:
    """JSON text with sorted keys and no spaces, as `evaluation.inputs.fingerprint` hashes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def file_name(number: int, name: str) -> str:
    """A foreign file name without anything a system could stumble over: "03-Leistungsbeschreibung.pdf"."""
    cleaned = _UNSAFE.sub("_", name).strip(" ._") or "file"
    stem, dot, end = cleaned.rpartition(".")
    short = f"{stem[:80]}.{end[:10]}" if dot and stem else cleaned[:80]
    return f"{number:02}-{short}"


def plain(row: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    """Columns of a row as JSON values: moments and days in ISO form, numbers as text, people as "u:12"."""
    return {name: json_value(getattr(row, name)) for name in names}


def json_value(value: Any) -> Any:
    """A stored value as JSON has it."""
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from accounts.audit import stamp

    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, UUID) else value
