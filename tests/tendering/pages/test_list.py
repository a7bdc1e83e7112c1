"""The public list: what stands there, filters with shareable addresses, feeds, what stays hidden."""

from datetime import timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from accounts import clock
from tests import factories
from tests.factories import Town
from tests.tendering.pages.conftest import signed_in, text_of

pytestmark = pytest.mark.django_db


def test_a_visitor_sees_published_tenders_with_what_counts_but_no_draft(town: Town, visitor: Client) -> None:
    factories.open_tender(town, title="Letters of the town", criteria=factories.efficiency_criteria())
    factories.draft_tender(town, title="Secret plans")
    text = text_of(visitor.get("/tenders/"))
    assert "Letters of the town" in text
    assert "Secret plans" not in text
    assert "1 tender<" in text
    assert "Efficiency" in text
    assert "Quality" in text
    assert "€20,000" in text


def test_the_list_speaks_german(town: Town) -> None:
    factories.open_tender(town)
    text = text_of(Client(headers={"accept-language": "de"}).get("/tenders/"))
    assert '<html lang="de"' in text
    assert "Ausschreibungen" in text


def test_filters_live_in_the_address_and_keep_their_counts(town: Town, visitor: Client) -> None:
    factories.open_tender(town, title="Open letters")
    factories.cancelled_tender(town, title="Gone letters")
    text = text_of(visitor.get("/tenders/", {"status": "cancelled"}))
    assert "Gone letters" in text
    assert "Open letters" not in text
    assert "Open for bids (1)" in text
    assert "Cancelled (1)" in text


def test_the_search_finds_words_and_says_what_to_do_when_nothing_fits(town: Town, visitor: Client) -> None:
    factories.open_tender(town, title="Cleaning of schools")
    assert "Cleaning of schools" in text_of(visitor.get("/tenders/", {"q": "cleaning"}))
    empty = text_of(visitor.get("/tenders/", {"q": "submarine"}))
    assert "No tender fits" in empty
    assert "0 tenders" in empty


def test_the_second_page_is_reached_by_a_link_that_keeps_the_filter(town: Town, visitor: Client) -> None:
    for number in range(21):
        factories.open_tender(town, title=f"Tender number {number:02}")
    first = text_of(visitor.get("/tenders/", {"life_situation": "taxes"}))
    assert "Tender number 20" in first
    assert "Tender number 00" not in first
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "life_situation=taxes" in address
    assert "Tender number 00" in text_of(visitor.get(f"/tenders/{address}"))


def test_the_order_stands_in_the_address_and_stays_from_page_to_page(town: Town, visitor: Client) -> None:
    for number in range(21):
        factories.open_tender(town, title=f"Tender number {number:02}", value=str(1000 + number))
    first = text_of(visitor.get("/tenders/", {"sort": "title", "life_situation": "taxes"}))
    assert 'aria-current="true">Title A to Z<' in first
    assert "Tender number 00" in first
    assert "Tender number 20" not in first
    assert 'type="hidden" name="sort" value="title"' in first, "a new filter keeps the order"
    address = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Tender number 20" in text_of(visitor.get(f"/tenders/{address}"))
    other = visitor.get(f"/tenders/{address}".replace("sort=title", "sort=value"))
    assert other["Location"] == "/tenders/?sort=value&life_situation=taxes", "another order begins at its first page"
    assert 'aria-current="true">Newest first<' in text_of(visitor.get("/tenders/", {"sort": "colour"}))


def test_feeds_follow_the_order_of_the_list(town: Town, visitor: Client) -> None:
    factories.open_tender(town, title="Small letters", value="20000")
    factories.open_tender(town, title="Zebra letters", value="90000")
    factories.open_tender(town, title="Middle letters", value="50000")
    feed = text_of(visitor.get("/tenders.atom", {"sort": "value"}))
    assert feed.index("Zebra") < feed.index("Middle") < feed.index("Small")
    assert "sort=value" in text_of(visitor.get("/tenders/", {"sort": "value"})).split("/tenders.atom?")[1].split('"')[0]


def test_a_cursor_that_was_not_made_here_leads_to_the_first_page(town: Town, visitor: Client) -> None:
    response = visitor.get("/tenders/", {"cursor": "forged", "q": "x"})
    assert response.status_code == 302
    assert response["Location"] == "/tenders/?q=x"


def test_htmx_gets_the_results_alone_and_everybody_else_the_page(town: Town, visitor: Client) -> None:
    part = text_of(visitor.get("/tenders/", headers={"hx-request": "true"}))
    assert "<html" not in part
    assert 'role="status"' in part
    assert "<html" in text_of(visitor.get("/tenders/"))


def test_feeds_follow_the_filter(town: Town, visitor: Client) -> None:
    factories.open_tender(town, title="Letters")
    factories.open_tender(town, title="Parking", life_situation="mobility")
    feed = text_of(visitor.get("/tenders.atom", {"life_situation": "mobility"}))
    assert "Parking" in feed
    assert "Letters" not in feed
    calendar = Calendar.from_ical(visitor.get("/tenders.ics", {"life_situation": "mobility"}).content)
    assert [str(event["summary"]) for event in calendar.walk("VEVENT")] == [
        "Deadline for bids: Parking", "Questions until: Parking",
    ]  # fmt: skip


def test_the_calendar_of_a_tender_names_its_deadline_exactly(town: Town, visitor: Client) -> None:
    end = (clock.now() + timedelta(days=30)).replace(microsecond=0)
    tender = factories.open_tender(
        town, tender_period_end=end, enquiry_period_end=end - timedelta(days=9), opening_planned_at=end
    )
    calendar = Calendar.from_ical(visitor.get(f"/tenders/{tender.pk}.ics").content)
    assert end in [event["dtstart"].dt for event in calendar.walk("VEVENT")]


def test_the_list_costs_at_most_eight_queries(
    town: Town, visitor: Client, django_assert_max_num_queries: object
) -> None:
    for _number in range(4):
        factories.open_tender(town, lots=factories.default_lots(3))
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # a fixture
        visitor.get("/tenders/")


def test_only_officers_are_offered_to_prepare_a_tender(town: Town, company: factories.Company) -> None:
    assert "Prepare a new tender" in text_of(signed_in(town.officer).get("/tenders/"))
    assert "Prepare a new tender" not in text_of(signed_in(company.bidder).get("/tenders/"))


def test_the_value_is_narrowed_with_numbers_as_germans_write_them(town: Town) -> None:
    factories.open_tender(town, title="Small letters", value="20000")
    factories.open_tender(town, title="Large letters", value="90000")
    german = Client(headers={"accept-language": "de"})
    text = text_of(german.get("/tenders/", {"value_from": "50.000,00", "value_to": "100000"}))
    assert "Large letters" in text
    assert "Small letters" not in text
    unclear = text_of(german.get("/tenders/", {"value_from": "50.000"}))
    assert 'value="50.000"' in unclear
    assert "50.000,00" in unclear
