"""The overview of an office: phase, next step, next date, who takes care; filters, files, pages."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from tendering.models import Question, Tender
from tests import factories
from tests.evaluation import builders
from tests.tendering.pages.conftest import signed_in, text_of

pytestmark = pytest.mark.django_db
PAGE = "/desk/procedures/"


def rows_of(client: Client, query: str = "") -> dict[str, tuple[str, str]]:
    """{title: (next step, what happens then)}."""
    rows = client.get(f"{PAGE}{query}").context["rows"]
    return {row.tender.title: (row.step, row.what) for row, _kind in rows}


def test_each_phase_says_its_next_step_and_date(town: factories.Town, anna: Client) -> None:
    factories.draft_tender(town, title="Draft")
    factories.prepared_tender(town, title="Prepared")
    open_one = factories.open_tender(town, title="Open")
    factories.closed_tender(town, title="Closed")
    factories.cancelled_tender(town, title="Cancelled")
    case = builders.Case(town, factories.opened_tender(town, title="Opened"))
    builders.add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    assert rows_of(anna) == {
        "Draft": ("Finish preparing", "Planned deadline for bids"),
        "Prepared": ("A second person releases it", "Planned deadline for bids"),
        "Open": ("Wait for the deadline", "Questions end"),
        "Closed": ("Two openers open the bids", "Opening of bids"),
        "Opened": ("Appoint the panel", "Bids are binding until"),
    }
    Question.objects.create(tender=open_one, asked_at=clock.now(), text="When?")
    assert rows_of(anna)["Open"][0] == "Answer 1 question"
    assert set(rows_of(anna, "?phase=cancelled")) == {"Cancelled"}
    assert set(rows_of(anna, "?phase=all")) >= {"Cancelled", "Draft"}


def test_filters_by_who_takes_care(town: factories.Town, anna: Client, bernd: Client) -> None:
    mine = factories.draft_tender(town, title="Mine")
    Tender.objects.filter(pk=factories.draft_tender(town, title="Nobodys").pk).update(responsible=None)
    assert set(rows_of(anna, "?responsible=me")) == {"Mine"}
    assert set(rows_of(bernd, f"?responsible={mine.responsible_id}")) == {"Mine"}
    assert set(rows_of(anna, "?responsible=nobody")) == {"Nobodys"}
    assert set(rows_of(anna, "?responsible=%27&phase=nonsense")) == {"Mine", "Nobodys"}


def test_only_own_buyers_and_only_officers(town: factories.Town, anna: Client) -> None:
    factories.open_tender(factories.make_town(), title="Elsewhere")
    assert rows_of(anna) == {}
    assert "No procedure fits" in text_of(anna.get(PAGE))
    assert signed_in(town.auditor).get(PAGE).status_code == 403
    assert signed_in(town.auditor).get("/desk/procedures.csv").status_code == 403


def test_no_file_and_no_page_tells_of_bids_before_the_opening(
    town: factories.Town, anna: Client, company: factories.Company
) -> None:
    from tests.bids.bidding import submit

    tender = factories.open_tender(town)
    before = text_of(anna.get(PAGE)), anna.get("/desk/procedures.csv").content, text_of(anna.get("/desk/"))
    submit(company, tender)
    after = text_of(anna.get(PAGE)), anna.get("/desk/procedures.csv").content, text_of(anna.get("/desk/"))

    def without_tokens(page: str) -> list[str]:
        return [line for line in page.splitlines() if "csrf" not in line and "app-print-foot" not in line]

    assert before[1] == after[1]
    assert "Post & Partner" not in after[0] + after[2] and "Post &amp; Partner" not in after[0] + after[2]
    assert without_tokens(before[0]) == without_tokens(after[0])


def test_the_files_hold_the_filtered_rows_as_text(town: factories.Town, anna: Client) -> None:
    from openpyxl import load_workbook

    factories.draft_tender(town, title="=1+1 Müll")
    factories.cancelled_tender(town, title="Cancelled")
    csv = anna.get("/desk/procedures.csv")
    assert csv.headers["Content-Disposition"].startswith("attachment") and csv.content.startswith(b"\xef\xbb\xbf")
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and lines[0].startswith("Number,Title,Phase") and ",=1+1" not in lines[1]
    book = load_workbook(io.BytesIO(anna.get("/desk/procedures.xlsx?phase=all").content))
    sheet = book.active
    assert sheet.max_row == 3 and sheet.freeze_panes == "C2"
    assert {sheet.cell(row, 2).value for row in (2, 3)} == {"=1+1 Müll", "Cancelled"}
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value)


def many(town: factories.Town, number: int) -> None:
    model = factories.open_tender(town)
    opened = factories.opened_tender(town)
    for n in range(number):
        for tender in (Tender.objects.get(pk=model.pk), Tender.objects.get(pk=opened.pk)):
            tender.pk, tender.reference = None, f"{tender.reference}-{n}"
            tender.created_at += timedelta(minutes=n)
            tender.save(force_insert=True)


def test_pages_hold_twenty_five_and_cost_the_same_for_many(
    town: factories.Town, anna: Client, django_assert_max_num_queries: Any
) -> None:
    many(town, 30)
    with django_assert_max_num_queries(20):
        first = anna.get(PAGE)
    assert len(first.context["rows"]) == 25 and first.context["total"] == "62"
    second = anna.get(f"{PAGE}?cursor={first.context['page'].next}")
    assert not {row.tender.pk for row, _ in first.context["rows"]} & {
        row.tender.pk for row, _ in second.context["rows"]
    }
    assert anna.get(f"{PAGE}?phase=open&cursor=nonsense").headers["Location"] == f"{PAGE}?phase=open"
    with django_assert_max_num_queries(18):
        assert anna.get("/desk/procedures.csv").content.count(b"\r\n") == 63


def test_the_overview_is_reached_from_the_desk(town: factories.Town, anna: Client) -> None:
    assert reverse("desk_procedures") in text_of(anna.get(reverse("desk")))
