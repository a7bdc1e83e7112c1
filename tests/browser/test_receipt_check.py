"""A receipt checked in the browser: genuine, changed, of another key, with the right and a wrong sealed file."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import clock
from bids.models import Receipt, SealedObject
from bids.storage import open_sealed_file
from tests import factories
from tests.bids.bidding import open_all, submit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
GENUINE = "This receipt is genuine. The bid arrived at:"
NO_LIST = "The deadline of this tender has not passed yet, so there is no list of what counted."
DROP = """([name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name));
  const drop = new DragEvent("drop", { dataTransfer: transfer, bubbles: true });
  document.querySelector("[data-receipt-check]").dispatchEvent(drop);
}"""


def test_a_visitor_learns_whether_receipt_and_sealed_file_are_genuine(
    visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    papers = _papers(tmp_path)
    visitor = visit("visitor", language="en")
    visitor.open("/receipts/check/")
    for names, sentences in (
        (["bid.age", "receipt.txt"], [GENUINE, NO_LIST, "every byte is the same"]),
        (["changed.txt"], ["The signature is wrong: this receipt was changed."]),
        (["foreign.txt"], ["This receipt was not signed with a key of this platform."]),
        (["nothing.txt"], ["This file is not a receipt of this platform."]),
        (["bid.age"], ["Add the receipt first, then the sealed file."]),
        (["receipt.txt", "other.age"], [GENUINE, NO_LIST, "none of those named in the receipt"]),
    ):
        visitor.field("Receipt and sealed files").set_input_files([papers[name] for name in names])
        findings = visitor.page.get_by_role("status").locator("li")
        findings.nth(len(sentences) - 1).wait_for()
        shown = " ".join(" ".join(findings.all_text_contents()).split())
        assert all(sentence in shown for sentence in sentences), shown
        assert findings.count() == len(sentences)
    visitor.examine()


def test_a_dropped_receipt_is_compared_with_the_public_list(visit: Callable[..., Visitor]) -> None:
    town = factories.make_town()
    with clock.simulated(clock.now() - timedelta(days=41)):
        clara, tender = factories.make_company(), factories.open_tender(town)
        replaced, counted = (submit(clara, tender) for _ in range(2))
    visitor = visit("visitor", language="en")
    visitor.open("/receipts/check/")
    findings = visitor.page.get_by_role("status").locator("li")

    def drop(receipt: Receipt, expected: str) -> None:
        visitor.page.evaluate(DROP, ["receipt.txt", receipt.note])
        findings.filter(has_text=expected).wait_for()
        assert GENUINE in " ".join(findings.all_text_contents())

    drop(counted, "The bids are not opened yet. The list of what counted is already fixed by this hash:")
    open_all(town, tender)
    drop(counted, "It stands in the public list of receipts that counted at the deadline.")
    drop(replaced, "It does not stand in the public list of what counted at the deadline")
    visitor.examine()


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
