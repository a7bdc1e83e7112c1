"""A passkey as a second lock of an opener's key: added with the sentence, never alone, removed without a loss."""

import base64
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts.decision import RefusedError
from accounts.models import AuditEvent, OpenerKey, OpenerPasskey
from bids import actions
from bids.actions.opener_keys import challenge
from bids.sealing import unlock_opener_key, unwrap
from bids.sealing.wrapping import decode
from bids.templatetags.bids import own_passkey
from tests.factories import PASS_SENTENCE, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db
LOCKED = base64.b64encode(b"age-encryption.org/v1\n-> age-encryption.org/fido2prf abc\n" + b"x" * 200).decode()
CREDENTIAL = base64.b64encode(b"credential id").decode()


def proof_of(person: Any, sentence: str = PASS_SENTENCE) -> str:
    """What the person's browser opens with the sentence."""
    key = OpenerKey.objects.own().get(user=person)
    asked = challenge(key)
    secret = unlock_opener_key(bytes(key.locked), sentence).secret
    return base64.b64encode(unwrap(decode(asked["challenge"], "challenge"), secret, asked["info"])).decode()


def add(person: Any, **changes: str) -> OpenerPasskey:
    given = {"proof": "", "credential": CREDENTIAL, "locked": LOCKED, **changes}
    return actions.add_passkey(actor=person, **given)


def refused(act: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        act(**arguments)
    return caught.value.refused.code


@pytest.fixture
def anna() -> Any:
    return make_town().openers[0]


def test_a_passkey_is_added_with_the_sentence_and_the_key_under_it_stays_as_it_was(anna):
    before = OpenerKey.objects.own().get(user=anna)
    passkey = add(anna, proof=proof_of(anna))
    after = OpenerKey.objects.own().get(user=anna)
    assert passkey.key == after
    assert bytes(after.locked) == bytes(before.locked)
    assert unlock_opener_key(bytes(after.locked), PASS_SENTENCE).public == before.public
    assert json.loads(own_passkey(anna)) == {"credential": CREDENTIAL, "locked": LOCKED}
    event = AuditEvent.objects.get(verb="opener_key.passkey_added")
    assert after.public in event.body
    assert CREDENTIAL not in event.body


def test_without_the_sentence_without_a_key_and_beside_another_passkey_none_is_added(anna):
    assert refused(add, person=anna) == "key_not_proven"
    with pytest.raises(Http404):
        add(make_user())
    add(anna, proof=proof_of(anna))
    assert refused(add, person=anna, proof=proof_of(anna)) == "passkey_exists"
    assert OpenerPasskey.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"locked": ""},
        {"locked": "%"},
        {"locked": base64.b64encode(b"age-encryption.org/v1\n-> scrypt x").decode()},
        {"locked": base64.b64encode(base64.b64decode(LOCKED) + b"x" * 5_000).decode()},
        {"credential": ""},
        {"credential": base64.b64encode(b"x" * 1_024).decode()},
    ],
)
def test_what_is_no_passkey_is_not_kept(anna, wrong):
    with pytest.raises(ValidationError) as caught:
        add(anna, proof=proof_of(anna), **wrong)
    assert set(caught.value.message_dict) == set(wrong)
    assert not OpenerPasskey.objects.exists()


def test_removing_it_takes_nothing_away_and_a_lost_key_takes_its_passkey_with_it(anna):
    add(anna, proof=proof_of(anna))
    actions.remove_passkey(actor=anna)
    assert own_passkey(anna) == ""
    assert proof_of(anna)
    assert AuditEvent.objects.filter(verb="opener_key.passkey_removed").count() == 1
    with pytest.raises(Http404):
        actions.remove_passkey(actor=anna)
    add(anna, proof=proof_of(anna))
    actions.report_key_lost(actor=anna)
    assert not OpenerPasskey.objects.exists()


def test_the_pages_offer_it_only_to_its_owner_and_only_where_one_was_added():
    town = make_town()
    tender = open_tender(town)
    anna, bernd = town.openers[:2]
    add(anna, proof=proof_of(anna))
    for person, is_offered in ((anna, True), (bernd, False)):
        client = Client()
        client.force_login(person)
        for page in ("/account/openers/", f"/tenders/{tender.pk}/opening/check/"):
            text = client.get(page).content.decode()
            assert ("data-by-passkey" in text, CREDENTIAL in text) == (is_offered, is_offered)
    client = Client()
    client.force_login(anna)
    done = client.post("/account/openers/", {"act": "remove_passkey"}, follow=True).content.decode()
    assert "data-by-passkey" not in done
    assert "data-add-passkey" in done
