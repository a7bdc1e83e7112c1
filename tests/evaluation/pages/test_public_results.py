"""Results for everybody: who won, what a case costs, what is saved; filters, sums and files that agree with them."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from accounts import clock
from tendering.models import LotOutcome
from tests import factories
from tests.bids.pages.scene import text_of
from tests.evaluation.builders import evaluated_case
from tests.evaluation.pages.test_result_pages import awarded

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


def shown(language: str = "en", **query: Any) -> str:
    response = Client(headers={"accept-language": language}).get("/results/", query)
    assert response.status_code == 200
    return text_of(response)


def award_of(town: factories.Town, title: str, *, days_ago: int = 0, **outcome: Any) -> LotOutcome:
    """A published award with the figures given."""
    company = factories.make_company(name=f"Winner of {title}").organization
    tender = factories.awarded_tender(town, title=title, **outcome.pop("tender", {}))
    values = {"value": "1000", "saving_per_year": "500", "cost_per_case": "2", **outcome}
    found = LotOutcome.objects.get(lot__tender=tender)
    moment = clock.now() - timedelta(days=days_ago)
    LotOutcome.objects.filter(pk=found.pk).update(
        winner=company, at=moment, **{k: Decimal(v) for k, v in values.items()}
    )
    type(tender).objects.filter(pk=tender.pk).update(awarded_at=moment)
    return LotOutcome.objects.select_related("lot__tender").get(pk=found.pk)


def test_a_row_names_winner_cost_per_case_saving_and_number_of_bids() -> None:
    case = evaluated_case()
    awarded(case)
    text = shown()
    assert case.companies["B02"].organization.name in text
    assert "today €2.50" in text
    assert "less per year than today: that is what 1 published award brings." in text
    assert "Awarded lots: 1" in text


def test_filters_narrow_rows_sum_and_files_alike() -> None:
    town, other = factories.make_town(), factories.make_town(keys=True)
    award_of(town, "Letters", saving_per_year="500")
    award_of(other, "Parking", saving_per_year="70", tender={"life_situation": "mobility"})
    old = award_of(town, "Archive", saving_per_year="3", days_ago=800)
    assert "€573 less per year" in shown()
    by_town = shown(buyer=town.organization.reference)
    assert "€503 less per year" in by_town
    assert "Winner of Parking" not in by_town
    assert "Winner of Letters" not in shown(life_situation="mobility")
    by_year = shown(year=old.at.year)
    assert "€3 less per year" in by_year
    assert "Archive" in by_year
    answer = Client(headers=ENGLISH).get("/results.csv", {"year": old.at.year})
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2
    assert "No award fits" in shown(year=1999)


@pytest.mark.parametrize("year", ["0", "abcd", "20260", "-1", "²⁰²⁶", "9999"])
def test_a_year_that_is_none_breaks_nothing(year: str) -> None:
    award_of(factories.make_town(), "Letters")
    shown(year=year)


def test_awards_that_cost_more_than_today_say_so() -> None:
    award_of(factories.make_town(), "Letters", saving_per_year="-40")
    assert "€40 more per year than today: that is what 1 published award costs." in shown()


def test_the_csv_is_read_by_programs_and_holds_no_formula() -> None:
    outcome = award_of(factories.make_town(name="=SUM(A1)"), "Letters", value="12345.60")
    text = Client(headers=ENGLISH).get("/results.csv").content.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    line = dict(zip(head, row, strict=True))
    assert line["Value, net"] == "12345.60"
    assert line["Buyer"] == "'=SUM(A1)"
    assert line["Winner"] == "Winner of Letters"
    assert line["Number"] == outcome.lot.tender.reference
    german = Client(headers={"accept-language": "de"}).get("/results.csv").content.decode("utf-8-sig")
    assert "12345,60" in german
    assert german.splitlines()[0].startswith("Nummer;")


def test_the_spreadsheet_holds_amounts_as_numbers() -> None:
    award_of(factories.make_town(), "Letters", value="12345.60")
    answer = Client(headers=ENGLISH).get("/results.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, row = sheet.iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["Value, net"] == 12345.6
    assert 'filename="results.xlsx"' in answer["Content-Disposition"]


def test_an_unpublished_award_is_in_no_file() -> None:
    case = evaluated_case()
    name = case.companies["B02"].organization.name
    for kind in ("csv", "xlsx"):
        assert name.encode() not in Client(headers=ENGLISH).get(f"/results.{kind}").content
    assert "No award has been published yet" in shown()


def test_a_page_of_results_needs_few_queries(django_assert_max_num_queries: Any) -> None:
    town = factories.make_town()
    for number in range(3):
        award_of(town, f"Letters {number}")
    with django_assert_max_num_queries(6):
        Client(headers=ENGLISH).get("/results/")
