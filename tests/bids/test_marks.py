"""What opened documents say about their making: read in the child, kept as a digest, hostile files say nothing."""

import io
import zipfile
import zlib
from typing import Any

import pytest

from accounts import clock
from bids import marks
from bids.models import OpenedDocument
from tendering.spreadsheets.marks import document_marks
from tendering.spreadsheets.safe import Refused
from tests.evaluation.builders import add_bid, opened_case

NOTHING = {"author": "", "producer": "", "created": ""}
INFO = b"1 0 obj<</Author (Anna \\(Buero\\))/Producer <FEFF0041>/CreationDate (D:20260101120000Z)>>endobj"


def office(**parts: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr({"core": "docProps/core.xml", "app": "docProps/app.xml", "meta": "meta.xml"}[name], text)
    return data.getvalue()


def test_a_pdf_says_author_program_and_time_also_in_compressed_objects_and_the_newest_counts() -> None:
    said = {"author": "anna (buero)", "producer": "a", "created": "d:20260101120000z"}
    assert document_marks(b"%PDF-1.7\n" + INFO) == said
    packed = b"2 0 obj<</Type/ObjStm/N 1/First 4>>stream\n" + zlib.compress(INFO) + b"\nendstream"
    assert document_marks(b"%PDF-1.7\n" + packed) == said
    newer = b"%PDF-1.7\n" + INFO + b"<</Author (Bernd)>>"
    assert document_marks(newer)["author"] == "bernd"


def test_office_and_open_documents_say_the_same() -> None:
    core = "<c><dc:creator>Anna</dc:creator><dcterms:created xsi:type='t'>2026-01-01T10:00:00Z</dcterms:created></c>"
    found = document_marks(office(core=core, app="<p><Application>Writer</Application></p>"))
    assert found == {"author": "anna", "producer": "writer", "created": "2026-01-01t10:00:00z"}
    text = "<m><meta:initial-creator>Anna</meta:initial-creator><meta:creation-date>2026</meta:creation-date></m>"
    assert document_marks(office(meta=text)) == {"author": "anna", "producer": "", "created": "2026"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK", b"PK\x03\x04broken", b"text", b"%PDF-", b"%PDF-1.7 /Encrypt 1 0 R /Author (Anna)",
        b"%PDF-1.7 /Author (never ends", b"%PDF-1.7 /Author <GG>", b"%PDF-1.7 /ObjStm>>stream\nnot deflated",
        office(core="<!DOCTYPE x [<!ENTITY a 'b'>]><dc:creator>&a;"),
    ],
)  # fmt: skip
def test_broken_and_hostile_files_say_nothing(data: bytes) -> None:
    assert document_marks(data) == NOTHING


def test_a_part_that_unpacks_without_end_is_read_to_its_bound_only() -> None:
    bomb = office(core=" " * 30_000_000 + "<dc:creator>Anna</dc:creator>")
    assert document_marks(bomb) == NOTHING


@pytest.mark.django_db
class TestAfterTheOpening:
    def rows(self, monkeypatch: Any, *contents: bytes) -> list[OpenedDocument]:
        case = opened_case()
        bid = add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
        made = [
            OpenedDocument.objects.create(bid=bid, name=f"{n}.pdf", size=len(data), sha256=f"{n}" * 64, path=f"{n}")
            for n, data in enumerate(contents)
        ]
        stored = {row.pk: data for row, data in zip(made, contents, strict=True)}
        monkeypatch.setattr(marks, "read_document", lambda row: iter([stored[row.pk]]))
        return made

    def test_equal_marks_have_one_digest_and_no_value_is_kept(self, monkeypatch: Any) -> None:
        first, second, other, silent = self.rows(
            monkeypatch, b"%PDF-1.7\n" + INFO, b"%PDF-1.4 other text\n" + INFO,
            b"%PDF-1.7\n" + INFO.replace(b"2026", b"2025"), b"%PDF-1.7 /Author (Anna)",
        )  # fmt: skip
        assert marks.read_marks(clock.now()) == 4
        assert marks.read_marks(clock.now()) == 0
        for row in (first, second, other, silent):
            row.refresh_from_db()
        assert first.marks == second.marks != other.marks and silent.marks == ""
        assert first.marks_kinds == "author,producer,created" and "anna" not in first.marks

    def test_a_file_that_cannot_be_read_or_is_too_large_is_looked_at_once(self, monkeypatch: Any) -> None:
        (row,) = self.rows(monkeypatch, b"%PDF-1.7\n" + INFO)

        def refuse(*_arguments: object) -> None:
            raise Refused("too_slow", {})

        monkeypatch.setattr(marks, "read_in_child", refuse)
        assert (marks.read_marks(clock.now()), marks.read_marks(clock.now())) == (1, 0)
        row.refresh_from_db()
        assert row.marks == "" and row.marks_read_at
        (large,) = self.rows(monkeypatch, b"%PDF-1.7\n" + INFO)
        monkeypatch.setattr(marks, "LARGEST", 5)
        marks.read_marks(clock.now())
        large.refresh_from_db()
        assert large.marks == ""
