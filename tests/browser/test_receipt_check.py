"""A receipt checked in the browser: genuine, changed, of another key, with the right and a wrong sealed file."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts import checkpoints, clock
from bids import hash_list
from bids.models import Receipt, SealedObject
from bids.storage import open_sealed_file
from tests import factories
from tests.bids.bidding import at_deadline, open_all, submit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
GENUINE = "This receipt is genuine. The bid arrived at:"
NO_LIST = "The deadline of this tender has not passed yet, so there is no list of what counted."
UNLISTED = (
    "It does not stand in the public list of what counted at the deadline: this is so for a bid that was replaced, "
    "withdrawn or late."
)
SAME = "This is the very file that was received: every byte is the same."
DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true });
  document.querySelector("[data-receipt-check]").dispatchEvent(drop);
}"""


@pytest.mark.parametrize("language", ["en", pytest.param("de", marks=pytest.mark.slow)])
def test_a_visitor_learns_whether_receipt_and_sealed_file_are_genuine(
    visit: Callable[..., Visitor], tmp_path: Path, language: str
) -> None:
    papers = _papers(tmp_path)
    visitor = visit("visitor", language=language)
    visitor.open("/receipts/check/")
    for names, sentences in (
        (["bid.age", "receipt.txt"], [GENUINE, NO_LIST, SAME]),
        (["changed.txt"], ["The signature is wrong: this receipt was changed."]),
        (["foreign.txt"], ["This receipt was not signed with a key of this platform."]),
        (["nothing.txt"], ["This file is not a receipt of this platform."]),
        (["bid.age"], ["Add the receipt first, then the sealed file."]),
        (["receipt.txt", "other.age"], [GENUINE, NO_LIST, "This file is none of those named in the receipt."]),
    ):
        visitor.field("Receipt and sealed files").set_input_files([papers[name] for name in names])
        findings = visitor.page.get_by_role("status").locator("li")
        findings.nth(len(sentences) - 1).wait_for()
        shown = " ".join(" ".join(findings.all_text_contents()).split())
        assert all(visitor.say(sentence) in shown for sentence in sentences), shown
        assert findings.count() == len(sentences)
    visitor.examine()


@pytest.mark.parametrize("language", ["en", pytest.param("de", marks=pytest.mark.slow)])
def test_a_dropped_receipt_is_compared_with_the_public_list(visit: Callable[..., Visitor], language: str) -> None:
    town = factories.make_town()
    with clock.simulated(clock.now() - timedelta(days=41)):
        clara, tender = factories.make_company(), factories.open_tender(town)
        replaced, counted = (submit(clara, tender) for _ in range(2))
    visitor = visit("visitor", language=language)
    visitor.open("/receipts/check/")
    findings = visitor.page.get_by_role("status").locator("li")

    def drop(receipt: Receipt, expected: str) -> None:
        visitor.page.evaluate(DROP, ["receipt.txt", receipt.note])
        findings.filter(has_text=visitor.say(expected)).wait_for()
        assert visitor.say(GENUINE) in " ".join(findings.all_text_contents())

    drop(counted, "The bids are not opened yet. The list of what counted is already fixed by this hash:")
    open_all(town, tender)
    drop(counted, "It stands in the public list of receipts that counted at the deadline.")
    drop(replaced, UNLISTED)
    visitor.examine()


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.slow)])
def test_a_listed_receipt_is_followed_to_the_signed_checkpoint_and_a_false_proof_is_told(
    visit: Callable[..., Visitor], language: str
) -> None:
    shutil.rmtree(checkpoints.folder(), ignore_errors=True)  # of another test, with the same ids
    town = factories.make_town()
    with clock.simulated(clock.now() - timedelta(days=41)):
        tender = factories.open_tender(town)
        receipt = submit(factories.make_company(), tender)
    with at_deadline(tender, minutes=1):
        hash_list.commit(clock.now())
    with at_deadline(tender, minutes=11):
        assert checkpoints.write(clock.now())
        tick = checkpoints.tick_of(clock.now())
    open_all(town, tender)
    visitor = visit("visitor", language=language)
    visitor.open("/receipts/check/")
    findings = visitor.page.get_by_role("status").locator("li")
    address = f"/api/v1/tenders/{tender.pk}/hash-list/"
    true = Client().get(address).json()

    def drop(expected: str, **more: str) -> None:
        visitor.page.evaluate(DROP, ["receipt.txt", receipt.note])
        words = visitor.say(expected)
        findings.filter(has_text=words).wait_for()
        shown = " ".join(findings.all_text_contents())
        assert visitor.say(GENUINE) in shown
        assert more.get("also", "") in shown
        visitor.examine()

    drop("A signed checkpoint bound this list. Nobody could change the list after it:", also=tick)
    point = true["proof"]["checkpoint"]
    for proof, words in (
        (
            {**true["proof"], "event": true["proof"]["event"].replace(true["commitment"], "0" * 64)},
            "about another list",
        ),
        ({**true["proof"], "checkpoint": {**point, "nonce": "00" * 32}}, "does not lead to the signed checkpoint"),
        (
            {**true["proof"], "checkpoint": {**point, "note": point["note"].replace("tick 2", "tick 3")}},
            "not signed with",
        ),
        ({}, "No checkpoint has bound this list yet."),
    ):
        visitor.page.unroute("**/hash-list/")
        visitor.page.route("**/hash-list/", answering({**true, "proof": proof}))
        drop(next(sentence for sentence in SENTENCES if words in sentence))


def answering(body: dict[str, Any]) -> Callable[[Any], None]:
    """Answers a request with this list in the server's place."""
    return lambda route: route.fulfill(json=body)


SENTENCES = (
    "The proof beside the public list is about another list. Tell the municipality and keep your files.",
    "The proof does not lead to the signed checkpoint: this is not the list that was bound. Tell the municipality and "
    "keep your files.",
    "The checkpoint of the proof was not signed with a key of this platform.",
    "No checkpoint has bound this list yet.",
)


def _papers(folder: Path) -> dict[str, Path]:
    """A receipt, the same with one digit changed, one of a foreign key, no receipt, the sealed file, another file."""
    receipt = submit(factories.make_company(), factories.open_tender(factories.make_town()))
    sealed = SealedObject.objects.filter(bid=receipt.bid).first()
    assert sealed is not None
    signature = receipt.note.rsplit(" ", 1)[1]
    content = {
        "receipt.txt": receipt.note.encode(),
        "changed.txt": receipt.note.replace('"version":1', '"version":2').encode(),
        "foreign.txt": receipt.note.replace(signature, "AAAA" + signature[4:]).encode(),
        "nothing.txt": b"zuschlag receipt v1\nnot one\n",
        "bid.age": open_sealed_file(sealed.path).read(),
        "other.age": b"age-encryption.org/v1 something else",
    }
    for name, body in content.items():
        (folder / name).write_bytes(body)
    return {name: folder / name for name in content}
