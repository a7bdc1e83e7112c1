"""Sealing and opening one object: an age file of slot line, bytes and zeros up to the Padmé length.

Everything works in constant memory on streams. The true size is not inside: it stands in the manifest.
"""

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Final

from bids.sealing import age
from bids.sealing.errors import IntegrityError, SealingError
from bids.sealing.slot import Slot, padme

_BUFFER: Final = 1 << 20


@dataclass(frozen=True)
class Sealed:
    """Size in bytes and hex SHA-256 of the document and of its sealed form."""

    size_plain: int
    sha256_plain: str
    size_cipher: int
    sha256_cipher: str


def seal_bytes(slot: Slot, data: bytes, recipient: str) -> bytes:
    """The sealed object of a small document held in memory."""
    out = io.BytesIO()
    line = slot.line()
    total = len(line) + len(data)
    age.encrypt_stream(io.BytesIO(line + data + bytes(padme(total) - total)), out, recipient)
    return out.getvalue()


class StreamSealer:
    """Seals what is pushed in: `write` chunks, then `close`. The upload handler pushes, age pulls; a pipe and one
    thread join the two.

    Only `close` makes a valid object. After `abort`, an error, or when the sealer is forgotten, `out` ends without
    age's final chunk, so that a part can never pass for the whole. The caller owns `out`: sync, close and rename it.
    """

    def __init__(self, slot: Slot, recipient: str, out: BinaryIO) -> None:
        line = slot.line()
        self._total = len(line)
        self._size = 0
        self._sha = hashlib.sha256()
        self._work = _Work(out, age.checked_recipient(recipient))
        read_end, write_end = os.pipe()
        self._pipe = os.fdopen(write_end, "wb", buffering=_BUFFER)
        # The thread holds no reference to the sealer: a forgotten one is collected, its pipe closes, the thread ends.
        self._thread = threading.Thread(target=self._work.run, args=(read_end,), name="sealing", daemon=True)
        self._thread.start()
        self._push(line)

    def __enter__(self) -> "StreamSealer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.abort()

    def write(self, chunk: bytes) -> int:
        """Takes the next bytes of the document. Raises what went wrong with writing to `out`."""
        self._push(chunk)
        self._sha.update(chunk)
        self._size += len(chunk)
        self._total += len(chunk)
        return len(chunk)

    def close(self) -> Sealed:
        """Pads, ends the age file and returns sizes and hashes. Raises what went wrong with writing to `out`."""
        for zeros in _zeros(padme(self._total) - self._total):
            self._push(zeros)
        self._work.complete = True
        self._end()
        if self._work.error:
            raise self._work.error
        tap = self._work.tap
        return Sealed(self._size, self._sha.hexdigest(), tap.size, tap.sha.hexdigest())

    def abort(self) -> None:
        """Ends without a valid object. Does nothing after `close`."""
        if not self._pipe.closed:
            self._end()

    def _push(self, chunk: bytes) -> None:
        if self._pipe.closed:
            raise SealingError("this object is already closed")
        try:
            self._pipe.write(chunk)
        except BrokenPipeError:
            self._end()
            raise self._work.error or SealingError("sealing ended early") from None

    def _end(self) -> None:
        try:
            self._pipe.close()
        except BrokenPipeError:  # the thread ended first; it holds the reason
            self._work.complete = False
        self._thread.join()


class _Work:
    """The pulling side: age reads from the pipe and writes to the sink."""

    def __init__(self, out: BinaryIO, recipient: str) -> None:
        self.tap = _Tap(out)
        self.complete = False
        self.error: BaseException | None = None
        self._recipient = recipient

    def run(self, read_end: int) -> None:
        try:
            with os.fdopen(read_end, "rb", buffering=_BUFFER) as self._pipe:
                age.encrypt_stream(self, self.tap, self._recipient)
        except BaseException as error:  # raised again in close() or write()
            self.error = error

    def read(self, size: int = -1, /) -> bytes:
        data = self._pipe.read(size)
        if not data and not self.complete:
            raise SealingError("sealing was given up before the end")
        return data


class _Tap:
    """Counts and hashes every sealed byte on its way out."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.sha = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        _write_all(self._out, data)
        self.sha.update(data)
        self.size += len(data)
        return len(data)


def open_sealed(
    secret: bytes, sealed: bytes | BinaryIO, slot: Slot, true_size: int, sha256_plain: str | None = None
) -> bytes:
    """The document of a sealed object held in memory; see open_sealed_into."""
    out = io.BytesIO()
    source = io.BytesIO(sealed) if isinstance(sealed, bytes) else sealed
    open_sealed_into(secret, source, out, slot, true_size, sha256_plain)
    return out.getvalue()


def open_sealed_into(
    secret: bytes, source: BinaryIO, out: BinaryIO, slot: Slot, true_size: int, sha256_plain: str | None = None
) -> str:
    """Writes the document to `out` and returns its hex SHA-256, in constant memory.

    `secret` is the tender's age identity; `true_size` (bytes) and `sha256_plain` stand in the manifest. Give both: a
    size that is wrong by a few zero bytes of padding shows only in the hash. Bytes reach `out` before the end of the
    object is verified: they are good only when this returns. On any error a seekable `out` is cut back to where it
    stood. Raises IntegrityError.
    """
    start = out.tell() if out.seekable() else None
    sink = _DocumentSink(slot.line(), out, true_size)
    try:
        age.decrypt_stream(source, sink, secret)
        sink.finish(sha256_plain)
    except BaseException:
        if start is not None:
            out.seek(start)
            out.truncate()
        raise
    return sink.sha.hexdigest()


def open_text(secret: bytes, sealed: bytes) -> tuple[bytes, bytes]:
    """Slot line (without its LF) and content of a sealed text that holds no zero byte, such as a manifest.

    The padding is cut off. Where the object belongs the caller has to compare.
    """
    out = io.BytesIO()
    age.decrypt_stream(io.BytesIO(sealed), out, secret)
    plain = out.getvalue()
    text = plain.rstrip(b"\0")
    line, found, rest = text.partition(b"\n")
    if not found:
        raise IntegrityError("foreign_slot", "the object belongs to another place")
    if len(plain) != padme(len(text)):
        raise IntegrityError("size", "the object is not padded as it should be")
    return line, rest


class _DocumentSink:
    """Checks the slot line first, passes on `true_size` bytes, then takes nothing but zeros."""

    def __init__(self, line: bytes, out: BinaryIO, true_size: int) -> None:
        self.sha = hashlib.sha256()
        self._line = line
        self._out = out
        self._head = b""
        self._left = true_size
        self._seen = 0
        self._total = padme(len(line) + true_size)

    def write(self, data: bytes, /) -> int:
        self._seen += len(data)
        rest = self._after_line(data)
        body, zeros = rest[: self._left], rest[self._left :]
        if zeros.count(0) != len(zeros):
            raise IntegrityError("size", "the object holds more than the size stated in the manifest")
        _write_all(self._out, body)
        self.sha.update(body)
        self._left -= len(body)
        return len(data)

    def finish(self, sha256: str | None) -> None:
        """Raises IntegrityError unless exactly the stated size, padding and hash were seen."""
        if len(self._head) < len(self._line):
            raise IntegrityError("foreign_slot", "the object belongs to another place")
        if self._left or self._seen != self._total:
            raise IntegrityError("size", "the object's size differs from the one stated in the manifest")
        if sha256 is not None and sha256 != self.sha.hexdigest():
            raise IntegrityError("hash", "the object's content differs from the hash stated in the manifest")

    def _after_line(self, data: bytes) -> bytes:
        missing = len(self._line) - len(self._head)
        if missing:
            self._head += data[:missing]
            if not self._line.startswith(self._head):
                raise IntegrityError("foreign_slot", "the object belongs to another place")
        return data[missing:]


def _write_all(out: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:  # a raw file may take less than offered
        view = view[out.write(view) :]


def _zeros(count: int) -> Iterator[bytes]:
    while count > 0:
        yield bytes(min(count, _BUFFER))
        count -= _BUFFER
