"""Am I eligible? is answered before bidding: by questions for everybody, from the profile for a company."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts import clock
from accounts.lifecycle import Role
from bids.actions import save_draft, start_draft
from bids.models import Draft
from tests.bids.pages.scene import browser, text_of
from tests.bids.test_profile import asking, keep, today
from tests.factories import Company, add_role, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
PAPERS = ("Haftpflichtversicherung", "Handelsregisterauszug", "Steuerliche Unbedenklichkeitsbescheinigung")


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def clara() -> Company:
    return make_company(name="Clara GmbH", country="DE")


def ask(client: Client, tender: Any, **answers: str) -> str:
    address = f"/tenders/{tender.pk}/eligible/"
    return text_of(client.post(address, answers) if answers else client.get(address))


def test_a_visitor_learns_by_three_questions_what_stands_against_a_bid_and_nothing_is_kept() -> None:
    _town, tender = asking(*PAPERS)
    visitor = browser()
    first = ask(visitor, tender)
    assert "Liability insurance" in first
    assert "You miss" not in first
    assert "Am I eligible?" in text_of(visitor.get(f"/tenders/{tender.pk}/"))
    told = ask(visitor, tender, requirement_0="yes", proof_0="no", proof_1="yes")
    assert "You miss one of 3 proofs. One point only you can judge." in told
    assert "2 points are met" in told
    assert "You do not meet one requirement. That would exclude your bid. You miss one of 3 proofs." in ask(
        visitor, tender, requirement_0="no", proof_0="no", proof_1="yes", proof_2="yes"
    )
    everything = dict.fromkeys(("requirement_0", "proof_0", "proof_1", "proof_2"), "yes")
    assert "You can bid: all 4 points are met." in ask(visitor, tender, **everything)
    assert "1 of 3 proofs" not in ask(visitor, tender)
    assert not Draft.objects.exists()


def test_the_profile_answers_for_a_company_and_a_proof_that_ends_before_the_deadline_counts_as_missing(
    clara: Company,
) -> None:
    town, tender = asking(*PAPERS)
    ends = today() + timedelta(days=10)
    keep(clara, title="Policy 2026", valid_until=ends)
    keep(clara, kind="register", title="Register", valid_until=tender.bid_validity_end - timedelta(days=1))
    page = ask(browser(clara.bidder), tender)
    assert "You miss 2 of 3 proofs. One point only you can judge." in page
    assert "“Policy 2026” in your profile ends on" in page
    assert "before the deadline. Get a newer one." in page
    assert "“Register” in your profile fits; it ends on" in page
    assert "Not in your profile yet." in page
    keep(clara, title="Policy 2027")
    assert "“Policy 2027” in your profile fits." in ask(browser(clara.bidder), tender)
    told = ask(browser(clara.bidder), tender, requirement_0="yes", proof_2="yes")
    assert "You can bid: all 4 points are met." in told
    assert "Policy 2026" not in ask(browser(make_company().bidder), tender)
    assert "Policy" not in ask(browser(town.officer), tender)


def test_what_the_draft_declares_is_not_asked_again(clara: Company) -> None:
    tender = open_tender(make_town())
    draft = start_draft(actor=clara.bidder, company=clara.organization, tender_id=tender.pk)
    save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=1, content={"mandatory": {"A1": False}})
    page = ask(browser(clara.bidder), tender)
    assert "You do not meet one requirement." in page
    assert "As your draft says." in page
    assert "Check my answers" not in page
    assert "Go on with your bid" in page


def test_who_cannot_bid_at_all_learns_it_first(clara: Company) -> None:
    town, tender = asking(*PAPERS[:1])
    add_role(clara.bidder, town.organization, Role.REQUESTER)
    page = ask(browser(clara.bidder), tender)
    assert "You work for the buyer of this tender" in page
    assert "Prepare a bid" not in page


def test_a_program_gets_the_same_points(clara: Company) -> None:
    _town, tender = asking(*PAPERS, authority="document")
    keep(clara, title="Policy")
    address = f"/api/v1/tenders/{tender.pk}/eligibility/"
    anybody = browser().get(address).json()
    assert {point["state"] for point in anybody["points"]} == {"unknown"}
    assert anybody["unknown"] == 5
    own = browser(clara.bidder).get(address, {"company": clara.organization.pk}).json()
    assert (own["sentence"], own["proofs"], own["missing_proofs"]) == ("You miss 3 of 4 proofs.", 4, 3)
    assert [point["by"] for point in own["points"]] == ["", "profile", "", "", "profile"]
    keep(clara, kind="authority", title="Authority", person_id=clara.bidder.pk)
    assert browser(clara.bidder).get(address).json()["missing_proofs"] == 2
    assert browser(make_company().bidder).get(address, {"company": clara.organization.pk}).status_code == 404
    assert browser().get("/api/v1/tenders/999999/eligibility/").status_code == 404
    with clock.simulated(tender.tender_period_end):
        assert "Prepare a bid" not in ask(browser(clara.bidder), tender)


def test_the_german_page_speaks_german() -> None:
    _town, tender = asking(*PAPERS)
    page = text_of(browser(language="de").post(f"/tenders/{tender.pk}/eligible/", {"proof_0": "no"}))
    assert "Ihnen fehlt einer von 3 Nachweisen. 3 Punkte können nur Sie beurteilen." in page
