"""Feeds of the lists: the same filters, valid formats, and an answer without a body for a reader who has it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from icalendar import Calendar
from lxml import etree

from accounts import clock
from accounts.audit import in_transaction
from tendering import actions
from tendering.models import Tender
from tests import factories
from tests.factories import make_town, open_tender
from tests.pilots import trials

pytestmark = pytest.mark.django_db
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEEDS = [
    "/tenders.atom", "/tenders.json", "/tenders.ics", "/results.atom", "/results.json", "/pilots.atom", "/pilots.json",
    "/pilots.ics",
]  # fmt: skip


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def body(client: Client, address: str, **query: str) -> bytes:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return bytes(answer.content)


def entries(client: Client, address: str, **query: str) -> list[str]:
    """Titles of an Atom feed, read as strictly as a feed reader reads."""
    root = etree.fromstring(body(client, address, **query))
    for entry in root.findall("a:entry", ATOM):
        assert entry.findtext("a:id", namespaces=ATOM)
        assert entry.findtext("a:updated", namespaces=ATOM)
        assert entry.findtext("a:author/a:name", namespaces=ATOM)
    return [str(entry.findtext("a:title", namespaces=ATOM)) for entry in root.findall("a:entry", ATOM)]


def items(client: Client, address: str, **query: str) -> list[str]:
    """Titles of a JSON Feed, with what the format requires."""
    feed = json.loads(body(client, address, **query))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"].startswith(settings.BASE_URL)
    assert all(item["id"] and item["url"] and item["content_text"] is not None for item in feed["items"])
    return [item["title"] for item in feed["items"]]


def award(tender: Any, winner: Any) -> None:
    with in_transaction():
        for lot in tender.lots.all():
            actions.record_lot_outcome(lot=lot, kind="awarded", at=clock.now(), winner=winner)
        actions.mark_awarded(tender, clock.now())


@pytest.mark.parametrize("address", FEEDS)
def test_a_reader_who_has_it_gets_no_body_again(visitor: Client, address: str) -> None:
    open_tender()
    first = visitor.get(address)
    again = visitor.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert visitor.get(address, headers={"if-none-match": '"another"'}).status_code == 200


def test_a_new_tender_and_a_moved_deadline_change_the_answer(visitor: Client) -> None:
    town = make_town()
    tender = open_tender(town)
    tags = [visitor.get("/tenders.atom").headers["ETag"]]
    end = tender.tender_period_end + timedelta(days=5)
    amendment = actions.request_extension(actor=town.officer, tender_id=tender.pk, new_end=end, reason="More time")
    actions.approve_extension(actor=town.second, amendment_id=amendment.pk)
    tags.append(visitor.get("/tenders.atom").headers["ETag"])
    open_tender(town)
    tags.append(visitor.get("/tenders.atom").headers["ETag"])
    assert len(set(tags)) == 3


@pytest.mark.parametrize("read", [entries, items])
def test_tenders_by_filter(visitor: Client, read: Any) -> None:
    town = make_town()
    open_tender(town, title="Parking", life_situation="mobility")
    letters = open_tender(town, title="Letters", life_situation="taxes")
    # as an older row may still hold it: no form takes a control mark any more
    Tender.objects.filter(pk=letters.pk).update(title="Letters & <parcels>\x0b")
    factories.draft_tender(town, title="Draft")
    address = "/tenders.atom" if read is entries else "/tenders.json"
    assert [title.strip() for title in read(visitor, address)] == ["Letters & <parcels>", "Parking"]
    assert read(visitor, address, life_situation="mobility") == ["Parking"]
    assert read(visitor, address, q="nothing-like-it") == []


@pytest.mark.parametrize("read", [entries, items])
def test_results_by_filter(visitor: Client, read: Any) -> None:
    winner = factories.make_company(name="Post & Partner").organization
    first, second = make_town(), make_town()
    award(factories.opened_tender(first, title="Parking"), winner)
    award(factories.opened_tender(second, title="Letters"), winner)
    factories.opened_tender(first, title="Not yet")
    address = "/results.atom" if read is entries else "/results.json"
    assert read(visitor, address) == ["Letters", "Parking"]
    assert read(visitor, address, buyer=first.organization.reference) == ["Parking"]
    assert b"Post &amp; Partner" in body(visitor, "/results.atom") or b"Post &amp;amp; Partner" in body(
        visitor, "/results.atom"
    )


@pytest.mark.parametrize("read", [entries, items])
def test_pilots_by_filter(visitor: Client, read: Any) -> None:
    trials.registered(title="Chatbot", reference="R1")
    trials.registered(title="Kiosk", reference="R2")
    trials.draft(title="Draft")
    address = "/pilots.atom" if read is entries else "/pilots.json"
    assert sorted(read(visitor, address)) == ["Chatbot", "Kiosk"]
    assert read(visitor, address, q="chatbot") == ["Chatbot"]


def test_the_days_of_decision_as_a_calendar(visitor: Client) -> None:
    trial = trials.registered(title="Kiosk")
    (event,) = Calendar.from_ical(body(visitor, "/pilots.ics")).walk("VEVENT")
    assert event["dtstart"].dt == trial.fresh().gate_date
    assert str(event["summary"]) == "Decision due: Kiosk"
    assert not Calendar.from_ical(body(visitor, "/pilots.ics", q="chatbot")).walk("VEVENT")


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        ("/tenders/?life_situation=taxes", ["/tenders.atom", "/tenders.json", "/tenders.ics"]),
        ("/results/?life_situation=taxes", ["/results.atom", "/results.json"]),
        ("/pilots/?life_situation=taxes", ["/pilots.atom", "/pilots.json", "/pilots.ics"]),
    ],
)
def test_the_list_names_its_feeds_for_programs_and_for_people(visitor: Client, page: str, feeds: list[str]) -> None:
    award(factories.opened_tender(), factories.make_company().organization)
    text = visitor.get(page).content.decode()
    for address in feeds:
        wanted = f'href="{address}?life_situation=taxes"'
        assert text.count(wanted) == 2, address  # in the head and on the page


def test_what_only_the_own_people_see_is_not_for_shared_caches() -> None:
    town = make_town()
    client = Client()
    client.force_login(town.officer)
    assert "private" in client.get("/tenders.json").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("address", "number"), [("/tenders.json", 2), ("/results.json", 2), ("/pilots.json", 3), ("/pilots.ics", 3)]
)
def test_a_feed_needs_few_queries(
    visitor: Client, django_assert_max_num_queries: Any, address: str, number: int
) -> None:
    town = make_town()
    for _number in range(4):
        open_tender(town)
        trials.registered(reference=f"R{_number}")
    with django_assert_max_num_queries(number):
        visitor.get(address)
