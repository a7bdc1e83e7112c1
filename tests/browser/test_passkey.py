"""A passkey in the opener's browser: added with the sentence, used after signing in again, removed; the sentence stays.

Passkeys need a name as origin: the server is visited as localhost. The authenticator is Chromium's virtual one.
"""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.models import OpenerKey, OpenerPasskey
from bids.models import OpeningSession
from tests import factories
from tests.bids.bidding import submit
from tests.browser import opener
from tests.browser.test_procedure import let_the_deadline_pass
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "hasPrf": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Device:
    """Anna's browser with an authenticator that keeps its passkeys when she signs out."""

    def __init__(self, chromium: Any, address: str, user: Any, language: str) -> None:
        self.visitor = Visitor(chromium, address, "opener", user=user, language=language, session=True)
        self._wire = self.visitor._context.new_cdp_session(self.visitor.page)
        self._wire.send("WebAuthn.enable")
        self._id = self._wire.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
        self.bodies: list[bytes] = []
        self.visitor.page.on("request", lambda request: self.bodies.append(request.post_data_buffer or b""))

    def fail(self) -> None:
        """From now on the device recognises nobody."""
        self._wire.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": False})


@pytest.fixture
def address(live_server: LiveServer, settings: Any, transactional_db: None) -> str:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.slow)])
def test_a_passkey_unlocks_in_a_trial_and_at_the_opening_and_the_sentence_does_when_it_fails_and_is_gone(
    chromium: Any, address: str, language: str
) -> None:
    town = factories.make_town()
    anna = town.openers[0]
    device = Device(chromium, address, anna, language)
    visitor = device.visitor
    visitor.open("/account/openers/")
    assert not visitor.page.locator("[data-by-passkey]").count()
    visitor.fill("Pass sentence, to add the passkey", "six words that do not fit")
    visitor.page.get_by_role("button", name=visitor.say("Add a passkey"), exact=True).click()
    wrong = visitor.say("This pass sentence does not fit your opening key. No passkey was added.")
    visitor.page.get_by_text(wrong).wait_for()
    visitor.examine()
    visitor.fill("Pass sentence, to add the passkey", factories.PASS_SENTENCE)
    visitor.press("Add a passkey")
    visitor.sees("The passkey unlocks your key from now on. Your pass sentence does so, too: keep it.")
    assert OpenerPasskey.objects.get().key.user == anna

    visitor.become(None)
    visitor.become(anna)
    visitor.open("/account/openers/")
    visitor.press("Unlock with passkey")
    visitor.sees("Your key works. Keep sentence and recovery sheet apart.")
    assert OpenerKey.objects.own().get(user=anna).tried_at

    tender = factories.open_tender(town)
    submit(factories.make_company(), tender)
    visitor.open(f"/tenders/{tender.pk}/opening/check/")
    visitor.press("Unlock with passkey")
    visitor.sees("Your part is good. Checked on")
    let_the_deadline_pass(tender)
    visitor.open(f"/tenders/{tender.pk}/opening/")
    opener.declare(visitor)
    visitor.press("Unlock with passkey")
    assert OpeningSession.objects.get().releases.get().unlocked_at == "browser"

    device.fail()
    visitor.open("/account/openers/")
    failed = "The passkey did not unlock your key. Nothing was released. Your pass sentence does it always."
    visitor.page.get_by_role("button", name=visitor.say("Unlock with passkey"), exact=True).click()
    visitor.page.get_by_text(visitor.say(failed)).wait_for()
    visitor.examine()
    visitor.press("Remove the passkey")
    visitor.sees("The passkey is removed. Your key and your pass sentence stay as they were.")
    assert not visitor.page.locator("[data-by-passkey]").count()
    visitor.fill("Your pass sentence", factories.PASS_SENTENCE)
    visitor.press("Try: unlock")
    visitor.sees("Your key works. Keep sentence and recovery sheet apart.")
    words = factories.PASS_SENTENCE.split()
    assert not [word for word in words for body in device.bodies if word.encode() in body]
    visitor.leave()


def test_a_platform_without_a_name_and_a_passkey_without_secrets_leave_the_sentence_alone(
    chromium: Any, address: str, live_server: LiveServer
) -> None:
    anna = factories.make_town().openers[0]
    nameless = Visitor(chromium, live_server.url, "opener", user=anna, language="en", session=True)
    nameless.open("/account/openers/")
    nameless.page.get_by_text("This browser knows no passkeys that can lock a key").wait_for()
    nameless.examine()
    nameless.leave()
    without = {**AUTHENTICATOR, "hasPrf": False}
    visitor = Visitor(chromium, address, "opener", user=anna, language="en", session=True)
    wire = visitor._context.new_cdp_session(visitor.page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": without})
    visitor.open("/account/openers/")
    visitor.fill("Pass sentence, to add the passkey", factories.PASS_SENTENCE)
    visitor.page.get_by_role("button", name="Add a passkey", exact=True).click()
    visitor.page.get_by_text("This passkey cannot lock a key. Nothing was added").wait_for()
    assert not OpenerPasskey.objects.exists()
    visitor.leave()
