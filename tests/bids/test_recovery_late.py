"""An admitted late bid opens with the recovery key as all bids do: envelope log, second person, two people's parts."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import AuditEvent, OpenerKey
from bids import actions
from bids.actions import recovery_use
from bids.models import SealPiece
from bids.sealing import Piece, release_pieces
from tests.bids.bidding import at_deadline, open_all, submit
from tests.bids.browser_release import own_pieces_for, release_in_browser
from tests.bids.pages.scene import browser
from tests.bids.recovery import REASON, Envelope, envelope_of, release_sheet, taken_out
from tests.bids.test_opening import refused
from tests.bids.test_recovery_key import village
from tests.bids.two_envelopes import BODY, TwoEnvelopes
from tests.factories import Town, make_company, make_town, make_user

pytestmark = pytest.mark.django_db


def post(person: Any, address: str, **sent: Any) -> Any:
    client = Client(headers={"Idempotency-Key": str(uuid4())})
    client.force_login(person)
    return client.post(address, sent, content_type="application/json")


def unlocked_sheet(envelope: Envelope, task: dict[str, Any]) -> list[dict[str, Any]]:
    """What an own program makes of the sheet."""
    own = [Piece.from_json(piece) for piece in task["pieces"]]
    made = release_pieces(
        own, task["opener"], envelope.secret.secret, session=task["session"], session_public=task["session_public"]
    )
    return [piece.to_json() for piece in made]


def admitted_late(town: Town, tender: Any, company: Any) -> Any:
    """A bid that came a minute late; the others are opened, two people have admitted it."""
    with at_deadline(tender, minutes=1):
        late = submit(company, tender).bid
    open_all(town, tender)
    with at_deadline(tender, hours=1):
        actions.admit_late_bid(actor=town.officer, bid_id=late.pk, reason="The platform was disturbed")
        actions.confirm_late_decision(actor=town.second, bid_id=late.pk)
    return late


def test_an_admitted_late_bid_opens_with_it_by_the_same_rules():
    town, envelope, tender = village()
    anna, bernd = town.openers
    with at_deadline(tender, minutes=1):
        late = submit(make_company(name="Late GmbH"), tender).bid
    take = {"actor": anna, "tender_id": tender.pk, "witness_id": bernd.pk, "reason": REASON}
    open_all(town, tender)
    with at_deadline(tender, hours=1):
        assert refused(actions.take_recovery_key, **take) == "not_now"
        actions.admit_late_bid(actor=town.officer, bid_id=late.pk, reason="The platform was disturbed")
        assert refused(actions.take_recovery_key, **take) == "not_now"
        actions.confirm_late_decision(actor=town.second, bid_id=late.pk)
        use = taken_out(anna, bernd, tender, confirmed=False)
        assert refused(recovery_use.recovery_task, actor=anna, use_id=use.pk) == "witness_missing"
        actions.confirm_envelope(actor=bernd, use_id=use.pk)
        session = release_sheet(envelope, use, anna)
        assert (session.kind, session.completed_at) == ("late", None)
        assert refused(actions.release_task, actor=anna, session_id=session.pk) == "two_parts"
        done = release_in_browser(session, bernd)
    late.refresh_from_db()
    assert late.status == "opened"
    entry = next(one for one in done.record["openers"] if "recovery_key" in one)
    assert (entry["person"], entry["recovery_key"]["witness"]) == (str(anna), str(bernd))
    assert OpenerKey.objects.get(pk=envelope.key.pk).used_at
    verbs = AuditEvent.objects.filter(chain=tender.chain, verb__startswith="recovery_key.").values_list(
        "verb", flat=True
    )
    assert list(verbs) == ["recovery_key.taken_out", "recovery_key.confirmed", "recovery_key.used"]
    assert all(piece.body == {} for piece in SealPiece.objects.filter(seal__tender=tender))
    with at_deadline(tender, hours=2):
        assert recovery_use.running(tender, clock.now()) is None
        page = browser(town.officer).get(f"/tenders/{tender.pk}/opening/record/").content.decode()
    assert REASON in page


def test_before_the_scores_are_closed_an_admitted_late_quality_part_opens_with_it_and_then_the_prices():
    town = make_town(openers=2)
    envelope = envelope_of(town)
    scene = TwoEnvelopes(town=town)
    scene.submit()
    with at_deadline(scene.tender, minutes=1):
        late = submit(make_company(name="Late GmbH"), scene.tender, BODY).bid
    scene.open()
    anna, bernd = town.openers
    with scene.after(minutes=20):
        actions.admit_late_bid(actor=town.officer, bid_id=late.pk, reason="The platform was disturbed")
        actions.confirm_late_decision(actor=town.second, bid_id=late.pk)
        session = release_sheet(envelope, taken_out(anna, bernd, scene.tender), anna)
        assert (release_in_browser(session, bernd).record["kind"], session.kind) == ("late", "late")
    scene.close_scores()
    with scene.after(hours=2):
        session = release_sheet(envelope, taken_out(anna, bernd, scene.tender), anna)
        done = release_in_browser(session, bernd)
    assert (done.kind, len(done.record["bids"])) == ("prices", 2)


def test_over_api_and_pages_an_admitted_late_bid_opens_with_it():
    town, envelope, tender = village()
    anna, bernd = town.openers
    stand_in = make_user(town.organization, Role.OPENER, function="Stand-in Clara")
    late = admitted_late(town, tender, make_company(name="Late GmbH"))
    api, page = f"/api/v1/tenders/{tender.pk}/open/", f"/tenders/{tender.pk}/opening/late/{late.pk}/"
    with at_deadline(tender, hours=2):
        said = browser(stand_in).get(page).content.decode()
        assert f"/tenders/{tender.pk}/opening/recovery/" in said
        place = f"/tenders/{tender.pk}/opening/declaration/"
        back = browser(stand_in).post(place, {"conflict": "no", "back": "recovery"}).headers["Location"]
        assert browser(stand_in).get(back).status_code == 200
        assert browser(anna).post(place, {"conflict": "no", "back": str(late.pk)}).headers["Location"] == page
        taken = post(stand_in, f"{api}recovery/", witness=bernd.pk, reason=REASON)
        assert post(bernd, f"{api}recovery/confirm/").json()["use"] == taken.json()["use"]
        task = post(stand_in, f"{api}recovery/part/").json()
        sent = {"session": task["session"], "pieces": unlocked_sheet(envelope, task)}
        assert post(stand_in, f"{api}recovery/release/", **sent).json()["released"] == 1
        assert post(anna, f"{api}part/").status_code == 409
        assert post(anna, f"{api}part/?bid={uuid4()}").status_code == 404
        own = post(anna, f"{api}part/?bid={late.pk}").json()
        assert own["session"] == task["session"]
        done = post(anna, api, session=own["session"], pieces=own_pieces_for(own)).json()
    assert done["record"]["bids"][0]["bidder"] == "Late GmbH"
