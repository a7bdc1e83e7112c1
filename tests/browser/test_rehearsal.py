"""A rehearsal in the browser ends with a marked note; the line test tells whether the browser seals and how long."""

from collections.abc import Callable

import pytest

from bids.models import Bid, Rehearsal
from tests import factories
from tests.bids.bidding import draft_with
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_bidder_rehearses_and_tests_the_line(visit: Callable[..., Visitor], language: str) -> None:
    clara = factories.make_company(name="Clara GmbH")
    draft = draft_with(clara, factories.open_tender(factories.make_town()))
    visitor = visit("bidder", user=clara.bidder, language=language)
    visitor.open(f"/bids/{draft.pk}/")
    visitor.follow("Rehearse handing in, without effect", within="main")
    visitor.press("Rehearse, without legal effect")
    visitor.sees("REHEARSAL – without legal effect")
    visitor.sees("on your computer, before anything was sent")
    assert Rehearsal.objects.get().sealed_at == "browser"
    assert not Bid.objects.exists()
    visitor.follow("Back to the bid", within="main")
    visitor.open("/bids/line-test/")
    visitor.page.get_by_role("button", name=visitor.say("Start the test")).click()
    findings = visitor.page.get_by_role("status").locator("li")
    findings.nth(2).wait_for()
    shown = " ".join(findings.all_text_contents())
    assert visitor.say("Your browser can seal: yes") in shown
    assert "100 MB" in shown
    visitor.examine()
