"""Prices and answers sealed by the bidder: what the server checks beforehand, and what shows at the opening."""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.decision import RefusedError
from accounts.evidence import open_receipt
from bids import actions, keys
from bids.actions.sealed_outside import ToSeal
from bids.models import Bid, BidLot, Draft, Receipt, SealedObject
from bids.sealing import seal_bytes
from tests.bids.bidding import content, draft_with, key, open_all
from tests.bids.test_api import Api
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


class Scene:
    """Clara with a whole draft, and what her browser would seal."""

    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)

    def wanted(self) -> ToSeal:
        return actions.prepare_manifest(actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Clara")

    def seal(self, wanted: ToSeal, text: str | None = None, **changes: Any) -> actions.SealedOutside:
        data = seal_bytes(wanted.place, (text or wanted.text).encode(), wanted.recipient)
        fields = {"object_id": UUID(wanted.place.object), "data": data, "version": wanted.version, "where": "browser"}
        return actions.SealedOutside(**{**fields, **changes})

    def submit(self, sealed: actions.SealedOutside | None = None, **changes: Any) -> Receipt:
        given = {"declarant": "Clara", "idempotency_key": key(), **changes}
        sealed = sealed or self.seal(self.wanted())
        return actions.submit_sealed(actor=self.clara.bidder, draft_id=self.draft.pk, sealed=sealed, **given)

    def opened(self) -> Bid:
        open_all(self.town, self.tender)
        return Bid.objects.get(tender=self.tender)

    def integrity(self) -> str:
        return self.opened().tender.opening_sessions.get().record["bids"][0]["integrity"]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_what_the_bidder_sealed_is_handed_in_as_it_is_and_opened_by_two(scene):
    sealed = scene.seal(scene.wanted())
    receipt = scene.submit(sealed)
    stored = SealedObject.objects.get(bid=receipt.bid)
    assert (settings.SEALED_DIR / stored.path).read_bytes() == sealed.data
    assert (receipt.bid.sealed_at, stored.sealed_at) == ("browser", "browser")
    assert open_receipt(receipt.note, [keys.printed_verifier_key()])["sealed_at"] == "browser"
    assert not Draft.objects.exists()
    bid = scene.opened()
    assert bid.opened_at
    assert bid.opened["declarant"] == "Clara"
    assert {str(price.unit_price) for price in BidLot.objects.get(bid=bid).prices.all()} == {"1.250000", "500.000000"}


def test_the_text_to_be_sealed_is_what_the_server_would_seal_and_stores_nothing(scene):
    wanted = scene.wanted()
    body = json.loads(wanted.text)
    assert (body["declarant"], body["content"]["lots"][0]["prices"][0]["net"]) == ("Clara", "1.2500")
    assert wanted.place.draft == str(scene.draft.pk)
    assert not SealedObject.objects.exists()
    scene.draft.refresh_from_db()
    assert scene.draft.version == wanted.version


def test_the_same_key_and_bytes_give_the_same_receipt_and_other_bytes_are_refused(scene):
    sealed = scene.seal(scene.wanted())
    first = scene.submit(sealed, idempotency_key="k")
    assert scene.submit(sealed, idempotency_key="k") == first
    with pytest.raises(RefusedError) as caught:
        scene.submit(scene.seal(actions_wanted(scene, sealed)), idempotency_key="k")
    assert caught.value.refused.code == "idempotency_key_reused"
    assert Bid.objects.count() == 1


def actions_wanted(scene: Scene, sealed: actions.SealedOutside) -> ToSeal:
    """Another draft of the same company, as after handing in."""
    scene.draft = draft_with(scene.clara, scene.tender)
    return scene.wanted()


def test_a_draft_that_was_saved_in_between_is_not_handed_in(scene):
    sealed = scene.seal(scene.wanted())
    body = content("9.0000")
    actions.save_draft(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, expected_version=scene.draft.version, content=body
    )
    with pytest.raises(RefusedError) as caught:
        scene.submit(sealed)
    assert caught.value.refused.code == "stale"
    assert not Bid.objects.exists()


def test_an_incomplete_draft_is_told_before_anything_is_sealed(scene):
    actions.save_draft(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, expected_version=scene.draft.version,
        content=content(lots={}),
    )  # fmt: skip
    with pytest.raises(ValidationError) as caught:
        scene.wanted()
    assert "$.lots" in caught.value.message_dict


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"{}", id="readable"),
        pytest.param(lambda data: data[:-1], id="cut off"),
        pytest.param(lambda data: data + bytes(16), id="longer"),
        pytest.param(lambda data: data.replace(b"-> X25519", b"-> scrypt", 1), id="for a passphrase"),
        pytest.param(lambda data: base64.b64encode(data), id="armoured"),
        pytest.param(lambda data: data[:50], id="head alone"),
    ],
)
def test_what_is_not_sealed_never_becomes_a_bid(scene, damage):
    sealed = scene.seal(scene.wanted())
    with pytest.raises(ValidationError) as caught:
        scene.submit(actions.SealedOutside(sealed.object_id, damage(sealed.data), sealed.version))
    assert set(caught.value.message_dict) == {"manifest"}
    assert not Bid.objects.exists()
    assert not list(settings.SEALED_DIR.rglob("*.age"))


def test_a_manifest_beyond_one_mebibyte_is_refused(scene):
    big = scene.seal(scene.wanted(), "x" * 1_100_000)
    with pytest.raises(ValidationError):
        scene.submit(big)


def test_an_id_in_use_is_refused(scene):
    receipt = scene.submit()
    scene.draft = draft_with(scene.clara, scene.tender)
    used = SealedObject.objects.get(bid=receipt.bid).pk
    with pytest.raises(RefusedError) as caught:
        scene.submit(scene.seal(scene.wanted(), object_id=used))
    assert caught.value.refused.code == "id_used"


def test_somebody_elses_draft_does_not_exist(scene):
    stranger = make_company().bidder
    with pytest.raises(Http404):
        actions.prepare_manifest(actor=stranger, draft_id=scene.draft.pk, declarant="Eve")


def _changed(change: Any) -> Any:
    def text(wanted: ToSeal) -> str:
        body = json.loads(wanted.text)
        change(body)
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    return text


FOREIGN_FILE = {"object": str(uuid4()), "name": "a.pdf", "role": "x", "size": 1, "sha256_plain": "a" * 64,
                "sha256_cipher": "b" * 64}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("manifest", lambda body: body["content"]["lots"][0].update(lot="L9")),
        ("manifest", lambda body: body["content"].update(lots=[])),
        ("manifest", lambda body: body.update(declarant="")),
        ("manifest", lambda body: body.update(more="x")),
        ("files", lambda body: body["files"].append(FOREIGN_FILE)),
    ],
)
def test_what_does_not_fit_inside_is_an_integrity_problem_by_its_code(scene, code, change):
    wanted = scene.wanted()
    scene.submit(scene.seal(wanted, _changed(change)(wanted)))
    assert scene.integrity() == code
    assert not BidLot.objects.exists()


def test_a_manifest_sealed_for_another_place_is_not_read(scene):
    wanted = scene.wanted()
    other = scene.seal(wanted, object_id=uuid4())
    scene.submit(other)
    assert scene.integrity() == "foreign_slot"


def test_a_manifest_sealed_to_another_key_is_not_read(scene):
    from bids.sealing import new_tender_secret

    wanted = scene.wanted()
    data = seal_bytes(wanted.place, wanted.text.encode(), new_tender_secret().recipient)
    scene.submit(scene.seal(wanted, data=data))
    assert scene.integrity() == "wrong_key"


def test_the_api_gives_the_text_and_takes_the_sealed_object(scene):
    api = Api(scene.clara.bidder)
    answer = api("post", f"bids/{scene.draft.pk}/manifest/", {"declarant": "Clara"})
    assert answer.headers["Cache-Control"] == "no-store"
    wanted = answer.json()
    line = wanted["slot_line"].encode() + b"\n"
    whole = line + wanted["manifest"].encode() + bytes(wanted["padding"])
    from bids.sealing.slot import padme

    assert padme(len(whole)) == len(whole)
    sealed = scene.seal(scene.wanted())
    body = {"declarant": "Clara", "manifest": base64.b64encode(sealed.data).decode(), "object": str(sealed.object_id),
            "version": sealed.version}  # fmt: skip
    handed = api("post", f"bids/{scene.draft.pk}/submit/", body, **{"Idempotency-Key": "k"})
    assert handed.status_code == 201, handed.content
    assert Bid.objects.get().sealed_at == "client"


@pytest.mark.parametrize("body", [{"manifest": "%%%"}, {"manifest": "AAAA"}, {"manifest": "AAAA", "object": "x"}])
def test_the_api_names_what_is_wrong_with_a_sealed_object(scene, body):
    answer = Api(scene.clara.bidder)("post", f"bids/{scene.draft.pk}/submit/", body, **{"Idempotency-Key": "k"})
    assert answer.status_code == 400
    assert not Bid.objects.exists()
