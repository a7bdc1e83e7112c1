"""The manifest: what a bid consists of. File names, true sizes and prices exist nowhere else before opening."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from accounts.evidence import CanonicalError, canonical_bytes, parse_canonical
from bids.sealing.errors import IntegrityError, SealingError
from bids.sealing.objects import open_text, seal_bytes
from bids.sealing.slot import Slot

LARGEST_MANIFEST: Final = 1 << 20  # bytes, sealed
_HASH: Final = re.compile(r"[0-9a-f]{64}\Z")
_FIELDS: Final = {"content", "declarant", "files", "statements", "tender_documents_version", "v"}
_KINDS: Final = {
    "content": dict, "statements": dict, "files": list, "declarant": str, "tender_documents_version": int,
    "bid_version": int,
}  # fmt: skip


@dataclass(frozen=True)
class FileEntry:
    """One document: its object id, file name, role in the bid, size in bytes and both hex hashes."""

    object: str
    name: str
    role: str
    size: int
    sha256_plain: str
    sha256_cipher: str

    def __post_init__(self) -> None:
        texts = (self.object, self.name, self.role)
        if not all(isinstance(text, str) and text for text in texts):
            raise SealingError("a file needs an object id, a name and a role")
        if type(self.size) is not int or self.size < 0:
            raise SealingError(f"{self.name}: its size is not a number of bytes")
        if not all(isinstance(h, str) and _HASH.match(h) for h in (self.sha256_plain, self.sha256_cipher)):
            raise SealingError(f"{self.name}: its hashes are not hex SHA-256")


@dataclass(frozen=True)
class Manifest:
    """Contents of one envelope. `content` (lots, prices, promised numbers) and `statements` are plain JSON objects
    whose meaning the bid forms define; here they only need a canonical form.

    `tender_documents_version` is the edition of the documents its bidder has seen, `bid_version` counts the company's
    bids for this tender. Form 1 has no `bid_version` (0 here) and its edition says nothing: it was always 1.
    """

    declarant: str
    files: tuple[FileEntry, ...] = ()
    content: dict[str, Any] = field(default_factory=dict)
    statements: dict[str, Any] = field(default_factory=dict)
    tender_documents_version: int = 1
    bid_version: int = 0

    def __post_init__(self) -> None:
        if len({file.object for file in self.files}) != len(self.files):
            raise SealingError("two files of the manifest name the same object")

    def to_bytes(self) -> bytes:
        """Canonical JSON; CanonicalError names the path of a value without canonical form."""
        body = asdict(self) | {"v": 2}
        if not self.bid_version:
            del body["bid_version"]
            body["v"] = 1
        return canonical_bytes(body)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Manifest":
        """The manifest of its canonical JSON; IntegrityError `manifest` otherwise."""
        try:
            return cls._from_json(parse_canonical(data))
        except (CanonicalError, SealingError, TypeError) as error:
            raise IntegrityError("manifest", f"not a readable manifest: {error}") from error

    @classmethod
    def _from_json(cls, value: Mapping[str, Any]) -> "Manifest":
        forms = {1: _FIELDS, 2: _FIELDS | {"bid_version"}}
        if not isinstance(value, dict) or value.keys() != forms.get(value.get("v", 0)):
            raise SealingError("its fields are not those of version 1 or 2")
        if wrong := [name for name in value if name != "v" and not isinstance(value[name], _KINDS[name])]:
            raise SealingError(f"fields of the wrong kind: {', '.join(wrong)}")
        if value["v"] == 2 and value["bid_version"] < 1:
            raise SealingError("the version of a bid is 1 or more")
        return cls(
            declarant=value["declarant"],
            files=tuple(FileEntry(**entry) for entry in value["files"]),
            content=value["content"],
            statements=value["statements"],
            tender_documents_version=value["tender_documents_version"],
            bid_version=value.get("bid_version", 0),
        )


def seal_manifest(manifest: Manifest, slot: Slot, recipient: str) -> bytes:
    """The sealed manifest object; SealingError when it is larger than a submit request may carry."""
    sealed = seal_bytes(slot, manifest.to_bytes(), recipient)
    if len(sealed) > LARGEST_MANIFEST:
        raise SealingError("the manifest is larger than 1 MiB")
    return sealed


def open_manifest(secret: bytes, sealed: bytes) -> tuple[Slot, Manifest]:
    """The manifest of a sealed object, and the place it was sealed for: the caller compares. IntegrityError."""
    line, text = open_text(secret, sealed)
    try:
        place = Slot.from_json(parse_canonical(line))
    except (CanonicalError, SealingError, AttributeError, TypeError) as error:
        raise IntegrityError("foreign_slot", "the object names no place") from error
    return place, Manifest.from_bytes(text)
