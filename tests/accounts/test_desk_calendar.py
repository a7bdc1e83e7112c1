"""The calendar of one's own dates: a secret address, shown once, void when renewed or ended."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from accounts import clock
from accounts.actions.desk import make_calendar_key
from accounts.models import AuditEvent, CalendarKey, User
from tendering.models import Question, Tender
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> factories.Town:
    return factories.make_town()


def read(token: str, **headers: str):
    """As a calendar program does: without a session."""
    return Client(headers=headers).get(reverse("desk_calendar", args=[token]))


def events(token: str) -> dict[str, object]:
    calendar = Calendar.from_ical(read(token).content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_the_address_is_shown_once_and_only_its_digest_is_stored(town: factories.Town) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.officer)
    page = reverse("desk_calendar_key")
    assert "There is no address yet" in client.get(page).content.decode()
    made = client.post(page, {"act": "make"})
    assert made.headers["Cache-Control"] == "no-store"
    address = made.context["address"]
    assert address in made.content.decode() and address.startswith("http") and address.endswith(".ics")
    assert address not in client.get(page).content.decode()
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert token not in str(CalendarKey.objects.values_list())
    assert not any(token in event.body for event in AuditEvent.objects.all())
    assert read(token).headers["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_new_address_makes_the_old_one_void_and_an_ended_one_is_unknown(town: factories.Town) -> None:
    old = make_calendar_key(actor=town.officer)
    new = make_calendar_key(actor=town.officer)
    assert (read(old).status_code, read(new).status_code) == (404, 200)
    client = Client()
    client.force_login(town.officer)
    assert client.post(reverse("desk_calendar_key"), {"act": "revoke"}).status_code == 302
    assert read(new).status_code == 404
    assert read("nonsense").status_code == 404


def test_somebody_who_has_left_shows_no_dates_any_more(town: factories.Town) -> None:
    token = make_calendar_key(actor=town.officer)
    User.objects.filter(pk=town.officer.pk).update(is_active=False)
    assert read(token).status_code == 404


def test_tasks_and_dates_of_own_procedures_stand_in_it_in_the_persons_language(town: factories.Town) -> None:
    User.objects.update(language="en")
    tender = factories.open_tender(town, title="Letters")
    Question.objects.create(tender=tender, asked_at=clock.now(), text="secret words?")
    token = make_calendar_key(actor=town.officer)
    found = events(token)
    assert {"Answer 1 question: Letters", "Deadline for bids: Letters", "Opening of bids: Letters",
            "Questions until: Letters", "Bids are binding until: Letters"} == set(found)  # fmt: skip
    assert found["Deadline for bids: Letters"]["dtstart"].dt == tender.tender_period_end.replace(microsecond=0)
    assert str(found["Deadline for bids: Letters"]["url"]).endswith(f"/tenders/{tender.pk}/")
    assert b"secret" not in read(token).content


def test_a_date_that_moves_keeps_its_identity(town: factories.Town) -> None:
    User.objects.update(language="en")
    tender = factories.open_tender(town, title="Letters")
    token = make_calendar_key(actor=town.officer)
    before = events(token)["Deadline for bids: Letters"]
    Tender.objects.filter(pk=tender.pk).update(tender_period_end=tender.tender_period_end + timedelta(days=7))
    after = events(token)["Deadline for bids: Letters"]
    assert before["uid"] == after["uid"] and before["dtstart"].dt != after["dtstart"].dt


def test_what_has_not_changed_is_not_sent_again(town: factories.Town) -> None:
    factories.open_tender(town)
    token = make_calendar_key(actor=town.officer)
    first = read(token)
    again = read(token, if_none_match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    factories.open_tender(town)
    assert read(token, if_none_match=first.headers["ETag"]).status_code == 200


def test_a_bidder_sees_own_drafts_and_nothing_of_rivals(town: factories.Town) -> None:
    from tests.bids.bidding import draft_with, submit

    company, rival = factories.make_company(name="Mine"), factories.make_company(name="Rival")
    User.objects.update(language="en")
    tender = factories.open_tender(town, title="Letters")
    draft_with(company, tender)
    submit(rival, tender)
    content = read(make_calendar_key(actor=User.objects.get(pk=company.bidder.pk))).content.decode()
    assert "Finish and hand in the bid: Letters" in content.replace("\r\n ", "")
    assert "Rival" not in content and "Opening of bids" not in content
    assert b"BEGIN:VEVENT" not in read(make_calendar_key(actor=factories.make_user())).content


def test_the_calendar_is_read_with_a_fixed_number_of_queries(
    town: factories.Town, django_assert_max_num_queries
) -> None:
    model = factories.open_tender(town)
    for number in range(30):
        copy = Tender.objects.get(pk=model.pk)
        copy.pk, copy.reference = None, f"copy-{number}"
        copy.save(force_insert=True)
    token = make_calendar_key(actor=town.officer)
    with django_assert_max_num_queries(30):
        assert read(token).content.count(b"BEGIN:VEVENT") == 4 * 31
