"""An opening in which enough people release and which opens nothing: it says why, and it does not run for ever."""

from typing import Any

import pytest
from django.http import Http404

from accounts import clock
from accounts.models import AuditEvent, Message
from bids import actions, keys
from bids.actions.opening import resume_all
from bids.models import OpeningRelease, OpeningSession, SealPiece, TenderSeal
from bids.sealing import new_tender_secret, split_secret
from bids.sealing.wrapping import encode
from tendering import actions as tendering
from tests.bids.bidding import at_deadline, declare, release, submit
from tests.bids.pages.scene import browser, text_of
from tests.bids.test_opening import refused
from tests.factories import PASS_SENTENCE, make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


class Broken:
    """A tender whose clock share was exchanged: every part is right, and together they open nothing."""

    def __init__(self) -> None:
        self.town = make_town()
        self.tender = open_tender(self.town)
        submit(make_company(), self.tender)
        self.seal = TenderSeal.objects.get(tender=self.tender)
        self.exchange(self.other_share())

    def other_share(self) -> str:
        split = split_secret(
            new_tender_secret(), tender=self.seal.scope, generation=1, openers=self.publics(), k=2,
            platform_public=keys.platform_key().public,
        )  # fmt: skip
        return encode(split.clock_platform)

    def publics(self) -> dict[str, Any]:
        pieces = SealPiece.objects.filter(seal=self.seal).select_related("key")
        return {piece.key.identifier: piece.key.public for piece in pieces}

    def exchange(self, share: str) -> None:
        TenderSeal.objects.filter(pk=self.seal.pk).update(clock_wrapped=share)

    def put_right(self) -> None:
        self.exchange(self.seal.clock_wrapped)

    def fail(self) -> OpeningSession:
        declare(self.town, self.tender)
        session = actions.start_opening(actor=self.town.openers[0], tender_id=self.tender.pk)
        release(session, self.town.openers[0])
        last = {"actor": self.town.openers[1], "session_id": session.pk, "pass_sentence": PASS_SENTENCE}
        assert refused(actions.release_pieces, **last) == "pieces_wrong"
        session.refresh_from_db()
        return session


def test_it_says_why_is_told_and_recorded_once_and_ends_after_its_quarter_of_an_hour():
    scene = Broken()
    with at_deadline(scene.tender, minutes=1):
        session = scene.fail()
        assert session.failure["code"] == "pieces_wrong"
        assert resume_all(clock.now()) == 0
        again = actions.start_opening(actor=scene.town.openers[2], tender_id=scene.tender.pk)
        assert again.pk == session.pk
    assert AuditEvent.objects.filter(chain=scene.tender.chain, verb="opening.failed").count() == 1
    told = set(Message.objects.filter(key__startswith=f"opening:{session.pk}").values_list("recipient", flat=True))
    assert told >= {person.pk for person in (*scene.town.openers, scene.town.officer)}
    with at_deadline(scene.tender, minutes=17):
        assert resume_all(clock.now()) == 0
        assert not OpeningRelease.objects.exclude(pieces=[]).exists()
        session.refresh_from_db()
        assert session.session_wrapped == ""
        scene.put_right()
        new = actions.start_opening(actor=scene.town.openers[0], tender_id=scene.tender.pk)
        assert new.pk != session.pk
        assert release(new, *scene.town.openers[:2]).record["bids"][0]["integrity"] == "ok"


def test_once_the_cause_is_put_right_the_same_parts_open():
    scene = Broken()
    with at_deadline(scene.tender, minutes=1):
        session = scene.fail()
        scene.put_right()
        assert resume_all(clock.now().replace(microsecond=999_999)) == 1
    session.refresh_from_db()
    assert session.completed_at


def test_an_opener_ends_the_attempt_at_once_and_nobody_ends_one_that_works():
    scene = Broken()
    with at_deadline(scene.tender, minutes=1):
        session = scene.fail()
        for stranger in (scene.town.officer, make_company().bidder):
            with pytest.raises(Http404):
                actions.end_failed_opening(actor=stranger, session_id=session.pk)
        actions.end_failed_opening(actor=scene.town.openers[2], session_id=session.pk)
        scene.put_right()
        new = actions.start_opening(actor=scene.town.openers[0], tender_id=scene.tender.pk)
        assert refused(actions.end_failed_opening, actor=scene.town.openers[0], session_id=new.pk) == "not_failed"
        done = release(new, *scene.town.openers[:2])
        assert refused(actions.end_failed_opening, actor=scene.town.openers[0], session_id=done.pk) == "not_failed"


def test_a_third_member_can_still_release_where_two_parts_do_not_go_together():
    """Pieces of one pair were made anew wrongly, as a faulty taking in of an opener would."""
    scene = Broken()
    scene.put_right()
    first, second, third = scene.town.openers
    pair = sorted([str(first.pk), str(second.pk)])
    wrong = split_secret(
        new_tender_secret(), tender=scene.seal.scope, generation=1, openers=scene.publics(), k=2,
        platform_public=keys.platform_key().public,
    )  # fmt: skip
    for piece in wrong.pieces:
        if sorted(piece.subset) == pair:
            row = SealPiece.objects.get(seal=scene.seal, subset=list(piece.subset), body__opener=piece.opener)
            SealPiece.objects.filter(pk=row.pk).update(body=piece.to_json())
    with at_deadline(scene.tender, minutes=1):
        session = scene.fail()
        page = browser(third).get(f"/tenders/{scene.tender.pk}/opening/")
        assert "The released parts open nothing" in text_of(page)
        assert 'data-op="release"' in page.content.decode()
        assert release(session, third).record["bids"][0]["integrity"] == "ok"


def test_one_failed_opening_does_not_stop_the_job_for_the_others(monkeypatch):
    broken, town = Broken(), make_town()
    tender = open_tender(town)
    submit(make_company(), tender)
    with at_deadline(broken.tender, minutes=1):
        broken.fail()
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        with monkeypatch.context() as stopped:
            stopped.setattr("bids.actions.records.write_bids", lambda *a, **k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                release(session, *town.openers[:2])
    with at_deadline(tender, minutes=2):
        assert resume_all(clock.now()) == 1
    session.refresh_from_db()
    assert session.completed_at


def test_an_opening_left_complete_ends_when_its_tender_is_cancelled(monkeypatch):
    town = make_town()
    tender = open_tender(town)
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        with monkeypatch.context() as broken:
            broken.setattr("bids.actions.records.write_bids", lambda *a, **k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                release(session, *town.openers[:2])
        tendering.cancel_tender(actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="Gone.")
    for minutes in (2, 20):
        with at_deadline(tender, minutes=minutes):
            assert resume_all(clock.now()) == 0
    session.refresh_from_db()
    assert (session.session_wrapped, session.completed_at) == ("", None)


def test_the_page_says_what_happened_and_what_to_do():
    scene = Broken()
    address = f"/tenders/{scene.tender.pk}/opening/"
    first, second, third = (browser(opener) for opener in scene.town.openers)
    with at_deadline(scene.tender, minutes=1):
        session = scene.fail()
        page = text_of(first.get(address))
        assert "The released parts open nothing" in page
        assert "Nothing is lost" in page
        office = browser(scene.town.officer).get(address)
        assert "The released parts open nothing" in text_of(office)
        assert "Try again with these parts" not in text_of(office)
        assert "do not open this tender" in text_of(first.post(address, {"act": "go_on"}))
        assert first.post(address, {"act": "end", "session": "'"}).status_code == 404
        assert first.post(address, {"act": "end", "session": str(session.pk)}).status_code == 302
        assert "Start again with another member" in text_of(second.get(address))
        scene.put_right()
        for who in (second, third):
            who.post(address, {"pass_sentence": PASS_SENTENCE, "session": ""})
        assert "One bid was opened." in text_of(third.get(address))
