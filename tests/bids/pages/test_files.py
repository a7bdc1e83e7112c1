"""Price sheets and documents: named cells, a yes of one's own, nothing in clear on a disk."""

import io
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from bids.content import WITH_PRICES
from bids.models import SealedObject
from tests.bids.pages.scene import Scene, browser, text_of
from tests.bids.papers import LOCKED, WHOLE

pytestmark = pytest.mark.django_db
MARK = b"MARKED-DOCUMENT-4711 "


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.start()
    scene.choose("L1", "L2")
    return scene


def filled(scene: Scene, **cells: object) -> bytes:
    """The downloaded sheet with these named cells filled in."""
    import openpyxl

    data = scene.clara.get(scene.url("sheet.xlsx")).content
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name, value in cells.items():
        (title, address), *_rest = book.defined_names[name].destinations
        book[title][address.replace("$", "")] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


PRICES = {"price_L1_1_1": 1.25, "price_L1_1_2": 500, "price_L2_2_1": "1,5", "price_L2_2_2": 300}


def upload(scene: Scene, data: bytes, name: str = "prices.xlsx"):
    return scene.clara.post(scene.url("sheet/"), {"sheet": SimpleUploadedFile(name, data)})


def test_a_bidder_fills_the_sheet_and_accepts_what_was_read(scene):
    response = upload(scene, filled(scene, **PRICES, promise_L1_E1=8))
    assert response.headers["Location"] == scene.url("sheet/reading/")
    page = text_of(scene.clara.get(scene.url("sheet/reading/")))
    assert "This is what we read" in page
    assert "€11,750.00" in page
    assert "8 days" in page
    assert scene.content().lots["L1"].unit_prices == {}
    assert scene.post("sheet/reading/", {}).status_code == 302
    content = scene.content()
    assert str(content.lots["L2"].unit_prices["2.1"]) == "1.5"
    assert str(content.lots["L1"].promised["E1"]) == "8"
    assert not content.pending


def test_each_faulty_cell_is_named_with_its_reason_and_the_rest_can_be_accepted(scene):
    upload(scene, filled(scene, **{**PRICES, "price_L1_1_1": "1.250", "price_L2_2_2": "cheap"}))
    page = text_of(scene.clara.get(scene.url("sheet/reading/")))
    assert "2 cells could not be read" in page
    assert "Lot L1!E7" in page
    assert "“1.250”" in page
    assert "1.25 or 1,250" in page
    assert "“cheap”: Enter the number in digits" in page
    scene.post("sheet/reading/", {})
    assert list(scene.content().lots["L1"].unit_prices) == ["1.2"]


def test_a_file_that_is_no_sheet_and_one_that_is_too_large_are_refused_in_words(scene):
    response = upload(scene, b"\x00\x01 no sheet", "prices.bin")
    assert response.status_code == 422
    assert "This is not a spreadsheet we can read" in text_of(response)
    assert "Choose the file you filled in" in text_of(upload(scene, b""))


def test_a_large_sheet_is_refused_and_touches_no_disk(scene):
    before = set(Path(tempfile.gettempdir()).iterdir())
    response = upload(scene, MARK * 300_000)
    assert response.status_code == 422
    assert set(Path(tempfile.gettempdir()).iterdir()) == before


def test_a_reading_waits_encrypted(scene):
    upload(scene, filled(scene, **{**PRICES, "price_L1_1_2": 987654.32}))
    scene.draft.refresh_from_db()
    assert b"987654.32" not in bytes(scene.draft.content)
    assert "987,654.32" in text_of(scene.clara.get(scene.url("sheet/reading/")))


def test_a_bidder_says_which_document_holds_prices(scene):
    file = SimpleUploadedFile("Calculation.pdf", b"7" * 100)
    assert scene.clara.post(scene.url("documents/"), {"role": "other-with-prices", "document": file}).status_code == 302
    assert scene.content().files[0].role == WITH_PRICES
    assert "another document, with prices" in text_of(scene.clara.get(scene.url("documents/")))


def test_a_document_is_sealed_and_named_only_on_its_page(scene):
    response = scene.clara.post(
        scene.url("documents/"),
        {"role": "other", "document": SimpleUploadedFile("Konzept für März.pdf", MARK * 300_000)},
    )
    assert response.status_code == 302, text_of(response)
    page = scene.clara.get(scene.url("documents/"))
    assert "Konzept für März.pdf" in text_of(page)
    assert "arrived and sealed" in text_of(page)
    stored = SealedObject.objects.get()
    assert stored.size > len(MARK) * 300_000
    assert MARK not in (settings.SEALED_DIR / stored.path).read_bytes()
    assert scene.clara.post(scene.url(f"documents/{stored.pk}/remove/")).status_code == 302
    assert not SealedObject.objects.exists()


def test_nothing_in_clear_reaches_a_folder_of_temporary_files(scene, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("a temporary file was made")

    for name in ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, never)
    document = SimpleUploadedFile("Konzept.pdf", MARK * 300_000)
    assert scene.clara.post(scene.url("documents/"), {"role": "other", "document": document}).status_code == 302
    for file in settings.DATA_DIR.rglob("*"):
        assert not (file.is_file() and MARK in file.read_bytes()), file


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "This document is protected by a password or encrypted"),
        ("de", "Dieses Dokument ist durch ein Kennwort geschützt oder verschlüsselt"),
    ],
)
def test_who_adds_a_locked_document_is_warned_until_the_bid_is_handed_in_and_may_hand_it_in(scene, language, told):
    """Without scripts: the server looks while it seals."""
    clara = browser(scene.company.bidder, language)
    for name, data in (("Konzept.pdf", LOCKED), ("Referenzen.pdf", WHOLE)):
        document = SimpleUploadedFile(name, data)
        assert clara.post(scene.url("documents/"), {"role": "other", "document": document}).status_code == 302
    scene.price("L1")
    scene.price("L2")
    for page in ("documents/", "submit/"):
        text = text_of(clara.get(scene.url(page)))
        assert text.count(told) == 1
        assert text.index("Konzept.pdf") < text.index(told) < text.index("Referenzen.pdf")
    response = clara.post(scene.url("submit/"), {"key": "k" * 32, "declarant": "Clara"})
    assert response.status_code == 302
    assert "/receipts/" in response.headers["Location"]


def test_limits_are_told_at_the_field(scene, settings):
    assert "at most 100 MB each, at most 20 documents" in text_of(scene.clara.get(scene.url("documents/")))
    settings.BID_FILE_LIMIT = 1_000_000
    large = SimpleUploadedFile("a.pdf", MARK * 60_000)
    response = scene.clara.post(scene.url("documents/"), {"role": "other", "document": large})
    assert response.status_code == 422
    assert "A file may have at most 1 MB." in text_of(response)
    assert "Choose the document" in text_of(scene.clara.post(scene.url("documents/"), {"role": "other"}))
    assert not [path for path in settings.SEALED_DIR.rglob("*") if path.is_file()]


def test_a_competitor_cannot_attach_or_remove(scene):
    document = SimpleUploadedFile("a.pdf", MARK)
    assert scene.bernd.post(scene.url("documents/"), {"document": document}).status_code == 404
    scene.clara.post(scene.url("documents/"), {"role": "other", "document": SimpleUploadedFile("a.pdf", MARK)})
    stored = SealedObject.objects.get()
    assert scene.bernd.post(scene.url(f"documents/{stored.pk}/remove/")).status_code == 404


def test_points_shown_are_those_of_the_evaluation():
    from decimal import Decimal
    from fractions import Fraction

    from bids.figures import points
    from evaluation.scoring.exact import as_decimal
    from evaluation.scoring.formulas import curve_points

    curve = [["2", "10"], ["5", "7"], ["15", "0"]]
    spots = [(Fraction(value), Fraction(score)) for value, score in curve]
    for tenth in range(200):
        value = Decimal(tenth) / 10
        assert points(curve, value) == as_decimal(curve_points(spots, Fraction(value)), 2)
