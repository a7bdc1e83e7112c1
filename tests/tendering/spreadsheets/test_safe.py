import io
import os
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tendering.spreadsheets import messages
from tendering.spreadsheets.cells import Cell, from_plain, read_csv, tidy_float, to_plain
from tendering.spreadsheets.container import MAX_CELLS, MAX_FILE_BYTES, inspect_container, scan_parts
from tendering.spreadsheets.price_sheet import write_price_sheet
from tendering.spreadsheets.safe import Limits, Refused, read_in_child, read_workbook

from .sheets import filled_in, two_lots, with_part

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def good() -> bytes:
    return write_price_sheet(two_lots(), "en", filled_in())


def refusal(data: bytes, limits: Limits | None = None) -> str:
    """The code of the refusal, which must come within two seconds also on a busy machine."""
    started = time.monotonic()
    with pytest.raises(Refused) as caught:
        read_workbook(data, limits)
    assert time.monotonic() - started < 2
    assert caught.value.code in messages.REFUSED
    messages.REFUSED[caught.value.code] % caught.value.params
    return caught.value.code


def sheet_xml(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def test_one_cell_in_the_far_corner_is_refused_quickly(good):
    far = with_part(good, SHEET, sheet_xml('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert len(far) < 20_000
    assert refusal(far) == "cell_out_of_range"


def test_a_million_rows_are_refused_quickly(good):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919 % 99991}</v></c></row>' for n in range(1, 1_048_577))
    assert refusal(with_part(good, SHEET, sheet_xml(rows))) in {"too_many_cells", "unpacks_too_large"}


def test_a_million_cells_in_few_rows_are_refused_quickly(good):
    cells = (f'<c r="B{n % 99 + 1}"><v>{n * 7919 % 99991}</v></c>' for n in range(1, MAX_CELLS + 2))
    rows = f'<row r="1">{"".join(cells)}</row>'
    assert refusal(with_part(good, SHEET, sheet_xml(rows))) == "too_many_cells"


def test_a_part_of_a_gigabyte_in_a_megabyte_is_refused_before_unpacking(good):
    stream = io.BytesIO(good)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big.xml", "w") as part:
        for _ in range(60):
            part.write(b" " * 1024 * 1024)
    started = time.monotonic()
    with pytest.raises(Refused) as caught:
        inspect_container(stream.getvalue())
    assert caught.value.code == "unpacks_too_large"
    assert time.monotonic() - started < 0.5


def test_a_size_that_lies_is_found_while_unpacking(good):
    bomb = with_part(good, "xl/media/x.xml", b" " * 3_000_000)
    # The central directory says 1,000 bytes instead of 3,000,000.
    lying = bomb.replace((3_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert refusal(lying) == "damaged"


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "document_type"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"), "odd_encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><x/>', "odd_encoding"),
    ],
)
def test_markup_that_no_spreadsheet_needs_is_refused(good, part, code):
    assert refusal(with_part(good, "xl/sharedStrings.xml", part)) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 ...", "unknown_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"PK\x03\x04 torn", "damaged"),
        (b"x" * (MAX_FILE_BYTES + 1), "file_too_large"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_with_a_reason(data, code):
    assert refusal(data) == code


def test_a_zip_that_is_no_spreadsheet_or_reaches_outside_is_refused(good):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(stream.getvalue()) == "unknown_format"
    assert refusal(with_part(good, "../../etc/cron.d/x", b"x")) == "damaged"
    many = io.BytesIO(good)
    with zipfile.ZipFile(many, "a") as archive:
        for number in range(600):
            archive.writestr(f"xl/p{number}.xml", "x")
    assert refusal(many.getvalue()) == "too_many_members"


def test_a_torn_file_is_refused(good):
    assert refusal(good[: len(good) // 2]) == "damaged"
    assert refusal(with_part(good, "xl/workbook.xml", b"<workbook")) == "unreadable"


def test_a_child_that_needs_too_much_memory_or_time_is_stopped(good):
    with pytest.raises(Refused) as caught:
        read_workbook(good, Limits(wall_seconds=0.02))
    assert caught.value.code == "too_slow"
    with pytest.raises(Refused) as caught:
        read_workbook(good, Limits(memory_bytes=16 * 1024 * 1024))
    assert caught.value.code in {"too_much_memory", "unreadable"}


def test_the_child_inherits_no_secret_and_names_no_content(good, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "planted-secret")
    seen = {}
    import subprocess

    original = subprocess.run

    def spy(*args, **kwargs):
        seen.update(kwargs["env"])
        return original(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", spy)
    assert read_workbook(good).names["price_L1_1_1"] == ("Lot L1", "E7")
    assert "planted-secret" not in str(seen)
    assert os.environ["SECRET_KEY"] == "planted-secret"


def test_an_unknown_function_is_refused():
    with pytest.raises(Refused):
        read_in_child("os.system", b"", {})


def test_a_good_file_passes_the_scan_in_no_time(good):
    started = time.monotonic()
    assert inspect_container(good).kind == "xlsx"
    scan_parts(good)
    assert time.monotonic() - started < 0.2


def test_cells_cross_the_pipe_unchanged():
    book = read_csv(b"a;=1+1;-5\n;x;1,5")
    assert book.sheets[0].cells["B1"] == Cell("text", "=1+1")
    assert from_plain(to_plain(book)) == book


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 4))
def test_a_stored_price_keeps_its_printed_digits(units, places):
    from decimal import Decimal

    exact = Decimal(units).scaleb(-places)
    assert Decimal(tidy_float(float(exact))) == exact


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_break(data):
    with suppress(Refused):
        container = inspect_container(data)
        if container.kind == "csv":
            read_csv(data)
        else:
            scan_parts(data)
