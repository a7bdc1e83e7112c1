"""Variants: only where announced with minimum requirements, sealed like any bid, marked from the opening on."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import clock
from bids import actions, variants
from bids.content import DraftContent
from bids.models import Bid
from evaluation.actions.checking import steps_of
from evaluation.results import bidder_names
from reports.documents import opening_record
from tendering.facts import facts_of
from tests.bids.bidding import at_deadline, content, draft_with, open_all, submit
from tests.factories import default_lots, draft_tender, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
LEAST = "At least two deliveries a day; the paper is recycled."
VARIANT = content(extra={"variants": ["L1"]})


def allowing(town=None, **fields):
    return open_tender(town or make_town(), variants_allowed=True, variant_requirements=LEAST, **fields)


def test_a_variant_is_handed_in_only_where_the_tender_allows_it():
    clara, closed = make_company(), open_tender()
    with pytest.raises(ValidationError) as caught:
        submit(clara, closed, VARIANT)
    assert list(caught.value.message_dict) == ["$.extra.variants"]
    draft = draft_with(clara, allowing(), VARIANT)
    receipt = actions.submit_bid(
        actor=clara.bidder, draft_id=draft.pk, declarant="Bidder Clara", idempotency_key="variant"
    )
    assert receipt.bid.opened == {}


def page_of(town, address):
    client = Client()
    client.force_login(town.officer)
    return client.get(address).content.decode()


@pytest.mark.parametrize("wrong", ["L1", [1], ["L9"], ["L1", "L1"]])
def test_lots_of_a_variant_are_named_once_and_are_lots_of_the_bid(wrong):
    with pytest.raises(ValidationError) as caught:
        submit(make_company(), allowing(), content(extra={"variants": wrong}))
    assert list(caught.value.message_dict) == ["$.extra.variants"]


def test_record_check_and_result_mark_the_variant_and_a_main_bid_not():
    town = make_town()
    tender = allowing(town)
    submit(make_company(name="Clara GmbH"), tender, VARIANT)
    submit(make_company(name="Dora GmbH"), tender)
    session = open_all(town, tender)
    clara, dora = session.record["bids"]
    assert (clara["lots"][0].get("variant"), dora["lots"][0].get("variant")) == (True, None)
    rows = opening_record._data(session, session.record, tender)["bids"]["rows"]
    assert [row[3] for row in rows] == ["L1 (Nebenangebot)", "L1"]
    tender.refresh_from_db()
    assert sorted(bidder_names(tender).values()) == ["Clara GmbH (Nebenangebot: L1)", "Dora GmbH"]
    assert "variants" in [step.code for step in steps_of(tender, clock.now())]
    found = Bid.objects.get(company__name="Clara GmbH")
    with at_deadline(tender, minutes=20):
        page = page_of(town, f"/tenders/{tender.pk}/checks/{found.pk}/")
        assert "At least two deliveries a day" in page
        assert "Nebenangebot" in page_of(town, f"/tenders/{tender.pk}/opening/record/")


def test_one_that_was_sealed_although_none_is_allowed_is_opened_and_left_to_the_formal_check():
    town = make_town()
    tender = allowing(town)
    submit(make_company(name="Clara GmbH"), tender, VARIANT)
    type(tender).objects.filter(pk=tender.pk).update(variants_allowed=False)
    assert open_all(town, tender).record["bids"][0]["integrity"] == "ok"
    with at_deadline(tender, minutes=20):
        page = page_of(town, f"/tenders/{tender.pk}/checks/{Bid.objects.get().pk}/")
    assert "Nebenangebote sind in dieser Ausschreibung nicht zugelassen" in page


def test_the_page_of_lots_asks_for_it_and_keeps_what_else_the_bid_says():
    clara = make_company()
    tender = allowing(lots=default_lots(2))
    draft = draft_with(clara, tender, content(extra={"note": "x"}))
    client = Client()
    client.force_login(clara.bidder)
    address = f"/bids/{draft.pk}/lots/"
    assert "id_variants" in client.get(address).content.decode()
    sent = {"version": draft.version, "lots": ["L1"], "met_0": "yes", "variants": ["L1"]}
    assert client.post(address, sent).status_code == 302
    kept = DraftContent.from_json(actions.read_draft(actions.own_draft(clara.bidder, draft.pk)))
    assert (variants.of(kept, 0), kept.extra["note"]) == (("L1",), "x")
    assert "Nebenangebot" in client.get(f"/bids/{draft.pk}/submit/").content.decode()
    other = draft_with(clara, open_tender())
    assert "id_variants" not in client.get(f"/bids/{other.pk}/lots/").content.decode()


def test_the_tender_publishes_its_minimum_requirements_and_the_rule_reads_them():
    tender = allowing()
    page = Client().get(f"/tenders/{tender.pk}/").content.decode()
    assert LEAST in page
    assert Client().get(f"/api/v1/tenders/{tender.pk}/").json()["variant_requirements"] == LEAST
    assert "Nicht zugelassen" in Client().get(f"/tenders/{open_tender().pk}/").content.decode()
    draft = draft_tender(variants_allowed=True)
    facts = facts_of(draft, clock.now())
    assert (facts.variants_allowed, facts.variant_requirements) == (True, "")
