"""The recovery key: one key of a group, on paper only; two people open with it, and nobody alone."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts import clock
from accounts.actions import people
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, OpenerKey
from bids import actions, desk, keys_left
from bids.actions import handover, recovery_use
from bids.actions.opener_keys import challenge
from bids.actions.seal_check import checks_of
from bids.models import ItemPrice, OpeningRelease, OpeningSession, SealPiece
from bids.sealing import Piece, release_pieces, unwrap
from bids.trials import SMALL, trials_of
from reports.documents import opening_record
from tendering.models import ConflictDeclaration
from tests.bids.bidding import at_deadline, declare, submit
from tests.bids.browser_release import release_in_browser
from tests.bids.recovery import REASON, Envelope, envelope_of, read_sheet, release_sheet, taken_out
from tests.bids.test_handover import newcomer_of, take_in
from tests.bids.test_opening import refused
from tests.bids.two_envelopes import TwoEnvelopes
from tests.factories import Town, give_key, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


def village() -> tuple[Town, Envelope, Any]:
    """Two openers and a recovery key, two of three open; a tender with one bid."""
    town = make_town(openers=2)
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN, function="Admin")
    envelope = envelope_of(town)
    tender = open_tender(town)
    submit(make_company(name="Clara GmbH"), tender)
    return town, envelope, tender


def declare_all(tender: Any, *persons: Any) -> None:
    for person in persons:
        ConflictDeclaration.objects.update_or_create(tender=tender, user=person, defaults={"declared_at": clock.now()})


def test_its_secret_is_not_in_the_database_and_it_counts_like_one_more_key():
    town = make_town(openers=2)
    group = town.organization.opening_group
    envelope = envelope_of(town)
    key = OpenerKey.objects.get(pk=envelope.key.pk)
    assert (bytes(key.locked), key.kept_by, key.kept_where) == (b"", "Audit office", "Safe, room 12")
    assert not OpenerKey.objects.own().filter(user=envelope.keeper).exists()
    event = AuditEvent.objects.get(verb="recovery_key.created")
    assert base64.b64encode(envelope.secret.secret).decode() not in event.body
    told = Message.objects.filter(key__startswith=f"recovery_key:{key.pk}:made").values_list("recipient", flat=True)
    assert set(told) == {person.pk for person in town.openers}
    tender = open_tender(town)
    assert [(row.left, row.needed, row.state) for row in keys_left.seals_of(group)] == [(3, 2, "warning")]
    assert set(SealPiece.objects.filter(key=key).values_list("opener", flat=True)) == {envelope.keeper.pk}
    assert [trial.name for trial in trials_of(group).trials].count(key.holder) == 1
    assert envelope.keeper not in dict(checks_of(tender, actions.current_seal(tender)))


def test_two_people_open_with_it_when_a_deputy_is_missing_and_everybody_learns_of_it():
    town, envelope, tender = village()
    missing, anna = town.openers
    bernd = make_user(town.organization, Role.OPENER, function="Stand-in Bernd")
    with at_deadline(tender, minutes=1):
        declare_all(tender, anna, bernd)
        use = taken_out(bernd, anna, tender)
        session = release_sheet(envelope, use, bernd)
        assert session.completed_at is None
        assert not ItemPrice.objects.exists()
        done = release_in_browser(session, anna)
    assert done.record["bids"][0]["integrity"] == "ok"
    mine = next(entry for entry in done.record["openers"] if entry["person"] == str(bernd))
    assert (mine["recovery_key"]["witness"], mine["recovery_key"]["reason"]) == (str(anna), REASON)
    verbs = list(AuditEvent.objects.filter(chain=tender.chain).values_list("verb", flat=True))
    assert [verb for verb in verbs if "recovery" in verb] == [
        "recovery_key.taken_out", "recovery_key.confirmed", "recovery_key.used",
    ]  # fmt: skip
    told = set(Message.objects.filter(key__contains=f"recovery_use:{use.pk}:used").values_list("recipient", flat=True))
    assert told == {town.people["admin"].pk, town.auditor.pk, missing.pk, anna.pk, envelope.keeper.pk}
    data = opening_record._data(done, done.record, tender)
    assert any("Audit office" in sentence for part in data["sections"] for sentence in part["sentences"])
    assert data["signatures"] == [str(bernd), str(anna)]
    for person in (town.people["admin"], envelope.keeper):
        assert [str(task.title) for task in desk.recovery(person, clock.now())] == [
            "Einen neuen Wiederherstellungsschlüssel anlegen"
        ]


def test_it_opens_nothing_alone_and_nobody_releases_two_parts():
    town, envelope, tender = village()
    anna, bernd = town.openers
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        arguments = {"actor": anna, "tender_id": tender.pk, "reason": REASON}
        with pytest.raises(ValidationError):
            actions.take_recovery_key(**arguments, witness_id=anna.pk)
        with pytest.raises(ValidationError):
            actions.take_recovery_key(**{**arguments, "reason": " "}, witness_id=bernd.pk)
        use = taken_out(anna, bernd, tender, confirmed=False)
        assert refused(recovery_use.recovery_task, actor=anna, use_id=use.pk) == "witness_missing"
        for stranger in (anna, town.officer, make_user()):
            with pytest.raises(Http404):
                actions.confirm_envelope(actor=stranger, use_id=use.pk)
        assert refused(actions.take_recovery_key, actor=bernd, tender_id=tender.pk, witness_id=anna.pk, reason="x") == (
            "envelope_open"
        )
        actions.confirm_envelope(actor=bernd, use_id=use.pk)
        session = release_sheet(envelope, use, anna)
        assert release_sheet(envelope, use, anna).completed_at is None
        assert OpeningRelease.objects.count() == 1
        assert refused(actions.release_task, actor=anna, session_id=session.pk) == "two_parts"
        assert refused(actions.hand_over_pieces, actor=anna, session_id=session.pk, pieces=[]) == "two_parts"
        assert not ItemPrice.objects.exists()
        assert release_in_browser(session, bernd).completed_at


def test_who_has_released_the_own_part_cannot_use_the_envelope_too():
    town, envelope, tender = village()
    anna, bernd = town.openers
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        use = taken_out(anna, bernd, tender)
        session = actions.start_opening(actor=anna, tender_id=tender.pk)
        sent, pieces = read_sheet(envelope, use, anna)
        release_in_browser(session, anna)
        assert refused(recovery_use.recovery_task, actor=anna, use_id=use.pk) == "two_parts"
        release = {"actor": anna, "use_id": use.pk, "session_id": sent}
        assert refused(actions.release_recovery_key, **release, pieces=pieces) == "two_parts"
        actions.put_back(actor=bernd, use_id=use.pk)
        again = {"actor": anna, "tender_id": tender.pk, "witness_id": bernd.pk, "reason": REASON}
        assert refused(actions.take_recovery_key, **again) == "two_parts"
    assert not ItemPrice.objects.exists()
    assert OpenerKey.objects.get(pk=envelope.key.pk).used_at is None


def test_wrong_pieces_a_lapsed_log_an_early_moment_and_strangers_release_nothing():
    town, envelope, tender = village()
    anna, bernd = town.openers
    declare(town, tender)
    take = {"actor": anna, "tender_id": tender.pk, "witness_id": bernd.pk, "reason": REASON}
    assert refused(actions.take_recovery_key, **take) == "not_now"
    with at_deadline(tender, minutes=1):
        with pytest.raises(Http404):
            actions.take_recovery_key(**{**take, "actor": town.officer})
        use = taken_out(anna, bernd, tender)
        task = recovery_use.recovery_task(actor=anna, use_id=use.pk)
        assert "locked" not in task
        foreign = [{"opener": str(anna.pk), "subset": [], "wrapped": "AAAA"}]
        with pytest.raises(ValidationError):
            actions.release_recovery_key(actor=anna, use_id=use.pk, session_id=task["session"], pieces=foreign)
        sent, pieces = read_sheet(envelope, use, anna)
        with pytest.raises(Http404):
            actions.release_recovery_key(actor=bernd, use_id=use.pk, session_id=sent, pieces=pieces)
    with at_deadline(tender, days=2), pytest.raises(Http404):
        recovery_use.recovery_task(actor=anna, use_id=use.pk)
    assert not OpeningRelease.objects.exists()


def test_nobody_holds_two_keys_of_one_group():
    town = make_town()
    assert refused(envelope_of, town=town, keeper=town.openers[0]) == "two_keys"
    with pytest.raises(Http404):
        envelope_of(town, town.officer)
    envelope = envelope_of(town)
    admin = make_user(town.organization, Role.ORG_ADMIN)
    chosen = [town.openers[0].pk, town.openers[1].pk]
    with pytest.raises(ValidationError):
        people.choose_openers(actor=admin, organization_id=town.organization.pk, user_ids=[*chosen, envelope.keeper.pk])
    people.choose_openers(actor=admin, organization_id=town.organization.pk, user_ids=chosen)
    tender = open_tender(town)
    town.organization.opening_group.members.add(envelope.keeper)
    give_key(envelope.keeper)
    assert envelope.keeper not in handover.newcomers(tender, actions.current_seals(tender))
    later = open_tender(town)
    held = SealPiece.objects.filter(seal__tender=later).values_list("key__recovery_for", flat=True)
    assert set(held) == {None}


def test_the_keeper_proves_that_the_sheet_works_and_is_reminded():
    town = make_town(openers=2)
    envelope = envelope_of(town)
    key, now = envelope.key, clock.now()
    assert trials_of(town.organization.opening_group).limit == SMALL
    OpenerKey.objects.filter(pk=key.pk).update(created_at=now - SMALL - timedelta(days=1))
    (task,) = desk.recovery(envelope.keeper, now)
    assert "90" in task.why
    asked = challenge(OpenerKey.objects.get(pk=key.pk))
    proof = base64.b64encode(unwrap(base64.b64decode(asked["challenge"]), envelope.secret.secret, asked["info"]))
    arguments = {"organization_id": town.organization.pk, "key_id": key.pk}
    assert refused(actions.try_recovery_key, actor=envelope.keeper, **arguments, proof="AAAA") == "key_not_proven"
    with pytest.raises(Http404):
        actions.try_recovery_key(actor=town.officer, **arguments, proof=proof.decode())
    assert actions.try_recovery_key(actor=envelope.keeper, **arguments, proof=proof.decode()).tried_at
    assert not list(desk.recovery(envelope.keeper, now))


def test_a_used_key_goes_into_no_new_seal_and_a_replaced_one_opens_what_was_sealed_to_it():
    town, envelope, tender = village()
    OpenerKey.objects.filter(pk=envelope.key.pk).update(used_at=clock.now())
    assert refused(open_tender, town=town) == "opener_keys_missing"
    newer = envelope_of(town, envelope.keeper, kept_by="Service centre")
    assert newer.key.identifier != envelope.key.identifier
    later = open_tender(town)
    paper = SealPiece.objects.filter(seal__tender=later, key__recovery_for__isnull=False)
    assert set(paper.values_list("key", flat=True)) == {newer.key.pk}
    anna, bernd = town.openers
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = release_sheet(envelope, taken_out(anna, bernd, tender), anna)
        assert release_in_browser(session, bernd).completed_at
    actions.report_recovery_key_lost(actor=town.people["admin"], organization_id=town.organization.pk,
                                     key_id=newer.key.pk)  # fmt: skip
    assert {row.tender: row.left for row in keys_left.seals_of(town.organization.opening_group)} == {later: 2}


def test_the_price_envelope_opens_with_it_too_after_the_scores_are_closed():
    town = make_town(openers=2)
    envelope = envelope_of(town)
    scene = TwoEnvelopes(town=town)
    scene.submit()
    scene.open()
    anna, bernd = town.openers
    take = {"actor": anna, "tender_id": scene.tender.pk, "witness_id": bernd.pk, "reason": REASON}
    with scene.after(minutes=20):
        assert refused(actions.take_recovery_key, **take) == "scores_open"
    scene.close_scores()
    with scene.after(hours=2):
        session = release_sheet(envelope, taken_out(anna, bernd, scene.tender), anna)
        done = release_in_browser(session, bernd)
    assert (done.kind, done.record["bids"][0]["integrity"]) == ("prices", "ok")
    assert any("recovery_key" in entry for entry in done.record["openers"])


def test_a_new_opener_shares_a_part_with_the_recovery_key():
    town = make_town()
    envelope = envelope_of(town)
    tender = open_tender(town)
    newcomer = newcomer_of(town)
    take_in(town, tender, newcomer)
    pair = sorted([str(newcomer.pk), envelope.key.identifier])
    assert SealPiece.objects.filter(key=envelope.key, subset=pair).exists()


def test_two_people_open_with_it_over_the_api():
    town, envelope, tender = village()
    anna, bernd = town.openers
    address = f"/api/v1/tenders/{tender.pk}/open/recovery/"
    clients = {person: Client() for person in (anna, bernd, town.officer)}
    for person, client in clients.items():
        client.force_login(person)

    def post(person: Any, path: str = "", **sent: Any) -> Any:
        return clients[person].post(f"{address}{path}", sent, content_type="application/json")

    with at_deadline(tender, minutes=1):
        declare(town, tender)
        assert clients[town.officer].get(address).status_code == 404
        assert bernd.pk in [one["id"] for one in clients[anna].get(address).json()["witnesses"]]
        assert post(anna, "part/").status_code == 404
        assert post(anna, witness=anna.pk, reason=REASON).status_code == 400
        assert post(anna, witness=bernd.pk, reason=REASON).json()["confirmed_at"] is None
        assert post(anna, "part/").json()["code"] == "witness_missing"
        assert post(anna, "confirm/").status_code == 404
        assert post(bernd, "confirm/").json()["confirmed_at"]
        task = post(anna, "part/").json()
        assert "locked" not in task
        made = release_pieces(
            [Piece.from_json(piece) for piece in task["pieces"]], task["opener"], envelope.secret.secret,
            session=task["session"], session_public=task["session_public"],
        )  # fmt: skip
        sent = {"session": task["session"], "pieces": [piece.to_json() for piece in made]}
        assert [post(anna, "release/", **sent).json()["released"] for _ in range(2)] == [1, 1]
        done = release_in_browser(OpeningSession.objects.get(pk=task["session"]), bernd)
    assert done.record["bids"][0]["integrity"] == "ok"


def test_over_the_api_either_of_the_two_puts_the_envelope_back():
    town, _envelope, tender = village()
    anna, bernd = town.openers
    address = f"/api/v1/tenders/{tender.pk}/open/recovery/"
    client = Client()
    client.force_login(bernd)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        taken_out(anna, bernd, tender, confirmed=False)
        assert client.delete(address).status_code == 204
        assert client.delete(address).status_code == 404
        assert client.get(address).json()["use"] is None


def test_the_pages_lead_keeper_and_openers_and_hide_from_everybody_else():
    town, envelope, tender = village()
    anna, bernd = town.openers
    place = f"/account/openers/recovery/{town.organization.pk}/"
    page = f"/tenders/{tender.pk}/opening/recovery/"
    client = Client()
    for person, status in ((envelope.keeper, 200), (anna, 200), (town.people["admin"], 200), (town.officer, 404)):
        client.force_login(person)
        answer = client.get(place)
        assert answer.status_code == status
        assert status != 200 or "Audit office" in answer.content.decode()
    client.force_login(envelope.keeper)
    assert place in client.get("/account/openers/").content.decode()
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        client.force_login(town.officer)
        assert client.get(page).status_code == 404
        client.force_login(anna)
        assert page in client.get(f"/tenders/{tender.pk}/opening/").content.decode()
        assert client.post(page, {"act": "take", "witness": "", "reason": ""}).status_code == 422
        assert client.post(page, {"act": "take", "witness": town.officer.pk, "reason": REASON}).status_code == 302
        assert client.post(f"{page}part/").status_code == 409
        assert [task.url for task in desk.envelopes(town.officer, clock.now())] == [page]
        client.force_login(town.officer)
        assert REASON in client.get(page).content.decode()
        assert client.post(page, {"act": "confirm"}).status_code == 302
        client.force_login(anna)
        assert 'data-op="release"' in client.get(page).content.decode()
        assert client.post(f"{page}part/").json()["opener"] == envelope.key.identifier
        assert client.post(page, {"act": "hand_over", "session": "", "pieces": "[]"}).status_code == 302
        assert client.post(page, {"act": "put_back"}).status_code == 302
        client.force_login(bernd)
        assert "Audit office" in client.get(page).content.decode()
