"""Where a bid stands, at every moment of its way: what has happened, what runs, what comes next; and the limits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from accounts import clock
from bids import actions
from bids.limits import limits
from bids.models import Bid, Receipt
from bids.standing import current, steps_of
from tests.bids.bidding import at_deadline, draft_with, open_all, submit
from tests.bids.pages.scene import browser, text_of
from tests.bids.test_api import Api
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


class Scene:
    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.receipt = submit(self.clara, self.tender)

    def steps(self, receipt: Receipt | None = None) -> Any:
        bid = Bid.objects.select_related("tender").get(pk=(receipt or self.receipt).bid_id)
        return steps_of(bid, clock.now())

    def now(self, receipt: Receipt | None = None) -> str:
        return current(self.steps(receipt)).title


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_before_the_deadline_it_is_sealed_and_what_comes_is_named(scene):
    steps = scene.steps()
    assert [(step.title, step.state) for step in steps] == [
        ("Received", "done"),
        ("Sealed until the deadline", "now"),
        ("Opened by several people together", "later"),
        ("In evaluation", "later"),
        ("Decided", "later"),
    ]
    assert steps[1].at == scene.tender.tender_period_end


def test_after_the_deadline_the_opening_is_awaited_then_it_is_evaluated_and_decided(scene):
    with at_deadline(scene.tender, minutes=1):
        assert scene.now() == "The deadline has passed, the opening is to come"
    open_all(scene.town, scene.tender)
    with at_deadline(scene.tender, minutes=20):
        assert scene.now() == "In evaluation"
    scene.tender.refresh_from_db()
    scene.tender.awarded_at = scene.tender.opened_at + timedelta(days=1)
    scene.tender.save(update_fields=["awarded_at"])
    with at_deadline(scene.tender, days=3):
        last = scene.steps()[-1]
        assert (last.title, last.state, last.at) == ("Decided", "done", scene.tender.awarded_at)
        assert not [step for step in scene.steps() if step.state != "done"]


def test_a_withdrawn_a_replaced_and_a_late_bid_have_an_end_of_their_own(scene):
    newer = submit(scene.clara, scene.tender)
    assert scene.now() == "Replaced by a newer version"
    actions.withdraw_bid(actor=scene.clara.bidder, bid_id=newer.bid_id, idempotency_key="w")
    assert scene.now(newer) == "Withdrawn"
    with at_deadline(scene.tender, seconds=1):
        assert scene.now(submit(make_company(), scene.tender)) == "Late: stays sealed"


def test_receipt_page_and_list_of_bids_say_it(scene):
    client = browser(scene.clara.bidder)
    for address in (f"/bids/receipts/{scene.receipt.pk}/", "/bids/"):
        assert "Sealed until the deadline" in text_of(client.get(address))
    with at_deadline(scene.tender, minutes=1):
        assert "the opening is to come" in text_of(client.get("/bids/"))


def test_the_limits_are_the_same_on_the_tender_page_above_the_field_and_in_the_api(scene):
    other = make_company()
    draft = draft_with(other, scene.tender)
    client = browser(other.bidder)
    assert limits().words in text_of(client.get(f"/tenders/{scene.tender.pk}/"))
    assert limits().words in text_of(client.get(f"/bids/{draft.pk}/documents/"))
    told = Api(other.bidder)("get", f"bids/{draft.pk}/").json()["limits"]
    assert told == limits().to_json()
    assert told["file_size"] == settings.BID_FILE_LIMIT


def test_a_draft_survives_signing_out_and_another_device(scene):
    other = make_company()
    draft = draft_with(other, scene.tender)
    first = browser(other.bidder)
    first.post("/account/logout/")
    assert first.get(f"/bids/{draft.pk}/").status_code == 302
    page = browser(other.bidder).get(f"/bids/{draft.pk}/prices/L1/").content.decode()
    assert "500" in page
