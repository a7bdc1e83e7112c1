"""HPKE (RFC 9180), single-shot base mode, DHKEM(X25519) / HKDF-SHA256 / AES-256-GCM; wire form enc (32 bytes) + ct.

The key files of the platform and its escrow live here too: they are used for nothing else.
"""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from accounts.evidence import KeyFileError, canonical_bytes, read_key_file, read_or_create_key_file
from bids.sealing.errors import SealingError

ENC_LENGTH: Final = 32
_SUITE: Final = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


def new_keypair() -> tuple[str, bytes]:
    """(public key in base64, secret key as 32 raw bytes)."""
    key = X25519PrivateKey.generate()
    return encode(key.public_key().public_bytes_raw()), key.private_bytes_raw()


def public_of(secret: bytes) -> str:
    """Base64 public key of a raw secret key."""
    return encode(_private(secret).public_key().public_bytes_raw())


def wrap(plain: bytes, public: str, info: dict[str, Any]) -> bytes:
    """`plain` encrypted for the base64 public key and bound to `info` (its canonical JSON)."""
    raw = decode(public, "public key")
    if len(raw) != 32:
        raise SealingError("a public key has 32 bytes")
    try:
        return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(raw), canonical_bytes(info))
    except ValueError as error:  # a point of low order
        raise SealingError("not a usable public key") from error


def unwrap(wrapped: bytes, secret: bytes, info: dict[str, Any]) -> bytes:
    """The plain bytes; SealingError when key, info or bytes do not belong together."""
    try:
        return _SUITE.decrypt(wrapped, _private(secret), canonical_bytes(info))
    except (InvalidTag, ValueError) as error:
        raise SealingError("this key does not open this piece, or the piece was changed") from error


def encode(data: bytes) -> str:
    """Standard base64 with padding, as all our JSON has it."""
    return base64.b64encode(data).decode()


def decode(text: str, what: str) -> bytes:
    """The bytes of standard base64; SealingError naming `what` otherwise."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SealingError(f"the {what} is not base64") from error


def _private(secret: bytes) -> X25519PrivateKey:
    if len(secret) != 32:
        raise SealingError("a secret key has 32 bytes")
    return X25519PrivateKey.from_private_bytes(secret)


@dataclass(frozen=True)
class PlatformKey:
    """The key that the clock share is wrapped to. Lost together with the escrow key: sealed bids cannot be opened."""

    secret: bytes

    def __repr__(self) -> str:
        return f"PlatformKey(public={self.public!r})"  # a traceback must not print the secret

    @property
    def public(self) -> str:
        """Base64 public key."""
        return public_of(self.secret)

    @classmethod
    def load_or_create(cls, path: Path) -> "PlatformKey":
        """The key of a PEM file (PKCS #8, mode 0400), made at first use."""
        return cls(_parse(read_or_create_key_file(path, _new_pem), path))

    @classmethod
    def load(cls, path: Path) -> "PlatformKey":
        """The key of an existing PEM file; KeyFileError when it is missing, so that a loss is noticed."""
        return cls(_parse(read_key_file(path), path))


def _new_pem() -> bytes:
    return X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _parse(pem: bytes, path: Path) -> bytes:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} holds no readable private key") from error
    if not isinstance(key, X25519PrivateKey):
        raise KeyFileError(f"{path} holds no X25519 key")
    return key.private_bytes_raw()
