"""What can be seen of a sealed object without its key: that it is an age file for one key, padded as it should be.

An object sealed elsewhere is looked at before it is stored: whatever was sent in clear or unpadded never becomes a bid.
"""

import re
from typing import BinaryIO, Final

from bids.sealing.errors import SealingError
from bids.sealing.slot import padme

LONGEST_HEAD: Final = 4096  # bytes; one X25519 stanza needs about 170, grease of some tools a few hundred more
_CHUNK: Final = 65_536
_TAG: Final = 16
_NONCE: Final = 16
_HEAD: Final = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?P<stanzas>(?:-> [!-~]+(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+)"
    rb"--- [A-Za-z0-9+/]{43}\n"
)


def check_shape(head: bytes, size: int) -> None:
    """SealingError unless these first bytes of `size` begin an age file with one X25519 key and a Padmé length."""
    found = _HEAD.match(head[:LONGEST_HEAD])
    if not found:
        raise SealingError("not sealed: this is no age file (binary form, version 1)")
    kinds = [line.split()[1] for line in found["stanzas"].splitlines() if line.startswith(b"-> ")]
    if [kind for kind in kinds if not kind.endswith(b"-grease")] != [b"X25519"]:
        raise SealingError("not sealed for the tender's key alone")
    length = _plain_length(size - found.end() - _NONCE)
    if length is None or length != padme(length):
        raise SealingError("not padded to the length that hides its size")


def largest_sealed(length: int) -> int:
    """The most bytes that an object of `length` (slot line and content) can have once sealed, whatever tool seals."""
    padded = padme(length)
    return LONGEST_HEAD + _NONCE + padded + _TAG * (padded // _CHUNK + 1)


def check_file(file: BinaryIO, size: int) -> None:
    """As `check_shape`, for a stored file of `size` bytes."""
    check_shape(file.read(LONGEST_HEAD), size)


def _plain_length(sealed: int) -> int | None:
    """Bytes inside chunks that take `sealed` bytes together; None when no age file is so long."""
    chunks = -(-sealed // (_CHUNK + _TAG))
    length = sealed - chunks * _TAG
    return length if chunks > 0 and length > (chunks - 1) * _CHUNK else None
