"""The ceremony in the openers' own browsers: two people make keys, check the seal, open together."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import OpenerKey
from bids.models import OpeningSession, SealCheck
from tests import factories
from tests.bids.bidding import submit
from tests.browser import opener
from tests.browser.languages import in_both
from tests.browser.test_procedure import let_the_deadline_pass
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def listen(visitor: Visitor, bodies: list[bytes]) -> None:
    visitor.page.on("request", lambda request: bodies.append(request.post_data_buffer or b""))


def make_key(visitor: Visitor) -> str:
    """The proposed sentence, typed twice; the sheet with it appears, then the key is tried."""
    visitor.open("/account/openers/")
    sentence: str = visitor.page.locator("[data-proposal]").inner_text()
    visitor.fill("Type the sentence", sentence)
    visitor.fill("Type it again", sentence)
    visitor.page.get_by_role("button", name=visitor.say("Make my key"), exact=True).click()
    visitor.page.get_by_text(visitor.say("Your key is ready. Print this sheet now.")).wait_for()
    visitor.examine()
    assert sentence in visitor.text
    visitor.follow("Next: try the key")
    visitor.fill("Your pass sentence", sentence)
    visitor.press("Try: unlock")
    visitor.sees("Your key works. Keep sentence and recovery sheet apart.")
    return sentence


@in_both(None)
def test_two_people_open_in_two_browsers_and_no_sentence_leaves_them(
    visit: Callable[..., Visitor], language: str
) -> None:
    town = factories.make_town(keys=False)
    factories.give_key(town.openers[2])
    bodies: list[bytes] = []
    people: list[tuple[Visitor, str]] = []
    for number, user in enumerate(town.openers[:2], 1):
        visitor = visit(f"opener_{number}", user=user, language=language)
        listen(visitor, bodies)
        people.append((visitor, make_key(visitor)))
    assert OpenerKey.objects.filter(made_at="browser", tried_at__isnull=False).count() == 2

    tender = factories.open_tender(town)
    submit(factories.make_company(), tender)
    (anna, first), (bernd, second) = people
    anna.open(f"/tenders/{tender.pk}/opening/check/")
    anna.fill("Your pass sentence", first)
    anna.press("Unlock and check")
    anna.sees("Your part is good. Checked on")
    assert SealCheck.objects.get().opener == town.openers[0]

    let_the_deadline_pass(tender)
    for visitor, sentence, button in (
        (anna, first, "Start the opening and release my part"),
        (bernd, second, "Release my part"),
    ):
        visitor.open(f"/tenders/{tender.pk}/opening/")
        opener.declare(visitor)
        visitor.fill("Your pass sentence", sentence)
        visitor.press(button)
    bernd.sees("One bid was opened.", "%(n)s bids were opened.", 1, n=1)
    anna.page.get_by_text(anna.say("One bid was opened.", "%(n)s bids were opened.", 1, n=1)).wait_for()
    anna.examine()
    assert {entry["unlocked_at"] for entry in OpeningSession.objects.get().record["openers"]} == {"browser"}
    assert bodies
    words: list[Any] = [word for sentence in (first, second) for word in sentence.split()]
    assert not [word for word in words for body in bodies if word.encode() in body]


@in_both("en")
def test_a_wrong_sentence_is_told_at_its_field_and_nothing_is_released(
    visit: Callable[..., Visitor], language: str
) -> None:
    town = factories.make_town()
    tender = factories.open_tender(town)
    let_the_deadline_pass(tender)
    anna = visit("opener", user=town.openers[0], language=language)
    anna.open(f"/tenders/{tender.pk}/opening/")
    opener.declare(anna)
    anna.fill("Your pass sentence", "six words that do not fit")
    anna.page.get_by_role("button", name=anna.say("Start the opening and release my part")).click()
    anna.page.get_by_text(
        anna.say("This pass sentence does not fit your opening key. Nothing was released.")
    ).wait_for()
    anna.examine()
    assert not OpeningSession.objects.get().releases.exists()


@in_both(None)
def test_an_envelope_from_its_sealing_to_the_opened_bids_and_its_secret_leaves_no_browser(
    visit: Callable[..., Visitor], tmp_path: Path, language: str
) -> None:
    town = factories.make_town(openers=2)
    audit_office = factories.make_user(town.organization, "opener", function="Audit office")
    keeper = visit("keeper", user=audit_office, language=language)
    bodies: list[bytes] = []
    listen(keeper, bodies)
    keeper.open(f"/account/openers/recovery/{town.organization.pk}/")
    keeper.examine()
    sentence: str = keeper.page.locator("[data-proposal]").inner_text()
    keeper.fill("Which office keeps the envelope?", "Audit office")
    keeper.fill("Where is the envelope kept?", "Safe, room 12")
    keeper.fill("Type the sentence", sentence)
    keeper.fill("Type it again", sentence)
    keeper.page.get_by_role("button", name=keeper.say("Make the recovery key"), exact=True).click()
    keeper.page.get_by_text(keeper.say("The recovery key is ready. Print this sheet now.")).wait_for()
    keeper.examine()
    assert keeper.page.locator("[data-sheet-code] svg path").count() == 1
    locked = "".join(keeper.page.locator("[data-sheet-locked]").inner_text().split())
    stick = keeper.download("Save it for a USB stick in the envelope", tmp_path)
    keeper.follow("Next: try the sheet")
    keeper.fill("Locked key from the sheet", locked)
    keeper.fill("Pass sentence on the sheet", sentence)
    keeper.press("Try: unlock")
    keeper.sees("The recovery key works. Seal the envelope and sign over the flap.")
    keeper.examine()

    tender = factories.open_tender(town)
    submit(factories.make_company(), tender)
    let_the_deadline_pass(tender)
    anna, bernd = (visit(f"opener_{n}", user=user, language=language) for n, user in enumerate(town.openers, 1))
    page = f"/tenders/{tender.pk}/opening/recovery/"
    listen(anna, bodies)
    anna.open(page)
    opener.declare(anna)
    anna.open(page)
    anna.select("Who signs the envelope log with you?", str(town.openers[1]))
    anna.fill("Reason for the file", "The deputy is ill")
    anna.press("We open the envelope")
    bernd.open(page)
    bernd.examine()
    bernd.press("The envelope was whole and I have signed")
    anna.open(page)
    anna.page.locator("[data-locked-file]").set_input_files(stick)
    anna.fill("Pass sentence on the sheet", sentence)
    anna.examine()
    anna.press("Release the part of the recovery key")
    bernd.open(f"/tenders/{tender.pk}/opening/")
    opener.declare(bernd)
    bernd.fill("Your pass sentence", factories.PASS_SENTENCE)
    bernd.press("Release my part")
    bernd.sees("One bid was opened.", "%(n)s bids were opened.", 1, n=1)
    bernd.open(f"/tenders/{tender.pk}/opening/record/")
    bernd.sees("with the recovery key")
    bernd.examine()
    secrets = [locked.encode(), *(word.encode() for word in sentence.split())]
    assert not [secret for secret in secrets for body in bodies if secret in body]
