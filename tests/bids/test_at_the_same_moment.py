"""Many at once: real connections, real threads, real transactions; on SQLite with a file database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection, connections

from accounts import clock
from accounts.decision import RefusedError
from accounts.evidence import open_receipt, verify_chain
from accounts.models import AuditEvent
from bids import actions, keys
from bids.models import Bid, Receipt
from tendering import actions as tendering
from tendering.models import Tender
from tests.bids.bidding import content, declare, draft_with, open_all, submit
from tests.factories import PASS_SENTENCE, make_company, make_town, open_tender


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Runs all calls at the same moment, each in a thread with its own connection; results or refusals in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            return call()
        except RefusedError as error:
            return error.refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def trail_is_whole(tender: Any) -> bool:
    chains = (tender.chain, f"bids:{tender.pk}")
    rows = [AuditEvent.objects.filter(chain=chain).values_list("seq", "body", "hash") for chain in chains]
    return all(verify_chain(events) is None for events in rows)


def close_in(tender: Any, seconds: float) -> None:
    """Moves the deadline near; no act does that, a test has no forty days."""
    Tender.objects.filter(pk=tender.pk).update(tender_period_end=clock.now() + timedelta(seconds=seconds))
    tender.refresh_from_db()


def payload(receipt: Receipt) -> dict[str, Any]:
    return open_receipt(receipt.note, [keys.printed_verifier_key()])


def test_eight_bidders_hand_in_at_the_same_moment_and_all_succeed(database):
    town = make_town()
    tender, companies = open_tender(town), [make_company() for _ in range(8)]
    receipts = together(*[lambda c=c: submit(c, tender) for c in companies])
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert Bid.objects.live().filter(tender=tender).count() == 8
    assert trail_is_whole(tender)
    assert len(open_all(town, tender).record["bids"]) == 8


def test_the_same_submission_sent_twenty_times_at_once_is_one_bid_with_one_receipt(database):
    tender, clara = open_tender(), make_company()
    draft = draft_with(clara, tender)
    arguments = {"actor": clara.bidder, "draft_id": draft.pk, "declarant": "Clara", "idempotency_key": "same"}
    receipts = together(*[lambda: actions.submit_bid(**arguments)] * 20)
    assert len({(receipt.pk, receipt.note) for receipt in receipts}) == 1
    assert Bid.objects.count() == Receipt.objects.count() == 1


def test_two_people_of_one_company_leave_exactly_one_live_bid(database):
    tender, clara = open_tender(), make_company()
    receipts = together(*[lambda n=n: submit(clara, tender, content(f"{n}.00")) for n in range(1, 7)])
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert Bid.objects.live().filter(tender=tender).count() == 1
    assert sorted(receipt.bid.version for receipt in receipts) == [1, 2, 3, 4, 5, 6]
    assert len({payload(receipt)["prev"] for receipt in receipts}) == 6


def test_a_main_bid_and_its_variants_handed_in_at_once_are_all_there_and_open(database):
    town, clara = make_town(), make_company()
    tender = open_tender(town, variants_allowed=True, variant_requirements="Two deliveries a day")
    sent = []
    for number in range(4):
        draft = actions.start_draft(actor=clara.bidder, company=clara.organization, tender_id=tender.pk, variant=number)
        actions.save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=draft.version, content=content())
        sent.append({"draft_id": draft.pk, "declarant": "Clara", "idempotency_key": f"key-of-{number}"})
    receipts = together(*[lambda one=one: actions.submit_bid(actor=clara.bidder, **one) for one in sent])
    assert [receipt.act for receipt in receipts] == ["submit"] * 4
    assert sorted(receipt.bid.version for receipt in receipts) == [1, 2, 3, 4]
    assert len({payload(receipt)["prev"] for receipt in receipts}) == 4
    assert [entry["integrity"] for entry in open_all(town, tender).record["bids"]] == ["ok"] * 4
    assert trail_is_whole(tender)


def test_withdrawing_and_replacing_at_once_ends_in_one_state(database):
    tender, clara = open_tender(), make_company()
    first = submit(clara, tender).bid
    withdrawn, replaced = together(
        lambda: actions.withdraw_bid(actor=clara.bidder, bid_id=first.pk, idempotency_key="w"),
        lambda: submit(clara, tender, content("2.00")),
    )
    assert isinstance(replaced, Receipt)
    assert withdrawn == "not_live" or withdrawn.act == "withdraw"
    assert Bid.objects.live().filter(tender=tender).count() == 1
    assert trail_is_whole(tender)


def test_who_gets_a_receipt_in_time_is_opened_however_close_the_deadline(database):
    town = make_town()
    tender, companies = open_tender(town), [make_company() for _ in range(5)]
    declare(town, tender)
    close_in(tender, 1.0)

    def hand_in_until_closed(company: Any) -> Receipt | None:
        last = None
        while clock.now() < tender.tender_period_end + timedelta(seconds=0.3):
            try:
                receipt = submit(company, tender)
            except RefusedError:  # opened meanwhile: nothing was acknowledged
                return last
            last = last if receipt.bid.is_late else receipt
        return last

    def open_as_soon_as_possible() -> Any:
        while clock.now() < tender.tender_period_end:
            time.sleep(0.002)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        for opener in town.openers[:2]:
            session = actions.release_pieces(actor=opener, session_id=session.pk, pass_sentence=PASS_SENTENCE)
        return session

    *last_in_time, session = together(
        *[lambda c=c: hand_in_until_closed(c) for c in companies], open_as_soon_as_possible
    )
    opened = {bid.pk for bid in Bid.objects.filter(tender=tender, opened_at__isnull=False)}
    assert opened == {receipt.bid_id for receipt in last_in_time if receipt}
    assert len(session.record["bids"]) == len(opened)
    for receipt in Receipt.objects.filter(bid__tender=tender):
        note = payload(receipt)
        assert note["late"] == (note["received_at"] >= note["deadline"])
    assert trail_is_whole(tender)


def test_each_bid_around_an_extension_is_judged_by_the_deadline_on_its_receipt(database):
    town = make_town()
    tender, companies = open_tender(town), [make_company() for _ in range(4)]
    old_end = tender.tender_period_end
    amendment = tendering.request_extension(
        actor=town.officer, tender_id=tender.pk, new_end=old_end + timedelta(days=5), reason="Many questions"
    )
    together(
        *[lambda c=c: submit(c, tender) for c in companies],
        lambda: tendering.approve_extension(actor=town.second, amendment_id=amendment.pk),
    )
    tender.refresh_from_db()
    assert tender.tender_period_end > old_end
    assert {payload(receipt)["late"] for receipt in Receipt.objects.all()} == {False}
    assert len(open_all(town, tender).record["bids"]) == 4


def test_two_workers_that_open_at_once_open_once(database):
    town = make_town()
    tender = open_tender(town)
    submit(make_company(), tender)
    declare(town, tender)
    close_in(tender, 0.01)
    time.sleep(0.02)
    session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
    results = together(
        *[
            lambda o=o: actions.release_pieces(actor=o, session_id=session.pk, pass_sentence=PASS_SENTENCE)
            for o in (*town.openers, *town.openers)
        ]
    )
    assert all(result == "too_many_attempts" or result.pk == session.pk for result in results)
    assert AuditEvent.objects.filter(verb="bids.opened").count() == 1
    assert Bid.objects.get(tender=tender).lot_bids.count() == 1
