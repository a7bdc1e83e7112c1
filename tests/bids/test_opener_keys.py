"""Openers' keys: made in the own browser, tried, lost; and what they do and do not open."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts import clock, due
from accounts.actions import people
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, OpenerKey
from bids import actions, keys, keys_left
from bids.actions.opener_keys import challenge
from bids.models import ItemPrice, OpeningSession, SealedObject, SealPiece, TenderSeal
from bids.sealing import (
    OpenedPiece,
    Piece,
    SealingError,
    lock_opener_key,
    new_opener_key,
    open_piece,
    recover_secret,
    unlock_opener_key,
    unwrap,
    unwrap_clock_share,
)
from bids.sealing.wrapping import decode
from tests.bids.bidding import at_deadline, content, declare, release, submit
from tests.bids.browser_release import pieces_for, release_in_browser
from tests.factories import PASS_SENTENCE, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


def browser_key(user: Any) -> tuple[str, str]:
    """(public, locked) as a browser sends them."""
    public, secret = new_opener_key(str(user.pk))
    return public, base64.b64encode(lock_opener_key(secret, PASS_SENTENCE, 4)).decode()


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        call(**arguments)
    return caught.value.refused.code


@pytest.fixture
def town() -> Any:
    return make_town()


@pytest.fixture
def tender(town: Any) -> Any:
    return open_tender(town)


def test_a_key_made_in_the_browser_is_stored_locked_and_says_so():
    anna = make_town(keys=False).openers[0]
    public, locked = browser_key(anna)
    key = actions.store_opener_key(actor=anna, public=public, locked=locked)
    assert (key.public, key.made_at, key.tried_at) == (public, "browser", None)
    assert refused(actions.store_opener_key, actor=anna, public=public, locked=locked) == "key_exists"
    event = AuditEvent.objects.get(verb="opener_key.created")
    assert '"made_at":"browser"' in event.body


@pytest.mark.parametrize(
    ("public", "locked"),
    [("bm8=", None), ("", None), (None, "bm8="), (None, "%%"), (None, base64.b64encode(b"x" * 9_000).decode())],
)
def test_what_is_no_key_is_not_stored(public, locked):
    anna = make_town(keys=False).openers[0]
    good = browser_key(anna)
    with pytest.raises(ValidationError):
        actions.store_opener_key(
            actor=anna, public=good[0] if public is None else public, locked=good[1] if locked is None else locked
        )
    assert not OpenerKey.objects.exists()


def test_two_people_cannot_have_the_same_key():
    anna, bernd = make_town(keys=False).openers[:2]
    public, locked = browser_key(anna)
    actions.store_opener_key(actor=anna, public=public, locked=locked)
    with pytest.raises(ValidationError):
        actions.store_opener_key(actor=bernd, public=public, locked=locked)


def test_a_key_is_tried_by_opening_a_challenge_and_by_nothing_else(town):
    anna = town.openers[0]
    key = anna.opener_keys.get()
    task = challenge(key)
    secret = unlock_opener_key(bytes(key.locked), PASS_SENTENCE).secret
    for wrong in ("", "%%", base64.b64encode(bytes(32)).decode()):
        assert refused(actions.try_opener_key, actor=anna, proof=wrong) == "key_not_proven"
    proof = base64.b64encode(unwrap(decode(task["challenge"], "challenge"), secret, task["info"])).decode()
    assert actions.try_opener_key(actor=anna, proof=proof).tried_at
    assert refused(actions.try_opener_key, actor=anna, proof=proof) == "key_not_proven"
    with pytest.raises(Http404):
        actions.try_opener_key(actor=make_user(), proof=proof)


def test_a_lost_key_is_never_used_again_the_others_are_told_and_still_open(town, tender):
    anna, bernd, clara = town.openers
    submit(make_company(), tender)
    actions.report_key_lost(actor=anna)
    assert set(Message.objects.values_list("recipient", flat=True)) >= {bernd.pk, clara.pk}
    assert [(row.left, row.needed, row.state) for row in keys_left.seals_of(town.organization.opening_group)] == [
        (2, 2, "danger")
    ]
    public, locked = browser_key(anna)
    actions.store_opener_key(actor=anna, public=public, locked=locked)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=anna, tender_id=tender.pk)
        arguments = {"actor": anna, "session_id": session.pk}
        assert refused(actions.release_task, **arguments) == "no_key"
        assert refused(actions.release_pieces, **arguments, pass_sentence=PASS_SENTENCE) == "no_key"
        assert release_in_browser(session, bernd, clara).completed_at


def test_no_act_of_anybody_else_opens_or_renews_a_key(town):
    anna, admin = town.openers[0], make_user(town.organization, Role.ORG_ADMIN)
    before = OpenerKey.objects.filter(user=anna).values().get()
    client = Client()
    client.post("/account/password/reset/", {"email": anna.email})
    anna.set_password("another-password-4711")
    anna.email = "renamed@town.example"
    anna.save()
    people.set_roles(
        actor=admin, organization_id=town.organization.pk, user_id=anna.pk, roles=[Role.OPENER, Role.OFFICER]
    )
    assert OpenerKey.objects.filter(user=anna).values().get() == before
    assert PASS_SENTENCE not in "".join(message.body for message in mail.outbox)


def test_a_sentence_goes_to_the_server_only_where_the_buyer_allows_it(town, tender, settings):
    settings.ASSISTED_OPENING = False
    anna = town.openers[0]
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=anna, tender_id=tender.pk)
        arguments = {"actor": anna, "session_id": session.pk, "pass_sentence": PASS_SENTENCE}
        assert refused(actions.release_pieces, **arguments) == "assisted_off"
        assert refused(actions.try_opener_key_assisted, actor=anna, pass_sentence=PASS_SENTENCE) == "assisted_off"
        people.choose_openers(
            actor=make_user(town.organization, Role.ORG_ADMIN),
            organization_id=town.organization.pk,
            user_ids=[opener.pk for opener in town.openers],
            assisted=True,
        )
        actions.release_pieces(**arguments)
    assert session.releases.get().unlocked_at == "server"
    assert anna.opener_keys.get().assisted_at


def test_two_browsers_release_and_the_record_says_so(town, tender):
    submit(make_company(name="Anna GmbH"), tender, content("1.2500"))
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        session = release_in_browser(session, *town.openers[1:3])
    assert [entry["unlocked_at"] for entry in session.record["openers"]] == ["browser", "browser"]
    assert [entry["integrity"] for entry in session.record["bids"]] == ["ok"]


def test_foreign_changed_or_missing_pieces_are_refused(town, tender):
    anna, bernd = town.openers[:2]
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=anna, tender_id=tender.pk)
        mine = pieces_for(session, anna)
        for pieces in ([], mine[:-1], pieces_for(session, bernd), [{**mine[0], "wrapped": "AAAA"}, *mine[1:]]):
            with pytest.raises(ValidationError):
                actions.hand_over_pieces(actor=anna, session_id=session.pk, pieces=pieces)
    assert not session.releases.exists()


def test_one_opener_alone_leaves_the_bids_sealed(town, tender):
    """SEC-10."""
    submit(make_company(), tender)
    anna = town.openers[0]
    client = Client()
    client.force_login(anna)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=anna, tender_id=tender.pk)
        release_in_browser(session, anna, anna)
        state = client.get(f"/tenders/{tender.pk}/opening/state/", headers={"Accept-Language": "en"}).json()
        assert (state["sentence"], state["opened"]) == ("1 of 2 released.", False)
        assert client.get(f"/tenders/{tender.pk}/opening/record/").status_code == 404
    assert not ItemPrice.objects.exists()


def test_all_openers_together_are_refused_before_the_deadline_over_the_api(town, tender):
    """SEC-11: nothing is decrypted, and each attempt is refused."""
    submit(make_company(), tender)
    declare(town, tender)
    for opener in town.openers:
        client = Client()
        client.force_login(opener)
        answer = client.post(
            f"/api/v1/tenders/{tender.pk}/open/",
            {"pass_sentence": PASS_SENTENCE},
            "application/json",
            headers={"Idempotency-Key": "early"},
        )
        assert answer.status_code == 409
        assert client.post(f"/tenders/{tender.pk}/opening/part/").status_code == 409
    assert not OpeningSession.objects.exists()
    assert not ItemPrice.objects.exists()


def test_a_stolen_database_with_platform_key_and_one_opener_opens_nothing(town, tender):
    submit(make_company(), tender)
    seal = TenderSeal.objects.get(tender=tender)
    share = unwrap_clock_share(
        decode(seal.clock_wrapped, "clock share"),
        keys.platform_key().secret,
        tender=str(tender.pk),
        generation=seal.generation,
    )
    anna = town.openers[0].opener_keys.get()
    secret = unlock_opener_key(bytes(anna.locked), PASS_SENTENCE).secret
    stolen: list[OpenedPiece] = []
    for row in SealPiece.objects.filter(seal=seal):
        piece = Piece.from_json(row.body)
        try:
            stolen.append(open_piece(piece, secret))
        except SealingError:
            assert row.opener_id != anna.user_id
    assert len(stolen) == 2
    for pieces in ([one] for one in stolen):
        with pytest.raises(SealingError):
            recover_secret(pieces, share, seal.recipient)
    assert SealedObject.objects.filter(bid__tender=tender).exists()


def test_a_process_that_dies_after_the_last_release_loses_nothing(town, tender, monkeypatch):
    """Any opener's next look goes on, even after the quarter of an hour, and nobody has to release again."""
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        with monkeypatch.context() as broken:
            broken.setattr("bids.actions.records.write_bids", lambda *a, **k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                release_in_browser(session, *town.openers[:2])
    assert not ItemPrice.objects.exists()
    with at_deadline(tender, minutes=40):
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(town.openers[2])
        address = f"/tenders/{tender.pk}/opening/"
        declare(town, tender)
        assert "All parts are here. The bids are being opened." in client.get(address).content.decode()
        assert client.post(address, {"act": "go_on"}).status_code == 302
    session.refresh_from_db()
    assert session.completed_at
    assert session.session_wrapped == ""
    assert ItemPrice.objects.exists()


def test_the_job_of_the_platform_goes_on_with_a_stopped_opening(town, tender, monkeypatch):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        release(session, town.openers[0])
        with monkeypatch.context() as broken:
            broken.setattr("bids.actions.records.write_bids", lambda *a, **k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                release(session, town.openers[1])
    with clock.simulated(session.started_at + timedelta(minutes=2)):
        [job] = [job for job in due.jobs if job.name == "openings resumed"]
        assert job.act(clock.now()) == 1
        assert job.act(clock.now()) == 0
    session.refresh_from_db()
    assert session.completed_at


def test_openers_check_their_part_of_the_seal_and_the_page_shows_who_has(town, tender):
    anna = Client(headers={"Accept-Language": "en"})
    anna.force_login(town.openers[0])
    address = f"/tenders/{tender.pk}/opening/"
    seal = TenderSeal.objects.get(tender=tender)
    page = anna.get(address).content.decode()
    assert seal.fingerprint in page
    assert page.count("not checked yet") == 3
    assert anna.post(f"{address}check/").status_code == 302
    assert anna.post(f"{address}check/").status_code == 302
    assert anna.get(address).content.decode().count("not checked yet") == 2
    assert AuditEvent.objects.filter(verb="seal.checked").count() == 1
    officer = Client()
    officer.force_login(town.officer)
    assert officer.get(f"{address}check/").status_code == 404
    assert seal.fingerprint in Client().get(f"/tenders/{tender.pk}/").content.decode()


def test_only_the_owner_gets_the_locked_key_as_file_sheet_and_code(town):
    addresses = [f"/account/openers/{name}" for name in ("key.age", "sheet/", "code.svg")]
    anna = Client()
    anna.force_login(town.openers[0])
    file, sheet, code = (anna.get(address) for address in addresses)
    assert file.content == bytes(town.openers[0].opener_keys.get().locked)
    assert base64.b64encode(file.content).decode()[:40] in sheet.content.decode()
    assert code.content.startswith(b"<?xml")
    for person in (make_user(town.organization, Role.OPENER), town.officer, None):
        other = Client()
        if person:
            other.force_login(person)
        assert {other.get(address).status_code for address in addresses} == ({404} if person else {302})
