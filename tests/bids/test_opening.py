"""The opening: who, when, with what, and what it leaves behind."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from bids import actions
from bids.actions.opening import resume_all
from bids.models import Bid, ItemPrice, OpeningRelease, OpeningSession, SealPiece, TenderSeal
from tendering import actions as tendering
from tendering.models import Item
from tests.bids.bidding import at_deadline, content, declare, open_all, release, submit
from tests.factories import PASS_SENTENCE, give_key, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Any:
    return make_town()


@pytest.fixture
def tender(town: Any) -> Any:
    return open_tender(town)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        call(**arguments)
    return caught.value.refused.code


def total(price: str) -> str:
    """Letters at this price and 500 for setting up."""
    return str((Item.objects.get(ref="1.1").quantity * Decimal(price) + 500).quantize(Decimal("0.01")))


def test_two_openers_bring_prices_answers_and_totals_to_light(town, tender):
    anna, clara = make_company(name="Anna GmbH"), make_company(name="Clara GmbH")
    submit(anna, tender, content("1.2500"))
    submit(clara, tender, content("0.9999"))
    session = open_all(town, tender)
    tender.refresh_from_db()
    assert tender.opened_at == session.completed_at
    assert [(b["bidder"], b["lots"][0]["total"], b["integrity"]) for b in session.record["bids"]] == [
        ("Anna GmbH", total("1.2500"), "ok"),
        ("Clara GmbH", total("0.9999"), "ok"),
    ]
    first, second = Bid.objects.filter(tender=tender)
    assert (first.reference, second.reference) == (f"{tender.reference}-B01", f"{tender.reference}-B02")
    assert first.vat_rate == Decimal("19")
    assert first.opened["mandatory"] == {"A1": True}
    assert ItemPrice.objects.get(bid_lot__bid=second, item__ref="1.1").unit_price == Decimal("0.9999")
    assert first.lot_bids.get().answers.get(criterion__code="B1").text == "Two checks"


def test_nothing_is_opened_by_one_person_alone(town, tender):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        release(session, town.openers[0], town.openers[0])
    tender.refresh_from_db()
    assert tender.opened_at is None
    assert session.releases.count() == 1
    assert not ItemPrice.objects.exists()


@pytest.mark.parametrize("seconds", [-3600, -0.000001])
def test_before_the_deadline_the_opening_is_refused(town, tender, seconds):
    with at_deadline(tender, seconds=seconds):
        assert refused(actions.start_opening, actor=town.openers[0], tender_id=tender.pk) == "not_now"


def test_the_bids_of_a_cancelled_tender_stay_sealed_before_and_after_its_deadline_and_the_bidders_are_told(
    town, tender
):
    anna, clara = make_company(), make_company()
    submit(anna, tender)
    submit(clara, tender)
    before = {path: path.read_bytes() for path in settings.SEALED_DIR.rglob("*.age")}
    tendering.cancel_tender(actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="No need.")
    told = set(OutboxMessage.objects.filter(body__contains="No need.").values_list("recipient", flat=True))
    assert {anna.bidder.email, clara.bidder.email} <= told
    for seconds in (-3600, 1, 3600, 30 * 86_400):
        with at_deadline(tender, seconds=seconds):
            for opener in town.openers:
                assert refused(actions.start_opening, actor=opener, tender_id=tender.pk) == "not_now"
            assert resume_all(clock.now()) == 0
    assert not OpeningSession.objects.exists()
    assert not Bid.objects.exclude(opened_at=None).exists()
    assert {path: path.read_bytes() for path in settings.SEALED_DIR.rglob("*.age")} == before
    assert AuditEvent.objects.filter(verb="opening.refused").count() == 4 * len(town.openers)


def test_an_opening_that_has_begun_does_not_go_on_once_the_tender_is_cancelled(town, tender):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        release(session, town.openers[0])
        tendering.cancel_tender(actor=town.officer, tender_id=tender.pk, ground="other_serious_reason", reason="Gone.")
        with pytest.raises(RefusedError):
            release(session, town.openers[1])
    assert not ItemPrice.objects.exists()
    assert not Bid.objects.exclude(opened_at=None).exists()


def test_the_opening_waits_for_the_guard(town, tender, settings):
    settings.OPENING_GUARD_SECONDS = 30
    with at_deadline(tender, seconds=29):
        assert refused(actions.start_opening, actor=town.openers[0], tender_id=tender.pk) == "opening_guard"
    with at_deadline(tender, seconds=30):
        assert actions.start_opening(actor=town.openers[0], tender_id=tender.pk).started_at


def test_only_members_of_the_opening_group_open(town, tender):
    stranger = make_user(town.organization, "opener")
    give_key(stranger)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        for person in (stranger, town.officer, make_company().bidder):
            with pytest.raises(Http404):
                actions.start_opening(actor=person, tender_id=tender.pk)
            with pytest.raises(Http404):
                actions.release_pieces(actor=person, session_id=session.pk, pass_sentence=PASS_SENTENCE)


def test_a_member_from_the_service_centre_opens_too():
    town = make_town(openers=2, keys=True)
    centre = make_user(make_town(kind="service_centre").organization, "opener")
    give_key(centre)
    town.organization.opening_group.members.add(centre)
    tender = open_tender(town)
    submit(make_company(), tender)
    town.openers = [centre, town.openers[0]]
    assert open_all(town, tender).completed_at


def test_a_wrong_sentence_is_refused_recorded_without_it_and_limited(town, tender):
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        wrong = {"actor": town.openers[0], "session_id": session.pk, "pass_sentence": "never seen this sentence of six"}
        codes = [refused(actions.release_pieces, **wrong) for _ in range(6)]
        assert codes == ["wrong_pass_sentence"] * 5 + ["too_many_attempts"]
        assert refused(actions.release_pieces, **{**wrong, "pass_sentence": PASS_SENTENCE}) == "too_many_attempts"
    events = AuditEvent.objects.filter(verb="opening.wrong_pass_sentence")
    assert events.count() == 5
    assert not any("sentence of six" in event.body for event in events)


def test_an_opening_expires_after_fifteen_minutes_and_starts_again(town, tender):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        first = release(actions.start_opening(actor=town.openers[0], tender_id=tender.pk), town.openers[0])
    with at_deadline(tender, minutes=16):
        late = {"actor": town.openers[1], "session_id": first.pk, "pass_sentence": PASS_SENTENCE}
        assert refused(actions.release_pieces, **late) == "session_expired"
        second = actions.start_opening(actor=town.openers[1], tender_id=tender.pk)
        assert second.pk != first.pk
        assert OpeningRelease.objects.get(session=first).pieces == []
        assert release(second, *town.openers[1:3]).completed_at


def test_without_a_declaration_or_with_a_conflict_nobody_releases(town, tender):
    with at_deadline(tender, minutes=1):
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        arguments = {"actor": town.openers[0], "session_id": session.pk, "pass_sentence": PASS_SENTENCE}
        assert refused(actions.release_pieces, **arguments) == "declaration_missing"
        declare(town, tender)
        tender.conflict_declarations.filter(user=town.openers[0]).update(conflict=True)
        assert refused(actions.release_pieces, **arguments) == "conflict"


def test_replaced_withdrawn_and_late_bids_stay_sealed(town, tender):
    anna, bernd, clara = (make_company(name=name) for name in ("Anna GmbH", "Bernd KG", "Clara e.G."))
    submit(anna, tender, content("3.00"))
    submit(anna, tender, content("2.00"))
    actions.withdraw_bid(actor=bernd.bidder, bid_id=submit(bernd, tender).bid_id, idempotency_key="w")
    with at_deadline(tender):
        submit(clara, tender)
    session = open_all(town, tender)
    assert [b["bidder"] for b in session.record["bids"]] == ["Anna GmbH"]
    assert [b["bidder"] for b in session.record["late"]] == ["Clara e.G."]
    assert session.record["withdrawn"] == 1
    assert [p.unit_price for p in ItemPrice.objects.filter(item__ref="1.1")] == [Decimal("2.00")]
    assert sorted(b.status for b in Bid.objects.filter(tender=tender)) == ["late", "opened", "replaced", "withdrawn"]


def test_a_damaged_bid_is_flagged_and_the_others_open(town, tender):
    anna, clara = make_company(name="Anna GmbH"), make_company(name="Clara GmbH")
    damaged = submit(anna, tender).bid
    submit(clara, tender)
    path = settings.SEALED_DIR / damaged.objects_sealed.get().path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    session = open_all(town, tender)
    assert [(b["bidder"], b["integrity"]) for b in session.record["bids"]] == [
        ("Anna GmbH", "hash"),
        ("Clara GmbH", "ok"),
    ]
    damaged.refresh_from_db()
    assert damaged.status == "damaged"
    assert not damaged.lot_bids.exists()
    assert damaged.objects_sealed.get().problem == "hash"


def test_a_lost_file_is_flagged_as_missing(town, tender):
    bid = submit(make_company(), tender).bid
    (settings.SEALED_DIR / bid.objects_sealed.get().path).unlink()
    assert open_all(town, tender).record["bids"][0]["integrity"] == "missing"


def test_after_the_opening_session_key_and_pieces_are_gone(town, tender):
    submit(make_company(), tender)
    session = open_all(town, tender)
    assert session.session_wrapped == ""
    assert all(release.pieces == [] for release in session.releases.all())
    assert all(piece.body == {} for piece in SealPiece.objects.filter(seal__tender=tender))
    assert TenderSeal.objects.get(tender=tender).clock_wrapped == ""


def test_a_crash_after_the_last_release_is_made_good_by_trying_again(town, tender, monkeypatch):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=1):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        with monkeypatch.context() as broken:
            broken.setattr("bids.actions.records.write_bids", lambda *a, **k: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                release(session, *town.openers[:2])
        assert not ItemPrice.objects.exists()
        assert release(session, town.openers[1]).completed_at
    assert ItemPrice.objects.exists()


def test_opening_twice_happens_once(town, tender):
    submit(make_company(), tender)
    session = open_all(town, tender)
    with clock.simulated(session.completed_at + timedelta(minutes=1)):
        again = release(session, town.openers[2])
        assert again.completed_at == session.completed_at
        assert refused(actions.start_opening, actor=town.openers[0], tender_id=tender.pk) == "not_now"
    assert AuditEvent.objects.filter(verb="bids.opened").count() == 1


def test_a_late_bid_is_opened_after_two_people_admitted_it(town, tender):
    submit(make_company(), tender)
    with at_deadline(tender, minutes=2):
        late = submit(make_company(name="Clara GmbH"), tender, content("0.50")).bid
    open_all(town, tender)
    with at_deadline(tender, hours=3):
        assert refused(actions.start_late_opening, actor=town.openers[0], bid_id=late.pk) == "not_admitted"
        actions.admit_late_bid(actor=town.officer, bid_id=late.pk, reason="The platform was disturbed")
        assert refused(actions.confirm_late_decision, actor=town.officer, bid_id=late.pk) == "same_person"
        actions.confirm_late_decision(actor=town.second, bid_id=late.pk)
        session = actions.start_late_opening(actor=town.openers[0], bid_id=late.pk)
        session = release(session, *town.openers[1:3])
    late.refresh_from_db()
    assert (late.status, late.reference) == ("opened", f"{tender.reference}-B02")
    assert session.record["bids"][0]["lots"][0]["total"] == total("0.50")
    assert SealPiece.objects.filter(seal__tender=tender).first().body == {}


def test_an_excluded_late_bid_can_never_be_opened_again(town, tender):
    with at_deadline(tender, minutes=2):
        late = submit(make_company(), tender).bid
    open_all(town, tender)
    assert TenderSeal.objects.get(tender=tender).clock_wrapped
    with at_deadline(tender, hours=3):
        actions.exclude_late_bid(actor=town.officer, bid_id=late.pk, reason="Started after the deadline")
        actions.confirm_late_decision(actor=town.second, bid_id=late.pk)
        assert refused(actions.admit_late_bid, actor=town.officer, bid_id=late.pk, reason="No, it was us") == "decided"
    assert TenderSeal.objects.get(tender=tender).clock_wrapped == ""


def test_publishing_without_enough_opening_keys_is_refused():
    town = make_town(keys=False)
    for opener in town.openers[:2]:
        give_key(opener)
    with pytest.raises(RefusedError) as caught:
        open_tender(town)
    assert caught.value.refused.code == "opener_keys_missing"
    assert "at least 3" in str(caught.value.refused.sentence) or "mindestens 3" in str(caught.value.refused.sentence)


def test_an_opening_without_any_bid_gives_an_empty_record(town, tender):
    assert open_all(town, tender).record["bids"] == []


def test_a_number_that_another_tender_uses_is_not_taken_over(town):
    tenders = []
    for _ in range(2):
        tender = open_tender(town)
        type(tender).objects.filter(pk=tender.pk).update(simulated=True, imported=True)
        submit(make_company(), tender, content(extra={"reference": "T98-B01"}))
        open_all(town, tender)
        tenders.append(tender)
    assert Bid.objects.get(tender=tenders[1]).reference == f"{tenders[1].reference}-B01"
