"""README tells the effort that the browser journey counted, and addresses that answer."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.tendering.library.shelf import make_centre, publish

ROOT = Path(__file__).resolve().parent.parent


def test_the_readme_names_the_pages_and_fields_that_the_journey_counted() -> None:
    effort = json.loads((ROOT / "tests" / "browser" / "effort.json").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    for role, counted in effort.items():
        fields = f"{counted['fields']} field" if counted["fields"] else "no field"
        assert f"{counted['pages']} pages, {fields}" in readme, role


@pytest.mark.django_db
def test_every_address_beside_the_ten_demands_answers() -> None:
    part = (ROOT / "README.md").read_text("utf-8").split("## The ten demands")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \|(.*)$", part, re.MULTILINE)
    assert [number for number, _text in rows] == [str(number) for number in range(1, 11)]
    centre, town, company = make_centre(), factories.make_town(), factories.make_company()
    for code in re.findall(r"`/library/([a-z-]+)/`", part):
        publish(centre, code)
    visitors = []
    for user in (None, town.officer, company.bidder):
        client = Client()
        if user:
            client.force_login(user)
        visitors.append(client)
    for number, text in rows:
        addresses = re.findall(r"`(/[^`]*)`", text)
        assert addresses, f"demand {number} names no page"
        for address in addresses:
            assert 200 in {client.get(address).status_code for client in visitors}, f"{number}: {address}"
