"""The age v1 format (https://c2sp.org/age) by pyrage: the only module that knows that library."""

from collections.abc import Callable
from typing import Final, Protocol

import pyrage

from bids.sealing.errors import IntegrityError, SealingError, WrongPassSentence

SECRET_LENGTH: Final = 74  # bytes of an identity string, "AGE-SECRET-KEY-1…"
_NO_KEY: Final = "No matching keys found"


class Readable(Protocol):
    """A binary source."""

    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    """A binary sink that takes every byte offered."""

    def write(self, data: bytes, /) -> int: ...


def new_identity() -> tuple[bytes, str]:
    """(secret of 74 ASCII bytes, public recipient `age1…`)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity).encode(), str(identity.to_public())


def recipient_of(secret: bytes) -> str:
    """The public recipient of an identity string; SealingError when it is none."""
    return str(_identity(secret).to_public())


def checked_recipient(recipient: str) -> str:
    """The same recipient; SealingError when it is none."""
    _recipient(recipient)
    return recipient


def encrypt_stream(source: Readable, sink: Writable, recipient: str) -> None:
    """Encrypts to the end of `source` in constant memory. Errors of source and sink pass through as they are."""
    reader, writer = _Relay(source.read), _Relay(sink.write)
    try:
        pyrage.encrypt_io(_Source(reader), _Sink(writer), [_recipient(recipient)])
    except BaseException as error:
        raise reader.error or writer.error or SealingError(f"cannot encrypt: {error}") from error
    _raise_swallowed(reader, writer)


def decrypt_stream(source: Readable, sink: Writable, secret: bytes) -> None:
    """Decrypts in constant memory. The sink gets bytes before the end is verified: keep them only on return.

    Raises IntegrityError `damaged` or `wrong_key`; errors of source and sink pass through as they are.
    """
    reader, writer = _Relay(source.read), _Relay(sink.write)
    try:
        pyrage.decrypt_io(_Source(reader), _Sink(writer), [_identity(secret)])
    except BaseException as error:
        raise reader.error or writer.error or _integrity(error) from error
    _raise_swallowed(reader, writer)


def decrypt_with_passphrase(data: bytes, passphrase: str) -> bytes:
    """The content of an age passphrase file; WrongPassSentence when it does not open."""
    try:
        plain: bytes = pyrage.passphrase.decrypt(data, passphrase)
    except pyrage.DecryptError as error:
        raise WrongPassSentence("the pass sentence does not fit, or the key file is damaged") from error
    return plain


class _Relay:
    """Calls one read or write of ours from inside pyrage, remembers its error, and does nothing after it.

    pyrage turns our errors into its own, and flushes what it still holds into a sink that has already refused.
    """

    def __init__(self, call: Callable[..., bytes | int]) -> None:
        self._call = call
        self.error: BaseException | None = None

    def __call__(self, argument: int | bytes) -> bytes | int:
        if self.error:
            raise self.error
        try:
            return self._call(argument)
        except BaseException as error:
            self.error = error
            raise


def _raise_swallowed(*relays: _Relay) -> None:
    """pyrage ignores an error of its last flush: a full disk would pass for success (seen with 1.4.0)."""
    for relay in relays:
        if relay.error:
            raise relay.error


class _Source:
    def __init__(self, relay: _Relay) -> None:
        self._relay = relay

    def read(self, size: int = -1) -> bytes | int:
        return self._relay(size)


class _Sink:
    def __init__(self, relay: _Relay) -> None:
        self._relay = relay

    def write(self, data: bytes) -> int:
        self._relay(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def _identity(secret: bytes) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(secret.decode("ascii"))
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise SealingError("not an age identity") from error


def _recipient(recipient: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise SealingError("not an age recipient") from error


def _integrity(error: BaseException) -> IntegrityError:
    if str(error) == _NO_KEY:
        return IntegrityError("wrong_key", "the object was sealed for another key, or its head is damaged")
    return IntegrityError("damaged", f"the object is damaged or cut off ({error})")
