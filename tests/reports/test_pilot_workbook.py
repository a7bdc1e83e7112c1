"""The workbook of a pilot: live means and effects with the digits of the analysis."""

from decimal import Decimal

import pytest

from pilots.models import AnalysisRun
from pilots.results import latest
from reports.pilot_workbook import build_pilot, measured_of
from reports.workbook.layout import exactly
from tests.reports.played import play
from tests.reports.recalculation import needs_libreoffice, printed, recalculate

CASES = ("P01", "P04")


@pytest.mark.django_db
class TestPilotWorkbook:
    @pytest.mark.libreoffice
    @pytest.mark.skipif(needs_libreoffice[1].args[0], reason="LibreOffice Calc (soffice) is not installed")
    def test_every_computed_cell_shows_the_digits_of_the_analysis(self, tmp_path):
        books = {}
        for case in CASES:
            pilot = play(case)
            content, book = build_pilot(pilot, "en", zeros=True)
            (tmp_path / f"{case}.xlsx").write_bytes(content)
            books[case] = book
        cells = recalculate([tmp_path / f"{case}.xlsx" for case in CASES], tmp_path)
        for case, book in books.items():
            assert len(book.formulas) > 100
            wrong = [
                (live.sheet, live.cell, printed(cells[case][live.sheet].get(live.cell, ""), live.places), live.formula)
                for live in book.formulas
                if printed(cells[case][live.sheet].get(live.cell, ""), live.places) != exactly(live.value, live.places)
            ]
            assert wrong == []
            assert cells[case]["Summary"]["A4"] == "OFFICIAL"

    def test_the_live_effect_is_the_stored_effect(self):
        pilot = play("P01")
        run = latest(pilot)
        for item in measured_of(pilot, run):
            stored = item.record["effect"]["estimate"]
            shown = [live for live in build_pilot(pilot, "en")[1].formulas if live.sheet == "Summary"]
            assert exactly(Decimal(stored), 4) in {exactly(live.value, 4) for live in shown}

    def test_a_pilot_without_an_analysis_has_no_workbook(self):
        pilot = play("P01")
        AnalysisRun.objects.filter(pilot=pilot).update(confirmed_at=None)
        with pytest.raises(ValueError):
            build_pilot(pilot, "en")
