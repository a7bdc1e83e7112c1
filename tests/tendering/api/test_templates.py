"""The library by API: read by everybody, used by officers of an own organisation."""

import pytest
from rest_framework.test import APIClient

from pilots.models import Pilot
from tendering.models import Tender
from tests.factories import make_company, make_town
from tests.tendering.library.shelf import content_of, make_centre, publish

pytestmark = pytest.mark.django_db
TEMPLATES = "/api/v1/templates/"


def client(user=None) -> APIClient:
    api = APIClient()
    if user is not None:
        api.force_authenticate(user)
    return api


def test_everybody_reads_list_and_content() -> None:
    centre = make_centre()
    publish(centre, "it-help-desk")
    publish(centre, "pilot-one-contact")

    rows = client().get(TEMPLATES, {"kind": "pilot"}).data
    whole = client().get(f"{TEMPLATES}it-help-desk/").data

    assert [row["slug"] for row in rows] == ["pilot-one-contact"]
    assert rows[0]["title"]["en"].startswith("One matter")
    assert whole["versions"][0]["content"] == content_of("it-help-desk")
    assert whole["results"]["saving_pct"] is None
    assert client().get(f"{TEMPLATES}unknown/").status_code == 404


def test_an_officer_makes_a_draft_of_a_tender_and_of_a_pilot() -> None:
    town, centre = make_town(), make_centre()
    publish(centre, "it-help-desk")
    publish(centre, "pilot-one-contact")
    given = {"buyer": town.organization.reference, "language": "en"}

    tender = client(town.officer).post(f"{TEMPLATES}it-help-desk/use/", given, format="json")
    pilot = client(town.officer).post(f"{TEMPLATES}pilot-one-contact/use/", given, format="json")

    assert (tender.status_code, pilot.status_code) == (201, 201)
    assert Tender.objects.get(pk=tender.data["id"]).language == "en"
    assert Pilot.objects.get(pk=pilot.data["id"]).reference == pilot.data["reference"]


def test_strangers_and_unknown_entries_are_refused() -> None:
    town, other = make_town(), make_town()
    publish(make_centre(), "it-help-desk")
    path, given = f"{TEMPLATES}it-help-desk/use/", {"buyer": town.organization.reference}

    assert client().post(path, given, format="json").status_code == 401
    assert client(other.officer).post(path, given, format="json").status_code == 404
    assert client(make_company().bidder).post(path, given, format="json").status_code == 404
    assert client(town.officer).post(path, {**given, "versoin": 1}, format="json").status_code == 400
    assert client(town.officer).post(path, {**given, "version": 9}, format="json").status_code == 404
    assert not Tender.objects.exists()
