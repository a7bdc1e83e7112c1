"""Small PDFs as programs write them: with a table or a stream of places, whole, locked, cut off, or something else."""

import zlib
from typing import Final

_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"
_LOCK = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -1852 /O <28BF> /U <4E56> >>"


def pdf(*, locked: bool = False, filling: int = 0) -> bytes:
    """With a table at its end. `filling` bytes lie in the middle."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", _PAGE, _LOCK]
    out, places = _start(filling), []
    for number, body in enumerate(objects[: 4 if locked else 3], 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), len(places) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b" /Encrypt 4 0 R" if locked else b""
    return out + b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (size, lock, start)


def pdf_with_stream(*, locked: bool = False, filling: int = 0, places: int = 9_000) -> bytes:
    """With a stream of places instead of a table, longer than what is looked at of the end."""
    out, noise = _start(filling), bytes((n * n * 31 + n // 7) % 256 for n in range(places))
    packed = zlib.compress(noise, 0)
    lock = b" /Encrypt 4 0 R" if locked else b""
    head = b"9 0 obj\n<< /Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R%s /Filter /FlateDecode /Length %d >>\nstream\n"
    return out + head % (lock, len(packed)) + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(out)


def _start(filling: int) -> bytes:
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        + b"8 0 obj\n<< /Length %d >>\nstream\n" % filling
        + b"7" * filling
        + b"\nendstream\nendobj\n"
    )


SPEECH: Final = b"(/Encrypt 4 0 R stands in a trailer)    "
WHOLE, LOCKED = pdf(filling=40_000), pdf(locked=True, filling=40_000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
# what a file is called, what is in it, what its bidder is told: by the look of the server and of the browser alike
SAMPLES: dict[str, tuple[str, bytes, tuple[str, ...]]] = {
    "whole": ("Konzept.pdf", WHOLE, ()),
    "whole, small": ("Konzept.pdf", pdf(), ()),
    "whole, places in a stream": ("Konzept.pdf", pdf_with_stream(), ()),
    "whole, with something before its head": ("Konzept.pdf", b"\r\n" * 400 + WHOLE, ()),
    "whole, name in capitals": ("KONZEPT.PDF", WHOLE, ()),
    "whole, speaks of locks": ("Konzept.pdf", WHOLE.replace(b"7" * 40, SPEECH), ()),
    "locked": ("Konzept.pdf", LOCKED, ("encrypted",)),
    "locked, small": ("Konzept.pdf", pdf(locked=True), ("encrypted",)),
    "locked, places in a stream": ("Konzept.pdf", pdf_with_stream(locked=True, filling=300_000), ("encrypted",)),
    "cut off in the middle": ("Konzept.pdf", WHOLE[: len(WHOLE) // 2], ("damaged",)),
    "cut off before its last line": ("Konzept.pdf", WHOLE[:-7], ("damaged",)),
    "its end lost to zeros": ("Konzept.pdf", WHOLE + b"\0" * 3_000, ("damaged",)),
    "its middle lost": ("Konzept.pdf", WHOLE[:1_000] + WHOLE[-60:], ("damaged",)),
    "no head": ("Konzept.pdf", b"\0" * 1_100 + WHOLE, ("damaged",)),
    "one byte": ("Konzept.pdf", b"%", ("damaged",)),
    "a picture called PDF": ("Konzept.pdf", b"\x89PNG\r\n\x1a\n" + b"\0" * 90, ("other_type",)),
    "a program called PDF": ("Konzept.pdf", b"MZ" + b"\0" * 90, ("other_type",)),
    "an Office file": ("Konzept.docx", b"PK\x03\x04" + b"\0" * 90, ()),
    "an Office file with a password": ("Konzept.xlsx", OLE, ("encrypted",)),
    "a PDF called an Office file": ("Konzept.docx", WHOLE, ("other_type",)),
    "an older Office file": ("Konzept.doc", OLE, ()),
    "a picture": ("Plan.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 90, ()),
    "a text called a picture": ("Plan.png", b"Angebot", ("other_type",)),
    "an ending nobody looks at": ("Plan.dwg", b"AC1032", ()),
    "no ending": ("pdf", b"Angebot", ()),
    "an ending of the language of browsers": ("Plan.constructor", b"Angebot", ()),
}
