"""Who gets which file, and that the files are what they say."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from bids.models import Receipt
from reports.files import write_finished_reports
from tendering.models import Tender
from tests import factories
from tests.reports.played import play

pytestmark = pytest.mark.django_db
XLSX_START, PDF_START = b"PK", b"%PDF-1.7"


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """T12, played once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield play("T12").pk
        transaction.set_rollback(True)


@pytest.fixture
def tender(played: int) -> Tender:
    return Tender.objects.select_related("buyer").get(pk=played)


def member(tender: Tender, role: str) -> Client:
    """Somebody of the buyer in that role, signed in."""
    membership = Membership.objects.filter(organization=tender.buyer, role=role).order_by("pk").first()
    user = membership.user if membership else factories.make_user(tender.buyer, role)
    return signed_in(user)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def get(client: Client, name: str, *args: Any) -> Any:
    return client.get(reverse(name, args=args))


@pytest.mark.parametrize("name", ["tender_workbook", "api_tender_workbook"])
@pytest.mark.parametrize("role", ["officer", "approver", "auditor", "panel_chair"])
def test_the_office_and_the_audit_download_the_workbook(tender, name, role):
    response = get(member(tender, role), name, tender.pk)
    assert response.status_code == 200
    assert response.content.startswith(XLSX_START)
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("role", ["council_member", "opener", "requester"])
def test_others_at_the_buyer_are_refused_the_workbook(tender, role):
    client = signed_in(factories.make_user(tender.buyer, role))
    assert get(client, "tender_workbook", tender.pk).status_code == 403


@pytest.mark.parametrize("role", ["officer", "approver", "auditor", "panel_chair", "council_member", "evaluator"])
def test_the_result_page_offers_the_workbook_to_those_who_get_it(tender, role):
    client = member(tender, role)
    page = get(client, "evaluation_result", tender.pk)
    offered = reverse("tender_workbook", args=[tender.pk]) in page.content.decode()
    assert page.status_code == 200
    assert offered == (get(client, "tender_workbook", tender.pk).status_code == 200)


def test_strangers_and_bidders_find_no_workbook(tender):
    bidder = Receipt.objects.filter(bid__tender=tender).first().bid.submitted_by
    for user in (factories.make_user(), bidder):
        for name in ("tender_workbook", "opening_record_pdf", "tender_template"):
            assert get(signed_in(user), name, tender.pk).status_code == 404
    assert get(Client(), "tender_workbook", tender.pk).status_code == 302


def test_before_an_evaluation_there_is_no_workbook_and_before_the_opening_no_record():
    town = factories.make_town()
    tender = factories.closed_tender(town)
    assert get(signed_in(town.officer), "tender_workbook", tender.pk).status_code == 404
    assert get(signed_in(town.officer), "opening_record_pdf", tender.pk).status_code == 404


@pytest.mark.parametrize("name", ["opening_record_pdf", "api_opening_record"])
def test_the_opening_record_is_a_tagged_pdf_for_the_office(tender, name):
    response = get(member(tender, "officer"), name, tender.pk)
    assert response.content.startswith(PDF_START)
    assert b"/MarkInfo" in response.content
    assert b"/StructTreeRoot" in response.content


def test_the_same_opening_gives_the_same_bytes(tender):
    client = member(tender, "officer")
    first, second = (get(client, "opening_record_pdf", tender.pk).content for _time in range(2))
    assert first == second


@pytest.mark.parametrize("name", ["receipt_pdf", "api_receipt_pdf"])
def test_a_bidder_gets_its_own_receipt_and_no_other(tender, name):
    receipt = Receipt.objects.filter(bid__tender=tender).select_related("bid").first()
    own = get(signed_in(receipt.bid.submitted_by), name, receipt.pk)
    assert own.content.startswith(PDF_START)
    other = Receipt.objects.filter(bid__tender=tender).exclude(bid__company=receipt.bid.company).first()
    assert get(signed_in(other.bid.submitted_by), name, receipt.pk).status_code == 404
    assert get(member(tender, "officer"), name, receipt.pk).status_code == 404


@pytest.mark.parametrize("name", ["pilot_workbook", "api_pilot_workbook"])
def test_the_workbook_of_an_analysed_pilot_is_public(name):
    pilot = play("P01")
    response = get(Client(), name, pilot.pk)
    assert response.content.startswith(XLSX_START)
    type(pilot).objects.filter(pk=pilot.pk).update(analysed_at=None)
    assert get(Client(), name, pilot.pk).status_code == 404


def own_template(names: dict[str, str]) -> bytes:
    """A municipality's own sheet with named cells."""
    import openpyxl
    from openpyxl.workbook.defined_name import DefinedName

    book = openpyxl.Workbook()
    for name, cell in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=f"'{book.active.title}'!{cell}")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


NAMES = {"price_L1_B01": "$B$2", "bidder_L1_B01": "$B$1", "winner_L1": "$B$3", "our_own": "$B$4"}


def posted(client: Client, tender: Tender, act: str, content: bytes) -> Any:
    file = io.BytesIO(content)
    file.name = "own.xlsx"
    return client.post(reverse("tender_template", args=[tender.pk]), {"template": file, "act": act})


def test_an_own_template_comes_back_filled_by_its_names(tender):
    import openpyxl

    response = posted(member(tender, "officer"), tender, "fill", own_template(NAMES))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    run = tender.evaluation_runs.latest()
    row = next(row for row in run.result["lots"][0]["rows"] if row["bid_id"] == "T12-B01")
    assert f"{sheet['B2'].value:.2f}" == row["evaluation_price"]
    assert "GmbH" in sheet["B1"].value
    assert sheet["B4"].value is None


def test_checking_a_template_names_what_is_not_known(tender):
    response = posted(member(tender, "officer"), tender, "check", own_template(NAMES))
    assert response.status_code == 200
    assert "our_own" in response.content.decode()


def test_a_template_that_is_none_is_refused_in_words(tender):
    response = posted(member(tender, "officer"), tender, "fill", b"no spreadsheet at all")
    assert response.status_code == 422


def test_the_api_fills_a_template_too(tender):
    file = io.BytesIO(own_template(NAMES))
    file.name = "own.xlsx"
    client, address = member(tender, "officer"), reverse("api_tender_template", args=[tender.pk])
    assert client.post(address, {"template": file}).content.startswith(XLSX_START)
    listed = {row["name"] for row in client.get(address).json()}
    assert {"winner_L1", "price_L1_B01", "score_L1_B01_B1"} <= listed
    assert client.post(address, {}).status_code == 400


def test_the_list_of_names_is_a_csv_without_formulas(tender):
    text = get(member(tender, "officer"), "tender_template_names", tender.pk).content.decode("utf-8-sig")
    assert "price_L1_B01;" in text
    assert not [line for line in text.splitlines() if line.startswith("=")]


def test_finished_procedures_leave_their_reports_as_files(tender, settings, tmp_path):
    settings.REPORTS_DIR = tmp_path
    play("P01")
    assert write_finished_reports() == 3
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")}
    assert found == {"T12/workbook.xlsx", "T12/opening-record.pdf", "P01/workbook.xlsx"}
    assert "xl/workbook.xml" in zipfile.ZipFile(tmp_path / "T12" / "workbook.xlsx").namelist()


def test_the_workbook_of_a_played_tender_has_live_formulas_and_the_reasons_of_the_panel(tender):
    content = get(member(tender, "officer"), "tender_workbook", tender.pk).content
    book = zipfile.ZipFile(io.BytesIO(content))
    assert b"<f>" in book.read("xl/worksheets/sheet3.xml")
    assert "Fundstelle Konzept" in book.read("xl/sharedStrings.xml").decode()
