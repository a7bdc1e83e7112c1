"""What anybody may read, without an account: in both languages, at a desk and on a telephone, light and dark."""

from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.browser.visitor import Visitor
from tests.pilots.cases import load_pilot

pytestmark = pytest.mark.browser

STANDING = ["help", "sign_in_trouble", "security", "accessibility", "report_barrier", "easy_language", "imprint",
            "privacy", "api-docs", "account_login", "account_signup", "account_reset_password"]  # fmt: skip
QUICK = [("de", 390, "light")]
# With it each pair of language, width and theme.
REST = [("de", 1280, "dark"), ("en", 390, "dark"), ("en", 1280, "light")]


@pytest.mark.parametrize(("language", "width", "theme"), QUICK)
def test_a_visitor_finds_tender_pilot_and_result(
    visit: Callable[..., Visitor], language: str, width: int, theme: str
) -> None:
    _look_around(visit("visitor", language=language, width=width, theme=theme), *_things_to_read())


@pytest.mark.slow
@pytest.mark.parametrize(("language", "width", "theme"), REST)
def test_the_public_pages_hold_in_every_pair_of_language_width_and_theme(
    visit: Callable[..., Visitor], language: str, width: int, theme: str
) -> None:
    visitor = visit("visitor", language=language, width=width, theme=theme)
    _look_around(visitor, *_things_to_read())
    for name in STANDING:
        visitor.open(reverse(name))


def test_every_pair_occurs() -> None:
    looks = [*QUICK, *REST]
    for one, other in combinations(range(3), 2):
        wanted = set(product({look[one] for look in looks}, {look[other] for look in looks}))
        assert {(look[one], look[other]) for look in looks} == wanted


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_public_pages_hold_at_a_width_of_320(visit: Callable[..., Visitor], language: str) -> None:
    """1280 pixels at 400 per cent, as WCAG 1.4.10 asks."""
    visitor = visit("visitor", language=language, width=320)
    _look_around(visitor, *_things_to_read())
    for name in STANDING:
        visitor.open(reverse(name))


def _things_to_read() -> tuple[Any, Any]:
    tender = factories.open_tender(
        criteria=factories.efficiency_criteria(), lots=factories.default_lots(2), life_situation="taxes"
    )
    return tender, load_pilot("P01", finish=True)


def _look_around(visitor: Visitor, tender: Any, pilot: Any) -> None:
    visitor.open("/")
    _is_in_the_visitors_language(visitor)
    _find(visitor, tender)
    visitor.open(reverse("pilot_list"))
    visitor.follow(pilot.title, within="main")
    assert visitor.page.get_by_role("heading", name=pilot.title).count() >= 1
    for name in ("security", "accessibility", "help", "results"):
        visitor.open(reverse(name))


def _is_in_the_visitors_language(visitor: Visitor) -> None:
    assert visitor.page.locator("html").get_attribute("lang") == visitor.language
    nav = visitor.page.locator("header nav").text_content()
    assert {"de": "Ausschreibungen", "en": "Tenders"}[visitor.language] in nav


def _find(visitor: Visitor, tender: Any) -> None:
    """The list with a filter that fits, one that does not, then the tender."""
    visitor.open(reverse("tender_list"))
    visitor.open(f"{reverse('tender_list')}?q=zeppelin")
    visitor.sees("No tender fits")
    visitor.open(f"{reverse('tender_list')}?life_situation=taxes&status=open")
    visitor.follow(tender.title, within="main")
    visitor.sees("Sign in to bid")
