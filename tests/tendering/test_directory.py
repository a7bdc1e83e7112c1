"""The directory: units of buyers with promised and measured reply time, for people, tables, address books, programs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import ContactUnit
from tendering import directory
from tendering.models import Question
from tests.factories import Town, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def town() -> Town:
    return make_town(keys=False, name="Westerlohe")


def answered(town: Town, tender: Any, asked: datetime, replied: datetime) -> None:
    Question.objects.create(
        tender=tender, asked_at=asked, answered_at=replied, answered_by=town.officer, text="When?", answer="Soon."
    )


def page(path: str = "/contacts/", **query: str) -> Any:
    return Client(headers={"accept-language": "en"}).get(path, query)


def test_everybody_reads_units_without_persons(town: Town) -> None:
    text = page().content.decode()
    assert "Procurement office" in text
    assert "Promises an answer within 2 working days." in text
    for person in (town.officer, town.second, *town.evaluators):
        assert person.email not in text
        assert str(person) not in text


def test_companies_closed_units_and_other_words_are_left_out(town: Town) -> None:
    other = make_town(keys=False, name="Kleinwiesental")
    ContactUnit.objects.create(organization=make_company().organization, name="Sales", email="s@company.example")
    assert [row.organization for row in directory.contacts(clock.now())] == ["Kleinwiesental", "Westerlohe"]
    assert [row.organization for row in directory.contacts(clock.now(), "wester OFFICE")] == ["Westerlohe"]
    assert directory.contacts(clock.now(), "nowhere") == []
    assert "No contact fits" in page(q="nowhere").content.decode()
    ContactUnit.objects.filter(pk=other.contact_unit.pk).update(closed_at=clock.now())
    assert [row.organization for row in directory.contacts(clock.now())] == ["Westerlohe"]


def test_the_reply_time_is_the_median_of_working_days_from_three_answers_on(town: Town) -> None:
    """Friday noon to Monday noon is one working day; Thursday before Good Friday to Tuesday after Easter likewise."""
    town = make_town()
    tender = open_tender(town)
    friday, monday = datetime(2026, 6, 12, 12, tzinfo=BERLIN), datetime(2026, 6, 15, 12, tzinfo=BERLIN)
    maundy_thursday, tuesday = datetime(2026, 4, 2, 12, tzinfo=BERLIN), datetime(2026, 4, 7, 9, tzinfo=BERLIN)
    now = datetime(2026, 7, 1, tzinfo=BERLIN)
    answered(town, tender, friday, monday)
    answered(town, tender, maundy_thursday, tuesday)
    (row,) = [row for row in directory.contacts(now) if row.id == town.contact_unit.pk]
    assert (row.measured, row.answers) == (None, 2)
    answered(town, tender, friday, friday + timedelta(days=11))
    (row,) = [row for row in directory.contacts(now) if row.id == town.contact_unit.pk]
    assert (row.measured, row.answers) == (1, 3)
    (later,) = [row for row in directory.contacts(now + timedelta(days=400)) if row.id == town.contact_unit.pk]
    assert (later.measured, later.answers) == (None, 0)


def test_only_in_the_demo_do_played_procedures_count(town: Town, settings: Any) -> None:
    town = make_town()
    with clock.simulated(clock.now() - timedelta(days=3)):
        tender = open_tender(town)
    for _number in range(3):
        answered(town, tender, clock.now() - timedelta(days=1), clock.now())
    assert [row.answers for row in directory.contacts(clock.now()) if row.id == town.contact_unit.pk] == [3]
    settings.DEMO = False
    assert [row.answers for row in directory.contacts(clock.now()) if row.id == town.contact_unit.pk] == [0]


def test_the_table_guards_what_a_spreadsheet_would_calculate(town: Town) -> None:
    ContactUnit.objects.filter(pk=town.contact_unit.pk).update(name="=1+1", phone="+49 30 1")
    answer = page("/contacts.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    assert ",'=1+1," in text
    assert "Westerlohe" in text


def test_the_address_book_escapes_and_folds(town: Town) -> None:
    ContactUnit.objects.filter(pk=town.contact_unit.pk).update(
        name="Amt für Beschaffung; Vergabe, Verträge und noch ein sehr langer Name für eine Stelle", hours="8–12\nMo"
    )
    answer = page("/contacts.vcf")
    text = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/vcard")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    whole = text.replace("\r\n ", "")
    assert "ORG:Westerlohe;Amt für Beschaffung\\; Vergabe\\, Verträge" in whole
    assert "NOTE:8–12 Mo\r\n" in whole
    assert whole.count("BEGIN:VCARD") == whole.count("END:VCARD") == 1


def test_programs_read_the_same(town: Town) -> None:
    answer = page("/api/v1/contacts/", q="Westerlohe").json()
    assert [row["unit"] for row in answer["results"]] == ["Procurement office"]
    assert answer["results"][0]["measured"] is None
    assert answer["results"][0]["promised"] == 2


def test_the_directory_takes_the_same_questions_for_many_units(town: Town, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        ContactUnit.objects.create(organization=town.organization, name=f"Unit {number}", email=f"u{number}@t.example")
    with django_assert_max_num_queries(2):
        assert len(directory.contacts(clock.now())) == 21


def test_an_odd_search_harms_nothing(town: Town) -> None:
    assert page(q="\x00").status_code == 400  # no text holds it, so nobody typed it
    for words in ("%", "'; --", "x" * 500, "<script>"):
        answer = page(q=words)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
    assert reverse("directory") == "/contacts/"
