"""The ceremony in the openers' own browsers: two people make keys, check the seal, open together."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import OpenerKey
from bids.models import OpeningSession, SealCheck
from tests import factories
from tests.bids.bidding import submit
from tests.browser import opener
from tests.browser.test_procedure import let_the_deadline_pass
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def listen(visitor: Visitor, bodies: list[bytes]) -> None:
    visitor.page.on("request", lambda request: bodies.append(request.post_data_buffer or b""))


def make_key(visitor: Visitor) -> str:
    """The proposed sentence, typed twice; the sheet with it appears, then the key is tried."""
    visitor.open("/account/openers/")
    sentence: str = visitor.page.locator("[data-proposal]").inner_text()
    visitor.fill("Type the sentence", sentence)
    visitor.fill("Type it again", sentence)
    visitor.page.get_by_role("button", name=visitor.say("Make my key"), exact=True).click()
    visitor.page.get_by_text(visitor.say("Your key is ready. Print this sheet now.")).wait_for()
    visitor.examine()
    assert sentence in visitor.text
    visitor.follow("Next: try the key")
    visitor.fill("Your pass sentence", sentence)
    visitor.press("Try: unlock")
    visitor.sees("Your key works. Keep sentence and recovery sheet apart.")
    return sentence


@pytest.mark.slow
def test_two_people_open_in_two_browsers_and_no_sentence_leaves_them(visit: Callable[..., Visitor]) -> None:
    town = factories.make_town(keys=False)
    factories.give_key(town.openers[2])
    bodies: list[bytes] = []
    people: list[tuple[Visitor, str]] = []
    for number, user in enumerate(town.openers[:2], 1):
        visitor = visit(f"opener_{number}", user=user)
        listen(visitor, bodies)
        people.append((visitor, make_key(visitor)))
    assert OpenerKey.objects.filter(made_at="browser", tried_at__isnull=False).count() == 2

    tender = factories.open_tender(town)
    submit(factories.make_company(), tender)
    (anna, first), (bernd, second) = people
    anna.open(f"/tenders/{tender.pk}/opening/check/")
    anna.fill("Your pass sentence", first)
    anna.press("Unlock and check")
    anna.sees("Your part is good. Checked on")
    assert SealCheck.objects.get().opener == town.openers[0]

    let_the_deadline_pass(tender)
    for visitor, sentence, button in (
        (anna, first, "Start the opening and release my part"),
        (bernd, second, "Release my part"),
    ):
        visitor.open(f"/tenders/{tender.pk}/opening/")
        opener.declare(visitor)
        visitor.fill("Your pass sentence", sentence)
        visitor.press(button)
    bernd.sees("One bid was opened.", "%(n)s bids were opened.", 1, n=1)
    anna.page.get_by_text(anna.say("One bid was opened.", "%(n)s bids were opened.", 1, n=1)).wait_for()
    anna.examine()
    assert {entry["unlocked_at"] for entry in OpeningSession.objects.get().record["openers"]} == {"browser"}
    assert bodies
    words: list[Any] = [word for sentence in (first, second) for word in sentence.split()]
    assert not [word for word in words for body in bodies if word.encode() in body]


def test_a_wrong_sentence_is_told_at_its_field_and_nothing_is_released(visit: Callable[..., Visitor]) -> None:
    town = factories.make_town()
    tender = factories.open_tender(town)
    let_the_deadline_pass(tender)
    anna = visit("opener", user=town.openers[0], language="en")
    anna.open(f"/tenders/{tender.pk}/opening/")
    opener.declare(anna)
    anna.fill("Your pass sentence", "six words that do not fit")
    anna.page.get_by_role("button", name="Start the opening and release my part").click()
    anna.page.get_by_text("This pass sentence does not fit your opening key. Nothing was released.").wait_for()
    anna.examine()
    assert not OpeningSession.objects.get().releases.exists()
