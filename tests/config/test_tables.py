"""Lists as files: with the rows of the page, nobody else's bids, and no text that a spreadsheet would calculate."""

import io
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.bids.bidding import submit
from tests.factories import make_company, make_town, open_tender
from tests.pilots.trials import registered

pytestmark = pytest.mark.django_db


def read(client: Client, name: str) -> tuple[str, list[list[Any]]]:
    """The CSV and the rows of the sheet of a list."""
    csv, xlsx = (client.get(f"{name}.{kind}", headers={"accept-language": "en"}) for kind in ("csv", "xlsx"))
    assert (csv.status_code, xlsx.status_code) == (200, 200), name
    sheet = load_workbook(io.BytesIO(xlsx.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}, name
    return csv.content.decode("utf-8-sig"), [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_own_bids_are_listed_for_their_company_only() -> None:
    town, clara, rival = make_town(), make_company(name='=HYPERLINK("x")'), make_company(name="Rival")
    tender = open_tender(town, title="+Letters")
    submit(clara, tender)
    submit(rival, tender)
    client = Client()
    client.force_login(clara.bidder)
    csv, rows = read(client, "/bids")
    assert len(rows) == len(csv.splitlines()) == 2
    assert rows[1][:4] == [tender.reference, "+Letters", str(town.organization), '=HYPERLINK("x")']
    assert "'+Letters" in csv and "'=HYPERLINK" in csv and "Rival" not in csv
    officer = Client()
    officer.force_login(town.officer)
    assert officer.get("/bids.csv").status_code == 404
    assert Client().get("/bids.csv").status_code == 302


def test_public_lists_come_with_the_filter_of_their_page() -> None:
    town = make_town(keys=False, name="Westerlohe")
    trial = registered()
    pilots, sheet = read(Client(), "/pilots")
    assert trial.pilot.reference in pilots and sheet[1][1] == trial.pilot.title
    assert len(Client().get("/pilots.csv?q=nothingofthekind").content.splitlines()) == 1
    contacts, sheet = read(Client(), "/contacts")
    assert sheet[0][0] == "Organisation"
    assert len(read(Client(), "/library")[1][0]) == 10
    assert str(town.organization) not in Client().get("/contacts.csv?q=nothingofthekind").content.decode()
    assert contacts.count("\r\n") == len(sheet)
