import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from tendering.spreadsheets.cells import read_csv, read_xlsx
from tendering.spreadsheets.container import inspect_container
from tendering.spreadsheets.price_sheet import (
    PriceSheet,
    PriceSheetReading,
    interpret,
    read_price_sheet,
    write_price_sheet,
)
from tendering.spreadsheets.price_sheet.model import inputs_of

from .sheets import edited, filled_in, same_values, two_lots, with_part

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice Calc (soffice) is missing")


@pytest.fixture(scope="module")
def sheet() -> PriceSheet:
    return two_lots()


@pytest.fixture(scope="module")
def filled_file(sheet) -> bytes:
    return write_price_sheet(sheet, "de", filled_in())


def read_here(data: bytes, sheet: PriceSheet, locale) -> PriceSheetReading:
    """The same reading without the child process, which costs half a second each time."""
    container = inspect_container(data)
    book = read_csv(data) if container.kind == "csv" else read_xlsx(data, container.notes)
    return interpret(book, sheet, locale)


def problems(reading: PriceSheetReading) -> dict[str, str]:
    return {problem.cell: problem.code for problem in reading.problems}


def warnings(reading: PriceSheetReading) -> list[tuple[str, str]]:
    return [(warning.cell, warning.code) for warning in reading.warnings]


def test_a_filled_sheet_is_read_back_digit_by_digit(sheet, filled_file):
    reading = read_price_sheet(filled_file, sheet, "de")
    assert same_values(reading, filled_in())
    assert reading.is_clean
    assert reading.warnings == ()


def test_an_empty_sheet_reads_as_nothing_but_the_default_rate(sheet):
    reading = read_here(write_price_sheet(sheet, "en"), sheet, "en")
    assert same_values(reading, PriceSheetReading(vat=Decimal(19)))
    assert reading.is_clean


def test_the_input_cells_are_named_yellow_and_unlocked_and_everything_else_is_locked(sheet, filled_file):
    book = openpyxl.load_workbook(io.BytesIO(filled_file))
    assert set(book.defined_names) >= {
        "price_L1_1_1",
        "price_L1_1_2",
        "promise_L1_K1",
        "discount_L1",
        "total_L2",
        "vat",
    }
    place = book.defined_names["price_L1_1_1"].attr_text
    assert place == "'Los L1'!$E$7"
    ws = book["Los L1"]
    assert ws["E7"].protection.locked is False
    assert ws["E7"].fill.start_color.rgb == "FFFFF2CC"
    assert ws.protection.sheet
    assert ws["B7"].protection.locked


def test_positions_whose_references_look_alike_get_different_names():
    sheet = two_lots()
    first, *rest = sheet.lots[0].positions
    lot = replace(sheet.lots[0], positions=(first, replace(first, ref="1_1"), replace(first, ref="1-1"), *rest))
    names = [item.name for item in inputs_of(replace(sheet, lots=(lot,)))]
    assert len({name.casefold() for name in names}) == len(names)


def test_text_of_the_tender_never_becomes_a_formula(filled_file):
    ws = openpyxl.load_workbook(io.BytesIO(filled_file))["Los L1"]
    assert ws["B8"].value.startswith("=HYPERLINK")
    assert ws["B8"].data_type == "s"
    parts = zipfile.ZipFile(io.BytesIO(filled_file))
    assert b"<hyperlink" not in parts.read("xl/worksheets/sheet1.xml")


def test_the_sums_shown_are_those_of_exact_arithmetic(filled_file):
    ws = openpyxl.load_workbook(io.BytesIO(filled_file), data_only=True)["Los L1"]
    # 1150 x 42.48 + 14500 x 2.52 + 2.5 x 0.1308 = 48852.00 + 36540.00 + 0.33
    assert [ws[f"F{row}"].value for row in (7, 8, 9)] == [48852, 36540, 0.33]
    assert ws["F10"].value == 85392.33
    assert ws["F12"].value == 83257.52  # less 2.5 %: 83257.52175
    assert ws["F14"].value == 89085.55  # plus 7 %: 89085.5464


def test_each_faulty_cell_is_named_with_sheet_and_address_and_its_reason(sheet):
    def fill(book):
        lot_1, lot_2 = book["Lot L1"], book["Lot L2"]
        lot_1["E7"] = "1.250"
        lot_1["E8"] = date(2026, 5, 1)
        lot_1["E9"] = 0.13081
        lot_1["E18"] = 45  # promise: at most 30
        lot_2["E7"] = -5
        lot_2["E8"] = "zwölf"

    reading = read_here(edited(write_price_sheet(sheet, "en"), fill), sheet, "en")
    assert problems(reading) == {
        "Lot L1!E7": "ambiguous",
        "Lot L1!E8": "is_a_date",
        "Lot L1!E9": "too_many_decimals",
        "Lot L1!E18": "above_maximum",
        "Lot L2!E7": "negative",
        "Lot L2!E8": "not_a_number",
    }
    ambiguous = reading.problems[0]
    assert ambiguous.typed_text == "1.250"
    assert (ambiguous.message_params["first"], ambiguous.message_params["second"]) == (Decimal("1.250"), Decimal(1250))
    assert reading.values == {}


def test_text_cells_are_read_by_the_rule_of_typed_numbers(sheet):
    def fill(book):
        book["Los L1"]["E7"] = "84.500,00 €"
        book["Los L1"]["E8"] = "2,52"
        book["Los L1"]["E11"] = "2,5 %"
        book["Los L1"]["E18"] = "4,5 days"

    reading = read_here(edited(write_price_sheet(sheet, "de"), fill), sheet, "de")
    assert reading.is_clean
    assert reading.values == {("L1", "1.1"): Decimal("84500.00"), ("L1", "1.2"): Decimal("2.52")}
    assert reading.discount == {"L1": Decimal("2.5")}
    assert reading.promised == {("L1", "K1"): Decimal("4.5")}


def test_a_percentage_stored_as_a_fraction_is_read_as_percent(sheet):
    def fill(book):
        for cell, value in (("E11", 0.03), ("E13", 0.07)):
            book["Los L1"][cell] = value
            book["Los L1"][cell].number_format = "0.00%"

    reading = read_here(edited(write_price_sheet(sheet, "de"), fill), sheet, "de")
    assert reading.discount == {"L1": Decimal(3)}
    assert reading.vat == Decimal(7)


def test_a_formula_in_an_input_cell_gives_its_stored_result_or_is_named(sheet, filled_file):
    parts = zipfile.ZipFile(io.BytesIO(filled_file)).read("xl/worksheets/sheet1.xml").decode()
    cell = parts[parts.index('<c r="E7"') : parts.index("</c>", parts.index('<c r="E7"')) + 4]
    head = cell[: cell.index("<v>")]
    with_result = parts.replace(cell, head + "<f>40+2.5</f><v>42.5</v></c>")
    reading = read_here(with_part(filled_file, "xl/worksheets/sheet1.xml", with_result.encode()), sheet, "de")
    assert reading.values["L1", "1.1"] == Decimal("42.5")
    assert warnings(reading) == [("Los L1!E7", "formula_value_taken")]
    without = parts.replace(cell, head + "<f>40+2.5</f></c>")
    reading = read_here(with_part(filled_file, "xl/worksheets/sheet1.xml", without.encode()), sheet, "de")
    assert problems(reading) == {"Los L1!E7": "formula_without_value"}


def test_noise_of_binary_fractions_is_no_extra_decimal(sheet, filled_file):
    def fill(book):
        book["Los L1"]["E7"] = 0.1 + 0.2

    assert read_here(edited(filled_file, fill), sheet, "de").values["L1", "1.1"] == Decimal("0.3")


def test_sorted_rows_are_found_by_their_reference(sheet, filled_file):
    def swap(book):
        ws = book["Los L1"]
        for column in "ABCDE":
            ws[f"{column}7"].value, ws[f"{column}8"].value = ws[f"{column}8"].value, ws[f"{column}7"].value
        ws["B7"].data_type = "s"

    reading = read_here(edited(filled_file, swap), sheet, "de")
    assert same_values(reading, filled_in())
    assert {code for _cell, code in warnings(reading)} == {"rows_moved"}


def test_renamed_and_extra_sheets_and_other_names_do_no_harm(sheet, filled_file):
    def rename(book):
        book["Los L1"].title = "Unser Angebot"
        for definition in book.defined_names.values():
            definition.attr_text = definition.attr_text.replace("'Los L1'", "'Unser Angebot'")
        book.create_sheet("Notizen")["A1"] = "=1+1"
        book.defined_names["mein_bereich"] = openpyxl.workbook.defined_name.DefinedName(
            "mein_bereich", attr_text="Notizen!$A$1:$B$9"
        )

    assert same_values(read_here(edited(filled_file, rename), sheet, "de"), filled_in())


def test_without_any_names_the_cells_are_found_by_title_and_reference_in_either_language(sheet, filled_file):
    def forget(book):
        book.defined_names.clear()
        book["Los L1"].title = "lot l1"

    assert same_values(read_here(edited(filled_file, forget), sheet, "de"), filled_in())


def test_a_position_that_stands_twice_or_is_gone_is_named(sheet, filled_file):
    def spoil(book):
        book.defined_names.clear()
        book["Los L1"]["A8"] = "1.1"

    reading = read_here(edited(filled_file, spoil), sheet, "de")
    assert problems(reading) == {"Los L1!A8": "position_twice", "Los L1": "position_missing"}


def test_a_missing_sheet_is_named(sheet, filled_file):
    def remove(book):
        for name in [name for name in book.defined_names if "L2" in name]:
            del book.defined_names[name]
        del book["Los L2"]

    assert problems(read_here(edited(filled_file, remove), sheet, "de")) == {"Lot L2": "sheet_missing"}


def test_gaps_are_warned_of_only_in_lots_the_bidder_has_begun(sheet):
    started = PriceSheetReading(values={("L1", "1.1"): Decimal(0)})
    reading = read_here(write_price_sheet(sheet, "en", started), sheet, "en")
    assert warnings(reading) == [("Lot L1!E7", "zero_price"), ("Lot L1!E8", "price_missing")]


def test_a_rate_that_is_not_offered_is_read_with_a_warning(sheet):
    file = write_price_sheet(sheet, "de", PriceSheetReading(vat=Decimal("8.1")))
    reading = read_here(file, sheet, "de")
    assert reading.vat == Decimal("8.1")
    assert warnings(reading) == [("Los L1!E13", "unusual_vat")]


def test_macros_are_noted_and_ignored(sheet, filled_file):
    reading = read_here(with_part(filled_file, "xl/vbaProject.bin", b"\0" * 100), sheet, "de")
    assert same_values(reading, filled_in())
    assert warnings(reading) == [("", "macros_ignored")]


def test_a_file_whose_styles_are_broken_is_read_by_its_values(sheet, filled_file):
    broken = with_part(
        filled_file, "xl/styles.xml", b"<styleSheet><cellXfs><xf/></cellXfs><fonts count='x'></styleSheet>"
    )
    reading = read_here(broken, sheet, "de")
    assert reading.values == filled_in().values
    assert ("", "read_by_values_only") in warnings(reading)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv_with_lot_reference_and_price_is_read(sheet, encoding):
    text = "Los;Position;Preis €\nL1;1.1;42,48\nL1;1.2;\nL1;1.10;0,1308\nL2;2.1;1.250\nL2;9.9;5\n"
    reading = read_here(text.encode(encoding), sheet, "de")
    assert reading.values == {("L1", "1.1"): Decimal("42.48"), ("L1", "1.10"): Decimal("0.1308")}
    assert problems(reading) == {"CSV!C5": "ambiguous", "CSV!B6": "position_unknown"}


def test_a_csv_of_a_single_lot_needs_no_lot_column():
    sheet = replace(two_lots(), lots=two_lots().lots[:1])
    reading = read_here(b"1.1,42.48\n1.2,2.52\n1.1,7\n", sheet, "en")
    assert reading.values == {("L1", "1.1"): Decimal("42.48"), ("L1", "1.2"): Decimal("2.52")}
    assert problems(reading) == {"CSV!B3": "position_twice"}


@needs_libreoffice
@pytest.mark.libreoffice
def test_files_filled_and_saved_by_libreoffice_give_the_same_values_and_sums(sheet, tmp_path):
    empty = write_price_sheet(sheet, "de", replace(filled_in(), values={}))

    def type_prices(book):  # openpyxl drops every stored result, so that LibreOffice must calculate
        for item in inputs_of(sheet):
            if item.kind == "price":
                title, cell = book.defined_names[item.name].attr_text.split("!")
                book[title.strip("'")][cell.replace("$", "")] = float(filled_in().values[item.lot_id, item.key])

    (tmp_path / "original.xlsx").write_bytes(edited(empty, type_prices))
    for target in ("ods", "xlsx"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--norestore",
             "--convert-to", target, "--outdir", str(tmp_path / target), str(tmp_path / "original.xlsx")],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        data = (tmp_path / target / f"original.{target}").read_bytes()
        reading = read_price_sheet(data, sheet, "de")
        assert same_values(reading, filled_in()), target
        assert reading.is_clean
    ws = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Los L1"]
    assert [ws[f"F{row}"].value for row in (10, 12, 14)] == [85392.33, 83257.52, 89085.55]
