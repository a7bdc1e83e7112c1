"""Deliveries as towns send them: CSV and workbooks, German and English numbers, faults named by their place."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from pilots import measurements
from pilots.measurements import UnreadableSeries, faults_of, read_series, summary
from tests.pilots import trials

pytestmark = pytest.mark.django_db


def read(text, trial=None):
    return read_series((trial or trials.registered()).pilot, text.encode("utf-8-sig"), "series.csv")


def refusal(text):
    with pytest.raises(UnreadableSeries) as found:
        read(text)
    return found.value.faults


def workbook(rows):
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Notes").write(0, 0, "Nothing here")
        sheet = book.add_worksheet("Series")
        for number, row in enumerate(rows):
            sheet.write_row(number + 2, 1, row)
    return out.getvalue()


def test_german_csv_is_read_with_its_digits():
    found = read("Kennzahl;Gruppe;Monat;Wert;Fälle\nC1;Pilot;01/2026;27,50;1.234\nC1;Vergleich;2026-01;26,9;99\n")
    assert found.rows == [
        {"kpi_id": "C1", "arm": "pilot", "month": "2026-01", "value": "27.50", "n": 1234},
        {"kpi_id": "C1", "arm": "control", "month": "2026-01", "value": "26.9", "n": 99},
    ]
    assert found.provenance["file"] == "series.csv"
    assert len(found.provenance["sha256"]) == 64


def test_english_csv_is_read_too_whatever_the_language_of_the_page():
    with translation.override("de"):
        found = read("kpi_id,arm,month,value,n\nC1,pilot,2026-01,27.50,100\nC1,pilot,2026-02,1.250,100\n")
    assert [row["value"] for row in found.rows] == ["27.50", "1.250"]


def test_a_number_that_could_be_both_is_read_like_its_column_or_refused():
    told = read("kpi_id;arm;month;value;n\nC1;pilot;2026-01;27,5;1\nC1;pilot;2026-02;1.250;1\n")
    assert told.rows[1]["value"] == "1250"
    ((place, sentence),) = refusal("kpi_id;arm;month;value;n\nC1;pilot;2026-01;1.250;1\n")
    assert place
    assert "1.25" in sentence.replace(",", ".")


def test_a_percentage_of_a_share_becomes_a_number_between_0_and_1():
    found = read("kpi_id;arm;month;value;n\nB1;pilot;2026-01;62,9 %;1\nB1;pilot;2026-02;0,63;1\n")
    assert [row["value"] for row in found.rows] == ["0.629", "0.63"]


def test_a_workbook_is_read_wherever_its_table_stands():
    data = workbook([["kpi_id", "arm", "month", "value", "n"], ["C1", "pilot", "2026-01", 27.5, 100]])
    found = read_series(trials.registered().pilot, data, "series.xlsx")
    assert found.rows == [{"kpi_id": "C1", "arm": "pilot", "month": "2026-01", "value": "27.5", "n": 100}]
    assert found.places == ["Series!E4"]


def test_every_fault_is_named_by_its_place():
    rows = [["kpi_id", "arm", "month", "value", "n"], ["C9", "both", "Jan", "much", "1.5"]]
    with pytest.raises(UnreadableSeries) as found:
        read_series(trials.registered().pilot, workbook(rows), "series.xlsx")
    assert [place for place, _sentence in found.value.faults] == [
        "Series!B4", "Series!C4", "Series!D4", "Series!E4", "Series!F4",
    ]  # fmt: skip
    with translation.override("en"):
        faults = refusal("kpi_id;arm;month;value;n\nC1;pilot;2026-01;27,5;1\nC9;pilot;2026-13;2,5;1\n")
    assert [place for place, _sentence in faults] == ["line 3", "line 3"]


def test_lines_without_a_value_are_months_still_to_come():
    found = read("kpi_id;arm;month;value;n\nC1;pilot;2026-01;27,5;1\nC1;pilot;2026-02;;\n")
    assert len(found.rows) == 1


@pytest.mark.parametrize("data", [b"", b"a;b\n1;2\n", b"PK\x03\x04broken", b"kpi_id;arm;month;value;n\n"])
def test_a_file_without_a_series_says_so(data):
    with pytest.raises(UnreadableSeries) as found:
        read_series(trials.registered().pilot, data, "x.csv")
    assert found.value.faults[0][0] == ""


def test_faults_of_the_act_get_the_place_in_the_file():
    error = ValidationError({"$.series[1].month": ["not over"], "$.kpis": ["odd"]})
    assert faults_of(error, ["line 2", "line 3"]) == [("line 3", "not over"), ("", "odd")]


def test_the_preview_says_per_indicator_and_group_what_was_read():
    trial = trials.registered()
    lines = summary(trials.series(), trial.pilot.indicators.all())
    assert [(line[0].code, line[1], line[2]) for line in lines] == [
        (code, arm, 6) for code in ("C1", "B1", "A1") for arm in ("pilot", "control")
    ]
    assert lines[0][3:5] == ["2026-01", "2026-06"]
    assert str(lines[0][6]) == "16.90"
    assert lines[0][8] == 600


def test_the_sheet_with_all_lines_can_be_read_back():
    trial = trials.registered()
    stored = {(row["kpi_id"], row["arm"], row["month"]): (row["value"], row["n"]) for row in trials.series()}
    lines = list(measurements.template_lines(trial.fresh(), stored))
    assert len(lines) == 1 + 36
    found = read("\n".join(";".join(line) for line in lines), trial)
    assert {(row["kpi_id"], row["arm"], row["month"]): (row["value"], row["n"]) for row in found.rows} == stored
