"""A look at the first and last bytes of a document: what its bidder should know before handing it in. Never refuses.

The same look is in `config/frontend/src/parts/seal/look.js`, where the browser seals; both know the codes of DOUBTS.
What was found is kept as a code beside the name in the encrypted draft, which goes with the bid. It says something
about a sealed document, so it stands in no manifest, column, audit event, log or mail.
"""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

HEAD: Final = 1_024  # bytes in which readers look for "%PDF-"
TAIL: Final = 2_048  # bytes in which the end of a PDF is looked for
REACH: Final = 8_192  # bytes behind the place named at the end, in which a PDF says that it is encrypted
SEAM: Final = 64  # longer than what is looked for across two chunks

DOUBTS: Final[dict[str, str | Promise]] = {
    "encrypted": gettext_lazy(
        "This document is protected by a password or encrypted, so that perhaps nobody can read it after the opening. "
        "A version without protection is safer."
    ),
    "damaged": gettext_lazy(
        "This PDF seems to be damaged or incomplete. Open it on your computer and, if need be, save it anew."
    ),
    "other_type": gettext_lazy(
        "The content of this file does not fit the ending of its name. Check whether it is the right one."
    ),
}

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_OFFICE: Final = frozenset({"docx", "xlsx", "pptx"})
_BEGINNINGS: Final = {
    **dict.fromkeys([*_OFFICE, "odt", "ods", "odp", "zip"], _ZIP),
    **dict.fromkeys(["jpg", "jpeg"], b"\xff\xd8\xff"),
    "png": b"\x89PNG",
}
_KNOWN: Final = (_OLE, b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"MZ", b"{\\rtf")
_LOCK: Final = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_END: Final = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF")


@dataclass(frozen=True)
class Seen:
    """What was kept of a document: ends and `size` in bytes, offsets of what looks like the entry of an encryption."""

    head: bytes = field(default=b"", repr=False)
    tail: bytes = field(default=b"", repr=False)
    size: int = 0
    locks: tuple[int, ...] = ()

    def doubts(self, name: str) -> tuple[str, ...]:
        """Codes of DOUBTS; the name decides what the file should be. Nothing is said of an empty file."""
        ending = name.rpartition(".")[2].casefold() if "." in name else ""
        if not self.size:
            return ()
        if ending == "pdf":
            return self._doubts_of_pdf()
        if ending in _OFFICE and self.head.startswith(_OLE):
            return ("encrypted",)  # so Office stores what has a password
        wanted = _BEGINNINGS.get(ending, b"")
        return () if self.head.startswith(wanted) else ("other_type",)

    def _doubts_of_pdf(self) -> tuple[str, ...]:
        if b"%PDF-" not in self.head:
            return ("other_type",) if self.head.startswith(_KNOWN) else ("damaged",)
        ends = _END.findall(self.tail)
        start = int(ends[-1]) if ends else self.size
        if start >= self.size:
            return ("damaged",)
        near = any(start <= at < start + REACH for at in self.locks)  # a stream of places says it in front
        _before, trailer, last = self.tail.rpartition(b"trailer")  # a table of places says it behind
        return ("encrypted",) if near or (trailer and _LOCK.search(last)) else ()


NOTHING: Final = Seen()


class Look:
    """Goes along with the bytes of one document: `feed` each chunk, then `seen`. Keeps a few kB whatever comes."""

    def __init__(self) -> None:
        self._head, self._tail, self._size = b"", b"", 0
        self._locks: deque[int] = deque(maxlen=8)

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
        seam = self._tail[-SEAM:]
        joined = seam + chunk
        at = joined.find(b"/Encrypt")
        while at >= 0:
            if _LOCK.match(joined, at):
                self._locks.append(self._size - len(seam) + at)
            at = joined.find(b"/Encrypt", at + 1)
        self._tail = (self._tail + chunk[-TAIL:])[-TAIL:]
        self._size += len(chunk)

    def seen(self) -> Seen:
        """What there is to judge by."""
        return Seen(self._head, self._tail, self._size, tuple(self._locks))


def sentences(codes: Iterable[str]) -> list[str]:
    """What to tell the bidder, in the active language."""
    return [str(DOUBTS[code]) for code in codes if code in DOUBTS]


def warnings(codes: Iterable[str]) -> list[dict[str, str]]:
    """The same for programs: code and text."""
    return [{"code": code, "text": str(DOUBTS[code])} for code in codes if code in DOUBTS]
