"""Variants beside a main bid: each a bid of its own, with its own draft, versions, receipts, number and place."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.decision import RefusedError
from accounts.models import AuditEvent
from bids import actions, receipts, variants
from bids.audit_checks import _rows_and_receipts as stored_faults
from bids.content import DraftContent
from bids.models import Bid, Draft
from reports.documents import opening_record
from tests.bids.bidding import at_deadline, content, key, open_all
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db
MORE = "Ein Nebenangebot neben Ihrem Angebot vorbereiten"
LEAST = "At least two deliveries a day; the paper is recycled."


def allowing(town=None, **fields):
    return open_tender(town or make_town(), variants_allowed=True, variant_requirements=LEAST, **fields)


def start(company, tender, number=0):
    return actions.start_draft(actor=company.bidder, company=company.organization, tender_id=tender.pk, variant=number)


def hand_in(company, tender, number=0, price="1.2500", **changes):
    draft = start(company, tender, number)
    draft = actions.save_draft(
        actor=company.bidder, draft_id=draft.pk, expected_version=draft.version, content=content(price)
    )
    return actions.submit_bid(
        actor=company.bidder, draft_id=draft.pk, declarant="Bidder Clara", idempotency_key=key(), **changes
    )


def refusal(act, *args):
    with pytest.raises(RefusedError) as caught:
        act(*args)
    return caught.value.refused.code


def read(company, draft):
    return DraftContent.from_json(actions.read_draft(actions.own_draft(company.bidder, draft.pk)))


def test_a_main_bid_and_its_variants_stand_beside_each_other():
    clara, tender = make_company(), allowing()
    main, first, second = (hand_in(clara, tender, number) for number in range(3))
    assert [one.act for one in (main, first, second)] == ["submit"] * 3
    live = Bid.objects.live().filter(tender=tender).order_by("variant")
    assert [bid.variant for bid in live] == [0, 1, 2]
    assert "Variant 2" in receipts.words(second) or "Nebenangebot 2" in receipts.words(second)
    assert [receipts.payload_of(one).get("variant") for one in (main, first, second)] == [None, 1, 2]
    assert receipts.payload_of(second)["prev"] == receipts.note_hash(first)


def test_a_newer_version_replaces_the_bid_of_its_own_number_only():
    clara, tender = make_company(), allowing()
    hand_in(clara, tender)
    hand_in(clara, tender, 1)
    again = hand_in(clara, tender, 1, price="1.1000")
    assert again.act == "replace"
    numbers = Bid.objects.live().filter(tender=tender).order_by("variant").values_list("variant", "version")
    assert list(numbers) == [(0, 1), (1, 3)]
    actions.withdraw_bid(actor=clara.bidder, bid_id=again.bid_id, idempotency_key=key())
    assert [bid.variant for bid in Bid.objects.live().filter(tender=tender)] == [0]


def test_none_is_begun_or_handed_in_where_the_tender_allows_none():
    clara, tender = make_company(), open_tender()
    assert refusal(start, clara, tender, 1) == "no_variants"
    tender = allowing()
    draft = start(clara, tender, 1)
    actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=1, content=content())
    type(tender).objects.filter(pk=tender.pk).update(variants_allowed=False)
    sent = {"draft_id": draft.pk, "declarant": "Bidder Clara", "idempotency_key": key()}
    with pytest.raises(RefusedError) as caught:
        actions.submit_bid(actor=clara.bidder, **sent)
    assert caught.value.refused.code == "no_variants"
    assert not Bid.objects.filter(tender=tender).exists()


def test_at_most_five_stand_beside_a_main_bid():
    clara, tender = make_company(), allowing()
    for number in range(1, variants.MOST + 1):
        assert variants.next_number(tender, clara.organization.pk) == number
        start(clara, tender, number)
    assert variants.next_number(tender, clara.organization.pk) is None
    assert refusal(start, clara, tender, variants.MOST + 1) == "too_many_variants"


def test_a_variant_starts_with_what_the_draft_of_the_main_bid_says():
    clara, tender = make_company(), allowing()
    draft = start(clara, tender)
    actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=1, content=content("3.3300"))
    begun = start(clara, tender, 1)
    assert read(clara, begun).lots == read(clara, draft).lots
    assert start(clara, tender, 1).pk == begun.pk, "begun once"
    Draft.objects.filter(pk=draft.pk).update(edition=0)
    assert start(clara, tender, 2).edition == 0, "what was corrected since is still to be looked at"
    assert Draft.objects.filter(tender=tender).count() == 3


def test_all_are_opened_with_numbers_of_their_own_and_named_in_the_record():
    town = make_town()
    tender, clara = allowing(town), make_company(name="Clara GmbH")
    for number in range(2):
        hand_in(clara, tender, number)
    session = open_all(town, tender)
    assert [bid["integrity"] for bid in session.record["bids"]] == ["ok", "ok"]
    assert len({bid["bid"] for bid in session.record["bids"]}) == 2
    assert [bid.get("variant") for bid in session.record["bids"]] == [None, 1]
    rows = opening_record._data(session, session.record, tender)["bids"]["rows"]
    assert [(row[1], row[3]) for row in rows] == [
        ("Clara GmbH", "L1"),
        ("Clara GmbH (Nebenangebot 1)", "L1 (Nebenangebot)"),
    ]
    assert list(stored_faults()) == []
    events = AuditEvent.objects.filter(verb="bid.received").values_list("body", flat=True)
    assert sum('"variant":1' in body for body in events) == 1


def test_a_receipt_whose_stored_bid_got_another_number_is_found():
    clara, tender = make_company(), allowing()
    receipt = hand_in(clara, tender, 1)
    Bid.objects.filter(pk=receipt.bid_id).update(variant=0)
    assert "receipt_field" in {fault.code for fault in stored_faults()}


def test_a_late_variant_is_no_second_late_main_bid_and_can_be_admitted_beside_the_opened_one():
    town = make_town()
    tender, clara = allowing(town), make_company()
    main = hand_in(clara, tender)
    draft = start(clara, tender, 1)
    actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=1, content=content())
    with at_deadline(tender, seconds=1):
        sent = {"draft_id": draft.pk, "declarant": "Bidder Clara", "idempotency_key": key()}
        late = actions.submit_bid(actor=clara.bidder, **sent).bid
    assert (late.is_late, late.variant) == (True, 1)
    main.bid.refresh_from_db()
    assert main.bid.superseded_at is None
    open_all(town, tender)
    with at_deadline(tender, minutes=30):
        decided = actions.admit_late_bid(actor=town.officer, bid_id=late.pk, reason="Our outage, see the measurement.")
    assert decided.late_decision["outcome"] == "admitted"


def test_the_pages_offer_one_more_and_say_which_is_which():
    clara, tender = make_company(), allowing()
    client = Client()
    client.force_login(clara.bidder)
    page = client.get(f"/tenders/{tender.pk}/").content.decode()
    assert MORE not in page, "first the main bid"
    receipt = hand_in(clara, tender)
    page = client.get(f"/tenders/{tender.pk}/").content.decode()
    assert MORE in page
    assert MORE in client.get(f"/bids/receipts/{receipt.pk}/").content.decode()
    sent = {"company": clara.organization.pk, "variant": "1"}
    begun = client.post(f"/bids/start/{tender.pk}/", sent).headers["Location"]
    shown = client.get(begun).content.decode()
    assert "Nebenangebot 1" in shown
    lots = client.get(f"{begun}lots/").content.decode()
    assert "id_variants" not in lots, "the whole bid is one"
    assert "Nebenangebot 1" in client.get("/bids/").content.decode()
    page = client.get(f"/tenders/{tender.pk}/").content.decode()
    assert "Nebenangebot 1 weiter bearbeiten" in page
    assert 'name="variant" value="2"' in page
    for wrong in ("6", "-1", "x"):
        answer = client.post(f"/bids/start/{tender.pk}/", {**sent, "variant": wrong})
        assert answer.status_code == 422, wrong
        assert "eine Nummer von 1 bis 5" in answer.content.decode(), wrong
    assert Draft.objects.filter(tender=tender).count() == 1


def test_the_api_starts_and_names_them():
    clara, tender = make_company(), allowing()
    client = Client()
    client.force_login(clara.bidder)

    def post(**body):
        return client.post("/api/v1/bids/", {"tender": tender.pk, **body}, content_type="application/json")

    main, first = post().json(), post(variant=1).json()
    assert (main["variant"], first["variant"]) == (0, 1)
    assert main["id"] != first["id"]
    assert post(variant=1).json()["id"] == first["id"]
    wrong = post(variant=6)
    assert wrong.status_code == 400
    assert "variant" in wrong.content.decode()
    closed = client.post("/api/v1/bids/", {"tender": open_tender().pk, "variant": 1}, content_type="application/json")
    assert (closed.status_code, closed.json()["code"]) == (409, "no_variants")
    receipt = hand_in(clara, tender, 1)
    assert client.get(f"/api/v1/bids/{receipt.bid_id}/").json()["variant"] == 1


def test_an_invented_lot_of_a_variant_is_told_by_its_path():
    clara, tender = make_company(), allowing()
    draft = start(clara, tender, 1)
    wrong = content(lots={"L9": {"unit_prices": {}}})
    with pytest.raises(ValidationError) as caught:
        actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=1, content=wrong)
    assert list(caught.value.message_dict) == ['$.lots["L9"]']
