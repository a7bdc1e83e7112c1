"""What the person who hands in must show: chosen while preparing, said on the tender's page, fixed by the release."""

import pytest
from django.test import Client

from accounts.decision import RefusedError
from accounts.models import ContactUnit
from tendering import actions
from tendering.frozen import spec_hash
from tendering.models import Authority, Tender
from tests.factories import Town, draft_tender, open_tender
from tests.tendering.pages.conftest import text_of, what_data

pytestmark = pytest.mark.django_db


def test_the_name_is_enough_unless_the_officer_asks_for_more(town: Town, anna: Client) -> None:
    anna.post("/tenders/new/", what_data())
    assert Tender.objects.get().authority == Authority.STATEMENT
    page = text_of(anna.get(f"/tenders/{Tender.objects.get().pk}/edit/what/"))
    assert "a document in the company profile, valid on the day" in page
    anna.post(f"/tenders/{Tender.objects.get().pk}/edit/what/", what_data(authority="document", version="2"))
    assert Tender.objects.get().authority == Authority.DOCUMENT


@pytest.mark.parametrize(
    ("authority", "words"),
    [("statement", "names the person who declares"), ("none", "no further proof"), ("document", "valid on the day")],
)
def test_the_page_says_in_words_what_is_asked(town: Town, visitor: Client, authority: str, words: str) -> None:
    tender = open_tender(town, authority=authority)
    assert words in text_of(visitor.get(f"/tenders/{tender.pk}/"))


def test_it_is_fixed_by_the_release_and_leaves_the_hash_of_the_rule_alone(town: Town) -> None:
    tender = draft_tender(town)
    before = spec_hash(tender)
    actions.update_tender(
        actor=town.officer, tender_id=tender.pk, expected_version=None, fields={"authority": "document"}
    )
    tender.refresh_from_db()
    assert spec_hash(tender) == before
    published = open_tender(town)
    with pytest.raises(RefusedError):
        actions.update_tender(
            actor=town.officer, tender_id=published.pk, expected_version=None, fields={"authority": "none"}
        )


def test_a_contact_that_was_taken_out_is_offered_for_no_new_tender(town: Town, anna: Client) -> None:
    from accounts import clock

    other = ContactUnit.objects.create(organization=town.organization, name="Awards office", email="a@town.example")
    ContactUnit.objects.filter(pk=town.contact_unit.pk).update(closed_at=clock.now())
    page = text_of(anna.get("/tenders/new/"))
    assert "Awards office" in page
    assert "Procurement office" not in page
    anna.post("/tenders/new/", what_data())
    assert Tender.objects.get().contact_unit == other
