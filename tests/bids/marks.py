"""Marked secrets and every spelling in which they could leak."""

import base64
import html
import json
import re
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
    """UTF-8, UTF-16, Latin-1, base64 at each offset, hex, percent, JSON escapes, HTML, German and English money."""
    plain = secret.encode()
    yield plain
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
    """The secrets that stand in these bytes in any spelling."""
    return [secret for secret in ALL if _pattern(secret).search(data)]


def found_in(parts: Iterable[bytes]) -> list[str]:
    return [secret for part in parts for secret in found(part)]


def _base64(data: bytes) -> Iterator[bytes]:
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data)
        inner = encoded[-(-offset * 8 // 6) :].rstrip(b"=")[:-1]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")
