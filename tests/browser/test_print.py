"""On paper: no navigation, addresses behind links, moment and address at the foot, black on white, nothing cut off."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import clock
from tests import factories
from tests.bids import bidding
from tests.browser.visitor import Visitor
from tests.evaluation.builders import evaluated_case
from tests.pilots.trials import analysed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAPER = 703  # CSS pixels between the margins of A4; tables of compared bids lie on their side
GONE = (".app-nav", ".app-tools", ".app-breadcrumb", ".app-footer ul", ".app-filter", ".kern-btn")
LOOK = """gone => {
  const seen = (node) => node.getClientRects().length > 0;
  const style = (node, part) => getComputedStyle(node, part);
  const links = [...document.querySelectorAll('main p a[href^="/"], main li a[href^="/"]')].filter(seen);
  return {
    left: gone.filter((name) => [...document.querySelectorAll(name)].some(seen)),
    wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    cut: [...document.querySelectorAll('.app-scroll')].filter((box) => style(box).overflowX !== 'visible').length,
    colour: style(document.querySelector('h1')).color,
    ground: style(document.documentElement).backgroundColor,
    foot: document.querySelector('.app-print-foot').innerText,
    bare: links.filter((link) => !style(link, '::after').content.includes('/')).map((link) => link.outerHTML),
    head: [...document.querySelectorAll('thead')].every((row) => style(row).display === 'table-header-group'),
  };
}"""


def on_paper(visitor: Visitor, address: str, *, width: int = PAPER) -> dict[str, Any]:
    """What the printed page is like; it is printed to a PDF on the way."""
    visitor.open(address)
    page = visitor.page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": width, "height": 1000})
    found: dict[str, Any] = page.evaluate(LOOK, list(GONE))
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def assert_fit(found: dict[str, Any], address: str) -> None:
    assert found["left"] == [], f"still printed on {address}"
    assert found["wider"] <= 0, f"{address} is cut off by {found['wider']} px"
    assert found["cut"] == 0
    assert found["bare"] == []
    assert found["head"]
    assert (found["colour"], found["ground"]) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    assert address in found["foot"]
    assert "Stand " in found["foot"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_key_pages_are_fit_for_paper(visit: Callable[..., Visitor], theme: str) -> None:
    case, trial = evaluated_case(), analysed()
    factories.open_tender(case.town, title="Printing and delivery of letters")
    visitor = visit("visitor", theme=theme, axe=False)
    for address in (
        "/", "/tenders/", "/results/", "/security/", reverse("tender_detail", args=[case.tender.pk]),
        reverse("pilot_detail", args=[trial.pilot.pk]),
    ):  # fmt: skip
        assert_fit(on_paper(visitor, address), address)


def test_pages_of_the_office_are_too_and_compared_bids_lie_on_their_side(visit: Callable[..., Visitor]) -> None:
    case = evaluated_case()
    officer = visit("officer", user=case.town.officer, axe=False)
    for name in ("evaluation_result", "checks", "desk"):
        address = reverse(name, args=[] if name == "desk" else [case.tender.pk])
        assert_fit(on_paper(officer, address, width=1031 if name == "checks" else PAPER), address)


def test_the_guide_for_openers_and_the_opening_record_are_fit_for_paper(visit: Callable[..., Visitor]) -> None:
    with clock.simulated(clock.now() - timedelta(days=60)):
        town = factories.make_town()
        tender = factories.open_tender(town)
        bidding.submit(factories.make_company(), tender)
        bidding.open_all(town, tender)
    opener = visit("opener", user=town.openers[0], axe=False)
    for name, arguments in (("opener_guide", []), ("bid_opening_record", [tender.pk])):
        address = reverse(name, args=arguments)
        assert_fit(on_paper(opener, address), address)
