import csv
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName

from tendering.spreadsheets import messages, writer
from tendering.spreadsheets.safe import Refused
from tendering.spreadsheets.text import clean_text, sheet_name

from .sheets import with_part

NASTY = [
    "=1+1", '=HYPERLINK("http://x.example")', "+49 30 1", "@SUM(A1)", "-2+3", "http://x.example", "12.50", "007",
    "=cmd|' /C'!A0",
]  # fmt: skip


def written(*values: str) -> bytes:
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws = writer.add_sheet(book, "Data")
        for row, value in enumerate(values):
            writer.text(ws, row, 0, value)
    return stream.getvalue()


def test_hostile_text_stays_text_and_makes_no_formula_link_or_number():
    data = written(*NASTY)
    ws = openpyxl.load_workbook(io.BytesIO(data))["Data"]
    assert [ws[f"A{row}"].value for row in range(1, len(NASTY) + 1)] == NASTY
    assert {ws[f"A{row}"].data_type for row in range(1, len(NASTY) + 1)} == {"s"}
    parts = zipfile.ZipFile(io.BytesIO(data))
    assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert not [name for name in parts.namelist() if "_rels/sheet" in name]


def test_control_characters_are_replaced_and_endless_text_is_cut_with_a_mark_and_reported():
    ws_text = "a\x00b\x1fc\ud800d"
    assert clean_text(ws_text) == ("a\ufffdb\ufffdc\ufffdd", True)
    cut, was_changed = clean_text("x" * 40_000)
    assert was_changed
    assert len(cut) == 32_767
    assert cut.endswith("[+]")
    assert openpyxl.load_workbook(io.BytesIO(written("x" * 40_000)))["Data"]["A1"].value == cut
    assert clean_text("plain\ttext\n") == ("plain\ttext\n", False)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=30).filter(bool), min_size=1, max_size=5))
def test_any_text_can_be_written(values):
    from xml.etree import ElementTree

    ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(written(*values))).read("xl/sharedStrings.xml"))


def test_formulas_carry_the_value_we_computed_and_begin_with_an_equals_sign():
    stream = io.BytesIO()
    with writer.open_workbook(stream) as book:
        ws = writer.add_sheet(book, "Data")
        writer.number(ws, 0, 0, Decimal("2.10"))
        writer.formula(ws, 1, 0, "=A1*2", cached=Decimal("4.20"))
        with pytest.raises(ValueError, match="starts with"):
            writer.formula(ws, 2, 0, "A1*2")
    assert openpyxl.load_workbook(io.BytesIO(stream.getvalue()), data_only=True)["Data"]["A2"].value == 4.2
    assert openpyxl.load_workbook(io.BytesIO(stream.getvalue()))["Data"]["A2"].value == "=A1*2"


def test_sheet_names_are_legal_short_and_unique():
    taken: set[str] = set()
    names = [
        sheet_name(wanted, taken)
        for wanted in ("Los [1]: a/b*c?", "x" * 50, "X" * 50, "'", "History", "Los [1]: a/b*c?")
    ]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")


def test_csv_guards_text_and_leaves_numbers_alone():
    text = writer.safe_csv(
        [["Bieter", "Preis"], ["=1+1", Decimal("-5.50")], ["＝cmd", 7], ["\tx", None], ["a;b\n", True]]
    )
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows == [["Bieter", "Preis"], ["'=1+1", "-5.50"], ["'＝cmd", "7"], ["'\tx", ""], ["a;b\n", "true"]]
    assert writer.safe_csv([[Decimal("1E+3"), Decimal("2.5")]], decimal_mark=",") == "1000;2,5\r\n"


@pytest.fixture
def template() -> bytes:
    book = openpyxl.Workbook()
    ws = book.active
    ws.title = "Vermerk"
    ws["A1"] = "Zuschlag an"
    ws["B4"] = "=B3*2"
    ws["B3"].number_format = "#,##0.00"
    for name, place in {"winner": "$B$1", "amount": "$B$3", "unused": "$B$5", "names": "$D$1:$D$3"}.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"Vermerk!{place}")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_template_is_filled_by_its_names_text_as_text_and_numbers_as_numbers(template):
    values = {"winner": '=HYPERLINK("x")', "amount": Decimal("84500.50"), "names": ["a", "b", "c", "d"], "typo": 1}
    data, report = writer.fill_template(template, values)
    ws = openpyxl.load_workbook(io.BytesIO(data))["Vermerk"]
    assert ws["B1"].value == '=HYPERLINK("x")'
    assert ws["B1"].data_type == "s"
    assert ws["B3"].value == 84500.5
    assert ws["B3"].number_format == "#,##0.00"
    assert ws["B4"].value == "=B3*2"
    assert [ws[f"D{row}"].value for row in (1, 2, 3)] == ["a", "b", "c"]
    assert report.filled == ("amount", "names", "winner")
    assert report.unknown == ("typo",)
    assert report.unfilled == ("unused",)
    assert report.notes == ("names: 1 values do not fit",)


def test_a_template_with_macros_or_of_another_kind_is_refused(template):
    with pytest.raises(Refused) as caught:
        writer.fill_template(with_part(template, "xl/vbaProject.bin", b"x"), {})
    assert caught.value.code == "macros"
    with pytest.raises(Refused) as caught:
        writer.fill_template(b"a;b", {})
    assert caught.value.code == "not_xlsx"


def test_every_message_has_a_german_text_with_the_same_placeholders():
    import re

    root = Path(__file__).parents[3]
    german = json.loads((root / "config/locale/parts/spreadsheets.json").read_text())
    for english in {*messages.REFUSED.values(), *messages.PROBLEMS.values(), *messages.WARNINGS.values()}:
        assert set(re.findall(r"%\(\w+\)s", german[english])) == set(re.findall(r"%\(\w+\)s", english))


def test_importing_the_package_loads_no_spreadsheet_library_and_no_django():
    import subprocess
    import sys

    code = (
        "import sys, tendering.spreadsheets.writer, tendering.spreadsheets.price_sheet as p;"
        "sys.exit(bool({'openpyxl', 'xlsxwriter', 'python_calamine', 'django'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False).returncode == 0
