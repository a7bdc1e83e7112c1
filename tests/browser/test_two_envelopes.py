"""Two envelopes in browsers: both parts sealed by the bidder, opened one after the other, with an opener taken in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts import clock
from accounts.audit import in_transaction
from bids.models import Bid, ItemPrice, KeyHandover, SealedObject
from tendering import actions as tendering
from tests.bids import marks
from tests.bids.test_handover import newcomer_of
from tests.bids.two_envelopes import TwoEnvelopes
from tests.browser import opener
from tests.browser.languages import in_both
from tests.browser.test_procedure import let_the_deadline_pass
from tests.browser.visitor import Visitor
from tests.factories import PASS_SENTENCE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def release(visitor: Visitor, tender_id: int, button: str) -> None:
    visitor.open(f"/tenders/{tender_id}/opening/")
    visitor.fill("Your pass sentence", PASS_SENTENCE)
    visitor.press(button)


@in_both(None)
def test_a_bidder_seals_two_parts_and_openers_open_them_one_after_the_other(
    visit: Callable[..., Visitor], tmp_path: Path, language: str
) -> None:
    scene = TwoEnvelopes()
    tender, town = scene.tender, scene.town
    newcomer = newcomer_of(town)
    clara = visit("bidder", user=scene.clara.bidder, language=language)
    clara.open(f"/bids/{scene.draft.pk}/documents/?part=price")
    clara.attach("Document", {"name": "Preise.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 prices"})
    clara.page.get_by_role("button", name=clara.say("Upload and seal"), exact=True).click()
    clara.page.get_by_text("Preise.pdf").first.wait_for()
    clara.page.locator(".app-task__title", has_text="Preise.pdf").wait_for()
    clara.examine()
    assert SealedObject.objects.filter(envelope="price", sealed_at="browser").count() == 1
    clara.open(f"/bids/{scene.draft.pk}/submit/")
    clara.press("Hand in the bid with binding effect")
    clara.page.wait_for_url("**/bids/receipts/**")
    bid = Bid.objects.get()
    assert (bid.sealed_at, bid.objects_sealed.filter(kind="manifest", sealed_at="browser").count()) == ("browser", 2)

    anna, bernd = (visit(f"opener_{n}", user=user, language=language) for n, user in enumerate(town.openers[:2], 1))
    anna.open(f"/tenders/{tender.pk}/opening/new-opener/")
    anna.tick(str(newcomer))
    anna.fill("Reason for the file", "Schlüssel verloren")
    anna.press("Begin")
    anna.examine()
    bernd.open(f"/tenders/{tender.pk}/opening/new-opener/")
    bernd.fill("Your pass sentence", PASS_SENTENCE)
    bernd.press("Unlock and hand my part to the leader")
    bernd.sees("Your part is handed over. Now the leader finishes.")
    anna.open(f"/tenders/{tender.pk}/opening/new-opener/")
    anna.fill("Your pass sentence", PASS_SENTENCE)
    anna.press("Unlock and take in")
    anna.sees("Done. The new opener can check the own part of the seal now.")
    assert KeyHandover.objects.get().completed_at

    let_the_deadline_pass(tender)
    dora = visit("opener_3", user=newcomer, language=language)
    for visitor in (bernd, dora):
        visitor.open(f"/tenders/{tender.pk}/opening/")
        opener.declare(visitor)
    release(bernd, tender.pk, "Start the opening and release my part")
    release(dora, tender.pk, "Release my part")
    dora.sees("The quality part is open. The prices are still sealed.")
    dora.examine()
    assert not marks.found(dora.page.content().encode())
    assert not ItemPrice.objects.exists()

    tender.refresh_from_db()
    with in_transaction():
        tendering.close_scores(tender, clock.now())
    release(bernd, tender.pk, "Start the opening and release my part")
    release(dora, tender.pk, "Release my part")
    dora.open(f"/tenders/{tender.pk}/opening/record/")
    dora.sees("Price envelopes, opened on")
    assert marks.PRICE in {str(price.unit_price)[:8] for price in ItemPrice.objects.all()}
    dora.examine()
    dora.page.screenshot(path=tmp_path / "record.png", full_page=True)
