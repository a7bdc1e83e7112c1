"""A procedure of several lots: the workbook of one lot, and one for each where there are too many bids for one."""

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse

from evaluation.results import latest
from reports.files import workbooks_of
from tendering.models import Tender
from tests.reports.played import play
from tests.reports.test_downloads import get, member

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def played_lots(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """T09, played once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield play("T09").pk
        transaction.set_rollback(True)


@pytest.fixture
def several(played_lots: int) -> Tender:
    """Three lots with a limit of lots."""
    return Tender.objects.select_related("buyer").get(pk=played_lots)


@pytest.mark.parametrize("name", ["tender_workbook", "api_tender_workbook"])
def test_the_workbook_of_one_lot_has_its_sheets_and_what_was_given_over_all_lots(several, name):
    response = member(several, "officer").get(reverse(name, args=[several.pk]), {"lot": "L2"})
    assert "-L2.xlsx" in response.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(response.content), read_only=True)
    assert book.sheetnames[:3] == ["Zusammenfassung", "Preisspiegel", "Wertung"]  # the town's language
    sheet = book[book.sheetnames[0]]
    text = "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    assert "Los L2 allein, von 3 Losen" in text
    assert "L2 " in text
    assert "Alle Lose zusammen: L1" in text  # why the first of a lot need not get it
    assert not re.search(r"^L1 ", text, re.M)


def test_a_lot_there_is_not_is_not_found(several):
    client = member(several, "officer")
    assert client.get(reverse("tender_workbook", args=[several.pk]), {"lot": "L9"}).status_code == 404
    assert client.get(reverse("api_tender_workbook", args=[several.pk]), {"lot": "L9"}).status_code == 404


def test_the_page_leads_to_the_workbook_of_each_lot(several):
    page = get(member(several, "officer"), "evaluation_result", several.pk).content.decode()
    address = reverse("tender_workbook", args=[several.pk])
    assert [f"{address}?lot=L{number}" in page for number in (1, 2, 3)] == [True] * 3
    assert f'"{address}"' in page
    page = get(member(several, "council_member"), "evaluation_result", several.pk).content.decode()
    assert address not in page


def test_with_very_many_bids_there_is_one_for_each_lot_and_none_for_all(several, monkeypatch):
    monkeypatch.setattr("reports.files.WORKBOOK_BIDS", 5)
    monkeypatch.setattr("evaluation.views.result.WORKBOOK_BIDS", 5)
    client, address = member(several, "officer"), reverse("tender_workbook", args=[several.pk])
    page = get(client, "evaluation_result", several.pk).content.decode()
    assert f'"{address}"' not in page
    assert f"{address}?lot=L3" in page
    refused = client.get(address)
    assert refused.status_code == 409
    assert "je Los: L1, L2, L3" in refused.content.decode()
    answer = get(client, "api_tender_workbook", several.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "workbook_too_large")
    names = [name for name, _content in workbooks_of(latest(several), "en")]
    assert names == ["workbook-L1.xlsx", "workbook-L2.xlsx", "workbook-L3.xlsx"]
