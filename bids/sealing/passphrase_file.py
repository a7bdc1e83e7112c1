"""Writes age v1 passphrase files (https://c2sp.org/age, scrypt recipient) with a chosen work factor.

pyrage cannot choose the factor; reading is left to it. The factor is 18 for people (about a second and 256 MiB), lower
only for demo and tests.
"""

import base64
import os
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bids.sealing.errors import SealingError

_CHUNK: Final = 64 * 1024
_LABEL: Final = b"age-encryption.org/v1/scrypt"


def encrypt_with_passphrase(plain: bytes, passphrase: str, work_factor: int = 18) -> bytes:
    """The age file of `plain`; `work_factor` is scrypt's log2(N), 1 to 20 (higher ones are refused by readers)."""
    if not passphrase or not 1 <= work_factor <= 20:
        raise SealingError("a passphrase file needs a passphrase and a work factor of 1 to 20")
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    kdf = Scrypt(salt=_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1)
    wrapped = ChaCha20Poly1305(kdf.derive(passphrase.encode())).encrypt(bytes(12), file_key, None)
    header = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {work_factor}\n{_base64(wrapped)}\n---".encode()
    mac = hmac.HMAC(_derive(file_key, b"", b"header"), hashes.SHA256())
    mac.update(header)
    payload = b"".join(_chunks(plain, _derive(file_key, nonce, b"payload")))
    return header + f" {_base64(mac.finalize())}\n".encode() + nonce + payload


def _chunks(plain: bytes, key: bytes) -> Iterator[bytes]:
    """STREAM: 64 KiB chunks under a counter nonce whose last byte marks the final chunk."""
    cipher = ChaCha20Poly1305(key)
    last = max(0, len(plain) - 1) // _CHUNK
    for index in range(last + 1):
        nonce = index.to_bytes(11, "big") + bytes([index == last])
        yield cipher.encrypt(nonce, plain[index * _CHUNK : (index + 1) * _CHUNK], None)


def _derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
