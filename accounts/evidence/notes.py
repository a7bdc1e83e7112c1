"""Signed notes (https://c2sp.org/signed-note): readable text, a blank line, signature lines. Ed25519 only."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_NAME: Final = re.compile(r"[^\s+]+\Z")
_VERIFIER: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\Z")
_SIGNATURE: Final = re.compile(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)\Z")
_LONGEST: Final = 1_000_000  # characters
_MOST_SIGNATURES: Final = 100


class NoteError(ValueError):
    """The note is malformed, or carries no good signature of a known key."""


@dataclass(frozen=True)
class OpenedNote:
    """Text of a verified note (ends with LF) and the names of the known keys that signed it."""

    text: str
    signers: tuple[str, ...]


@dataclass(frozen=True)
class _Verifier:
    name: str
    key_id: bytes
    key: Ed25519PublicKey


def verifier_key(key: Ed25519PrivateKey | Ed25519PublicKey, name: str) -> str:
    """The printable public key `name+keyid+base64`, as notices and `/.well-known/zuschlag-keys` show it."""
    public = _public_bytes(key)
    encoded = base64.b64encode(_ED25519 + public).decode()
    return f"{_checked_name(name)}+{_key_id(name, public).hex()}+{encoded}"


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of `text` (ends with LF, no other control characters) signed as `name`."""
    _check_text(text)
    signature = _key_id(_checked_name(name), _public_bytes(key)) + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, verifier_keys: Iterable[str]) -> OpenedNote:
    """The text of a note signed by at least one of the given verifier keys, else NoteError.

    Signatures of unknown keys are skipped; a wrong signature in the name of a known key refuses the whole note.
    """
    text, lines = _split(note)
    known = [_parse_verifier(verifier) for verifier in verifier_keys]
    signers = [name for line in lines if (name := _signer(line, text, known))]
    if not signers:
        raise NoteError("the note carries no signature of a known key")
    return OpenedNote(text, tuple(dict.fromkeys(signers)))


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """Text of a checkpoint (C2SP tlog-checkpoint): origin, number of leaves, base64 root, one per line."""
    if size < 0 or len(root) != 32:
        raise ValueError("a checkpoint needs a size of at least 0 and a root of 32 bytes")
    return f"{_checked_name(origin)}\n{size}\n{base64.b64encode(root).decode()}\n"


def parse_checkpoint(text: str) -> tuple[str, int, bytes]:
    """(origin, size, root) of a checkpoint text; NoteError for anything else."""
    match = re.fullmatch(r"([^\s+]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*", text)
    if not match:
        raise NoteError("not a checkpoint")
    return match[1], int(match[2]), base64.b64decode(match[3])


def _public_bytes(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes_raw()


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _checked_name(name: str) -> str:
    if not _NAME.match(name):
        raise NoteError(f"a key name has no spaces and no plus: {name!r}")
    return name


def _check_text(text: str) -> None:
    if not text.endswith("\n") or len(text) > _LONGEST:
        raise NoteError("a note's text ends with a line feed and is shorter than a megabyte")
    if any(char < " " and char != "\n" for char in text):
        raise NoteError("a note's text has no control characters")


def _split(note: str) -> tuple[str, list[str]]:
    body, separator, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or lines.pop() != "" or not 1 <= len(lines) <= _MOST_SIGNATURES:
        raise NoteError("not a signed note")
    _check_text(body + "\n")
    return body + "\n", lines


def _signer(line: str, text: str, known: list[_Verifier]) -> str | None:
    """Name of the known key that made this signature line, None when the key is unknown."""
    match = _SIGNATURE.match(line)
    if not match:
        raise NoteError("the note has a malformed signature line")
    raw = _decode(match[2])
    for verifier in known:
        if (verifier.name, verifier.key_id) == (match[1], raw[:4]):
            try:
                verifier.key.verify(raw[4:], text.encode())
            except InvalidSignature as error:
                raise NoteError(f"the signature of {verifier.name} is wrong: the note was changed") from error
            return verifier.name
    return None


def _parse_verifier(text: str) -> _Verifier:
    match = _VERIFIER.match(text.strip())
    raw = _decode(match[3]) if match else b""
    if not match or len(raw) != 33 or raw[:1] != _ED25519:
        raise NoteError("not an Ed25519 verifier key")
    if _key_id(match[1], raw[1:]).hex() != match[2]:
        raise NoteError("the verifier key's id does not belong to its key")
    return _Verifier(match[1], bytes.fromhex(match[2]), Ed25519PublicKey.from_public_bytes(raw[1:]))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NoteError("the note has malformed base64") from error
