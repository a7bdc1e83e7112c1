"""A manifest is bound to tender, lots, bidder, version of the bid and edition of the documents."""

import base64
import json
import shutil
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from accounts.evidence import open_receipt
from bids import actions, keys, receipts
from bids.actions import submission
from bids.models import Bid, Draft, SealedObject
from bids.places import Standing, next_version
from bids.sealing import Slot, seal_bytes
from bids.upload import slot
from tests.bids.bidding import at_deadline, content, draft_with, key, open_all, submit
from tests.bids.test_api import Api
from tests.bids.test_corrections import correct
from tests.bids.test_opening import refused
from tests.bids.test_sealed_outside import Scene
from tests.factories import make_company

pytestmark = pytest.mark.django_db


class Bound(Scene):
    """Clara's browser says what it sealed for."""

    def seal(self, wanted: Any, text: str | None = None, **changes: Any) -> actions.SealedOutside:
        return super().seal(wanted, text, **{"standing": wanted.standing, **changes})

    def again(self) -> None:
        self.draft = draft_with(self.clara, self.tender)

    def problems(self) -> list[str]:
        session = open_all(self.town, self.tender)
        return [bid["integrity"] for bid in session.record["bids"]]


@pytest.fixture
def scene() -> Bound:
    return Bound()


def old_line(wanted: Any) -> Slot:
    """The place as it was before versions were named."""
    place = wanted.place
    return slot(int(place.tender), int(place.company), place.draft, place.object)


def test_line_and_manifest_name_the_version_the_edition_and_the_lots(scene):
    scene.submit()
    scene.again()
    correct(scene.town, scene.tender)
    actions.see_corrections(actor=scene.clara.bidder, draft_id=scene.draft.pk, edition=2)
    wanted = scene.wanted()
    said = json.loads(wanted.text)
    assert (said["v"], said["bid_version"], said["tender_documents_version"]) == (2, 2, 2)
    place = wanted.place.to_json()
    assert (place["v"], place["version"], place["edition"], place["lot"]) == (2, "2", "2", "L1")
    assert place["company"] == str(scene.clara.organization.pk)
    receipt = scene.submit()
    note = open_receipt(receipt.note, [keys.printed_verifier_key()])
    assert (note["version"], note["edition"], note["bound"], note["lot"]) == (2, 2, True, "all")
    assert scene.problems() == ["ok"]


def test_the_server_names_version_and_edition_of_what_it_seals(scene):
    submit(scene.clara, scene.tender)
    receipt = submit(scene.clara, scene.tender, content("2.0000"))
    assert receipts.handed_in(receipt.bid).bound
    assert scene.problems() == ["ok"]


def test_what_was_sealed_for_another_version_is_refused_by_that_name(scene):
    sealed = scene.seal(scene.wanted())
    submit(scene.clara, scene.tender)  # a colleague's program was faster
    assert refused(scene.submit, sealed=sealed) == "other_version"
    assert Bid.objects.get().version == 1
    assert Draft.objects.filter(pk=scene.draft.pk).exists()
    assert scene.submit().bid.version == 2
    assert scene.problems() == ["ok"]


def test_what_was_sealed_for_another_edition_is_refused_by_that_name(scene):
    sealed = scene.seal(scene.wanted())
    correct(scene.town, scene.tender)
    assert refused(scene.submit, sealed=sealed) == "corrected"
    actions.see_corrections(actor=scene.clara.bidder, draft_id=scene.draft.pk, edition=2)
    assert refused(scene.submit, sealed=sealed) == "other_edition"
    assert scene.submit().bid.edition == 2
    assert scene.problems() == ["ok"]


def test_the_server_seals_once_more_when_a_colleague_was_faster(scene, monkeypatch):
    """Nobody is refused in the last second because two people of a company handed in at once."""
    real, calls = submission.seal_manifest, []

    def slow(*arguments: Any) -> bytes:
        calls.append(arguments)
        if len(calls) == 1:
            submit(scene.clara, scene.tender, content("3.0000"))
        return real(*arguments)

    monkeypatch.setattr(submission, "seal_manifest", slow)
    receipt = actions.submit_bid(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara", idempotency_key=key()
    )
    assert (receipt.bid.version, receipt.act, len(calls)) == (2, "replace", 3)
    assert len(list(settings.SEALED_DIR.rglob("*.age"))) == 2
    assert scene.problems() == ["ok"]


def test_the_server_seals_once_more_when_the_documents_were_corrected_meanwhile(scene, monkeypatch):
    """A program that hands in without a draft has nothing to look at: its bid answers the edition in force."""
    real, calls = submission.seal_manifest, []

    def slow(*arguments: Any) -> bytes:
        calls.append(arguments)
        if len(calls) == 1:
            correct(scene.town, scene.tender)
        return real(*arguments)

    monkeypatch.setattr(submission, "seal_manifest", slow)
    receipt = submit(scene.clara, scene.tender)
    assert (receipt.bid.edition, len(calls), len(list(settings.SEALED_DIR.rglob("*.age")))) == (2, 2, 1)
    assert scene.problems() == ["ok"]


def test_what_was_sealed_twice_and_then_refused_leaves_no_file(scene, monkeypatch):
    monkeypatch.setattr("bids.actions.submission.standing_of", lambda _draft: Standing(7, 1))
    monkeypatch.setattr("bids.receipts.write_receipt", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        actions.submit_bid(actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="C", idempotency_key=key())
    assert not Bid.objects.exists()
    assert not list(settings.SEALED_DIR.rglob("*.age"))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("version", {"version": "2"}),
        ("edition", {"edition": "2"}),
        ("lots", {"lot": "L1,L2"}),
        ("foreign_slot", {"company": "0"}),
        ("foreign_slot", {"tender": "0"}),
        ("foreign_slot", {"draft": "0"}),
        ("foreign_slot", {"envelope": "price"}),
    ],
)
def test_a_manifest_sealed_for_another_place_is_named_at_the_opening(scene, code, change):
    """A bidder's own program can seal what it likes; only the opening can look inside."""
    wanted = scene.wanted()
    scene.submit(scene.seal(replace(wanted, place=replace(wanted.place, **change))))
    assert scene.problems() == [code]


@pytest.mark.parametrize(
    ("code", "field"), [("version", "bid_version"), ("edition", "tender_documents_version")]
)  # fmt: skip
def test_a_manifest_that_says_something_else_than_its_line_is_named(scene, code, field):
    wanted = scene.wanted()
    body = {**json.loads(wanted.text), field: 9}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    scene.submit(scene.seal(wanted, text))
    assert scene.problems() == [code]


def test_what_was_sealed_before_versions_were_named_still_opens(scene):
    """Form 1 of line and manifest, from a program that names neither version nor edition."""
    wanted = scene.wanted()
    body = {**json.loads(wanted.text), "v": 1, "tender_documents_version": 1}
    del body["bid_version"]
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    receipt = scene.submit(scene.seal(replace(wanted, place=old_line(wanted)), text, standing=None))
    assert receipts.payload_of(receipt)["bound"] is False
    assert scene.problems() == ["ok"]


def test_a_receipt_without_the_new_fields_still_opens_its_bid(scene):
    """As bids stand in databases of earlier releases."""
    wanted = scene.wanted()
    receipt = scene.submit(scene.seal(replace(wanted, place=old_line(wanted)), standing=None))
    said = {name: value for name, value in receipts.payload_of(receipt).items() if name not in {"bound", "edition"}}
    receipt.note = receipts.sign_receipt(said, keys.signing_key(), receipts.RECEIPT_ORIGIN)
    receipt.save()
    # manifest of the new form in a line of the old one: the line alone decides what is compared
    assert scene.problems() == ["ok"]


def test_a_line_without_version_is_no_stand_in_where_the_receipt_promises_one(scene):
    wanted = scene.wanted()
    scene.submit(scene.seal(replace(wanted, place=old_line(wanted))))
    assert scene.problems() == ["foreign_slot"]


def test_an_earlier_manifest_put_in_the_place_of_the_newest_is_named(scene):
    """Whoever can write rows and files brings no replaced price back."""
    scene.submit()
    old = SealedObject.objects.get()
    scene.again()
    receipt = scene.submit()
    new = SealedObject.objects.get(bid=receipt.bid)
    shutil.copy(settings.SEALED_DIR / old.path, settings.SEALED_DIR / new.path)
    SealedObject.objects.filter(pk=new.pk).update(sha256=old.sha256, size=old.size)
    assert scene.problems() == ["replayed"]


def test_an_earlier_manifest_row_moved_to_the_newest_version_is_named(scene):
    scene.submit(keep_copy=True)
    old, first = SealedObject.objects.get(), Bid.objects.get()
    scene.draft.refresh_from_db()
    receipt = scene.submit()
    SealedObject.objects.filter(bid=receipt.bid).update(bid=first)
    SealedObject.objects.filter(pk=old.pk).update(bid=receipt.bid)
    assert scene.problems() == ["replayed"]


def test_even_with_a_receipt_made_anew_an_earlier_manifest_is_not_the_newest(scene):
    """Row, file and receipt exchanged together: the line inside still says which version it is."""
    scene.submit(keep_copy=True)
    old, first = SealedObject.objects.get(), Bid.objects.get()
    scene.draft.refresh_from_db()
    receipt = scene.submit()
    SealedObject.objects.filter(bid=receipt.bid).update(bid=first)
    SealedObject.objects.filter(pk=old.pk).update(bid=receipt.bid)
    said = receipts.payload_of(receipt) | {
        "objects": [{"object": str(old.pk), "sha256": old.sha256, "size": old.size}]
    }  # fmt: skip
    receipt.note = receipts.sign_receipt(said, keys.signing_key(), receipts.RECEIPT_ORIGIN)
    receipt.save()
    assert scene.problems() == ["version"]


def test_a_late_bid_counts_on_the_versions_of_its_company(scene):
    submit(scene.clara, scene.tender)
    with at_deadline(scene.tender, minutes=1):
        late = submit(scene.clara, scene.tender)
    assert (late.bid.version, late.bid.is_late) == (2, True)
    assert next_version(scene.tender.pk, scene.clara.organization.pk) == 3
    assert next_version(scene.tender.pk, make_company().organization.pk) == 1


def test_the_api_names_the_version_and_takes_it_back(scene):
    api = Api(scene.clara.bidder)
    wanted = api("post", f"bids/{scene.draft.pk}/manifest/", {"declarant": "Clara"}).json()
    assert (wanted["bid_version"], wanted["edition"]) == (1, 1)
    sealed = scene.seal(replace(scene.wanted(), text=wanted["manifest"]), object_id=UUID(wanted["object"]))
    data = seal_bytes(Slot.from_json(wanted["slot"]), wanted["manifest"].encode(), wanted["recipient"])
    body = {
        "declarant": "Clara", "manifest": base64.b64encode(data).decode(), "object": wanted["object"],
        "version": sealed.version, "bid_version": 1, "edition": 1,
    }  # fmt: skip
    alone = api("post", f"bids/{scene.draft.pk}/submit/", {**body, "edition": None}, **{"Idempotency-Key": "a"})
    assert alone.status_code == 400
    other = api("post", f"bids/{scene.draft.pk}/submit/", {**body, "bid_version": 2}, **{"Idempotency-Key": "b"})
    assert (other.status_code, other.json()["code"]) == (409, "other_version")
    done = api("post", f"bids/{scene.draft.pk}/submit/", body, **{"Idempotency-Key": "c"})
    assert done.status_code == 201, done.content
    assert scene.problems() == ["ok"]


def test_an_exchanged_edition_contradicts_the_receipt(scene):
    from bids.audit_checks import _faults_of_fields

    receipt = scene.submit()
    Bid.objects.update(edition=3)
    receipt.bid.refresh_from_db()
    faults = list(_faults_of_fields(receipt.bid, receipts.payload_of(receipt), "x"))
    assert ["edition" in fault.sentence for fault in faults] == [True]
