"""Handing in from the browser: prices and answers are sealed before they leave; faults are told, nothing twice."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from bids import actions
from bids.models import Bid, Draft, ItemPrice
from bids.upload import seal_stream
from tests import factories
from tests.bids.bidding import content, draft_with, open_all
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
MARK = "4711.8150"
ANSWER = "Marked answer of Clara"
BUTTON = "Hand in the bid with binding effect"


class Scene:
    """Clara at the last page of her bid."""

    def __init__(
        self, visit: Callable[..., Visitor], *, body: dict[str, Any] | None = None, lots: Any = None, files: int = 0,
        **wishes: Any,
    ) -> None:  # fmt: skip
        self.town = factories.make_town()
        self.tender = factories.open_tender(self.town, **({"lots": lots} if lots else {}))
        self.clara = factories.make_company(name="Clara GmbH")
        if body is None:
            body = content(MARK)
            body["lots"]["L1"]["answers"]["B1"] = ANSWER
        self.draft = draft_with(self.clara, self.tender, body)
        for number in range(files):
            stored = seal_stream(io.BytesIO(b"paper"), None, self.draft, actions.current_seal(self.tender).recipient)
            given = {"stored": stored, "name": f"A paper with a rather long name, number {number}.pdf", "role": ""}
            actions.attach_document(actor=self.clara.bidder, draft_id=self.draft.pk, **given)
        self.visitor = visit("bidder", user=self.clara.bidder, **wishes)
        self.visitor.open(f"/bids/{self.draft.pk}/submit/")
        self.page = self.visitor.page

    def press(self) -> None:
        self.page.get_by_role("button", name=self.visitor.say(BUTTON)).click()


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.slow)])
def test_prices_and_answers_are_sealed_before_they_leave(visit: Callable[..., Visitor], language: str) -> None:
    scene = Scene(visit, language=language)
    scene.visitor.sees("Prices and answers are sealed on your computer before they are sent.")
    bodies: list[bytes] = []
    scene.page.on("request", lambda request: bodies.append(request.post_data_buffer or b""))
    scene.visitor.press(BUTTON)
    assert "/bids/receipts/" in scene.page.url
    scene.visitor.sees("on your computer, before anything was sent")
    assert bodies
    assert not any(mark in body for body in bodies for mark in (MARK.encode(), ANSWER.encode()))
    assert len([body for body in bodies if body.startswith(b"age-encryption.org/v1")]) == 1
    assert Bid.objects.get().sealed_at == "browser"
    assert all(ANSWER.encode() not in path.read_bytes() for path in settings.DATA_DIR.rglob("*.age"))
    open_all(scene.town, scene.tender)
    assert str(ItemPrice.objects.get(item__ref="1.1").unit_price).startswith(MARK)


def test_the_request_that_hands_in_300_positions_and_20_files_is_below_1_kb_and_twice_gives_one_receipt(
    visit: Callable[..., Visitor],
) -> None:
    items = [
        {"ref": f"1.{n}", "text": "Letter up to 20 g, printed", "unit": "letter", "quantity": "9"} for n in range(300)
    ]
    lot = {"unit_prices": {item["ref"]: MARK[:7] for item in items}, "answers": {"B1": ANSWER * 50, "B2": "Plan"}}
    scene = Scene(
        visit, body=content(lots={"L1": lot}), lots=[{**factories.default_lots()[0], "items": items}], files=20
    )
    sent: list[dict[str, Any]] = []

    def send_twice(route: Any) -> None:
        sent.append({"body": route.request.post_data_buffer, "key": route.request.headers["idempotency-key"]})
        if len(sent) > 1:
            return route.continue_()
        route.fetch()  # it arrives, its answer does not
        return route.abort()

    scene.page.route("**/api/v1/bids/*/submit/", send_twice)
    with scene.page.expect_request_finished(lambda request: request.url.endswith("/submit/") and len(sent) > 1) as last:
        scene.press()
    scene.page.wait_for_url("**/bids/receipts/**")
    scene.visitor.faults.clear()  # the lost answer is told in the console
    sizes = last.value.sizes()
    assert [len(one["body"]) for one in sent] == [sizes["requestBodySize"]] * 2
    assert sizes["requestBodySize"] < 256
    assert sizes["requestBodySize"] + sizes["requestHeadersSize"] < 2 * 1_024
    assert sent[0] == sent[1]
    bid = Bid.objects.get()
    assert (bid.sealed_at, bid.receipts.count(), bid.objects_sealed.count()) == ("browser", 1, 21)
    assert bid.objects_sealed.get(kind="manifest").size > 16 * 1_024


@pytest.mark.slow
def test_a_lost_answer_is_asked_for_again_and_nothing_is_handed_in_twice(visit: Callable[..., Visitor]) -> None:
    scene = Scene(visit)
    sent: list[str] = []

    def lose_the_first_answer(route: Any) -> None:
        sent.append(route.request.headers["idempotency-key"])
        if len(sent) > 1:
            return route.continue_()
        route.fetch()  # it arrives, its answer does not
        return route.abort()

    scene.page.route("**/submit/", lose_the_first_answer)
    scene.press()
    scene.page.wait_for_url("**/bids/receipts/**")
    scene.visitor.faults.clear()  # the lost answer is told in the console
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert Bid.objects.count() == 1


@pytest.mark.slow
def test_a_refusal_is_told_by_the_ordinary_page_and_nothing_is_handed_in(visit: Callable[..., Visitor]) -> None:
    scene = Scene(visit)
    scene.visitor.fill("Name of the person who makes this declaration", "")
    scene.visitor._expected_status = 422
    scene.page.route("**/manifest/", lambda route: route.fulfill(status=400, body="{}"))
    with scene.page.expect_navigation():
        scene.press()
    scene.visitor.sees("Enter the name of the person who makes this declaration")
    assert not Bid.objects.exists()


@pytest.mark.slow
def test_a_draft_saved_by_a_colleague_meanwhile_is_looked_at_again(visit: Callable[..., Visitor]) -> None:
    scene = Scene(visit)

    def save_first(route: Any) -> None:
        draft = Draft.objects.get()
        actions.save_draft(
            actor=scene.clara.admin, draft_id=draft.pk, expected_version=draft.version, content=content("9.0000")
        )
        route.continue_()

    scene.page.route("**/api/v1/bids/*/submit/", save_first)
    with scene.page.expect_navigation(url="**/submit/"):
        scene.press()
    scene.visitor.sees("The bid changed meanwhile and was not handed in. Look at it and press the button again.")
    assert not Bid.objects.exists()


def test_a_browser_that_cannot_seal_lets_the_server_do_it_and_says_so(visit: Callable[..., Visitor]) -> None:
    scene = Scene(visit)
    scene.page.route("**/seal-worker*.js", lambda route: route.abort())
    scene.press()
    words = "Your browser cannot seal. Press the button again: then our server seals the bid when it arrives."
    scene.page.get_by_text(scene.visitor.say(words)).wait_for()
    assert not Bid.objects.exists()
    with scene.page.expect_navigation():
        scene.press()
    scene.visitor.sees("on the server, before anything was stored")
    assert Bid.objects.get().sealed_at == "server"
