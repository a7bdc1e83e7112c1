"""A company that registered a minute ago practises: bid, receipt, result, and why it came out like this."""

import json
import re

import pytest
import typst

from accounts import practice
from accounts.models import Message, OutboxMessage
from bids.models import Receipt
from tendering.lifecycle import Status
from tests.factories import make_company, make_user
from tests.practice.walking import Walker

pytestmark = pytest.mark.django_db
PRICES = {"price_0": "0.60", "price_1": "0.20", "price_2": "2000", "promise_0": "2"}
ANSWER = (
    "We check every 200th letter; an error is reported within 1 hour and reprinted the same day by our second team."
)


def hand_in(clara: Walker, prices: dict[str, str] = PRICES, answer: str = ANSWER) -> Receipt:
    """The ordinary pages: choose the lot, declare, name prices, promise, answer, hand in."""
    clara.post(f"/bids/start/{clara.tender().pk}/")
    found = re.search(r"/bids/[0-9a-f-]{36}/", clara.answer.request["PATH_INFO"])
    assert found is not None, clara.text
    page = found[0]
    clara.get(f"{page}lots/")
    declared = {f.get("name"): "yes" for f in clara.page.xpath("//main//input[starts-with(@name,'met_')]")}
    clara.fill(f"{page}lots/", lots=["L1"], **declared)
    clara.fill(f"{page}prices/L1/", **prices)
    clara.get(f"{page}answers/")
    asked = [f.get("name") for f in clara.page.xpath("//main//form//textarea")]
    clara.fill(f"{page}answers/", **dict.fromkeys(asked, answer))
    clara.fill(f"{page}submit/", declarant="Clara")
    return Receipt.objects.get(bid__tender=clara.tender(), bid__company__name="Your practice company")


def test_clara_hands_in_holds_the_receipt_and_learns_the_result() -> None:
    clara = Walker(make_company().admin)
    clara.start("bidder")
    assert "Step 1 of 5" in clara.bar
    clara.get("/tenders/")
    assert "Printing and sending the town's letters" in clara.text
    receipt = hand_in(clara)
    assert re.search(r"Received at \d\d:\d\d\.", clara.text)
    assert "PRACTICE – no legal effect" in receipt.note
    assert "ÜBUNG – ohne rechtliche Wirkung" in receipt.note
    assert '"simulated":true' in receipt.note
    assert "Step 4 of 5" in clara.bar
    clara.jump("deadline")
    assert clara.tender().bids.count() == 4
    clara.let("all")
    assert clara.tender().status(clara.tender().awarded_at) == Status.AWARDED
    clara.get("/practice/")
    assert "comes first" in clara.text
    assert re.search(r"Your bid (won|took place \d of|took place \d\.)", clara.text), clara.text


def test_the_receipt_says_on_paper_that_it_is_practice(monkeypatch: pytest.MonkeyPatch) -> None:
    clara = Walker(make_user())
    clara.start("bidder")
    receipt = hand_in(clara)
    clara.get(f"/bids/receipts/{receipt.pk}/")
    assert "ÜBUNG – ohne rechtliche Wirkung" in clara.text
    given: list[str] = []
    compile_as_usual = typst.compile
    monkeypatch.setattr(
        typst,
        "compile",
        lambda *args, **more: given.append(more["sys_inputs"]["data"]) or compile_as_usual(*args, **more),
    )
    assert clara.client.get(f"/bids/receipts/{receipt.pk}.pdf").content.startswith(b"%PDF")
    assert json.loads(given[0])["mark"] == practice.MARK


@pytest.mark.slow
def test_who_is_expensive_and_brief_learns_what_would_have_helped() -> None:
    clara = Walker(make_user())
    clara.start("bidder")
    hand_in(clara, {**PRICES, "price_0": "1.00", "promise_0": "5"}, "We are good.")
    clara.jump("deadline")
    clara.let("all")
    clara.get("/practice/")
    assert "Your bid took place 4" in clara.text
    assert "more" in clara.text
    assert "points less" in clara.text


def test_no_mail_of_a_practice_waits_to_be_sent() -> None:
    from accounts import outbox

    clara = Walker(make_company().bidder)
    clara.start("bidder")
    hand_in(clara)
    written = OutboxMessage.objects.count() + Message.objects.count()
    assert written
    assert not OutboxMessage.objects.filter(sent_at=None).exists()
    assert outbox.deliver() == 0
    clara.get("/practice/mail/")
    assert "Receipt" in clara.text
