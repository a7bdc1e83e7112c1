"""Defaults of uploads and spreadsheets that bite: names, numbers of parts, limits, and the process that reads them."""

import io
import re
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bids.content import LONGEST_NAME, LONGEST_TEXT, file_name
from bids.limits import MOST_OPEN, QUOTA
from bids.models import SealedObject
from reports.workbook import build, subject_of_inputs
from tendering.models import Document
from tendering.spreadsheets import container, safe, text, writer
from tendering.spreadsheets.price_sheet import reading
from tests.bids.bidding import draft_with
from tests.factories import draft_tender, make_company, make_town, open_tender
from tests.reports.tenders import english_tender

ROOT = Path(__file__).resolve().parents[2]


# --- uploads


@pytest.mark.parametrize("name", ["CON", "a" * 400 + ".pdf", "..\\..\\x.pdf", "../x.pdf", "/etc/passwd", "C:\\x.pdf"])
def test_a_name_stays_text_of_at_most_150_characters(name: str) -> None:
    kept = file_name(name)
    assert 0 < len(kept) <= LONGEST_NAME == 150
    assert not set(kept) & set("/\\")


@pytest.mark.parametrize("name", ["", ".", "..", "\u202e\u200f", "\x00\x01", " \t"])
def test_a_name_of_which_nothing_can_be_seen_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        file_name(name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["\u202e\u200f", "\x01"])
def test_a_file_that_vanishes_on_its_way_is_an_error_at_its_field_and_never_a_success(name: str) -> None:
    town, company = make_town(), make_company()
    tender, running = draft_tender(town), open_tender(town)
    draft = draft_with(company, running)
    for user, address, field, more in (
        (town.officer, f"/tenders/{tender.pk}/edit/documents/", "attachments", {"kind": "PLAN"}),
        (company.admin, reverse("proof_add"), "document", {"kind": "tax"}),
        (company.bidder, f"/bids/{draft.pk}/documents/", "document", {}),
    ):
        client = Client()
        client.force_login(user)
        answer = client.post(address, {field: SimpleUploadedFile(name, b"some bytes"), **more})
        assert answer.status_code == 422, address
    assert not Document.objects.exists()
    assert not SealedObject.objects.exists()


@pytest.mark.django_db
def test_a_form_takes_twenty_files_and_five_thousand_fields() -> None:
    """A form of prices has a field per position, therefore more fields than the 500 of a careful default."""
    assert (settings.DATA_UPLOAD_MAX_NUMBER_FILES, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS) == (20, 5_000)
    town = make_town()
    tender = draft_tender(town)
    client = Client()
    client.force_login(town.officer)
    files = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(21)]
    address = f"/tenders/{tender.pk}/edit/documents/"
    assert client.post(address, {"attachments": files, "kind": "PLAN"}).status_code == 400
    assert client.post(address, {f"f{number}": "x" for number in range(5_001)}).status_code == 400


# --- spreadsheets out


def test_no_text_that_the_platform_takes_is_too_long_for_a_cell() -> None:
    assert LONGEST_TEXT < text.MAX_CELL_TEXT == 32_767


FOREIGN = re.compile(
    rb"externalLink|TargetMode|<ddeLink|oleObject|vbaProject|connections\.xml|HYPERLINK|WEBSERVICE", re.I
)
A_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([A-Za-z_][\w.]*))!")


def test_our_formulas_look_at_cells_of_their_own_workbook_only() -> None:
    """No other file, no link, no DDE, no macro; each formula carries the value that our code computed."""
    data = build(subject_of_inputs(english_tender()), "en").content
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = parts.namelist()
        assert not FOREIGN.search(" ".join(names).encode())
        sheets = [name for name in names if name.startswith("xl/worksheets/sheet")]
        own = set(re.findall(r'<sheet name="([^"]+)"', parts.read("xl/workbook.xml").decode()))
        formulas = []
        for name in sheets:
            body = parts.read(name)
            assert not FOREIGN.search(body), name
            cells = re.findall(rb"<f>(.*?)</f>(<v>[^<]*</v>)?", body)
            assert all(value for _formula, value in cells), name
            formulas += [formula.decode() for formula, _value in cells]
    assert len(formulas) > 100
    used = {quoted or plain for formula in formulas for quoted, plain in A_REFERENCE.findall(formula)}
    assert used <= own
    assert not [formula for formula in formulas if "[" in formula or "|" in formula]


def test_a_long_text_is_cut_where_everybody_sees_it() -> None:
    cut, was_changed = text.clean_text("x" * 40_000)
    assert was_changed
    assert cut.endswith(text.SHORTENED)
    assert writer.safe_csv([["=1", "\uff1d1", Decimal(-1)]]) == "'=1;'\uff1d1;-1\r\n"


# --- spreadsheets in

LIMITS = {
    "MAX_FILE_BYTES": 20 * 1024 * 1024,
    "MAX_MEMBERS": 500,  # a price sheet of ours has two members per lot
    "MAX_MEMBER_BYTES": 50 * 1024 * 1024,
    "MAX_TOTAL_BYTES": 100 * 1024 * 1024,
    "MAX_RATIO": 100,
    "MAX_ROWS": 20_000,
    "MAX_COLUMNS": 208,  # to column GZ
    "MAX_CELLS": 200_000,
}


def test_limits_of_foreign_workbooks_are_what_the_pages_promise() -> None:
    assert {name: getattr(container, name) for name in LIMITS} == LIMITS
    assert reading.MAX_PROBLEMS == 100
    assert safe.Limits() == safe.Limits(memory_bytes=512 * 1024 * 1024, cpu_seconds=10, wall_seconds=15)
    assert settings.SHEET_FILE_LIMIT <= container.MAX_FILE_BYTES


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


BASE: tuple[tuple[str, bytes], ...] = (("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * (LIMITS["MAX_FILE_BYTES"] + 1), "file_too_large"),  # before anybody looks into it
        (zipped(*BASE, ("/etc/passwd", b"x")), "damaged"),
        (zipped(*BASE, ("xl/../../x", b"x")), "damaged"),
        (zipped(*BASE, ("C:\\..\\x", b"x")), "damaged"),
        (zipped(*BASE, (link("xl/worksheets/sheet1.xml"), b"/etc/passwd")), "damaged"),
        (zipped(*BASE, *((f"xl/{number}.xml", b"") for number in range(LIMITS["MAX_MEMBERS"]))), "too_many_members"),
        (zipped(*BASE, ("xl/media/1.bin", b"\0" * 1_100_000)), "compressed_too_much"),
        (zipped(("a.txt", b"x")), "unknown_format"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_only_looks_like_a_workbook_is_refused_by_its_directory(data: bytes, code: str) -> None:
    with pytest.raises(container.Refused) as caught:
        container.inspect_container(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "note"),
    [("xl/vbaProject.bin", "macros_ignored"), ("xl/externalLinks/externalLink1.xml", "external_links_ignored")],
)
def test_macros_and_links_are_neither_run_nor_followed_and_the_bidder_is_told(name: str, note: str) -> None:
    assert container.inspect_container(zipped(*BASE, (name, b"x"))).notes == (note,)


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))", "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')", "import os; os.fork()", "open('/tmp/zuschlag-never', 'w').write('x' * 9999)",
    ],
)  # fmt: skip
def test_the_process_that_reads_foreign_files_connects_starts_and_writes_nothing(attempt: str) -> None:
    code = (
        "from tendering.spreadsheets import child; child._apply({'cpu_seconds': 9, 'memory_bytes': 1 << 29});"
        f"child._stay_inside(); {attempt}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode not in {0, 2}
    assert done.returncode < 0 or b"PermissionError" in done.stderr or b"File too large" in done.stderr


# --- slow or greedy clients


def test_a_company_has_a_quota_and_the_documented_proxy_keeps_bodies_in_memory() -> None:
    assert (QUOTA, MOST_OPEN) == (5 * 1024**3, 50)
    words = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for directive in ("client_body_buffer_size 4m", "client_body_temp_path /dev/shm/", "client_header_timeout 10s",
                      "client_body_timeout 15s", "limit_conn ip 40", "proxy_request_buffering on",
                      "X-Forwarded-For $remote_addr"):  # fmt: skip
        assert directive in words, directive
