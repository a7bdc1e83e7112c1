"""Encryption at rest under a key outside database and storage: drafts before submission, documents after opening.

Format: magic, 32 random bytes, then STREAM chunks of AES-256-GCM (256 KiB plain each, nonce = counter and last-mark)
under a key derived (HKDF-SHA256) from the store key, the random bytes and the context. A chunk moved, dropped or
taken from another context does not open. One key per message: no bound on the number of messages.
"""

import base64
import binascii
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from accounts.evidence import KeyFileError, read_key_file, read_or_create_key_file
from bids.sealing.errors import IntegrityError, SealingError

_MAGIC: Final = b"zuschlag store v1\n"
_SALT: Final = 32
_CHUNK: Final = 1 << 18
_TAG: Final = 16
_KEY_HEAD: Final = b"zuschlag-store-key-v1:"


@dataclass(frozen=True)
class StoreKey:
    """The AES-256 key of the store. Lost: drafts and opened documents are lost (sealed bids are not)."""

    secret: bytes

    def __repr__(self) -> str:
        return "StoreKey()"  # a traceback must not print the secret

    @classmethod
    def load_or_create(cls, path: Path) -> "StoreKey":
        """The key of a text file (mode 0400), made at first use."""
        return cls(_parse(read_or_create_key_file(path, _new_key), path))

    @classmethod
    def load(cls, path: Path) -> "StoreKey":
        """The key of an existing text file; KeyFileError when it is missing."""
        return cls(_parse(read_key_file(path), path))

    def number(self, context: str) -> str:
        """64 hex digits that nobody without the key can guess, always the same for one `context`."""
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"zuschlag number v1\n" + context.encode())
        return kdf.derive(self.secret).hex()

    def encrypt(self, data: bytes, context: str) -> bytes:
        """`data` encrypted and bound to `context`, a text naming its place, such as `draft:<id>`."""
        out = io.BytesIO()
        writer = self.writer(out, context)
        writer.write(data)
        writer.close()
        return out.getvalue()

    def decrypt(self, stored: bytes, context: str) -> bytes:
        """The plain bytes; IntegrityError `damaged` when key, context or bytes do not fit."""
        return b"".join(self.read(io.BytesIO(stored), context))

    def writer(self, out: BinaryIO, context: str) -> "StoreWriter":
        """Encrypts what is pushed in, in constant memory. Without `close` the result never opens."""
        return StoreWriter(out, self, context)

    def read(self, stored: BinaryIO, context: str) -> Iterator[bytes]:
        """Plain chunks of a stored file, each authenticated; IntegrityError `damaged` where it breaks or ends early.

        Only a run to the end without an error is the whole.
        """
        head = stored.read(len(_MAGIC) + _SALT)
        if len(head) != len(_MAGIC) + _SALT or not head.startswith(_MAGIC):
            raise IntegrityError("damaged", "not a file of the store")
        cipher = self.cipher(head[len(_MAGIC) :], context)
        block, index = _read_full(stored), 0
        while True:
            following = _read_full(stored)
            yield _open_chunk(cipher, index, block, last=not following)
            if not following:
                return
            block, index = following, index + 1

    def cipher(self, salt: bytes, context: str) -> AESGCM:
        """The cipher of one message."""
        info = b"zuschlag/store/v1\n" + context.encode()
        return AESGCM(HKDF(hashes.SHA256(), 32, salt, info).derive(self.secret))


class StoreWriter:
    """Push side of the store's format; the caller owns `out`."""

    def __init__(self, out: BinaryIO, key: StoreKey, context: str) -> None:
        salt = os.urandom(_SALT)
        self._out = out
        self._cipher = key.cipher(salt, context)
        self._held = bytearray()
        self._index = 0
        self._closed = False
        out.write(_MAGIC + salt)

    def write(self, chunk: bytes) -> int:
        """Takes the next plain bytes."""
        if self._closed:
            raise SealingError("this stored file is already closed")
        self._held += chunk
        while len(self._held) > _CHUNK:  # the last chunk is written by close
            self._put(bytes(self._held[:_CHUNK]), last=False)
            del self._held[:_CHUNK]
        return len(chunk)

    def close(self) -> None:
        """Writes the final chunk."""
        if not self._closed:
            self._closed = True
            self._put(bytes(self._held), last=True)

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._index, last=last), plain, None))
        self._index += 1


def _open_chunk(cipher: AESGCM, index: int, block: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(index, last=last), block, None)
    except (InvalidTag, ValueError) as error:
        raise IntegrityError("damaged", "the stored file is damaged, cut off or of another place") from error


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


def _read_full(stored: BinaryIO) -> bytes:
    """One encrypted chunk; a raw file may give less than asked."""
    block = stored.read(_CHUNK + _TAG)
    while 0 < len(block) < _CHUNK + _TAG and (more := stored.read(_CHUNK + _TAG - len(block))):
        block += more
    return block


def _new_key() -> bytes:
    return _KEY_HEAD + base64.b64encode(os.urandom(32)) + b"\n"


def _parse(text: bytes, path: Path) -> bytes:
    try:
        secret = base64.b64decode(text.strip().removeprefix(_KEY_HEAD), validate=True)
    except binascii.Error:
        secret = b""
    if not text.startswith(_KEY_HEAD) or len(secret) != 32:
        raise KeyFileError(f"{path} holds no store key")
    return secret
