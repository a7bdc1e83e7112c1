"""The page of a tender: what everybody reads, what officers see, questions, documents."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.test import Client

from accounts import clock
from tendering import actions
from tendering.models import Question
from tests import factories
from tests.factories import Company, Town
from tests.tendering.pages.conftest import signed_in, text_of

pytestmark = pytest.mark.django_db


def test_the_page_answers_what_how_judged_and_until_when(town: Town, visitor: Client) -> None:
    end = clock.now() + timedelta(days=30)
    tender = factories.open_tender(
        town, criteria=factories.efficiency_criteria(), tender_period_end=end,
        enquiry_period_end=end - timedelta(days=9), opening_planned_at=end,
    )  # fmt: skip
    text = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "Price and performance, weighted" in text
    assert "Worked example with three invented bids" in text
    assert "Days per case" in text
    assert "<svg" in text
    assert "Cost per case today" in text
    assert "completely <strong>before</strong>" in text
    assert "data-server-now" in text
    assert "Nothing. Reading, asking and bidding are free" in text


def test_the_page_speaks_german_and_keeps_the_tenders_own_language(town: Town) -> None:
    tender = factories.open_tender(town, language="en")
    text = text_of(Client(headers={"accept-language": "de"}).get(f"/tenders/{tender.pk}/"))
    assert "So werden die Angebote gewertet" in text
    assert '<h1 class="kern-heading-x-large" lang="en">' in text


def test_numbers_stand_without_the_zeros_of_their_columns(town: Town, visitor: Client) -> None:
    tender = factories.open_tender(town)
    text = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert ">10,000<" in text
    assert "10,000.000" not in text


def test_a_draft_is_not_found_by_others(town: Town, visitor: Client, company: Company) -> None:
    tender = factories.draft_tender(town)
    assert visitor.get(f"/tenders/{tender.pk}/").status_code == 404
    assert signed_in(company.bidder).get(f"/tenders/{tender.pk}/").status_code == 404
    foreign = factories.make_town()
    assert signed_in(foreign.officer).get(f"/tenders/{tender.pk}/").status_code == 404


def test_officers_read_what_to_do_now_and_visitors_do_not(town: Town, anna: Client, visitor: Client) -> None:
    tender = factories.open_tender(town)
    assert "What to do now" in text_of(anna.get(f"/tenders/{tender.pk}/"))
    assert "What to do now" not in text_of(visitor.get(f"/tenders/{tender.pk}/"))


def test_the_second_person_is_led_to_the_release(town: Town, anna: Client, bernd: Client) -> None:
    tender = factories.prepared_tender(town)
    assert f"/tenders/{tender.pk}/release/" in text_of(bernd.get(f"/tenders/{tender.pk}/"))
    assert "You handed this tender over" in text_of(anna.get(f"/tenders/{tender.pk}/"))


def test_a_question_is_answered_to_all_and_nobody_reads_who_asked(
    town: Town, company: Company, anna: Client, visitor: Client
) -> None:
    tender = factories.open_tender(town)
    clara = signed_in(company.bidder)
    response = clara.post(f"/tenders/{tender.pk}/ask/", {"text": "Is parking free?"})
    assert response.status_code == 302
    assert response["Location"] == f"/tenders/{tender.pk}/asked/"
    question = Question.objects.get()
    assert "Is parking free?" not in text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "Is parking free?" in text_of(anna.get(f"/tenders/{tender.pk}/questions/"))
    anna.post(f"/tenders/{tender.pk}/questions/{question.pk}/", {"text": "Yes, it is."})
    text = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "Is parking free?" in text
    assert "Yes, it is." in text
    for page in (text, text_of(anna.get(f"/tenders/{tender.pk}/questions/"))):
        assert company.organization.name.replace("&", "&amp;") not in page
        assert company.bidder.email not in page


def test_an_empty_question_says_what_to_write(town: Town, company: Company) -> None:
    tender = factories.open_tender(town)
    response = signed_in(company.bidder).post(f"/tenders/{tender.pk}/ask/", {"text": ""})
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Error:" in text
    assert 'href="#id_text"' in text
    assert 'id="id_text"' in text


def test_after_the_question_period_the_form_is_a_sentence(town: Town, company: Company) -> None:
    now = clock.now()
    with clock.simulated(now - timedelta(days=2)):
        tender = factories.open_tender(town, enquiry_period_end=now - timedelta(days=1))
    clara = signed_in(company.bidder)
    text = text_of(clara.get(f"/tenders/{tender.pk}/"))
    assert "The time for questions has ended." in text
    assert "Send the question" not in text
    assert clara.post(f"/tenders/{tender.pk}/ask/", {"text": "Too late?"}).status_code == 409


def test_documents_come_one_by_one_and_as_zip_with_their_hashes(town: Town, visitor: Client) -> None:
    tender = factories.draft_tender(town)
    document = actions.add_document(
        actor=town.officer, tender_id=tender.pk, name="Plan.html", kind="SPECIFICATION", media_type="text/html",
        content=b"<script>alert(1)</script>",
    )  # fmt: skip
    address = f"/tenders/{tender.pk}/documents/{document.pk}/"
    assert visitor.get(address).status_code == 404
    actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked"})
    actions.release_tender(actor=town.second, tender_id=tender.pk)
    response = visitor.get(address)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    packed = zipfile.ZipFile(io.BytesIO(visitor.get(f"/tenders/{tender.pk}/documents.zip").getvalue()))
    assert packed.namelist() == ["01 Plan.html", "SHA256SUMS.txt"]
    assert document.sha256 in packed.read("SHA256SUMS.txt").decode()


def test_a_moved_deadline_shows_both_versions(town: Town, anna: Client, bernd: Client, visitor: Client) -> None:
    tender = factories.open_tender(town)
    later = (clock.now() + timedelta(days=60)).strftime("%d.%m.%Y")
    data = {"end_day": later, "end_time": "12:00", "reason": "Annex 3 was replaced"}
    anna.post(f"/tenders/{tender.pk}/deadline/", data)
    assert "Annex 3 was replaced" not in text_of(visitor.get(f"/tenders/{tender.pk}/"))
    amendment = tender.amendments.get()
    address = f"/tenders/{tender.pk}/deadline/{amendment.pk}/"
    own = anna.post(address)
    assert own.status_code == 403
    assert "A second person is needed here" in text_of(own)
    assert bernd.post(address).status_code == 302
    text = text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert "Annex 3 was replaced" in text
    assert "<del>" in text
    assert "<ins>" in text


def test_no_page_carries_inline_script_or_style(town: Town, visitor: Client) -> None:
    tender = factories.open_tender(town, criteria=factories.efficiency_criteria())
    for address in ("/tenders/", f"/tenders/{tender.pk}/"):
        text = text_of(visitor.get(address))
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)


def test_the_page_costs_at_most_fifteen_queries(
    town: Town, visitor: Client, django_assert_max_num_queries: object
) -> None:
    tender = factories.open_tender(town, lots=factories.default_lots(4), criteria=factories.efficiency_criteria())
    with django_assert_max_num_queries(15):  # type: ignore[operator]  # a fixture
        visitor.get(f"/tenders/{tender.pk}/")


def test_the_page_of_the_buyers_own_people_stays_cheap(
    town: Town, anna: Client, django_assert_max_num_queries: object
) -> None:
    tender = factories.open_tender(town, lots=factories.default_lots(4))
    with django_assert_max_num_queries(19):  # type: ignore[operator]  # a fixture
        anna.get(f"/tenders/{tender.pk}/")
