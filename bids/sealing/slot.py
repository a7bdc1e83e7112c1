"""The place of a sealed object, and the length that hides its size."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from accounts.evidence import CanonicalError, canonical_bytes
from bids.sealing.errors import SealingError

_OF_VERSION: Final = ("version", "edition")
_WANTED: Final = (
    "a slot names tender, lot, envelope, company, draft and object; that of a manifest also version and edition"
)


@dataclass(frozen=True)
class Slot:
    """Where one sealed object belongs; `envelope` is `single`, `technical` or `price`. All fields are texts.

    A document belongs to its draft (form 1 of the line). A manifest belongs to one version of the bid, for one edition
    of the documents and for lots by name (form 2); manifests sealed before there was a form 2 are read as they are.
    """

    tender: str
    lot: str
    envelope: str
    company: str
    draft: str
    object: str
    version: str = ""
    edition: str = ""

    @property
    def form(self) -> int:
        """1: place in a draft; 2: place in one version of a bid."""
        return 2 if self.version or self.edition else 1

    def to_json(self) -> dict[str, Any]:
        """The JSON object of the line."""
        body = asdict(self) | {"v": self.form}
        return body if self.form == 2 else {name: value for name, value in body.items() if name not in _OF_VERSION}

    def line(self) -> bytes:
        """First line of the sealed plaintext: canonical JSON and LF. It binds the object to its place."""
        try:
            return canonical_bytes(self.to_json()) + b"\n"
        except CanonicalError as error:
            raise SealingError(f"not a slot: {error}") from error

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Slot":
        """The slot of its JSON object, the same one that `line` shows; SealingError otherwise."""
        try:
            slot = cls(**{name: text for name, text in value.items() if name != "v"})
        except TypeError as error:
            raise SealingError(_WANTED) from error
        if value.get("v") != slot.form or slot.to_json().keys() != value.keys():
            raise SealingError(_WANTED)
        if not all(isinstance(text, str) and text for name, text in value.items() if name != "v"):
            raise SealingError(_WANTED)
        return slot


def padme(length: int) -> int:
    """Padded length in bytes: at most 12 % more, and only O(log log n) bits of the size remain visible.

    Source: Nikitin et al., Reducing Metadata Leakage from Encrypted Files and Communication with PURBs (2019).
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
