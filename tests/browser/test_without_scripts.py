"""Bidding without JavaScript, and with the keyboard alone."""

from collections.abc import Callable

import pytest

from tendering.models import Tender
from tests import factories
from tests.browser import bidder
from tests.browser.keyboard import Keyboard
from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_bid_is_typed_and_handed_in_without_javascript(visit: Callable[..., Visitor]) -> None:
    _a_tender_is_open()
    person = visit("bidder", user=factories.make_company().bidder, scripts=False)
    bidder.by_form(person, prices=("0,1250", "0,5500"), days="6")


@pytest.mark.slow
def test_a_bid_is_typed_and_handed_in_with_the_keyboard_alone(visit: Callable[..., Visitor]) -> None:
    tender = _a_tender_is_open()
    person = visit("bidder", user=factories.make_company().bidder)
    person.open(f"/tenders/{tender.pk}/")
    keys = Keyboard(person)
    keys.to("Skip to content")
    keys.enter_in_place()
    keys.to("Prepare a bid", tag="BUTTON")
    keys.enter()
    keys.to("Lots and declarations")
    keys.enter()
    for field in ("lots", "met_0"):
        keys.to(name=field)
        keys.space()
    keys.to("Save and continue", tag="BUTTON")
    keys.enter()
    for field, text in (("price_0", "0,1250"), ("promise_0", "6")):
        keys.to(name=field)
        keys.type(text)
    keys.to("Save and continue", tag="BUTTON")
    keys.enter()
    keys.to(name="answer_0_0")
    keys.type("Zwei Kontrollen je Auftrag.")
    keys.to("Save and continue", tag="BUTTON")
    keys.enter()
    keys.to("Hand in the bid with binding effect", tag="BUTTON")
    keys.enter()
    assert "/bids/receipts/" in person.page.url


def _a_tender_is_open() -> Tender:
    lots = factories.default_lots(2)
    for lot, name in zip(lots, ("Drucken", "Zustellen"), strict=True):
        lot["title"], lot["items"] = name, lot["items"][:1]
    return factories.open_tender(title=TITLE, lots=lots, criteria=factories.efficiency_criteria())
