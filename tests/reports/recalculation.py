"""Recalculate workbooks with LibreOffice and read the cells back, without any spreadsheet library of the product."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from typing import TypeAlias

import pytest

Cells: TypeAlias = Mapping[str, Mapping[str, float | str]]
CHUNK = 200  # one command line converts only the first 246 files and still reports success
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""

needs_libreoffice = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc (soffice) is not installed"),
]


def recalculate(files: Iterable[Path], folder: Path) -> dict[str, Cells]:
    """{file stem: {sheet: {cell: value}}} after a full recalculation; the default would trust cached values."""
    profile, out, paths = folder / "profile" / "user", folder / "recalculated", [*files]
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(_ALWAYS)
    for start in range(0, len(paths), CHUNK):
        command = ["soffice", f"-env:UserInstallation=file://{profile.parent}", "--headless", "--norestore",
                   "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths[start : start + CHUNK])]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=600)
    return {path.stem: read_cells(out / path.name) for path in paths}


_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>]*?)(?:/>|>(.*?)</c>)', re.S)
_VALUE, _TYPE = re.compile(r"<v>(.*?)</v>", re.S), re.compile(r' t="(\w+)"')


def read_cells(path: Path) -> dict[str, dict[str, float | str]]:
    """{sheet: {cell: value}}; numbers as float, everything else as text, errors as "#…"."""
    with zipfile.ZipFile(path) as archive:
        strings = _shared_strings(archive)
        names = re.findall(r"<sheet [^>]*?name=\"([^\"]*)\"", archive.read("xl/workbook.xml").decode())
        return {
            unescape(name): _sheet(archive.read(f"xl/worksheets/sheet{index}.xml").decode(), strings)
            for index, name in enumerate(names, 1)
        }


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    items = re.findall(r"<si>(.*?)</si>", archive.read("xl/sharedStrings.xml").decode(), re.S)
    return [unescape("".join(re.findall(r"<t[^>]*>(.*?)</t>", item, re.S))) for item in items]


def _sheet(xml: str, strings: list[str]) -> dict[str, float | str]:
    found: dict[str, float | str] = {}
    for reference, attributes, body in _CELL.findall(xml):
        value = _VALUE.search(body or "")
        if value is None:
            continue
        kind = _TYPE.search(attributes)
        if kind and kind[1] == "s":
            found[reference] = strings[int(value[1])]
        elif kind and kind[1] in ("str", "e"):
            found[reference] = unescape(value[1])
        else:
            found[reference] = float(value[1])
    return found


def with_inputs(content: bytes, changes: Mapping[tuple[int, str], str]) -> bytes:
    """The file as if somebody had typed other numbers: {(number of the sheet from 1, cell): number}."""
    import io

    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = source.read(name)
            for (sheet, cell), number in changes.items():
                if name == f"xl/worksheets/sheet{sheet}.xml":
                    data = _typed(data.decode(), cell, number).encode()
            archive.writestr(name, data)
    return target.getvalue()


def _typed(xml: str, cell: str, number: str) -> str:
    typed, count = re.subn(
        rf'<c r="{cell}"( s="\d+")(?: t="s")?(?:/>|><v>[^<]*</v></c>)', rf'<c r="{cell}"\1><v>{number}</v></c>', xml
    )
    assert count == 1, f"{cell}: {count} cells"
    return typed


def printed(value: float | str, places: int) -> str:
    """A recalculated value with the digits that the cell shows."""
    if isinstance(value, str):
        return value
    text = f"{value:.{places}f}"
    return text.removeprefix("-") if float(text) == 0 else text
