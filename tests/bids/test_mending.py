"""Bids that could not be opened: named, kept, restored byte for byte, opened again; or left sealed by two people."""

import hashlib
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.models import AuditEvent, Message
from bids import actions, desk, opening
from bids.actions.opening import resume_all
from bids.envelopes import PRICE
from bids.models import Bid, ItemPrice, OpeningSession, SealedObject, SealPiece, TenderSeal
from bids.upload import seal_stream
from evaluation.actions.run import gaps
from reports.documents import opening_record
from tendering.models import ConflictDeclaration
from tests.bids.bidding import at_deadline, content, declare, open_all, release, submit
from tests.bids.browser_release import release_in_browser
from tests.bids.pages.scene import browser, text_of
from tests.bids.recovery import envelope_of, release_sheet, taken_out
from tests.bids.test_opening import refused
from tests.bids.test_sealed_outside import Scene as Outside
from tests.bids.two_envelopes import TwoEnvelopes
from tests.factories import PASS_SENTENCE, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


class Loss:
    """Two bids; the file of Anna's is hurt before the opening. `stored` are its bytes as a backup has them."""

    def __init__(self, hurt: str = "gone", **town: Any) -> None:
        self.town = make_town(**town)
        self.tender = open_tender(self.town)
        self.anna, self.clara = make_company(name="Anna GmbH"), make_company(name="Clara GmbH")
        self.bid = submit(self.anna, self.tender, content("1.2500")).bid
        submit(self.clara, self.tender, content("0.9999"))
        self.path = settings.SEALED_DIR / SealedObject.objects.get(bid=self.bid).path
        self.stored = self.path.read_bytes()
        self.path.unlink()
        if hurt == "changed":
            self.path.write_bytes(self.stored[:-1] + bytes([self.stored[-1] ^ 1]))

    def later(self, **shift: float) -> Any:
        return at_deadline(self.tender, **(shift or {"hours": 2}))

    def restore(self) -> None:
        self.path.write_bytes(self.stored)

    def open_again(self, *openers: Any) -> OpeningSession:
        session = actions.start_again(actor=self.town.openers[0], bid_id=self.bid.pk)
        return release(session, *(openers or self.town.openers[1:3]))

    def fresh(self) -> Bid:
        self.bid.refresh_from_db()
        return self.bid


def note_of(bid: Bid, row: SealedObject, data: bytes) -> None:
    """The receipt and the row name these bytes: as if the bidder had sealed to another key."""
    sha256 = hashlib.sha256(data).hexdigest()
    receipt = bid.receipts.get()
    receipt.note = receipt.note.replace(row.sha256, sha256)
    receipt.save()
    SealedObject.objects.filter(pk=row.pk).update(sha256=sha256)


@pytest.mark.parametrize(("hurt", "code"), [("gone", "missing"), ("changed", "hash")])
def test_a_bid_whose_file_came_back_is_opened_alone_and_the_others_stay_as_they_are(hurt, code):
    loss = Loss(hurt)
    first = open_all(loss.town, loss.tender)
    assert [(one["bidder"], one["integrity"], one.get("mendable")) for one in first.record["bids"]] == [
        ("Anna GmbH", code, True), ("Clara GmbH", "ok", None),
    ]  # fmt: skip
    before = list(ItemPrice.objects.values_list("pk", "unit_price"))
    with loss.later():
        assert refused(actions.start_again, actor=loss.town.openers[0], bid_id=loss.bid.pk) == "not_restored"
        assert refused(actions.check_restored, actor=loss.town.officer, bid_id=loss.bid.pk) == "not_whole"
        loss.restore()
        actions.check_restored(actor=loss.town.officer, bid_id=loss.bid.pk)
        session = loss.open_again()
    assert [(one["bidder"], one["integrity"]) for one in session.record["bids"]] == [("Anna GmbH", "ok")]
    bid = loss.fresh()
    assert (bid.status, bid.reference, bid.damage["problem"]) == ("opened", f"{loss.tender.reference}-B01", code)
    assert set(before) < set(ItemPrice.objects.values_list("pk", "unit_price"))
    assert bid.lot_bids.get().prices.get(item__ref="1.1").unit_price == Decimal("1.25")
    assert all(piece.body == {} for piece in SealPiece.objects.filter(seal__tender=loss.tender))
    assert first.record == OpeningSession.objects.get(pk=first.pk).record
    verbs = AuditEvent.objects.filter(chain=loss.tender.chain).values_list("verb", flat=True)
    assert [v for v in verbs if "restored" in v or "started" in v][1:] == ["damaged_bid.restored", "opening.started"]


def test_until_then_its_key_is_kept_the_evaluation_waits_and_everybody_concerned_knows():
    loss = Loss()
    session = open_all(loss.town, loss.tender)
    assert TenderSeal.objects.get(tender=loss.tender).clock_wrapped
    told = Message.objects.filter(key__startswith=f"bid:{loss.bid.pk}:damaged")
    assert [message.recipient for message in told] == [loss.anna.bidder]
    with loss.later():
        now = clock.now()
        page = f"/tenders/{loss.tender.pk}/opening/damaged/{loss.bid.pk}/"
        assert [task.url for task in desk.late_bids(loss.town.officer, now)] == [page]
        assert not list(desk.admitted_bids(loss.town.openers[0], now))
        loss.tender.refresh_from_db()
        assert "damaged_bid_open" in [gap.code for gap in gaps(loss.tender, now)]
        loss.restore()
        actions.check_restored(actor=loss.town.openers[0], bid_id=loss.bid.pk)
        assert [task.url for task in desk.admitted_bids(loss.town.openers[0], now)] == [page]
        assert not list(desk.late_bids(loss.town.officer, now))
        loss.open_again()
        assert "damaged_bid_open" not in [gap.code for gap in gaps(loss.tender, now)]
    data = opening_record._data(session, session.record, loss.tender)
    assert any("Anna GmbH" in sentence for part in data["sections"] for sentence in part["sentences"])


def test_two_people_leave_a_bid_sealed_that_nobody_can_restore_and_then_its_key_goes():
    loss = Loss()
    open_all(loss.town, loss.tender)
    officer, second = loss.town.officer, loss.town.second
    with loss.later():
        with pytest.raises(ValidationError):
            actions.leave_sealed(actor=officer, bid_id=loss.bid.pk, reason=" ")
        assert refused(actions.confirm_left_sealed, actor=second, bid_id=loss.bid.pk) == "nothing_to_confirm"
        actions.leave_sealed(actor=officer, bid_id=loss.bid.pk, reason="No backup, no copy")
        assert refused(actions.confirm_left_sealed, actor=officer, bid_id=loss.bid.pk) == "same_person"
        for stranger in (loss.town.openers[0], loss.anna.bidder):
            with pytest.raises(Http404):
                actions.confirm_left_sealed(actor=stranger, bid_id=loss.bid.pk)
        assert TenderSeal.objects.get(tender=loss.tender).clock_wrapped
        actions.confirm_left_sealed(actor=second, bid_id=loss.bid.pk)
        assert "damaged_bid_open" not in [gap.code for gap in gaps(loss.tender, clock.now())]
        with pytest.raises(Http404):
            actions.check_restored(actor=officer, bid_id=loss.bid.pk)
    assert TenderSeal.objects.get(tender=loss.tender).clock_wrapped == ""
    assert loss.fresh().status == "damaged"


def test_what_is_whole_again_is_opened_before_anybody_leaves_it_sealed():
    loss = Loss()
    open_all(loss.town, loss.tender)
    with loss.later():
        actions.leave_sealed(actor=loss.town.officer, bid_id=loss.bid.pk, reason="No backup")
        loss.restore()
        actions.check_restored(actor=loss.town.openers[0], bid_id=loss.bid.pk)
        assert refused(actions.confirm_left_sealed, actor=loss.town.second, bid_id=loss.bid.pk) == "restored"


def test_a_file_that_is_lost_once_more_is_recorded_once_more_and_still_kept():
    loss = Loss()
    open_all(loss.town, loss.tender)
    with loss.later():
        loss.restore()
        actions.check_restored(actor=loss.town.officer, bid_id=loss.bid.pk)
        loss.path.unlink()
        session = loss.open_again()
        assert session.record["bids"][0]["integrity"] == "missing"
        assert Bid.objects.mendable().get() == loss.fresh()
        loss.restore()
        actions.check_restored(actor=loss.town.officer, bid_id=loss.bid.pk)
        assert loss.open_again().record["bids"][0]["integrity"] == "ok"


def test_a_restored_bid_opens_with_the_recovery_key_too():
    loss = Loss(openers=3)
    envelope = envelope_of(loss.town)
    tender = open_tender(loss.town)
    bid = submit(loss.anna, tender).bid
    path = settings.SEALED_DIR / SealedObject.objects.get(bid=bid).path
    stored = path.read_bytes()
    path.unlink()
    open_all(loss.town, tender)
    anna, bernd = loss.town.openers[:2]
    with at_deadline(tender, hours=2):
        path.write_bytes(stored)
        actions.check_restored(actor=loss.town.officer, bid_id=bid.pk)
        session = release_sheet(envelope, taken_out(anna, bernd, tender), anna)
        done = release_in_browser(session, bernd)
    assert (done.kind, done.record["bids"][0]["integrity"]) == ("again", "ok")


def test_what_the_bidder_sealed_wrongly_is_final_and_keeps_no_key():
    town = make_town()
    tender = open_tender(town)
    bid = submit(make_company(), tender).bid
    path = settings.SEALED_DIR / SealedObject.objects.get(bid=bid).path
    other = submit(make_company(), open_tender(make_town())).bid
    row = SealedObject.objects.get(bid=bid)
    foreign = (settings.SEALED_DIR / SealedObject.objects.get(bid=other).path).read_bytes()
    path.write_bytes(foreign)
    note_of(bid, row, foreign)
    record = open_all(town, tender).record
    assert (record["bids"][0]["integrity"], record["bids"][0].get("mendable")) == ("wrong_key", None)
    assert TenderSeal.objects.get(tender=tender).clock_wrapped == ""


def test_a_price_part_that_came_back_is_opened_after_the_others():
    scene = TwoEnvelopes()
    bid = scene.submit().bid
    path = settings.SEALED_DIR / SealedObject.objects.get(bid=bid, kind="manifest", envelope=PRICE).path
    stored = path.read_bytes()
    path.unlink()
    assert scene.open().record["bids"][0]["integrity"] == "ok"
    scene.close_scores()
    assert scene.open(hours=2).record["bids"][0]["integrity"] == "missing"
    with scene.after(hours=3):
        path.write_bytes(stored)
        actions.check_restored(actor=scene.town.officer, bid_id=bid.pk)
        session = actions.start_again(actor=scene.town.openers[0], bid_id=bid.pk)
        done = release(session, *scene.town.openers[:2])
    assert (done.kind, done.record["bids"][0]["integrity"]) == ("again_prices", "ok")
    bid.refresh_from_db()
    assert bid.status == "opened"
    assert ItemPrice.objects.filter(bid_lot__bid=bid).count() == 2
    assert not TenderSeal.objects.filter(tender=scene.tender).exclude(clock_wrapped="").exists()


def test_a_bid_that_the_program_cannot_read_holds_up_no_other_and_is_not_lost(monkeypatch):
    loss = Loss()
    loss.restore()
    real = opening._content

    def content_of(bid: Any, *rest: Any) -> Any:
        return 1 / 0 if bid.pk == loss.bid.pk else real(bid, *rest)

    with monkeypatch.context() as broken:
        broken.setattr("bids.opening._content", content_of)
        record = open_all(loss.town, loss.tender).record
    assert [(one["integrity"], one.get("mendable")) for one in record["bids"]] == [("unread", True), ("ok", None)]
    with loss.later():
        page = f"/tenders/{loss.tender.pk}/opening/damaged/{loss.bid.pk}/"
        assert "the fault was one of this platform" in text_of(browser(loss.town.officer).get(page))
        actions.check_restored(actor=loss.town.officer, bid_id=loss.bid.pk)
        assert loss.open_again().record["bids"][0]["integrity"] == "ok"


def test_a_bidder_whose_program_seals_an_endless_file_name_holds_up_no_other_bid():
    scene = Outside()
    seal = actions.current_seal(scene.tender)
    stored = seal_stream(io.BytesIO(b"how we work"), None, scene.draft, seal.recipient, envelope=seal.envelope)
    actions.attach_document(actor=scene.clara.bidder, draft_id=scene.draft.pk, stored=stored, name="Plan.pdf", role="")
    wanted = scene.wanted()
    scene.submit(scene.seal(wanted, wanted.text.replace("Plan.pdf", f"{'x' * 300}.pdf")))
    submit(make_company(name="Zora GmbH"), scene.tender)
    record = open_all(scene.town, scene.tender).record
    assert [(one["bidder"], one["integrity"]) for one in record["bids"]] == [
        ("Clara GmbH", "manifest"), ("Zora GmbH", "ok"),
    ]  # fmt: skip
    assert not list(settings.OPENED_DIR.rglob("*.age"))
    assert Bid.objects.get(company=scene.clara.organization).status == "damaged"


def test_a_full_disk_is_no_fault_of_a_bid_the_opening_waits_and_goes_on(monkeypatch):
    scene = TwoEnvelopes()
    bid = scene.submit().bid

    def full(*_arguments: Any) -> Any:
        raise OSError(28, "No space left on device")

    with scene.after(minutes=15):
        declare(scene.town, scene.tender)
        first, second = scene.town.openers[:2]
        session = release(actions.start_opening(actor=first, tender_id=scene.tender.pk), first)
        later = clock.now() + timedelta(seconds=1)
        with monkeypatch.context() as broken:
            broken.setattr("bids.sealing.StoreWriter.write", full)
            assert refused(release_second, session=session, opener=second) == "not_stored"
            assert resume_all(later) == 0
        assert not Bid.objects.filter(damaged_at__isnull=False).exists()
        assert resume_all(later) == 1
    bid.refresh_from_db()
    assert bid.status == "opened"


def release_second(session: OpeningSession, opener: Any) -> None:
    release(session, opener)


def test_the_pages_say_what_to_do_and_lead_to_the_end():
    loss = Loss("changed")
    page = f"/tenders/{loss.tender.pk}/opening/damaged/{loss.bid.pk}/"
    officer, second = browser(loss.town.officer), browser(loss.town.second)
    assert officer.get(page).status_code == 404
    open_all(loss.town, loss.tender)
    with loss.later():
        assert page in officer.get(f"/tenders/{loss.tender.pk}/opening/").content.decode()
        assert "One bid was opened. One could not be opened." in text_of(
            officer.get(f"/tenders/{loss.tender.pk}/opening/")
        )
        said = text_of(officer.get(page))
        row = SealedObject.objects.get(bid=loss.bid)
        assert row.path in said
        assert row.sha256 in said
        assert "still not those of the receipt" in text_of(officer.post(page, {"act": "look"}))
        assert officer.post(page, {"act": "leave", "reason": ""}).status_code == 422
        for stranger in (None, loss.anna.bidder, loss.clara.bidder):
            assert browser(stranger).get(page).status_code in {302, 404}
        loss.restore()
        assert officer.post(page, {"act": "look"}).status_code == 302
        for opener in loss.town.openers[:2]:
            assert "All files are whole again." in text_of(browser(opener).get(page))
            waits = "1 of 2 released. Your part is missing." in text_of(browser(opener).get(page))
            assert waits == (opener == loss.town.openers[1])  # the second one sees that somebody waits, and until when
            assert browser(opener).post(page, {"act": "release", "pass_sentence": PASS_SENTENCE}).status_code == 302
        assert "It has been opened and takes part." in text_of(second.get(page))
        record = second.get(f"/tenders/{loss.tender.pk}/opening/record/").content.decode()
        assert "Restored bids, opened on" in record
        assert "Restored and opened later." in record
        again = OpeningSession.objects.get(kind="again")
        pdf = second.get(f"/tenders/{loss.tender.pk}/opening-record.pdf?session={again.pk}")
        assert pdf["Content-Type"] == "application/pdf"
        assert second.get(f"/tenders/{loss.tender.pk}/opening-record.pdf?session=x").status_code == 404


def test_who_declares_on_the_page_of_a_damaged_bid_stays_there():
    loss = Loss()
    open_all(loss.town, loss.tender)
    stand_in = loss.town.openers[2]
    ConflictDeclaration.objects.filter(user=stand_in).delete()
    page = f"/tenders/{loss.tender.pk}/opening/damaged/{loss.bid.pk}/"
    with loss.later():
        loss.restore()
        actions.check_restored(actor=loss.town.officer, bid_id=loss.bid.pk)
        assert f'name="back" value="{loss.bid.pk}"' in browser(stand_in).get(page).content.decode()
        entries = {"conflict": "no", "back": str(loss.bid.pk)}
        answer = browser(stand_in).post(f"/tenders/{loss.tender.pk}/opening/declaration/", entries)
    assert answer.headers["Location"] == page


def test_on_the_page_two_people_leave_it_sealed():
    loss = Loss()
    page = f"/tenders/{loss.tender.pk}/opening/damaged/{loss.bid.pk}/"
    officer, second = browser(loss.town.officer), browser(loss.town.second)
    open_all(loss.town, loss.tender)
    with loss.later():
        assert officer.post(page, {"act": "leave", "reason": "No backup, no copy"}).status_code == 302
        assert "Waits for a second person" in text_of(officer.get(page))
        assert second.post(page, {"act": "confirm"}).status_code == 302
        assert "Two people have decided: this bid stays sealed for good." in text_of(officer.get(page))
