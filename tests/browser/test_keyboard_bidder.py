"""A bidder signs in, finds a tender, bids and reads the receipt with the keyboard alone."""

from collections.abc import Callable

import pytest

from bids.models import Bid
from tests import factories
from tests.browser.keyboard import Keyboard
from tests.browser.languages import in_both
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
TITLE = "Letters for the tax office"
PRICES = {"de": "1,25", "en": "1.25"}


@in_both("en")
def test_a_bidder_finds_a_tender_bids_and_reads_the_receipt(visit: Callable[..., Visitor], language: str) -> None:
    factories.open_tender(title=TITLE, criteria=factories.efficiency_criteria())
    company = factories.make_company()
    bidder = visit("bidder", language=language)
    keys = Keyboard(bidder)
    bidder.open("/")
    keys.write("Letters", name="q")
    keys.press("Search")
    keys.enter(TITLE)
    keys.enter("Sign in to bid")
    keys.write(company.bidder.email, "E-mail")
    keys.write(factories.PASSWORD, "Password")
    keys.press("Sign in")
    keys.press("Prepare a bid")
    keys.enter("Lots and declarations")
    keys.tick(name="met_0")
    keys.press("Save and continue")
    for field, text in (("price_0", PRICES[language]), ("price_1", "500"), ("promise_0", "6")):
        keys.write(text, name=field)
    keys.to(name="price_0", back=True)  # one more look, the other way round
    keys.whole_round()
    keys.press("Save and continue")
    keys.write("Two checks per order.", name="answer_0_0")
    keys.press("Save and continue")
    if "/documents/" in bidder.page.url:
        keys.enter("Back to the task list")
    if "/submit/" not in bidder.page.url:
        keys.enter("Check and hand in")
    keys.press("Hand in the bid with binding effect")
    bidder.sees("You can stop worrying.")
    assert Bid.objects.get().company == company.organization
