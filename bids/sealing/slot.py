"""The place of a sealed object, and the length that hides its size."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from accounts.evidence import CanonicalError, canonical_bytes
from bids.sealing.errors import SealingError


@dataclass(frozen=True)
class Slot:
    """Where one sealed object belongs; `envelope` is `single`, `technical` or `price`. All fields are texts."""

    tender: str
    lot: str
    envelope: str
    company: str
    draft: str
    object: str

    def line(self) -> bytes:
        """First line of the sealed plaintext: canonical JSON and LF. It binds the object to its place."""
        try:
            return canonical_bytes({**asdict(self), "v": 1}) + b"\n"
        except CanonicalError as error:
            raise SealingError(f"not a slot: {error}") from error

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Slot":
        """The slot of its JSON object, the same one that `line` shows; SealingError otherwise."""
        try:
            slot = cls(**{name: text for name, text in value.items() if name != "v"})
        except TypeError as error:
            raise SealingError("a slot names tender, lot, envelope, company, draft and object") from error
        if value.get("v") != 1 or not all(isinstance(text, str) and text for text in asdict(slot).values()):
            raise SealingError("a slot names tender, lot, envelope, company, draft and object")
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
