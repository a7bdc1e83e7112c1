"""The hash list: nothing of it before the deadline, a blind commitment until the opening, then the list behind it."""

import json
import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import checkpoints, clock
from accounts.keys import verifier_keys
from accounts.models import AuditEvent
from bids import actions, hash_list, receipts
from bids.models import Receipt, SealedObject
from bids.sealing import IntegrityError, SealingError, command_line
from bids.sealing.hash_list import ProofOfListError, check_bound, check_list, commitment, is_listed
from bids.storage import open_sealed_file
from tests.bids.bidding import at_deadline, open_all, submit
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_checkpoints() -> None:
    shutil.rmtree(checkpoints.folder(), ignore_errors=True)  # of another test, with the same ids


class Scene:
    """A tender and its public list as a visitor gets it."""

    def __init__(self, bids: int = 2) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.receipts = [submit(make_company(), self.tender) for _ in range(bids)]

    def get(self, status: int = 200) -> dict[str, Any]:
        answer = Client().get(f"/api/v1/tenders/{self.tender.pk}/hash-list/")
        assert answer.status_code == status, answer.content
        return answer.json() if status == 200 else {}

    def after_deadline(self) -> dict[str, Any]:
        with at_deadline(self.tender, minutes=1):
            return self.get()

    def after_opening(self) -> dict[str, Any]:
        open_all(self.town, self.tender)
        with at_deadline(self.tender, minutes=20):
            return self.get()


def test_before_the_deadline_there_is_nothing():
    Scene().get(status=404)


@pytest.mark.parametrize("bids", [0, 1, 3])
def test_until_the_opening_the_list_shows_neither_number_nor_existence(bids):
    found = Scene(bids).after_deadline()
    assert (found["receipts"], found["later"], found["nonce"]) == ([], [], "")
    assert len(found["commitment"]) == 64
    other = Scene(2).after_deadline()
    assert len(json.dumps({**found, "tender": ""})) == len(
        json.dumps({**other, "tender": ""})
    )  # ids grow by themselves


@pytest.mark.parametrize("bids", [0, 2])
def test_after_the_opening_everybody_recomputes_the_commitment(bids):
    scene = Scene(bids)
    before, after = scene.after_deadline(), scene.after_opening()
    assert before["commitment"] == after["commitment"]
    assert check_list(after)
    assert after["receipts"] == sorted(receipts.note_hash(receipt) for receipt in scene.receipts)
    for receipt in scene.receipts:
        assert is_listed(receipt.note, after)


def test_replaced_withdrawn_and_late_bids_do_not_count():
    scene = Scene(0)
    clara, bernd, doro = make_company(), make_company(), make_company()
    old, new = submit(clara, scene.tender), submit(clara, scene.tender)
    gone = submit(bernd, scene.tender)
    actions.withdraw_bid(actor=bernd.bidder, bid_id=gone.bid_id, idempotency_key="w")
    with at_deadline(scene.tender, seconds=1):
        late = submit(doro, scene.tender)
    found = scene.after_opening()
    assert found["receipts"] == [receipts.note_hash(new)]
    assert not any(is_listed(receipt.note, found) for receipt in (old, gone, late))


def test_what_arrived_in_time_and_was_recorded_late_is_named_beside_the_committed_list():
    scene = Scene(1)
    before = scene.after_deadline()
    with at_deadline(scene.tender, seconds=5):
        slow = submit(make_company(), scene.tender, received_at=scene.tender.tender_period_end - timedelta(seconds=1))
    after = scene.after_opening()
    assert (before["commitment"], after["later"]) == (after["commitment"], [receipts.note_hash(slow)])
    assert is_listed(slow.note, after)


def test_a_changed_list_is_found():
    found = Scene().after_opening()
    with pytest.raises(IntegrityError):
        check_list({**found, "receipts": found["receipts"][:1]})
    with pytest.raises(SealingError):
        check_list({"receipts": ["x"]})


def test_an_unopened_list_says_that_it_cannot_be_compared_yet():
    scene = Scene()
    with pytest.raises(SealingError, match="after the opening"):
        is_listed(scene.receipts[0].note, scene.after_deadline())


def test_the_job_puts_the_commitment_into_the_trail_once_and_reading_needs_no_job():
    scene = Scene()
    assert hash_list.commit(clock.now()) == 0
    found = scene.after_deadline()
    with at_deadline(scene.tender, hours=3):
        assert [hash_list.commit(clock.now()), hash_list.commit(clock.now())] == [1, 0]
    event = AuditEvent.objects.get(chain=scene.tender.chain, verb=hash_list.VERB)
    assert json.loads(event.body)["data"]["commitment"] == found["commitment"]


def test_the_tender_page_shows_the_commitment_and_later_the_list():
    scene = Scene()
    page = f"/tenders/{scene.tender.pk}/"
    with at_deadline(scene.tender, minutes=1):
        closed = Client().get(page).content.decode()
    receipt = receipts.note_hash(scene.receipts[0])
    assert scene.after_deadline()["commitment"] in closed
    assert receipt not in closed
    scene.after_opening()
    with at_deadline(scene.tender, minutes=20):
        assert receipt in Client().get(page).content.decode()


def test_the_command_compares_with_the_downloaded_list(tmp_path, capsys):
    scene = Scene()
    listed = scene.after_opening()
    receipt = scene.receipts[0]
    paths = {name: tmp_path / name for name in ("receipt", "file", "list", "other")}
    sealed = SealedObject.objects.filter(bid=receipt.bid).first()
    assert sealed
    paths["receipt"].write_text(receipt.note, "utf-8")
    paths["file"].write_bytes(open_sealed_file(sealed.path).read())
    paths["list"].write_text(json.dumps(listed), "utf-8")
    paths["other"].write_text(json.dumps({**listed, "receipts": listed["receipts"][:1]}), "utf-8")
    call_command("verify_receipt", str(paths["receipt"]), str(paths["file"]), list=paths["list"])
    with pytest.raises(CommandError, match="committed"):
        call_command("verify_receipt", str(paths["receipt"]), str(paths["file"]), list=paths["other"])
    with pytest.raises(CommandError, match="not JSON"):
        call_command(
            "verify_receipt", str(paths["receipt"]), str(paths["file"]), list=paths["file"].with_name("receipt")
        )


class Bound(Scene):
    """The list was dated by the job and bound by a checkpoint before the bids were opened."""

    def __init__(self) -> None:
        super().__init__()
        with at_deadline(self.tender, minutes=1):
            hash_list.commit(clock.now())
        with at_deadline(self.tender, minutes=11):
            assert checkpoints.write(clock.now())
            self.tick = checkpoints.tick_of(clock.now())
        self.list = self.after_opening()


def test_after_the_opening_a_proof_leads_from_the_list_to_a_signed_checkpoint():
    scene = Bound()
    assert check_bound(scene.list, verifier_keys()) == scene.tick
    proof = scene.list["proof"]["checkpoint"]
    assert proof["note"] == Client().get(f"/checkpoints/{scene.tick}.note").content.decode()
    assert set(proof) == {"tick", "note", "nonce", "index", "path"}


def test_until_the_opening_and_until_a_checkpoint_there_is_no_proof():
    scene = Scene()
    with at_deadline(scene.tender, minutes=1):
        hash_list.commit(clock.now())
    assert scene.after_deadline()["proof"] == {}
    after = scene.after_opening()
    assert after["proof"] == {}
    assert check_bound(after, verifier_keys()) == ""


def wrong_event(found: dict[str, Any]) -> None:
    found["proof"]["event"] = found["proof"]["event"].replace(found["commitment"], "0" * 64)


def other_list(found: dict[str, Any]) -> None:
    found["receipts"] = found["receipts"][:1]
    found["commitment"] = commitment(
        found["tender"], found["round"], found["deadline"], found["nonce"], found["receipts"]
    )


def event_to_match(found: dict[str, Any]) -> None:
    """Whoever exchanges list and event still meets the signed root."""
    event = found["proof"]["event"]
    other_list(found)
    found["proof"]["event"] = event.replace(json.loads(event)["data"]["commitment"], found["commitment"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (wrong_event, "leaf"),
        (other_list, "leaf"),
        (event_to_match, "root"),
        (lambda found: found["proof"]["checkpoint"].update(nonce="00" * 32), "root"),
        (lambda found: found["proof"]["checkpoint"].update(index=99), "root"),
        (lambda found: found["proof"]["checkpoint"]["path"].append("00" * 32), "root"),
        (lambda found: found["proof"]["checkpoint"].update(path=["zz"]), "root"),
        (
            lambda found: found["proof"]["checkpoint"].update(
                note=found["proof"]["checkpoint"]["note"].replace("tick 2", "tick 3")
            ),
            "signature",
        ),
    ],
)
def test_a_wrong_leaf_a_wrong_root_and_a_foreign_checkpoint_are_told_apart(change, code):
    found = Bound().list
    change(found)
    with pytest.raises(ProofOfListError) as caught:
        check_bound(found, verifier_keys())
    assert caught.value.code == code


def test_both_commands_name_the_checkpoint_and_a_receipt_that_is_not_contained(tmp_path, capsys):
    scene = Bound()
    receipt = scene.receipts[0]
    sealed = SealedObject.objects.filter(bid=receipt.bid).first()
    assert sealed
    paths = {name: tmp_path / name for name in ("receipt", "file", "list", "other", "keys")}
    paths["receipt"].write_text(receipt.note, "utf-8")
    paths["file"].write_bytes(open_sealed_file(sealed.path).read())
    paths["list"].write_text(json.dumps(scene.list), "utf-8")
    paths["keys"].write_text("\n".join(verifier_keys()), "utf-8")
    without = {**scene.list, "receipts": [one for one in scene.list["receipts"] if one != receipts.note_hash(receipt)]}
    parts = (without["tender"], without["round"], without["deadline"], without["nonce"], without["receipts"])
    paths["other"].write_text(json.dumps({**without, "commitment": commitment(*parts)}), "utf-8")
    call_command("verify_receipt", str(paths["receipt"]), str(paths["file"]), list=paths["list"])
    assert f"bound by the signed checkpoint of {scene.tick}" in capsys.readouterr().out
    with pytest.raises(CommandError, match="does not stand in the hash list"):
        call_command("verify_receipt", str(paths["receipt"]), str(paths["file"]), list=paths["other"])
    given = ["verify", str(paths["receipt"]), str(paths["file"]), "--key", str(paths["keys"]), "--list"]
    assert command_line.main([*given, str(paths["list"])]) == 0
    assert json.loads(capsys.readouterr().out)["checkpoint"] == scene.tick
    assert command_line.main([*given, str(paths["other"])]) != 0
    assert "does not stand in the hash list" in capsys.readouterr().err


def test_the_receipt_as_json_carries_the_note_that_was_signed(client):
    scene = Scene(0)
    clara = make_company()
    receipt = submit(clara, scene.tender)
    client.force_login(clara.bidder)
    body = client.get(f"/bids/receipts/{receipt.pk}.json").json()
    assert (body["note"], body["receipt"]["bid"]) == (receipt.note, str(receipt.bid_id))
    assert body["sha256"] == receipts.note_hash(receipt)
    assert Client().get(f"/bids/receipts/{receipt.pk}.json").status_code == 302
    assert Receipt.objects.count() == 1
