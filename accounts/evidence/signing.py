"""The platform's signing key, and receipts signed with it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.evidence.canonical import CanonicalError, canonical_bytes, parse_canonical
from accounts.evidence.keyfiles import KeyFileError, read_key_file, read_or_create_key_file
from accounts.evidence.notes import NoteError, open_note, sign_note

_RECEIPT_HEAD: Final = "zuschlag receipt v1\n"


def load_or_create_signing_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key of a PEM file (PKCS #8, mode 0400), made at first use; see keyfiles for races."""
    return _parse_key(read_or_create_key_file(path, _new_key), path)


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """The Ed25519 key of an existing PEM file; KeyFileError when it is missing or something else."""
    return _parse_key(read_key_file(path), path)


def sign_receipt(payload: Mapping[str, Any], key: Ed25519PrivateKey, origin: str) -> str:
    """The receipt as a signed note: first line `zuschlag receipt v1`, second the canonical JSON of the payload."""
    return sign_note(f"{_RECEIPT_HEAD}{canonical_bytes(dict(payload)).decode()}\n", origin, key)


def open_receipt(note: str, verifier_keys: Iterable[str]) -> dict[str, Any]:
    """The payload of a receipt signed by one of the verifier keys, else NoteError."""
    text = open_note(note, verifier_keys).text
    if not text.startswith(_RECEIPT_HEAD):
        raise NoteError("not a receipt")
    try:
        payload = parse_canonical(text.removeprefix(_RECEIPT_HEAD).removesuffix("\n"))
    except CanonicalError as error:
        raise NoteError(f"not a receipt: {error}") from error
    if not isinstance(payload, dict):
        raise NoteError("not a receipt: its payload is no object")
    return payload


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _parse_key(pem: bytes, path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{path} holds no readable private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds no Ed25519 key")
    return key
