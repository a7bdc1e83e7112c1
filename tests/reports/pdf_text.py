"""The text of a PDF made by typst, read back without a library: page by page, fonts by their ToUnicode tables."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.S)
STREAM = re.compile(rb"stream\n(.*?)\nendstream", re.S)
TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|(\()|\bET\b")
BRACKET = re.compile(rb"\\.|[()]", re.S)
ESCAPE = re.compile(rb"\\(\d{3}|.)", re.S)
SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
PAIR = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")


def pages(content: bytes) -> list[str]:
    """What each page says; a line per piece of text."""
    objects = {int(number): body for number, body in OBJECT.findall(content)}
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", content)
    assert kids
    numbers = [int(number) for number in re.findall(rb"(\d+) 0 R", kids[1])]
    return [_page(objects, objects[number]) for number in numbers]


def _page(objects: dict[int, bytes], page: bytes) -> str:
    fonts = {
        name: _table(objects, objects[int(number)])
        for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", objects[_reference(page, rb"Resources")])
    }
    stream = _stream(objects[_reference(page, rb"Contents")])
    lines, line, font, at = [], "", {}, 0
    while match := TOKEN.search(stream, at):
        at = match.end()
        if match[1]:
            font = fonts[match[1]]
        elif match[2]:
            end = _end_of_string(stream, at)
            code = ESCAPE.sub(lambda found: _sign(found[1]), stream[at:end])
            line += "".join(font.get(code[i : i + 2], "?") for i in range(0, len(code), 2))
            at = end + 1
        else:
            lines.append(line)
            line = ""
    return "\n".join(lines).replace("\u00a0", " ").replace("\u202f", " ")


def _end_of_string(stream: bytes, at: int) -> int:
    """Where the string that began before `at` ends; balanced brackets inside it are not escaped."""
    depth = 1
    for match in BRACKET.finditer(stream, at):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    raise ValueError("a string without an end")


def _sign(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8)]) if escaped.isdigit() else SIGNS.get(escaped, escaped)


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb"\s+(\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _table(objects: dict[int, bytes], font: bytes) -> dict[bytes, str]:
    """Glyph code -> text."""
    text = _stream(objects[_reference(font, rb"ToUnicode")])
    table: dict[bytes, str] = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.S):
        table |= {bytes.fromhex(code.decode()): _utf16(to) for code, to in PAIR.findall(part)}
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.S):
        for first, last, to in RANGE.findall(part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                code = (int(first, 16) + step).to_bytes(2, "big")
                table[code] = chr(ord(_utf16(to)) + step)
    return table


def _utf16(to: bytes) -> str:
    return bytes.fromhex(to.decode()).decode("utf-16-be")
