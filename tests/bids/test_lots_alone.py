"""One lot changed alone: a newer version with fewer or more lots replaces the whole bid, and every version is kept."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, OutboxMessage
from bids import actions, receipts
from bids.actions.drafts import content_of
from bids.models import Bid, BidLot, Receipt, SealedObject
from tests.bids.bidding import at_deadline, draft_with, key, open_all, submit
from tests.bids.test_opening import refused
from tests.factories import Company, default_lots, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Any:
    return make_town()


@pytest.fixture
def tender(town: Any) -> Any:
    return open_tender(town, lots=default_lots(3), value="60000")


@pytest.fixture
def clara() -> Company:
    return make_company(name="Clara GmbH")


def bid_for(*codes: str, price: str = "1.2500") -> dict[str, Any]:
    """A whole bid for these lots."""
    lots = {
        code: {
            "unit_prices": {f"{code[1:]}.1": price, f"{code[1:]}.2": "500.00"},
            "answers": {"B1": "Two checks", "B2": "Plan"},
        }
        for code in codes
    }
    return {"vat_rate": "19", "declarant": "Bidder Clara", "mandatory": {"A1": True}, "lots": lots}


def lots_of(bid: Bid) -> set[str]:
    return set(BidLot.objects.filter(bid=bid).values_list("lot__code", flat=True))


def browser(company: Company) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(company.bidder)
    return client


@pytest.mark.parametrize(
    ("before", "after"), [(("L1", "L2", "L3"), ("L1", "L3")), (("L2",), ("L1", "L2", "L3")), (("L1",), ("L3",))]
)
def test_a_newer_bid_with_other_lots_replaces_the_whole_earlier_one(town, tender, clara, before, after):
    first, second = submit(clara, tender, bid_for(*before)), submit(clara, tender, bid_for(*after, price="2.0000"))
    session = open_all(town, tender)
    (entry,) = session.record["bids"]
    assert [lot["lot"] for lot in entry["lots"]] == sorted(after)
    assert lots_of(second.bid) == set(after)
    assert lots_of(first.bid) == set()  # never opened
    assert SealedObject.objects.get(bid=first.bid).opened_at is None


def test_one_lot_is_given_up_and_every_version_is_kept(tender, clara):
    first = submit(clara, tender, bid_for("L1", "L2"))
    draft = draft_with(clara, tender, bid_for("L1", "L2"))
    left = actions.leave_out_lot(
        actor=clara.bidder, draft_id=draft.pk, expected_version=draft.version, code="L2"
    )  # fmt: skip
    content = content_of(left)
    assert list(content.chosen_lots()) == ["L1"]
    assert content.lots["L2"].unit_prices  # kept, if the company thinks again
    second = actions.submit_bid(
        actor=clara.bidder, draft_id=draft.pk, declarant="Clara", idempotency_key=key()
    )  # fmt: skip
    first.bid.refresh_from_db()
    assert (first.bid.status, second.bid.status, second.act) == ("replaced", "received", "replace")
    assert [bid.version for bid in Bid.objects.order_by("version")] == [1, 2]
    stored = SealedObject.objects.values_list("path", flat=True)
    assert all((settings.SEALED_DIR / path).exists() for path in stored)
    assert len(stored) == Receipt.objects.count() == 2


def test_the_only_lot_is_not_left_out_and_no_lot_twice(tender, clara):
    draft = draft_with(clara, tender, bid_for("L1", "L2"))
    given = {"actor": clara.bidder, "draft_id": draft.pk}
    assert refused(actions.leave_out_lot, **given, expected_version=1, code="L2") == "stale"
    actions.leave_out_lot(**given, expected_version=draft.version, code="L2")
    assert refused(actions.leave_out_lot, **given, expected_version=draft.version + 1, code="L1") == "last_lot"
    client = browser(clara)
    for code in ("L2", "L9"):
        address = reverse("bid_lot_leave_out", args=[draft.pk, code])
        assert client.post(address, {"version": draft.version + 1}).status_code == 404
    assert client.get(reverse("bid_lot_leave_out", args=[draft.pk, "L1"])).status_code == 405
    rival = browser(make_company())
    assert rival.post(reverse("bid_lot_leave_out", args=[draft.pk, "L1"]), {"version": 1}).status_code == 404


def test_after_the_deadline_no_lot_is_left_out_of_a_bid_in_time(town, tender, clara):
    receipt = submit(clara, tender, bid_for("L1", "L2"))
    with at_deadline(tender, minutes=1):
        submit(clara, tender, bid_for("L1"))  # late: it replaces nothing
    receipt.bid.refresh_from_db()
    assert receipt.bid.status == "received"
    open_all(town, tender)
    assert lots_of(receipt.bid) == {"L1", "L2"}


def test_the_pages_say_in_plain_words_what_happens_to_a_lot(tender, clara):
    receipt = submit(clara, tender, bid_for("L1", "L2"))
    client = browser(clara)
    assert "To give up one lot, or to add one" in client.get(reverse("bid_receipt", args=[receipt.pk])).content.decode()
    withdraw = client.get(reverse("bid_withdraw", args=[receipt.pk])).content.decode()
    assert "This withdraws the bid for all its lots" in withdraw
    draft = draft_with(clara, tender, bid_for("L1", "L2"))
    page = client.get(reverse("bid_submit", args=[draft.pk])).content.decode()
    assert "For a lot that this bid leaves out you no longer bid" in page
    assert "Leave out lot L2" in page
    done = client.post(
        reverse("bid_lot_leave_out", args=[draft.pk, "L2"]), {"version": draft.version}, follow=True
    ).content.decode()  # fmt: skip
    assert "Lot L2 is left out" in done
    assert "Leave out lot" not in done  # one is left


def test_a_tender_of_one_lot_has_no_such_words(clara):
    tender = open_tender()
    receipt = submit(clara, tender)
    client = browser(clara)
    for name in ("bid_receipt", "bid_withdraw"):
        assert "one lot" not in client.get(reverse(name, args=[receipt.pk])).content.decode()
    draft = draft_with(clara, tender)
    page = client.get(reverse("bid_submit", args=[draft.pk])).content.decode()
    assert "what you want to keep of it must be in this bid" in page
    assert "Leave out lot" not in page


def test_which_lots_were_chosen_is_told_once_to_the_bidder_and_stands_nowhere_else(tender, clara):
    draft = draft_with(clara, tender, bid_for("L1", "L3"))
    client = browser(clara)
    form = {"declarant": "Clara", "key": "once"}
    answer = client.post(reverse("bid_submit", args=[draft.pk]), form, follow=True)
    receipt = Receipt.objects.get()
    assert "Handed in for the lots L1, L3." in answer.content.decode()
    assert "L1, L3" not in client.get(reverse("bid_receipt", args=[receipt.pk])).content.decode()
    assert receipts.payload_of(receipt)["lot"] == "all"
    kept = [receipt.note, *OutboxMessage.objects.values_list("body", flat=True)]
    kept += AuditEvent.objects.values_list("body", flat=True)
    assert [text for text in kept if "L3" in text] == []


def test_the_browser_that_seals_is_told_too_and_a_program_gets_no_page(tender, clara):
    import base64

    from bids.sealing import Slot, seal_bytes

    client = browser(clara)
    for way, told in (("browser", True), ("client", False)):
        draft = draft_with(clara, tender, bid_for("L2"))
        wanted = client.post(
            f"/api/v1/bids/{draft.pk}/manifest/", {"declarant": "Clara"}, content_type="application/json"
        ).json()
        data = seal_bytes(Slot.from_json(wanted["slot"]), wanted["manifest"].encode(), wanted["recipient"])
        names = ("object", "version", "bid_version", "edition")
        body = {name: wanted[name] for name in names} | {
            "declarant": "Clara", "manifest": base64.b64encode(data).decode(), "sealed_at": way
        }  # fmt: skip
        done = client.post(
            f"/api/v1/bids/{draft.pk}/submit/", body, content_type="application/json", headers={"Idempotency-Key": way}
        )
        assert done.status_code == 201, done.content
        page = client.get(reverse("bid_receipt", args=[done.json()["id"]])).content.decode()
        assert ("Handed in for lot L2." in page) is told
