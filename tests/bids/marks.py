"""Marked secrets and every spelling in which they could leak."""

import base64
import html
import json
import quopri
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from urllib.parse import quote

PRICE = "48151.62"
TEXT = "Geheime Zusage Ärmel 77b1"
NAME = "Merkzettel Größe 77b1.pdf"
BODY = "Inhalt der Anlage Öl 77b1"
DECLARANT = "Unterzeichnerin Äpfel 77b1"
ALL = (PRICE, TEXT, NAME, BODY, DECLARANT)


def spellings(secret: str) -> Iterator[bytes]:
    """UTF-8, UTF-16, UTF-32, Latin-1, parted umlauts, base64 at each offset, hex, percent, quoted-printable, escapes of
    JSON, Python and HTML, German and English money."""
    plain = secret.encode()
    yield plain
    yield unicodedata.normalize("NFD", secret).encode()
    yield secret.encode("utf-32-le")
    yield quopri.encodestring(plain).rstrip(b"\n")
    yield quopri.encodestring(plain, header=True).rstrip(b"\n")
    yield repr(plain)[2:-1].encode()
    yield ascii(secret)[1:-1].encode()
    yield secret.encode("ascii", "xmlcharrefreplace")
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield secret.encode("latin-1")
    for encoded in (plain, secret.encode("utf-16-le")):
        yield encoded.hex().encode()
        yield encoded.hex().upper().encode()
        yield from _base64(encoded)
    yield quote(secret).encode()
    yield quote(secret, safe="").lower().encode()
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(json.dumps(secret))[3:-3].encode()
    yield html.escape(secret).encode()
    if re.fullmatch(r"[0-9.]+", secret):
        yield from (text.encode() for text in ("48.151,62", "48151,62", "48,151.62", "48 151,62", "48\u202f151,62"))


@cache
def _pattern(secret: str) -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(spelling) for spelling in dict.fromkeys(spellings(secret))))


def found(data: bytes) -> list[str]:
    """The secrets that stand in these bytes in any spelling, also inside whatever is packed by gzip, zip or zlib."""
    parts = [data, *_unpacked(data)]
    return [secret for secret in ALL if any(_pattern(secret).search(part) for part in parts)]


def found_in(parts: Iterable[bytes]) -> list[str]:
    return [secret for part in parts for secret in found(part)]


# Where packed bytes may begin and the window bits that unpack them: gzip, an entry of a zip (behind its head), zlib.
_PACKED = re.compile(b"(?P<gzip>\x1f\x8b\x08)|(?P<zip>PK\x03\x04)|(?P<zlib>x[\x01^\x9c\xda])", re.DOTALL)


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What can be unpacked at any place of the bytes, one level deep; where nothing is packed, little or nothing."""
    for place in _PACKED.finditer(data):
        start, bits = place.start(), 47
        if place.lastgroup == "zip":
            name, extra = (int.from_bytes(data[start + at : start + at + 2], "little") for at in (26, 28))
            start, bits = start + 30 + name + extra, -15
        try:
            yield zlib.decompressobj(bits).decompress(data[start:], 1 << 20)
        except zlib.error:
            continue


def _base64(data: bytes) -> Iterator[bytes]:
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data)
        inner = encoded[-(-offset * 8 // 6) :].rstrip(b"=")[:-1]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")
