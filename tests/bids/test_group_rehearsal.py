"""A group rehearses an opening: a test bid under a key of its own, opened by enough people, told where it counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import AuditEvent, OpenerKey
from bids import actions, desk
from bids.actions.group_rehearsal import resume_group_rehearsals
from bids.group_rehearsals import last_rehearsal, rehearsed_by
from bids.models import GroupRehearsal, TenderSeal
from bids.trials import SMALL, USUAL
from tests.bids.browser_release import own_pieces_for
from tests.bids.test_opening import refused
from tests.factories import PASS_SENTENCE, Town, give_key, make_town, make_user, open_tender, prepared_tender

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def start(town: Town, actor: Any = None) -> GroupRehearsal:
    return actions.start_group_rehearsal(
        actor=actor or town.openers[0], organization_id=town.organization.pk
    )  # fmt: skip


def release(rehearsal: GroupRehearsal, *openers: Any) -> GroupRehearsal:
    """As their browsers do it."""
    for opener in openers:
        task = actions.group_rehearsal_task(actor=opener, rehearsal_id=rehearsal.pk)
        pieces = own_pieces_for(task)
        rehearsal = actions.rehearse_hand_over(actor=opener, rehearsal_id=rehearsal.pk, pieces=pieces)
    return rehearsal


def rehearse(town: Town, at: datetime | None = None) -> GroupRehearsal:
    with clock.simulated(at or clock.now()):
        return release(start(town), *town.openers[:2])


def state_of(town: Town, at: datetime | None = None) -> str:
    return rehearsed_by(town.organization.opening_group, at or clock.now()).state


def test_two_people_open_a_test_bid_of_one_euro_and_nothing_of_its_key_is_kept():
    town = make_town()
    assert state_of(town) == "never"
    begun = start(town)
    assert b"1.00" not in bytes(begun.test_bid)
    assert release(begun, town.openers[0]).completed_at is None
    done = release(begun, town.openers[2])
    assert (done.opened, done.needed, done.keys.count()) == ({"total": "1.00", "currency": "EUR"}, 2, 3)
    assert (done.bodies, done.clock_wrapped, done.session_wrapped) == ([], "", "")
    assert [(part.opener, part.pieces, part.unlocked_at) for part in done.releases.all()] == [
        (town.openers[0], [], "browser"),
        (town.openers[2], [], "browser"),
    ]
    assert state_of(town) == "good"
    tried = OpenerKey.objects.own().filter(tried_at__isnull=False).values_list("user", flat=True)
    assert set(tried) == {town.openers[0].pk, town.openers[2].pk}
    verbs = AuditEvent.objects.filter(verb__startswith="group_rehearsal.").values_list("verb", flat=True)
    assert list(verbs) == [f"group_rehearsal.{one}" for one in ("started", "released", "released", "opened")]


def test_one_person_alone_opens_nothing_however_often_the_part_is_sent():
    town = make_town()
    begun = start(town)
    task = actions.group_rehearsal_task(actor=town.openers[0], rehearsal_id=begun.pk)
    assert {piece["opener"] for piece in task["pieces"]} == {str(town.openers[0].pk)}
    for _ in range(2):
        release(begun, town.openers[0])
    assert begun.releases.count() == 1
    assert state_of(town) == "never"


def test_no_key_of_a_tender_is_in_a_rehearsal_and_its_pieces_fit_no_tender():
    town = make_town()
    tender = open_tender(town)
    seal, begun = TenderSeal.objects.get(tender=tender), start(town)
    assert begun.recipient != seal.recipient
    assert {body["tender"] for body in begun.bodies} == {f"rehearsal/{begun.pk}"}
    foreign = actions.group_rehearsal_task(actor=town.openers[0], rehearsal_id=begun.pk)
    foreign["pieces"] = list(seal.pieces.filter(opener=town.openers[0]).values_list("body", flat=True))
    given: dict[str, Any] = {"actor": town.openers[0], "rehearsal_id": begun.pk}
    with pytest.raises(ValidationError):
        actions.rehearse_hand_over(**given, pieces=own_pieces_for(foreign))
    assert not begun.releases.exists()


def test_pieces_of_somebody_else_or_nonsense_are_refused():
    town = make_town()
    begun = start(town)
    task = actions.group_rehearsal_task(actor=town.openers[1], rehearsal_id=begun.pk)
    given: dict[str, Any] = {"actor": town.openers[0], "rehearsal_id": begun.pk}
    for pieces in (own_pieces_for(task), [], [{}], [{"opener": 1, "subset": [], "wrapped": ""}]):
        with pytest.raises(ValidationError):
            actions.rehearse_hand_over(**given, pieces=pieces)
    assert not begun.releases.exists()


def test_a_part_that_was_changed_on_its_way_is_named_recorded_and_ends_the_rehearsal():
    town = make_town()
    begun = release(start(town), town.openers[0])
    GroupRehearsal.objects.filter(pk=begun.pk).update(
        bodies=[
            {**body, "commit": "0" * 64} if body["opener"] == str(town.openers[0].pk) else body for body in begun.bodies
        ]
    )
    with pytest.raises(Exception) as caught:
        release(begun, town.openers[1])
    assert str(town.openers[0]) in str(caught.value.refused.sentence)  # type: ignore[attr-defined]
    begun.refresh_from_db()
    assert (begun.session_wrapped, begun.completed_at) == ("", None)
    assert AuditEvent.objects.filter(verb="group_rehearsal.failed").count() == 1
    assert rehearse(town).completed_at


def test_it_expires_after_fifteen_minutes_and_starts_again_with_another_key():
    town = make_town()
    now = clock.now()
    with clock.simulated(now):
        first = release(start(town), town.openers[0])
    with clock.simulated(now + 16 * MINUTE):
        given: dict[str, Any] = {"actor": town.openers[1], "rehearsal_id": first.pk}
        assert refused(actions.group_rehearsal_task, **given) == "session_expired"
        second = start(town, town.openers[1])
        assert second.pk != first.pk and second.recipient != first.recipient
        first.refresh_from_db()
        assert (first.bodies, first.releases.get().pieces) == ([], [])
        assert start(town).pk == second.pk


def test_a_stop_after_the_last_part_loses_nothing(monkeypatch):
    town = make_town()
    now = clock.now()
    with clock.simulated(now), monkeypatch.context() as broken:
        begun = start(town)
        broken.setattr("bids.actions.group_rehearsal.open_manifest", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            release(begun, *town.openers[:2])
    with clock.simulated(now + 60 * MINUTE):
        assert resume_group_rehearsals(clock.now()) == 1
        assert resume_group_rehearsals(clock.now()) == 0
    assert last_rehearsal(town.organization.opening_group) == begun


def test_without_scripts_the_server_unlocks_where_the_buyer_allows_it_and_guessing_is_limited(settings):
    town = make_town()
    begun = start(town)
    given: dict[str, Any] = {"actor": town.openers[0], "rehearsal_id": begun.pk}
    wrong = {**given, "pass_sentence": "never seen this sentence of six"}
    codes = [refused(actions.rehearse_assisted, **wrong) for _ in range(6)]
    assert codes == ["wrong_pass_sentence"] * 5 + ["too_many_attempts"]
    events = AuditEvent.objects.filter(verb="group_rehearsal.wrong_pass_sentence")
    assert events.count() == 5
    assert not any("sentence of six" in event.body for event in events)
    for opener in town.openers[1:3]:
        done = actions.rehearse_assisted(actor=opener, rehearsal_id=begun.pk, pass_sentence=PASS_SENTENCE)
    assert {part.unlocked_at for part in done.releases.all()} == {"server"}
    settings.ASSISTED_OPENING = False
    assert refused(actions.rehearse_assisted, **{**wrong, "rehearsal_id": start(town).pk}) == "assisted_off"


def test_strangers_do_not_find_it_and_a_group_without_enough_keys_is_told_so():
    town = make_town(keys=False)
    give_key(town.openers[0])
    assert refused(start, town=town) == "opener_keys_missing"
    for opener in town.openers[1:]:
        give_key(opener)
    begun = start(town)
    outsider = make_user(town.organization, Role.OPENER)
    give_key(outsider)
    for person in (outsider, town.officer, make_town().openers[0]):
        with pytest.raises(Http404):
            start(town, person)
        with pytest.raises(Http404):
            actions.group_rehearsal_task(actor=person, rehearsal_id=begun.pk)
        client = Client()
        client.force_login(person)
        assert client.get(f"/account/openers/rehearsal/{town.organization.pk}/").status_code == 404


def test_it_counts_for_the_keys_of_the_group_and_for_half_a_year():
    town = make_town(openers=4)
    now = clock.now()
    done = rehearse(town, now)
    assert (state_of(town, now + USUAL - MINUTE), state_of(town, now + USUAL + MINUTE)) == ("good", "old")
    group = town.organization.opening_group
    group.members.remove(town.openers[3])
    assert (state_of(town, now), state_of(town, now + SMALL + MINUTE)) == ("good", "old")
    actions.report_key_lost(actor=town.openers[2])
    assert state_of(town, now) == "good"  # two keys that were in it are left; the missing one is told elsewhere
    give_key(town.openers[2])
    assert state_of(town, now) == "changed"
    assert rehearse(town, now + MINUTE).pk != done.pk
    assert state_of(town, now + MINUTE) == "good"
    group.needed = 3
    group.save()
    assert state_of(town, now + MINUTE) == "changed"


def test_a_missing_rehearsal_is_a_task_and_a_warning_and_stops_no_publication():
    town = make_town()
    tender = prepared_tender(town)
    officer, opener = Client(), Client()
    officer.force_login(town.second)
    opener.force_login(town.openers[0])
    release_page, keys_page = f"/tenders/{tender.pk}/release/", "/account/openers/"
    (task,) = desk.rehearsal(town.openers[0], clock.now())
    assert task.url == f"/account/openers/rehearsal/{town.organization.pk}/"
    assert "Diese Gruppe hat die Öffnung noch nie geprobt" in officer.get(release_page).content.decode()
    assert "noch nie geprobt" in opener.get(keys_page).content.decode()
    rehearse(town)
    assert not list(desk.rehearsal(town.openers[0], clock.now()))
    text = officer.get(release_page).content.decode()
    assert "Die Gruppe hat gemeinsam ein Probeangebot geöffnet" in text
    assert "noch nie geprobt" not in text
    GroupRehearsal.objects.update(completed_at=clock.now() - USUAL)
    assert officer.post(release_page, {"act": "release"}).status_code == 302
    seal_page = f"/tenders/{tender.pk}/opening/check/"
    assert "Die letzte Generalprobe dieser Gruppe ist mehr als 90 Tage her" in opener.get(seal_page).content.decode()


def test_the_page_leads_from_the_first_part_to_the_test_bid_without_scripts():
    town = make_town()
    page = f"/account/openers/rehearsal/{town.organization.pk}/"
    clients = [Client(), Client()]
    for client, user in zip(clients, town.openers, strict=False):
        client.force_login(user)
    anna, bernd = clients
    wrong = anna.post(page, {"pass_sentence": "never seen this sentence of six"})
    assert (wrong.status_code, b"never seen" in wrong.content) == (403, False)
    assert "passt nicht zu Ihrem Öffnungsschlüssel" in wrong.content.decode()
    assert anna.post(page, {"pass_sentence": PASS_SENTENCE}).status_code == 302
    assert "1 von 2 freigegeben" in anna.get(page).content.decode()
    assert anna.get(f"{page}state/").json()["opened"] is False
    assert bernd.post(page, {"act": "hand_over", "session": "x", "pieces": "["}).status_code == 422
    assert bernd.post(page, {"pass_sentence": ""}).status_code == 422
    assert bernd.post(page, {"pass_sentence": PASS_SENTENCE}).status_code == 302
    text = bernd.get(page).content.decode()
    assert "1,00" in text and "2 von 3 haben es geöffnet" in text
    assert anna.get(f"{page}state/").json()["opened"] is True


def test_an_own_program_rehearses_over_the_api():
    town = make_town()
    address = f"/api/v1/opening-groups/{town.organization.pk}/rehearsal/"
    for number, opener in enumerate(town.openers[:2]):
        client = Client()
        client.force_login(opener)
        task = client.post(f"{address}part/").json()
        sent = {"session": task["session"], "pieces": own_pieces_for(task)}
        answer = client.post(address, sent, content_type="application/json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["released"] == (1 if number == 0 else 0)
    found = client.get(address).json()
    assert (found["state"], found["test_bid"]) == ("good", {"total": "1.00", "currency": "EUR"})
    other = make_town()
    client.force_login(other.openers[0])
    assert client.get(address).status_code == 404
    foreign = f"/api/v1/opening-groups/{other.organization.pk}/rehearsal/"
    assert client.post(foreign, sent, content_type="application/json").status_code == 404
