"""Two people rehearse an opening in two browsers, one in German, one in English; no sentence leaves them."""

from collections.abc import Callable

import pytest

from bids.models import GroupRehearsal
from tests import factories
from tests.browser.test_ceremony import listen
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_two_people_open_a_test_bid_from_two_browsers(visit: Callable[..., Visitor]) -> None:
    town = factories.make_town()
    page = f"/account/openers/rehearsal/{town.organization.pk}/"
    anna = visit("opener_1", user=town.openers[0], language="de", session=True)
    bernd = visit("opener_2", user=town.openers[1], language="en", width=390, session=True)
    bodies: list[bytes] = []
    for visitor in (anna, bernd):
        listen(visitor, bodies)
    anna.open("/desk/")
    anna.follow("Rehearse an opening with your group", within="main")
    anna.sees("This group has never rehearsed an opening")
    anna.fill("Your pass sentence", "six words that do not fit")
    anna.page.get_by_role("button", name=anna.say("Start the rehearsal and release my part")).click()
    anna.page.get_by_text(
        anna.say("This pass sentence does not fit your opening key. Nothing was released.")
    ).wait_for()
    anna.examine()
    anna.fill("Your pass sentence", factories.PASS_SENTENCE)
    anna.press("Start the rehearsal and release my part")
    anna.sees("%(done)s of %(needed)s released. Now the next opener.", done=1, needed=2)
    bernd.open(page)
    bernd.fill("Your pass sentence", factories.PASS_SENTENCE)
    bernd.press("Release my part")
    bernd.sees("%(released)s of %(keys)s opened it:", released=2, keys=3)
    assert "€1.00" in bernd.text
    anna.page.get_by_text(anna.say("What the last rehearsal brought to light")).wait_for()
    anna.examine()
    assert "1,00" in anna.text
    assert {part.unlocked_at for part in GroupRehearsal.objects.get().releases.all()} == {"browser"}
    words = factories.PASS_SENTENCE.split()
    assert bodies
    assert not [word for word in words for body in bodies if word.encode() in body]
