"""A new opener for a tender that runs: k holders of its keys take the person in, and nobody else can."""

import base64
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts.models import AuditEvent, OpenerKey
from bids import actions, keys
from bids.actions import handover
from bids.models import HandoverPart, ItemPrice, KeyHandover, SealPiece
from bids.sealing import OpenedPiece, Piece, SealingError, WrongPiece, open_piece, unlock_opener_key, unwrap
from bids.sealing.handover import officers_part, pieces_for
from bids.sealing.wrapping import decode
from tests.bids.bidding import at_deadline, declare, submit
from tests.bids.browser_release import own_pieces_for, release_in_browser
from tests.bids.test_opening import refused
from tests.bids.two_envelopes import TwoEnvelopes
from tests.factories import PASS_SENTENCE, give_key, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


def bytes_of(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def newcomer_of(town: Any) -> Any:
    person = make_user(town.organization, "opener")
    give_key(person)
    town.organization.opening_group.members.add(person)
    return person


def led(task: dict[str, Any]) -> list[dict[str, Any]]:
    """What the leader's browser makes of its task, done in Python."""
    secret = unlock_opener_key(base64.b64decode(task["locked"]), PASS_SENTENCE).secret
    made = []
    for seal in task["seals"]:
        own = [open_piece(Piece.from_json(piece), secret) for piece in seal["pieces"]]
        handed = [opened for piece in seal["handed"] for opened in _handed(piece, seal, task["session"], secret)]
        part = officers_part([*own, *handed])
        new = pieces_for(
            task["newcomer"], part, scope=seal["tender"], generation=seal["generation"], openers=seal["openers"],
            k=seal["needed"],
        )  # fmt: skip
        made += [piece.to_json() for piece in new]
    return made


def _handed(piece: dict[str, Any], seal: dict[str, Any], session: str, secret: bytes) -> list[OpenedPiece]:
    place = {"generation": seal["generation"], "opener": piece["opener"], "subset": piece["subset"]}
    place["tender"] = seal["tender"]
    stored = Piece.from_json({**place, "enc": "", "ct": "", "commit": piece["commit"], "v": 1})
    try:
        return [OpenedPiece(stored, unwrap(decode(piece["wrapped"], "piece"), secret, {**place, "session": session}))]
    except SealingError:  # the other envelope's
        return []


def take_in(town: Any, tender: Any, newcomer: Any) -> KeyHandover:
    leader, helper = town.openers[0], town.openers[1]
    row = actions.start_handover(actor=leader, tender_id=tender.pk, newcomer_id=newcomer.pk, reason="A key is lost")
    pieces = own_pieces_for(handover.helper_task(actor=helper, handover_id=row.pk))
    actions.help_handover(actor=helper, handover_id=row.pk, pieces=pieces)
    return actions.complete_handover(
        actor=leader, handover_id=row.pk, pieces=led(handover.leader_task(actor=leader, handover_id=row.pk))
    )


def test_two_holders_take_a_third_in_who_then_opens_with_any_other_after_the_deadline_only():
    town = make_town()
    tender = open_tender(town)
    submit(make_company(name="Clara GmbH"), tender)
    newcomer = newcomer_of(town)
    row = take_in(town, tender, newcomer)
    assert row.completed_at
    assert set(HandoverPart.objects.values_list("opener", flat=True)) == {town.openers[1].pk}
    assert all(part.pieces == [] for part in HandoverPart.objects.all())
    verbs = list(AuditEvent.objects.filter(chain=tender.chain).values_list("verb", flat=True))
    assert [verb for verb in verbs if "handover" in verb] == [
        "opener_handover.started", "opener_handover.helped", "opener_handover.completed",
    ]  # fmt: skip
    assert refused(actions.start_opening, actor=newcomer, tender_id=tender.pk) == "not_now"
    actions.record_seal_check(actor=newcomer, tender_id=tender.pk)
    town.openers = [newcomer, town.openers[2]]
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=newcomer, tender_id=tender.pk)
        assert release_in_browser(session, newcomer).completed_at is None
        assert not ItemPrice.objects.exists()
        done = release_in_browser(session, town.openers[1])
    assert done.record["bids"][0]["integrity"] == "ok"


def test_a_lost_key_gets_its_place_back_in_both_envelopes_with_a_new_key():
    scene = TwoEnvelopes()
    scene.submit()
    town, lost = scene.town, scene.town.openers[2]
    actions.report_key_lost(actor=lost)
    give_key(lost)
    assert refused(actions.start_handover, actor=lost, tender_id=scene.tender.pk, newcomer_id=lost.pk, reason="x") == (
        "no_key"
    )
    take_in(town, scene.tender, lost)
    scene.open(lost, town.openers[1])
    scene.close_scores()
    assert scene.open(town.openers[0], lost, hours=2).record["bids"][0]["integrity"] == "ok"


def test_nobody_without_a_key_of_the_tender_leads_helps_or_finishes_and_the_server_learns_nothing():
    town = make_town()
    tender = open_tender(town)
    newcomer, admin = newcomer_of(town), make_user(town.organization, "org_admin")
    common = {"tender_id": tender.pk, "newcomer_id": newcomer.pk, "reason": "A key is lost"}
    for person in (admin, town.officer, make_user(is_staff=True, is_superuser=True)):
        with pytest.raises(Http404):
            actions.start_handover(actor=person, **common)
    assert refused(actions.start_handover, actor=newcomer, **common) == "no_key"
    leader, helper = town.openers[:2]
    row = actions.start_handover(actor=leader, **common)
    assert refused(actions.start_handover, actor=helper, **common) == "handover_runs"
    assert refused(handover.helper_task, actor=newcomer, handover_id=row.pk) == "no_key"
    assert refused(handover.leader_task, actor=leader, handover_id=row.pk) == "helpers_missing"
    pieces = own_pieces_for(handover.helper_task(actor=helper, handover_id=row.pk))
    assert refused(actions.help_handover, actor=leader, handover_id=row.pk, pieces=pieces) == "same_person"
    for wrong in ([], pieces[:-1], [{**pieces[0], "opener": str(leader.pk)}, *pieces[1:]]):
        with pytest.raises(ValidationError):
            actions.help_handover(actor=helper, handover_id=row.pk, pieces=wrong)
    actions.help_handover(actor=helper, handover_id=row.pk, pieces=pieces)
    platform = keys.platform_key().secret
    for part in HandoverPart.objects.get().pieces:
        with pytest.raises(SealingError):
            unwrap(decode(part["wrapped"], "piece"), platform, {})
    task = handover.leader_task(actor=leader, handover_id=row.pk)
    made = led(task)
    with pytest.raises(Http404):
        actions.complete_handover(actor=helper, handover_id=row.pk, pieces=made)
    before = SealPiece.objects.count()
    elsewhere = [{**made[0], "tender": "0"}, *made[1:]]
    for wrong in (made[:-1], [*made, made[0]], elsewhere, [{**made[0], "ct": "%"}, *made[1:]]):
        with pytest.raises(ValidationError):
            actions.complete_handover(actor=leader, handover_id=row.pk, pieces=wrong)
    assert SealPiece.objects.count() == before
    shared = next(one for one in task["seals"][0]["handed"] if str(leader.pk) in one["subset"])
    spoiled = {**shared, "commit": "0" * 64}
    seal = {**task["seals"][0], "handed": [spoiled]}
    with pytest.raises(WrongPiece, match=f"opener {helper.pk}"):
        led({**task, "seals": [seal]})


def test_an_administrators_reset_of_a_password_opens_nothing_and_gives_no_key():
    town = make_town()
    tender = open_tender(town)
    submit(make_company(), tender)
    opener = town.openers[0]
    fields = ("pk", "public", "locked", "retired_at")
    before = [tuple(map(bytes_of, row)) for row in OpenerKey.objects.order_by("pk").values_list(*fields)]
    opener.set_password("a new password of the administrator")
    opener.save()
    assert [tuple(map(bytes_of, row)) for row in OpenerKey.objects.order_by("pk").values_list(*fields)] == before
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=opener, tender_id=tender.pk)
        sentence = "a new password of the administrator"
        arguments = {"actor": opener, "session_id": session.pk, "pass_sentence": sentence}
        assert refused(actions.release_pieces, **arguments) == "wrong_pass_sentence"
    assert session.releases.count() == 0


def test_the_page_tells_each_what_to_do_and_hides_itself_from_others():
    town = make_town()
    tender = open_tender(town)
    newcomer = newcomer_of(town)
    page = f"/tenders/{tender.pk}/opening/new-opener/"

    def seen(person: Any, **data: str) -> str:
        client = Client()
        client.force_login(person)
        answer = client.post(page, data, follow=True) if data else client.get(page)
        return str(answer.status_code) + answer.content.decode()

    assert seen(town.officer).startswith("404")
    assert "Geben Sie den Grund an" in seen(town.openers[0], act="start", newcomer=str(newcomer.pk), reason="")
    begun = seen(town.openers[0], act="start", newcomer=str(newcomer.pk), reason="Schlüssel verloren")
    assert OpenerKey.objects.get(user=newcomer).fingerprint in begun
    assert 'data-op="release"' in seen(town.openers[1])
    assert "data-op=" not in seen(newcomer)
    row = KeyHandover.objects.get()
    pieces = own_pieces_for(handover.helper_task(actor=town.openers[1], handover_id=row.pk))
    actions.help_handover(actor=town.openers[1], handover_id=row.pk, pieces=pieces)
    assert 'data-op="handover"' in seen(town.openers[0])
    seen(town.openers[1], act="cancel")
    assert KeyHandover.objects.get().ended_at
    assert SealPiece.objects.filter(opener=newcomer).count() == 0
