"""Time stamps (RFC 3161) over checkpoints: the word of somebody else that a checkpoint existed. No Django.

Stamped are the first four lines of a checkpoint (origin, number of chains, root, tick): the same bytes in the note with
leaves and in the public one. Anybody checks a stamp with OpenSSL, without us:

    head -n 4 CHECKPOINT.note > stamped; openssl ts -verify -data stamped -in CHECKPOINT.tsr -CAfile ROOTS.pem

The library "rfc3161-client" is loaded at first use, so that everything else of this folder works without it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509

LONGEST: Final = 65_536  # bytes of an answer; the ones seen have 1 to 6 kB
_STAMPED_LINES: Final = 4


class StampError(ValueError):
    """The stamp is unreadable, was refused, belongs to something else or is not signed by one of the roots."""


class StampLibraryError(StampError):
    """Stamps cannot be read here: rfc3161-client is not installed."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says: its moment (UTC), and the nonce of the request it answers (None where there was none)."""

    at: datetime
    nonce: int | None


def stamped_bytes(note: str) -> bytes:
    """The bytes of a checkpoint, whole or public, that a stamp covers."""
    return "".join(note.splitlines(keepends=True)[:_STAMPED_LINES]).encode()


def request_for(content: bytes) -> tuple[bytes, int]:
    """(DER of the request, its nonce); asks for SHA-256 and for the authority's certificates in the answer."""
    library = _library()
    builder = library.TimestampRequestBuilder().data(content).hash_algorithm(library.HashAlgorithm.SHA256)
    request = builder.build()
    return bytes(request.as_bytes()), int(request.nonce)


def read_stamp(der: bytes, content: bytes) -> Stamp:
    """What an answer of an authority says about `content`, its signature left aside; StampError."""
    return _stamp(_decoded(der), content)


def verify_stamp(der: bytes, content: bytes, roots: bytes) -> Stamp:
    """The same with the signature checked up to one of the certificates in `roots` (PEM); StampError."""
    answer = _decoded(der)
    stamp = _stamp(answer, content)
    builder = _library().VerifierBuilder(roots=parse_roots(roots))
    try:
        builder.build().verify_message(answer, content)
    except (_library().VerificationError, ValueError) as error:
        raise StampError(f"its signature does not lead to a trusted root: {error}") from error
    return stamp


def parse_roots(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file; StampError when there are none or they cannot be read."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise StampError(f"the roots are no certificates in PEM form: {error}") from error


def _decoded(der: bytes) -> Any:
    if len(der) > LONGEST:
        raise StampError("the answer is too long for a time stamp")
    library = _library()
    try:
        answer = library.decode_timestamp_response(der)
    except ValueError as error:
        raise StampError(f"the answer is no readable time stamp: {error}") from error
    if answer.status not in {0, 1}:  # granted, granted with changes
        raise StampError(
            "the authority refused: " + (" ".join(answer.status_string)[:200] or f"status {answer.status}")
        )
    return answer


def _stamp(answer: Any, content: bytes) -> Stamp:
    try:
        info = answer.tst_info
        imprint, nonce, moment = info.message_imprint.message, info.nonce, info.gen_time
    except ValueError as error:
        raise StampError(f"the answer is no readable time stamp: {error}") from error
    if not secrets.compare_digest(imprint, hashlib.sha256(content).digest()):
        raise StampError("the stamp is over something else than this checkpoint")
    return Stamp(moment.astimezone(UTC), nonce)


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError as error:
        raise StampLibraryError(
            "time stamps are read with the library rfc3161-client, which is not installed"
        ) from error
    return rfc3161_client
