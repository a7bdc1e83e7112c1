"""A life-cycle cost on the pages of the officer, the public and the bidder: both languages, narrow, dark, axe-clean."""

from collections.abc import Callable
from typing import Literal

import pytest

from tests.bids.pages.scene import Scene
from tests.browser.visitor import Visitor
from tests.factories import default_criteria, draft_tender
from tests.tendering.pages.test_life_cycle import COST, CRITERIA

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Look = tuple[Literal["de", "en"], int, str]


@pytest.mark.parametrize("look", [("de", 1280, "light"), ("en", 320, "dark")], ids=["de", "en-narrow-dark"])
def test_a_life_cycle_cost_is_declared_read_and_stated(visit: Callable[..., Visitor], look: Look) -> None:
    language, width, theme = look
    scene = Scene(1, criteria=[*default_criteria()[:2], COST])
    scene.start()
    scene.choose("L1")
    draft = draft_tender(scene.town, criteria=CRITERIA)
    wishes = {"language": language, "width": width, "theme": theme, "session": True}
    officer = visit("officer", user=scene.town.officer, **wishes)
    officer.open(f"/tenders/{draft.pk}/edit/how/")
    assert officer.page.get_by_label(officer.say("Years of use")).input_value() == "8"
    anybody = visit("visitor", language=language, width=width, theme=theme)
    anybody.open(f"/tenders/{scene.tender.pk}/")
    anybody.page.get_by_text(anybody.say("Example with an invented bid")).first.wait_for()
    bidder = visit("bidder", user=scene.company.bidder, **wishes)
    bidder.open(f"/bids/{scene.draft.pk}/prices/L1/")
    assert bidder.page.locator("#promises input").count() == 3
