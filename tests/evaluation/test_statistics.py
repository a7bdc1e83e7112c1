"""Statistics of a lot by hand, as a sheet, and the office's own figures beside the averages of the EU."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import Organization
from evaluation.lot_statistics import board, statistics
from evaluation.results import latest, view_of
from tests import factories
from tests.evaluation.builders import evaluated_case
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of

pytestmark = pytest.mark.django_db


def figures(case: Any) -> dict[str, Any]:
    run = latest(case.tender)
    assert run is not None
    with translation.override("en"):
        (lot,) = statistics(case.tender, view_of(run))
    return {label: value for section in lot.sections for label, _shown, value in section.figures}


def test_counts_prices_quality_and_times_of_two_bids() -> None:
    case = evaluated_case()
    Organization.objects.filter(pk=case.companies["B01"].organization.pk).update(scale="small", country="AT")
    found = figures(case)
    assert (found["Received"], found["Admissible"], found["Late"]) == (2, 2, 0)
    assert (found["from small and medium companies"], found["from other states"]) == (1, 1)
    low, high = found["Lowest"], found["Highest"]
    assert found["Mean"] == found["Median"] == ((low + high) / 2).quantize(Decimal("0.01"))
    assert found["Spread, of the lowest"] == ((high - low) / low * 100).quantize(Decimal("0.01"))
    assert (found["B1, mean"], found["B1, standard deviation"]) == (Decimal("7.50"), Decimal("2.12"))
    assert found["Days from deadline to opening"] >= 0


def test_the_page_and_its_sheet_say_the_same_and_only_the_office_and_the_audit_read_them(client: Any) -> None:
    case = evaluated_case()
    body = text_of(browser(case.town.officer).get(at("tender_statistics", case)))
    assert "Prices of admissible bids" in body and "B1, standard deviation" in body
    answer = browser(case.town.auditor).get(at("tender_statistics_file", case))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert ("L1", "Bids", "Received", 2) in rows
    for person in (case.town.evaluators[0], case.companies["B01"].bidder):
        assert browser(person).get(at("tender_statistics", case)).status_code in (403, 404)


def test_the_board_counts_awarded_tenders_only_and_names_the_source_of_the_averages() -> None:
    case = evaluated_case()
    buyers = [case.town.organization.pk]
    assert {kpi.own for kpi in board(buyers, clock.now())} == {None}
    case.tender.awarded_at = clock.now()
    case.tender.save()
    Organization.objects.filter(pk=case.companies["B01"].organization.pk).update(scale="large")
    Organization.objects.filter(pk=case.companies["B02"].organization.pk).update(scale="micro")
    single, days, small = board(buyers, clock.now())
    assert (single.own, single.n, single.word) == (0, 1, "better")
    assert days.own is not None and days.n == 1
    assert (small.own, small.n, small.word) == (50, 2, "worse")
    body = text_of(browser(case.town.officer).get(reverse("kpis")))
    assert "28 %" in body and "Single Market Scoreboard" in body
    assert browser(factories.make_company().bidder).get(reverse("kpis")).status_code == 404
