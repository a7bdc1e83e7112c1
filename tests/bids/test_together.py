"""Several people of a company write at one bid: they see one another, and nobody's text is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from accounts.lifecycle import Role
from bids.actions.presence import FORGOTTEN_AFTER
from bids.models import DraftPresence
from tests.bids.pages.scene import Scene, browser, text_of
from tests.factories import make_company, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.start()
    scene.choose("L1")
    return scene


@pytest.fixture
def dora(scene: Scene) -> Client:
    return browser(make_user(scene.company.organization, Role.BIDDER, function="Bidder Dora"))


def opened(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of a page somebody opens."""
    html = client.get(address).content.decode()
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in ("version", "base")}


def prices(**changes: str) -> dict[str, Any]:
    return {"price_0": "1,25", "price_1": "500,00", "vat_rate": "19", "promise_0": "8", **changes}


def test_what_two_people_change_in_different_fields_and_pages_comes_together(scene: Scene, dora: Client) -> None:
    scene.price()
    page = scene.url("prices/L1/")
    mine, hers = opened(scene.clara, page), opened(dora, page)
    german = {"headers": {"accept-language": "en"}}
    assert dora.post(page, {**prices(price_0="1.50"), **hers}, **german).status_code == 302
    assert scene.clara.post(scene.url("answers/"), {**opened(scene.clara, scene.url("answers/")),
                                                    "answer_0_0": "Two checks"}).status_code == 302  # fmt: skip
    saved = scene.clara.post(f"{page}autosave/", {**prices(price_0="1.25", price_1="600.00"), **mine})
    assert saved.status_code == 200
    lot = scene.content().lots["L1"]
    assert {ref: str(price) for ref, price in lot.unit_prices.items()} == {"1.1": "1.50", "1.2": "600.00"}
    assert lot.answers == {"B1": "Two checks"}
    again = {
        **prices(price_0="1.25", price_1="610.00"),
        "version": saved.json()["version"],
        "base": saved.json()["base"],
    }
    assert scene.clara.post(f"{page}autosave/", again).status_code == 200
    lot = scene.content().lots["L1"]
    assert {ref: str(price) for ref, price in lot.unit_prices.items()} == {"1.1": "1.50", "1.2": "610.00"}


def test_the_later_of_two_texts_in_one_field_is_asked_and_both_are_shown(scene: Scene, dora: Client) -> None:
    page = scene.url("answers/")
    mine, hers = opened(scene.clara, page), opened(dora, page)
    assert dora.post(page, {**hers, "answer_0_0": "Dora writes"}).status_code == 302
    late = {**mine, "answer_0_0": "Clara writes"}
    assert scene.clara.post(f"{page}autosave/", late).status_code == 409
    asked = scene.clara.post(page, late)
    assert asked.status_code == 409
    assert "Dora writes" in text_of(asked)
    assert "Clara writes" in text_of(asked)
    assert scene.content().lots["L1"].answers == {"B1": "Dora writes"}
    fields = dict(re.findall(r'type="hidden" name="(version|answer_0_0)" value="([^"]*)"', asked.content.decode()))
    assert scene.clara.post(page, fields).status_code == 302
    assert scene.content().lots["L1"].answers == {"B1": "Clara writes"}
    same = opened(dora, page)
    assert scene.clara.post(page, {**opened(scene.clara, page), "answer_0_0": "Agreed"}).status_code == 302
    assert dora.post(page, {**same, "answer_0_0": "Agreed"}).status_code == 302


def test_an_entry_that_cannot_be_read_stays_as_typed_beside_a_colleagues_change(scene: Scene, dora: Client) -> None:
    page = scene.url("prices/L1/")
    mine, hers = opened(scene.clara, page), opened(dora, page)
    assert dora.post(page, {**hers, **prices(price_0="")}).status_code == 302
    refused = scene.clara.post(page, {**mine, "price_0": "1.250", "vat_rate": "19"})
    assert refused.status_code == 422
    assert 'value="1.250"' in refused.content.decode()
    assert {ref: str(price) for ref, price in scene.content().lots["L1"].unit_prices.items()} == {"1.2": "500.00"}


def test_a_page_tells_who_else_has_it_open_and_forgets_it_soon(scene: Scene, dora: Client) -> None:
    asked = scene.url("presence/answers/")
    assert "has this page open" not in text_of(dora.post(asked))
    assert "Bidder Dora has this page open since" in text_of(scene.clara.post(asked))
    assert "Bidder Dora has this page open since" in text_of(scene.clara.get(scene.url("answers/")))
    assert "Bidder Dora" not in text_of(scene.clara.get(scene.url("lots/")))
    dora.post(scene.url("presence/lots/"))
    assert "Bidder Dora" not in text_of(scene.clara.post(asked))
    assert DraftPresence.objects.count() == 2
    with clock.simulated(clock.now() + FORGOTTEN_AFTER + timedelta(seconds=1)):
        scene.clara.post(asked)
    assert DraftPresence.objects.get().user == scene.company.bidder
    assert browser(make_company().bidder).post(asked).status_code == 404
    assert dora.get(asked).status_code == 405
