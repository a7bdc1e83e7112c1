"""Sealed documents come in chunks: resumed after a cut, whole or not at all, own ones only, until the opening."""

import base64
import hashlib
import os
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import clock
from bids import actions, opening, reaping, storage, transfers
from bids.actions import current_seal, uploads
from bids.content import WITH_PRICES
from bids.models import Bid, Draft, OpenedDocument, SealedObject, Upload
from bids.sealing import StreamSealer
from bids.upload import document_slot
from tests.bids.bidding import draft_with, key, open_all
from tests.factories import make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db
CHUNK_TYPE = "application/offset+octet-stream"


def b64(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


class Scene:
    """A bidder with a draft, and the sealed bytes of a document as her browser would make them."""

    def __init__(self, data: bytes = b"KONZEPT " * 9000) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender)
        self.data, self.object = data, str(uuid4())
        self.sealed = self._seal()
        self.client = Client()
        self.client.force_login(self.clara.bidder)

    def _seal(self) -> bytes:
        import io

        out = io.BytesIO()
        sealer = StreamSealer(document_slot(self.draft, self.object), current_seal(self.tender).recipient, out)
        sealer.write(self.data)
        sealer.close()
        return out.getvalue()

    def announce(self, **changes: Any) -> Any:
        said = {"draft": str(self.draft.pk), "object": self.object, "sha256": hashlib.sha256(self.sealed).hexdigest()}
        said |= {name: text for name, text in changes.items() if name in said}
        said |= changes.get("note", {})
        meta = ",".join(f"{name} {b64(text)}" for name, text in said.items())
        length = str(changes.get("length", len(self.sealed)))
        return changes.get("client", self.client).post(
            "/api/v1/uploads/", content_type="", headers={"Upload-Length": length, "Upload-Metadata": meta}
        )

    def patch(self, place: str, offset: int, data: bytes, **headers: str) -> Any:
        wanted = {"Upload-Offset": str(offset), "Upload-Checksum": f"sha256 {b64(hashlib.sha256(data).digest())}"}
        return self.client.patch(place, data, content_type=CHUNK_TYPE, headers={**wanted, **headers})

    def send(self, place: str, step: int = 50_000) -> Any:
        answer = None
        for at in range(0, len(self.sealed), step):
            answer = self.patch(place, at, self.sealed[at : at + step])
        return answer

    def name_it(self, name: str = "Konzept ä.pdf") -> Any:
        body = {"name": name, "role": "concept", "size": len(self.data)}
        body["sha256_plain"] = hashlib.sha256(self.data).hexdigest()
        place = f"/api/v1/bids/{self.draft.pk}/documents/{self.object}/arrived/"
        return self.client.put(place, body, content_type="application/json")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_process_killed_between_the_last_byte_and_the_commit_costs_one_chunk_only(scene, monkeypatch):
    """The file has its name already, the row still waits for the last chunk: the reaper spares it, it is resumed."""

    def unwilling(_descriptor: int) -> None:
        raise OSError("disk")

    def killed(**_fields: Any) -> None:
        raise KeyboardInterrupt

    place = scene.announce()["Location"]
    monkeypatch.setattr(uploads, "SealedObject", killed)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        scene.send(place)
    monkeypatch.undo()
    upload = Upload.objects.get()
    file = settings.SEALED_DIR / upload.path
    assert (upload.ended, file.exists()) == ("", True)
    os.utime(file, (0, 0))
    reaping.reap(clock.now())
    offset = int(scene.client.head(place)["Upload-Offset"])
    monkeypatch.setattr(os, "fdatasync", unwilling)
    with pytest.raises(OSError, match="disk"):
        scene.patch(place, offset, scene.sealed[offset:])
    assert file.read_bytes() == scene.sealed  # the database may yet find the first commit
    monkeypatch.undo()
    assert scene.patch(place, offset, scene.sealed[offset:]).status_code == 204
    assert file.read_bytes() == scene.sealed


def test_a_chunk_costs_its_own_bytes_and_the_whole_is_hashed_once_before_anything_is_locked(scene, monkeypatch):
    """Work is counted, not time: what is read back from the disk, and whether the tender is locked meanwhile."""
    read: list[int] = []
    locked_at: list[int] = []
    whole, lock = storage.read_beginning, uploads.lock_shared

    def counted(path: str, size: int) -> Any:
        for piece in whole(path, size):
            read.append(len(piece))
            yield piece

    def noted(*args: Any, **options: Any) -> Any:
        locked_at.append(sum(read))
        return lock(*args, **options)

    monkeypatch.setattr(storage, "read_beginning", counted)
    monkeypatch.setattr(uploads, "lock_shared", noted)
    place, step = scene.announce()["Location"], 10_000
    last = (len(scene.sealed) - 1) // step * step
    for at in range(0, last, step):
        scene.patch(place, at, scene.sealed[at : at + step])
    assert sum(read) == 0
    assert scene.patch(place, last, scene.sealed[last:]).status_code == 204
    assert sum(read) == last  # once, and all of it before the lock
    assert locked_at == [0] * (last // step) + [last]
    assert Upload.objects.get().ended == "complete"


def test_a_last_chunk_that_came_before_its_turn_does_not_slip_past_the_hash_of_the_whole(scene, monkeypatch):
    """It was looked at while the chunk before it was still being written, so nobody has hashed the whole."""
    place, half = scene.announce()["Location"], len(scene.sealed) // 2
    looked, standing = uploads._fault_of_whole, []

    def crossed(upload: Upload, offset: int, data: bytes, sha256: bytes) -> str:
        fault = looked(upload, offset, data, sha256)
        if offset and not standing:
            standing.append(upload.offset)
            assert scene.patch(place, 0, scene.sealed[:half]).status_code == 204
        return fault

    monkeypatch.setattr(uploads, "_fault_of_whole", crossed)
    wrong = bytes(len(scene.sealed) - half)
    answer = scene.patch(place, half, wrong)
    assert (standing, answer.status_code, answer["Upload-Offset"]) == ([0], 409, str(half))
    assert not SealedObject.objects.exists()
    assert scene.patch(place, half, wrong).json()["code"] == "hash_mismatch"


def test_pauses_and_refused_chunks_of_a_transfer_are_kept(scene):
    """Late by our fault or by the line? Only figures can tell."""
    place, now = scene.announce()["Location"], clock.now()
    for at, later in enumerate((10, 29, 90, 400)):
        with clock.simulated(now + timedelta(seconds=later)):
            scene.patch(place, at * 10_000, scene.sealed[at * 10_000 : (at + 1) * 10_000])
            assert scene.patch(place, 0, b"x").status_code == 409
    upload = Upload.objects.get()
    assert (upload.chunks, upload.refusals, upload.pauses, upload.longest_pause) == (4, 4, 2, 310)


def test_a_document_sealed_by_the_bidder_arrives_in_chunks_and_is_read_after_the_opening(scene):
    place = scene.announce()["Location"]
    assert scene.send(place).status_code == 204
    assert scene.client.head(place)["Upload-Offset"] == str(len(scene.sealed))
    assert scene.name_it().status_code == scene.name_it().status_code == 200
    item = SealedObject.objects.get(pk=scene.object)
    assert (item.sealed_at, (settings.SEALED_DIR / item.path).read_bytes()) == ("browser", scene.sealed)
    receipt = actions.submit_bid(
        actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara", idempotency_key=key()
    )
    (transfer,) = transfers.transfers_of(receipt.bid)
    assert (transfer.ended, transfer.size, transfer.arrived) == ("complete", len(scene.sealed), len(scene.sealed))
    page = scene.client.get(f"/bids/receipts/{receipt.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "How the documents arrived" in page
    assert "Konzept" not in page
    open_all(scene.town, scene.tender)
    document = OpenedDocument.objects.get()
    assert document.name == "Konzept ä.pdf"
    assert b"".join(opening.read_document(document)) == scene.data
    assert Bid.objects.get().damaged_at is None


def test_a_document_named_at_the_announcement_is_in_the_draft_when_its_last_byte_arrives(scene):
    """Whoever closes the page right after the last chunk has lost nothing; the name is stored nowhere in clear."""
    note = {"name": "Geheimer Name.pdf", "role": "concept", "size": str(len(scene.data))}
    place = scene.announce(note={**note, "sha256_plain": hashlib.sha256(scene.data).hexdigest()})["Location"]
    assert b"Geheim" not in bytes(Upload.objects.get().note)
    assert actions.read_draft(scene.draft)["files"] == []
    assert scene.send(place).status_code == 204
    scene.draft.refresh_from_db()
    assert [file["name"] for file in actions.read_draft(scene.draft)["files"]] == ["Geheimer Name.pdf"]


def test_what_the_browser_found_doubtful_travels_with_the_name_and_is_as_hidden(scene):
    note = {"name": "Konzept.pdf", "size": str(len(scene.data)), "doubts": "encrypted other_type"}
    note["sha256_plain"] = hashlib.sha256(scene.data).hexdigest()
    refused = scene.announce(note={**note, "doubts": "encrypted blue"})
    assert refused.status_code == 400
    assert "doubts" in refused.json()["errors"]
    place = scene.announce(note=note)["Location"]
    assert b"encrypted" not in bytes(Upload.objects.get().note)
    scene.send(place)
    scene.draft.refresh_from_db()
    assert actions.read_draft(scene.draft)["files"][0]["doubts"] == ["encrypted", "other_type"]


@pytest.mark.parametrize("note", [{"name": ""}, {"name": "a.pdf", "size": "0"}, {"name": "a.pdf", "size": "5"}])
def test_a_faulty_name_or_size_is_told_before_a_byte_is_sent(scene, note):
    assert scene.announce(note=note).status_code == 400
    assert not Upload.objects.exists()


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(cuts=st.lists(st.integers(5_000, 80_000), min_size=1, max_size=8), lost=st.lists(st.booleans(), min_size=8))
def test_wherever_the_line_breaks_the_same_bytes_arrive(cuts, lost):
    """A lost answer makes the client ask and go on; what was acknowledged is never sent or stored twice."""
    scene = Scene()
    place, at, turn = scene.announce()["Location"], 0, 0
    while at < len(scene.sealed):
        step = cuts[turn % len(cuts)]
        answer = scene.patch(place, at, scene.sealed[at : at + step])
        at = int(scene.client.head(place)["Upload-Offset"]) if lost[turn % 8] else int(answer["Upload-Offset"])
        turn += 1
    assert (settings.SEALED_DIR / SealedObject.objects.get(pk=scene.object).path).read_bytes() == scene.sealed


def test_bytes_beyond_the_acknowledged_offset_are_cut_off(scene):
    """A crash between writing and committing leaves more in the file than the row says."""
    place = scene.announce()["Location"]
    scene.patch(place, 0, scene.sealed[:1000])
    part = settings.SEALED_DIR / (Upload.objects.get().path + ".part")
    with part.open("ab") as file:
        file.write(b"half a chunk that was never acknowledged")
    for at in range(1000, len(scene.sealed), 60_000):
        scene.patch(place, at, scene.sealed[at : at + 60_000])
    assert SealedObject.objects.filter(pk=scene.object).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Upload-Offset": "7"}, 409),
        ({"Upload-Checksum": f"sha256 {b64(bytes(32))}"}, 460),
        ({"Upload-Checksum": "sha1 AAAA"}, 400),
        ({"Upload-Offset": "-1"}, 400),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_a_chunk_out_of_turn_damaged_or_ill_described_changes_nothing(scene, change, code):
    place = scene.announce()["Location"]
    assert scene.patch(place, 0, scene.sealed[:500], **change).status_code == code
    assert scene.client.head(place)["Upload-Offset"] == "0"


def test_a_chunk_of_more_than_four_mebibytes_and_more_than_announced_are_refused(scene):
    place = scene.announce()["Location"]
    assert scene.patch(place, 0, bytes((4 << 20) + 1)).status_code == 413
    assert scene.patch(place, 0, scene.sealed + b"more").json()["code"] == "too_large"
    assert Upload.objects.get().offset == 0


def test_what_is_not_the_announced_file_never_becomes_part_of_a_bid(scene):
    place = scene.announce(sha256="0" * 64)["Location"]
    assert scene.send(place).json()["code"] == "hash_mismatch"
    assert scene.client.head(place).status_code == 404
    assert not SealedObject.objects.exists()
    assert not [path for path in settings.SEALED_DIR.rglob("*") if path.is_file()]
    assert Upload.objects.get().ended == "mismatch"  # the announcement stays as evidence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"length": "x"}, 400),
        ({"length": 0}, 413),
        ({"length": 10**12}, 413),
        ({"sha256": "abc"}, 400),
        ({"object": "1"}, 400),
        ({"draft": str(uuid4())}, 404),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(scene, change, code):
    assert scene.announce(**change).status_code == code
    assert not Upload.objects.exists()


def test_nobody_else_finds_writes_names_or_removes_an_upload(scene):
    place = scene.announce()["Location"]
    for person in (make_company().bidder, scene.town.officer, make_user(is_superuser=True, is_staff=True)):
        scene.client.force_login(person)
        assert scene.client.head(place).status_code == 404
        assert scene.patch(place, 0, scene.sealed[:10]).status_code == 404
        assert scene.client.delete(place).status_code == 404
        assert scene.announce(object=str(uuid4())).status_code == 404
        assert scene.name_it().status_code == 404
    scene.client.logout()
    assert scene.client.head(place).status_code == 401
    assert Upload.objects.get().offset == 0


def test_a_late_document_is_taken_like_a_late_bid_but_none_once_the_bids_are_open(scene):
    """A late bid is recorded, sealed and marked; only the opening ends it."""
    place = scene.announce()["Location"]
    with clock.simulated(scene.tender.tender_period_end):
        assert scene.patch(place, 0, scene.sealed[:10]).status_code == 204
    open_all(scene.town, scene.tender)
    assert scene.patch(place, 10, scene.sealed[10:20]).status_code == 409
    assert scene.announce(object=str(uuid4())).status_code == 409
    assert Upload.objects.get().offset == 10


def test_an_upload_is_given_up_and_leaves_nothing(scene, django_capture_on_commit_callbacks):
    place = scene.announce()["Location"]
    scene.patch(place, 0, scene.sealed[:10])
    with django_capture_on_commit_callbacks(execute=True):
        assert scene.client.delete(place).status_code == 204
    assert scene.client.head(place).status_code == 404
    assert not [path for path in settings.SEALED_DIR.rglob("*") if path.is_file()]


def test_untouched_uploads_expire_after_a_week_but_not_before_the_day_after_the_deadline(
    scene, django_capture_on_commit_callbacks
):
    scene.announce()
    upload = Upload.objects.get()
    assert upload.expires_at >= scene.tender.tender_period_end + timedelta(hours=24)
    part = settings.SEALED_DIR / (upload.path + ".part")
    os.utime(part, (0, 0))
    reaping.reap(clock.now())
    assert part.exists()
    with django_capture_on_commit_callbacks(execute=True):
        reaping.reap(upload.expires_at + timedelta(seconds=1))
    assert not part.exists()
    assert Upload.objects.get().ended == "expired"


def test_discarding_the_draft_ends_its_uploads(scene, django_capture_on_commit_callbacks):
    scene.announce()
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(actor=scene.clara.bidder, draft_id=scene.draft.pk)
    assert not Draft.objects.exists()
    assert Upload.objects.get().ended == "removed"


def test_a_company_cannot_fill_the_disk(scene, monkeypatch):
    monkeypatch.setattr(uploads, "QUOTA", len(scene.sealed) + 10)
    scene.announce()
    assert scene.announce(object=str(uuid4())).status_code == 429


def test_the_server_says_what_it_offers(scene):
    answer = scene.client.options("/api/v1/uploads/")
    assert answer["Tus-Extension"] == "creation,checksum,termination,expiration"
    assert int(answer["Tus-Max-Size"]) >= settings.BID_FILE_LIMIT


def test_a_paper_sealed_in_the_browser_keeps_the_role_its_form_offered():
    """The panel must not read a paper with prices, whichever way it came."""
    note = {"name": "offer.pdf", "size": 9, "sha256_plain": "0" * 64}
    kept = [uploads._note(uuid4(), "0" * 64, {**note, "role": role}).role for role in ("other", "other-with-prices")]
    assert kept == ["", WITH_PRICES]
