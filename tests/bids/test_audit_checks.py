"""`audit_verify` finds what was done to the sealed files, and a receipt that the store does not bear out."""

import hashlib
import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.evidence import open_receipt, sign_receipt
from accounts.keys import RECEIPT_ORIGIN
from bids import actions, keys
from bids.actions import current_seal
from bids.models import Bid, OpenedDocument, Receipt, SealedObject
from bids.upload import seal_stream
from tests.bids.bidding import at_deadline, content, draft_with, key, open_all, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


def verify(*options: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("audit_verify", "--format", "json", *options, stdout=out)
        code = 0
    except SystemExit as end:
        code = int(str(end.code))
    report = json.loads(out.getvalue())
    assert (code == 0) == report["whole"]
    return report


def faults(*options: str) -> set[tuple[str, str]]:
    return {(fault["code"], fault["where"]) for fault in verify(*options)["faults"]}


class Scene:
    """One company with a submitted bid and one document in it."""

    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)
        self.document = self.attach("Konzept.pdf")
        self.receipt = self.submit(keep_copy=True)
        self.manifest = SealedObject.objects.get(kind="manifest")

    def attach(self, name: str) -> SealedObject:
        stored = seal_stream(io.BytesIO(name.encode() * 999), None, self.draft, current_seal(self.tender).recipient)
        return actions.attach_document(
            actor=self.clara.bidder, draft_id=self.draft.pk, stored=stored, name=name, role="concept"
        )

    def submit(self, **changes: Any) -> Receipt:
        return actions.submit_bid(
            actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Clara", idempotency_key=key(), **changes
        )

    def payload(self) -> dict[str, Any]:
        return open_receipt(self.receipt.note, [keys.printed_verifier_key()])


@pytest.fixture
def scene() -> Scene:
    return Scene()


def path_of(item: SealedObject) -> Path:
    return Path(settings.SEALED_DIR) / item.path


def written(folder: Path, note: str) -> str:
    (folder / "receipt.txt").write_text(note, "utf-8")
    return str(folder / "receipt.txt")


def forged(folder: Path, payload: dict[str, Any]) -> str:
    """A receipt as only somebody with the platform's own key could sign it."""
    return written(folder, sign_receipt(payload, keys.signing_key(), RECEIPT_ORIGIN))


def test_stored_files_are_counted_and_whole(scene: Scene) -> None:
    assert verify()["objects"] == 2
    open_all(scene.town, scene.tender)
    report = verify()
    assert (report["whole"], report["objects"]) == (True, 3)


def test_a_changed_byte_in_a_sealed_file_is_found(scene: Scene) -> None:
    file = path_of(scene.document)
    data = bytearray(file.read_bytes())
    data[-20] ^= 1
    file.write_bytes(data)
    assert faults() == {("object_hash", f"object:{scene.document.pk}")}


def test_a_truncated_sealed_file_is_found(scene: Scene) -> None:
    file = path_of(scene.manifest)
    file.write_bytes(file.read_bytes()[:-1])
    assert faults() == {("object_size", f"object:{scene.manifest.pk}")}


def test_a_deleted_sealed_file_is_found(scene: Scene) -> None:
    path_of(scene.manifest).unlink()
    assert faults() == {("object_missing", f"object:{scene.manifest.pk}")}


def test_files_of_withdrawn_and_late_bids_are_watched_too(scene: Scene) -> None:
    withdrawn = submit(make_company(), scene.tender).bid
    actions.withdraw_bid(actor=withdrawn.submitted_by, bid_id=withdrawn.pk, idempotency_key=key())
    with at_deadline(scene.tender, minutes=1):
        late = submit(make_company(), scene.tender).bid
    items = [bid.objects_sealed.get() for bid in (withdrawn, late)]
    for item in items:
        path_of(item).unlink()
    assert faults() == {("object_missing", f"object:{item.pk}") for item in items}


def test_a_document_that_no_bid_contains_yet_is_not_looked_for(scene: Scene) -> None:
    path_of(scene.attach("Entwurf.pdf")).unlink()
    assert verify()["whole"]


def test_a_deleted_row_of_a_sealed_bid_is_found(scene: Scene) -> None:
    SealedObject.objects.filter(kind="manifest").delete()
    assert ("object_row", f"bid:{scene.receipt.bid_id}") in faults()


def test_an_opened_document_that_is_gone_is_found(scene: Scene) -> None:
    open_all(scene.town, scene.tender)
    document = OpenedDocument.objects.get()
    (Path(settings.OPENED_DIR) / document.path).unlink()
    assert faults() == {("opened", f"document:{document.pk}")}


def test_every_receipt_of_a_kept_draft_holds_although_versions_share_their_documents(
    scene: Scene, tmp_path: Path
) -> None:
    second = scene.submit(keep_copy=True)
    gone = actions.withdraw_bid(actor=scene.clara.bidder, bid_id=second.bid_id, idempotency_key=key())
    for receipt in (scene.receipt, second, gone):
        report = verify("--receipt", written(tmp_path, receipt.note))
        assert (report["receipts"], report["faults"]) == (1, [])


def test_the_receipt_of_a_late_bid_holds(scene: Scene, tmp_path: Path) -> None:
    with at_deadline(scene.tender, minutes=1):
        late = submit(make_company(), scene.tender, content("9.0000"))
    assert verify("--receipt", written(tmp_path, late.note))["whole"]


def test_a_receipt_holds_after_the_opening(scene: Scene, tmp_path: Path) -> None:
    open_all(scene.town, scene.tender)
    assert verify("--receipt", written(tmp_path, scene.receipt.note))["whole"]


def test_a_receipt_changed_after_signing_is_refused(scene: Scene, tmp_path: Path) -> None:
    note = scene.receipt.note.replace('"late":false', '"late":true')
    assert note != scene.receipt.note
    assert {code for code, _where in faults("--receipt", written(tmp_path, note))} == {"signature"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("received_at", "2020-01-01T00:00:00.000000Z"),
        ("company", "999"),
        ("tender", "999"),
        ("version", 2),
        ("late", True),
        ("recipient", "age1other"),
        ("act", "withdraw"),
    ],
)
def test_a_forged_receipt_is_found_even_when_our_own_key_signed_it(
    scene: Scene, tmp_path: Path, name: str, value: Any
) -> None:
    found = faults("--receipt", forged(tmp_path, {**scene.payload(), name: value}))
    assert {("receipt_field", f"bid:{scene.receipt.bid_id}"), ("receipt_unknown", f"bid:{scene.receipt.bid_id}")} <= (
        found
    )


def test_a_forged_receipt_that_names_other_objects_is_found(scene: Scene, tmp_path: Path) -> None:
    payload = scene.payload()
    first, *others = payload["objects"]
    changed = forged(tmp_path, {**payload, "objects": [{**first, "sha256": "0" * 64}, *others]})
    assert ("receipt_object", f"object:{first['object']}") in faults("--receipt", changed)
    foreign = {**first, "object": "5f0d8f3c-0000-4000-8000-000000000000"}
    added = forged(tmp_path, {**payload, "objects": [*payload["objects"], foreign]})
    assert ("receipt_object", f"object:{foreign['object']}") in faults("--receipt", added)
    without = forged(tmp_path, {**payload, "objects": [o for o in others if o["object"] != str(scene.manifest.pk)]})
    assert any(code == "receipt_object" for code, _where in faults("--receipt", without))


@pytest.mark.parametrize("bid", ["5f0d8f3c-0000-4000-8000-000000000000", "no id", ""])
def test_a_receipt_for_a_bid_that_does_not_exist_is_found(scene: Scene, tmp_path: Path, bid: Any) -> None:
    assert ("receipt_bid", f"bid:{bid}") in faults("--receipt", forged(tmp_path, {**scene.payload(), "bid": bid}))


def test_a_receipt_exchanged_in_the_database_too_is_missed_by_the_trail(scene: Scene, tmp_path: Path) -> None:
    note = sign_receipt({**scene.payload(), "deadline": "2030-01-01T00:00:00.000000Z"}, keys.signing_key(),
                        RECEIPT_ORIGIN)  # fmt: skip
    Receipt.objects.filter(pk=scene.receipt.pk).update(note=note)
    assert faults("--receipt", written(tmp_path, note)) == {
        ("receipt_trail", f"bid:{scene.receipt.bid_id}"),
        ("receipt_missing", f"bids:{scene.tender.pk}"),
    }


def test_a_receipt_that_was_deleted_or_exchanged_in_the_database_is_missed(scene: Scene) -> None:
    chain = f"bids:{scene.tender.pk}"
    Receipt.objects.filter(pk=scene.receipt.pk).update(note="zuschlag receipt v1\n{}\n")
    assert ("receipt_missing", chain) in faults()
    Receipt.objects.filter(pk=scene.receipt.pk).delete()
    assert ("receipt_missing", chain) in faults()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"received_at": "2026-01-01T00:00:00Z"}, "received_at"),
        ({"is_late": True}, "late"),
        ({"version": 7}, "version"),
        ({"sealed_at": "client"}, "sealed_at"),
    ],
)
def test_a_row_of_a_bid_changed_in_the_database_contradicts_its_receipt(
    scene: Scene, change: dict[str, Any], field: str
) -> None:
    Bid.objects.filter(pk=scene.receipt.bid_id).update(**change)
    (fault,) = verify()["faults"]
    assert (fault["code"], fault["where"]) == ("receipt_field", f"bid:{scene.receipt.bid_id}")
    assert f"“{field}”" in fault["sentence"]


def test_a_sealed_file_exchanged_together_with_its_row_contradicts_the_receipt(scene: Scene) -> None:
    """Whoever owns database and disk makes both agree; the receipt, whose hash stands in the trail, does not."""
    sealed = path_of(scene.document).read_bytes()
    data = sealed[:-1] + bytes([sealed[-1] ^ 1])
    path_of(scene.document).write_bytes(data)
    SealedObject.objects.filter(pk=scene.document.pk).update(sha256=hashlib.sha256(data).hexdigest())
    assert faults() == {("receipt_object", f"object:{scene.document.pk}")}


def test_a_receipt_tells_that_its_sealed_file_was_changed(scene: Scene, tmp_path: Path) -> None:
    path_of(scene.manifest).write_bytes(b"x" * scene.manifest.size)
    report = verify("--chain", scene.tender.chain, "--receipt", written(tmp_path, scene.receipt.note))
    assert [fault["code"] for fault in report["faults"]] == ["object_hash"]
