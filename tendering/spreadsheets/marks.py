"""What a PDF, Office or OpenDocument file says about itself: author, program, time of creation.

For hints about files that were made together. Foreign bytes: called in the child process only (`child.py`). Nothing is
parsed as a whole: known places are looked up in a bounded number of bytes; what is hidden elsewhere stays unknown.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping

LONGEST = 300  # characters of a value
PART_BYTES = 1 << 20
MOST_STREAMS = 200  # compressed object streams of a PDF that are looked into
_ZIP: Mapping[str, tuple[tuple[str, bytes], ...]] = {
    "docProps/core.xml": (("author", rb"dc:creator"), ("created", rb"dcterms:created")),
    "docProps/app.xml": (("producer", rb"Application"),),
    "meta.xml": (
        ("author", rb"meta:initial-creator"), ("created", rb"meta:creation-date"), ("producer", rb"meta:generator"),
    ),
}  # fmt: skip
_PDF = (("author", b"Author"), ("producer", b"Producer"), ("created", b"CreationDate"))
_XMP = (("author", rb"rdf:li"), ("producer", rb"pdf:Producer"), ("created", rb"xmp:CreateDate"))
_STREAM = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s{0,4}stream\r?\n")
_ESCAPED = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3})")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def document_marks(data: bytes) -> dict[str, str]:
    """{"author", "producer", "created"} in a form that can be compared, "" where the file does not say it."""
    found: dict[str, str] = dict.fromkeys(("author", "producer", "created"), "")
    if data.startswith(b"%PDF-"):
        found |= dict(_of_pdf(data))
    elif data.startswith(b"PK"):
        found |= dict(_of_zip(data))
    return found


def _of_zip(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            for part in _ZIP.keys() & names:
                with archive.open(part) as stream:
                    text = stream.read(PART_BYTES)
                for name, tag in _ZIP[part]:
                    if value := _between(text, tag):
                        yield name, value
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
        return


def _between(text: bytes, tag: bytes) -> str:
    match = re.search(rb"<" + tag + rb"(?:\s[^<>]{0,200})?>([^<]{1,%d})</" % (4 * LONGEST) + tag + rb">", text)
    return _plain(match[1].decode("utf-8", "replace")) if match else ""


def _of_pdf(data: bytes) -> Iterator[tuple[str, str]]:
    """The newest entry counts: changes are appended to a PDF. An encrypted one says nothing."""
    if b"/Encrypt" in data:
        return
    texts = [data, *_object_streams(data)]
    for name, key in _PDF:
        values = [value for text in texts for value in _strings(text, key)]
        if values:
            yield name, values[-1]
            continue
        tag = dict(_XMP)[name]
        start = data.rfind(b"<x:xmpmeta")
        packet = data[start : start + PART_BYTES] if start >= 0 else b""
        if name == "author":
            packet = packet[packet.find(b"<dc:creator") :] if b"<dc:creator" in packet else b""
        if value := _between(packet, tag):
            yield name, value


def _object_streams(data: bytes) -> Iterator[bytes]:
    for number, match in enumerate(_STREAM.finditer(data)):
        if number >= MOST_STREAMS:
            return
        try:
            yield zlib.decompressobj().decompress(data[match.end() : match.end() + PART_BYTES], PART_BYTES)
        except zlib.error:
            continue


def _strings(text: bytes, key: bytes) -> Iterator[str]:
    """Literal and hexadecimal strings behind this key."""
    pattern = rb"/" + key + rb"\s{0,4}(?:\(((?:\\.|[^\\()]){1,1200})\)|<([0-9A-Fa-f\s]{2,2400})>)"
    for match in re.finditer(pattern, text, re.DOTALL):
        raw = _ESCAPED.sub(_unescaped, match[1]) if match[1] is not None else _unhexed(match[2])
        decoded = raw.decode("utf-16", "replace") if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else raw.decode("latin-1")
        if value := _plain(decoded):
            yield value


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if code[:1].isdigit() else _NAMED.get(code, code)


def _unhexed(text: bytes) -> bytes:
    digits = re.sub(rb"\s", b"", text)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _plain(text: str) -> str:
    """Without case, blanks and control characters, so that two spellings of one value are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in folded).split())[:LONGEST]
