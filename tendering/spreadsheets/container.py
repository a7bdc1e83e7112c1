"""Is this file worth opening? Looks at the container only, before any spreadsheet library sees a byte.

The first part (directory of the zip) runs in the request; the second (content of the parts) in the child.
Both together refuse a hostile file in well under a second.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

MIB = 1024 * 1024
MAX_FILE_BYTES = 20 * MIB
MAX_MEMBERS = 500
MAX_MEMBER_BYTES = 50 * MIB
MAX_TOTAL_BYTES = 100 * MIB
MAX_RATIO = 100
RATIO_COUNTS_FROM = MIB
MAX_ROWS = 20_000
MAX_COLUMNS = 208
MAX_CELLS = 200_000

ContainerKind = Literal["xlsx", "ods", "csv"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# A cell in row 20,000 or below, or right of column GZ (208).
_FAR_CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="(?:[A-Z]+(?:[2-9]\d{4}|\d{6,})|(?:[H-Z][A-Z]|[A-Z]{3})\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row[ >/]")
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_ENCODING = re.compile(rb"""encoding=["']([A-Za-z0-9_.\-]+)["']""")
_SAFE_ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"}
_OVERLAP = 4096


class Refused(Exception):
    """The file is not read. `code` for the message table (`messages.py`), `params` for its placeholders."""

    def __init__(self, code: str, params: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})


@dataclass(frozen=True, slots=True)
class Container:
    """`notes` are harmless findings the person should know: macros_ignored, external_links_ignored."""

    kind: ContainerKind
    notes: tuple[str, ...] = ()


def inspect_container(data: bytes) -> Container:
    """Kind of the file by its content, never by its name. Raises Refused."""
    if not data:
        raise Refused("empty_file")
    if len(data) > MAX_FILE_BYTES:
        raise Refused("file_too_large", {"max_mib": MAX_FILE_BYTES // MIB})
    if data.startswith(_OLE):
        raise Refused("encrypted" if _ENCRYPTED_PACKAGE in data else "old_format")
    if data.startswith(b"PK"):
        return _inspect_zip(data)
    if data[:5] in {b"%PDF-", b"{\\rtf"} or b"\0" in data[:4096]:
        raise Refused("unknown_format")
    return Container("csv")


def _inspect_zip(data: bytes) -> Container:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members)
            kind = _kind_of(archive)
    except (zipfile.BadZipFile, NotImplementedError, OSError, UnicodeDecodeError) as error:
        raise Refused("damaged", {"reason": type(error).__name__}) from error
    names = [member.filename.casefold() for member in members]
    notes = []
    if any("vbaproject" in name or name.startswith("basic/") for name in names):
        notes.append("macros_ignored")
    if any("externallinks/" in name for name in names):
        notes.append("external_links_ignored")
    return Container(kind, tuple(notes))


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Refused("too_many_members", {"max": MAX_MEMBERS})
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise Refused("damaged", {"reason": "duplicate member"})
    for member in members:
        _check_member(member)
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise Refused("unpacks_too_large", {"max_mib": MAX_TOTAL_BYTES // MIB})


def _check_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise Refused("encrypted")
    if member.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", member.filename):
        raise Refused("damaged", {"reason": "member name"})
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Refused("damaged", {"reason": "link"})
    if member.file_size > MAX_MEMBER_BYTES:
        raise Refused("unpacks_too_large", {"max_mib": MAX_MEMBER_BYTES // MIB})
    if member.file_size > RATIO_COUNTS_FROM and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise Refused("compressed_too_much", {"max": MAX_RATIO})


def _kind_of(archive: zipfile.ZipFile) -> ContainerKind:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as member:
            if b"opendocument.spreadsheet" in member.read(200):
                return "ods"
    raise Refused("unknown_format")


def scan_parts(data: bytes) -> None:
    """Unpack every part once, counting real bytes, rows and cells; no DTD, no odd encoding. Raises Refused."""
    total = rows = cells = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                is_sheet = "worksheets/" in member.filename
                for block, fresh in _blocks(archive, member):
                    total += fresh
                    if total > MAX_TOTAL_BYTES:
                        raise Refused("unpacks_too_large", {"max_mib": MAX_TOTAL_BYTES // MIB})
                    _check_markup(block, member.filename)
                    if is_sheet:
                        rows, cells = rows + len(_ROW.findall(block)), cells + len(_CELL.findall(block))
                        _check_extent(block, rows, cells)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise Refused("damaged", {"reason": type(error).__name__}) from error
    except zlib.error as error:
        raise Refused("damaged", {"reason": "deflate"}) from error


def _blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Blocks cut behind a `>`, so that no tag is torn; with the number of freshly unpacked bytes."""
    rest = b""
    with archive.open(member) as stream:
        while chunk := stream.read(MIB):
            block = rest + chunk
            cut = block.rfind(b">") + 1
            rest = block[cut:] if cut and len(block) - cut < _OVERLAP else b""
            yield (block[:cut] if rest else block), len(chunk)
    if rest:
        yield rest, 0


def _check_markup(block: bytes, name: str) -> None:
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    head = block[:200]
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("odd_encoding")
    if head.lstrip(b"\xef\xbb\xbf").startswith(b"<?xml"):
        declared = _ENCODING.search(head)
        if declared and declared[1].lower() not in _SAFE_ENCODINGS:
            raise Refused("odd_encoding")
    if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
        raise Refused("document_type")


def _check_extent(block: bytes, rows: int, cells: int) -> None:
    if rows > MAX_ROWS or cells > MAX_CELLS:
        raise Refused("too_many_cells", {"rows": MAX_ROWS, "cells": MAX_CELLS})
    if _FAR_CELL.search(block):
        raise Refused("cell_out_of_range", {"rows": MAX_ROWS, "columns": MAX_COLUMNS})
