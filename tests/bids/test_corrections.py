"""After a correction: a draft shows what changed first, a bid that is in says which edition it answers."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts.decision import RefusedError
from accounts.models import AuditEvent
from bids import actions
from bids.models import Bid
from tendering import actions as tendering
from tendering.actions.corrections import NewDocument
from tendering.models import Tender
from tests.bids.bidding import at_deadline, draft_with, key, submit
from tests.factories import Company, Town, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


def correct(town: Town, tender: Tender, name: str = "Plan.pdf") -> Tender:
    asked = tendering.request_correction(
        actor=town.officer, tender_id=tender.pk, reason="The plan was missing", is_material=False,
        add=[NewDocument(name, "PLAN", "application/pdf", b"%PDF")],
    )  # fmt: skip
    return tendering.publish_correction(actor=town.second, amendment_id=asked.pk)


def hand_in(company: Company, draft: Any) -> Any:
    return actions.submit_bid(actor=company.bidder, draft_id=draft.pk, declarant="Bidder Clara", idempotency_key=key())


def refused(act: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        act(**arguments)
    return caught.value.refused.code


def client_of(company: Company) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(company.bidder)
    return client


def test_a_draft_is_handed_in_only_when_its_writers_have_seen_the_correction() -> None:
    town, clara = make_town(), make_company()
    tender = open_tender(town)
    draft = draft_with(clara, tender)
    correct(town, tender)
    assert refused(hand_in, company=clara, draft=draft) == "corrected"
    page = client_of(clara).get(reverse("bid_draft", args=[draft.pk])).content.decode()
    assert "The documents were corrected while you were writing" in page
    assert "The plan was missing" in page and "Plan.pdf" in page
    correct(town, tender, "Plan 2.pdf")
    stale = {"actor": clara.bidder, "draft_id": draft.pk, "edition": 2}
    assert refused(actions.see_corrections, **stale) == "corrected_again"
    seen = client_of(clara).post(reverse("bid_corrections_seen", args=[draft.pk]), {"edition": "3"})
    assert seen.status_code == 302
    assert "while you were writing" not in client_of(clara).get(reverse("bid_draft", args=[draft.pk])).content.decode()
    receipt = hand_in(clara, draft)
    assert (receipt.bid.edition, receipt.bid.is_older) == (3, False)


def test_a_bid_that_is_in_answers_the_earlier_edition_until_it_is_confirmed_or_replaced() -> None:
    town, clara, rival = make_town(), make_company(), make_company()
    tender = open_tender(town)
    receipt = submit(clara, tender)
    correct(town, tender)
    bid = Bid.objects.select_related("tender").get(pk=receipt.bid_id)
    assert (bid.edition, bid.is_older) == (1, True)
    browser, address = client_of(clara), reverse("bid_receipt", args=[receipt.pk])
    page = browser.get(address).content.decode()
    assert "This bid answers edition 1 of the documents; edition 2 is in force" in page
    assert "replace or confirm it" in browser.get(reverse("bid_list")).content.decode()
    with pytest.raises((Http404, RefusedError)):
        actions.confirm_bid(actor=rival.bidder, bid_id=bid.pk, edition=2)
    assert client_of(rival).post(reverse("bid_confirm", args=[receipt.pk]), {"edition": "2"}).status_code == 404
    assert browser.post(reverse("bid_confirm", args=[receipt.pk]), {"edition": "1"}).status_code == 409
    assert browser.post(reverse("bid_confirm", args=[receipt.pk]), {"edition": "2"}).status_code == 302
    bid.refresh_from_db()
    assert (bid.edition, bid.confirmed_edition, bid.is_older) == (1, 2, False)
    assert "stands for edition 2" in browser.get(address).content.decode()
    event = AuditEvent.objects.get(verb="bid.confirmed")
    assert event.chain == f"bids:{tender.pk}"  # nobody at the buyer learns of it before the opening
    correct(town, tender, "Plan 2.pdf")
    newer = submit(clara, tender)
    assert (newer.bid.edition, Bid.objects.live().get(company=clara.organization).pk) == (3, newer.bid_id)


def test_a_bid_is_confirmed_before_the_deadline_only_and_a_program_does_the_same() -> None:
    town, clara = make_town(), make_company()
    tender = open_tender(town)
    receipt, draft = submit(clara, tender), draft_with(clara, tender)
    correct(town, tender)
    with at_deadline(tender, minutes=1):
        late = {"actor": clara.bidder, "bid_id": receipt.bid_id, "edition": 2}
        assert refused(actions.confirm_bid, **late) == "deadline_passed"
    client = client_of(clara)
    for own in (receipt.bid_id, draft.pk):
        answer = client.post(f"/api/v1/bids/{own}/confirm/", {"edition": 2}, content_type="application/json")
        assert answer.status_code == 200, answer.content
    row = client.get("/api/v1/bids/").json()["results"][0]
    assert (row["edition"], row["confirmed_edition"], row["tender_edition"]) == (1, 2, 2)
