"""Handing in, replacing and withdrawing: the deadline, the receipt, the second try."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.evidence import open_receipt
from accounts.models import AuditEvent, OutboxMessage
from bids import actions, keys, receipts
from bids.models import Bid, Draft, Receipt, SealedObject
from tendering import actions as tendering
from tests.bids.bidding import at_deadline, content, draft_with, key, open_all, submit
from tests.factories import (
    add_role,
    cancelled_tender,
    default_lots,
    make_company,
    make_town,
    open_tender,
    opened_tender,
    scheduled_tender,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Any:
    return make_town()


@pytest.fixture
def tender(town: Any) -> Any:
    return open_tender(town)


@pytest.fixture
def clara() -> Any:
    return make_company(name="Clara GmbH")


def refused(call: Any, *args: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        call(*args, **arguments)
    return caught.value.refused.code


def faults(call: Any, *args: Any, **arguments: Any) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        call(*args, **arguments)
    return set(caught.value.message_dict)


def payload(receipt: Receipt) -> dict[str, Any]:
    return open_receipt(receipt.note, [keys.printed_verifier_key()])


def test_a_bid_one_microsecond_before_the_deadline_is_in_time(tender, clara):
    with at_deadline(tender, microseconds=-1):
        assert not submit(clara, tender).bid.is_late


@pytest.mark.parametrize("late_by", [0, 0.000001, 0.999999, 60])
def test_a_bid_at_the_very_second_of_the_deadline_or_later_is_late(tender, clara, late_by):
    with at_deadline(tender, seconds=late_by):
        receipt = submit(clara, tender)
    assert receipt.bid.is_late
    assert payload(receipt)["late"] is True


def test_the_last_byte_decides_not_the_moment_of_recording(tender, clara):
    with at_deadline(tender, seconds=3):
        receipt = submit(clara, tender, received_at=tender.tender_period_end - timedelta(seconds=1))
    assert not receipt.bid.is_late
    assert receipt.bid.recorded_at > tender.tender_period_end


def test_a_received_time_in_the_future_is_ignored(tender, clara):
    receipt = submit(clara, tender, received_at=clock.now() + timedelta(days=1))
    assert receipt.bid.received_at <= clock.now()


def test_the_receipt_says_it_in_words_and_proves_it_by_signature(tender, clara):
    receipt = submit(clara, tender)
    assert "You can stop worrying" in receipts.words(receipt) or "beruhigt sein" in receipts.words(receipt)
    proof = payload(receipt)
    stored = receipt.bid.objects_sealed.get()
    assert (proof["act"], proof["version"], proof["prev"], proof["tender"]) == ("submit", 1, "0" * 64, str(tender.pk))
    assert proof["objects"] == [{"object": str(stored.pk), "sha256": stored.sha256, "size": stored.size}]
    data = (settings.SEALED_DIR / stored.path).read_bytes()
    assert hashlib.sha256(data).hexdigest() == stored.sha256
    assert data.startswith(b"age-encryption.org/v1\n")


def test_no_number_in_the_receipt_counts_the_bids_of_others(town, tender, clara):
    alone = payload(submit(clara, tender))
    for _ in range(3):
        submit(make_company(), tender)
    crowded = payload(submit(make_company(), tender))
    numbers = {name: value for name, value in alone.items() if isinstance(value, int)}
    assert {name: crowded[name] for name in numbers} == numbers
    assert crowded["prev"] == alone["prev"]


def test_the_receipt_mail_names_tender_and_hash_and_nothing_of_the_bid(tender, clara):
    receipt = submit(clara, tender)
    mails = OutboxMessage.objects.filter(key__startswith=f"receipt:{receipt.pk}")
    assert {mail.recipient for mail in mails} == {clara.bidder.email, clara.admin.email}
    assert receipts.note_hash(receipt) in mails[0].body
    assert "1.25" not in mails[0].body
    assert "1,25" not in mails[0].body


def test_a_new_bid_replaces_the_old_one_and_the_receipts_form_a_chain(tender, clara):
    first, second = submit(clara, tender), submit(clara, tender, content("1.1000"))
    first.bid.refresh_from_db()
    assert (first.bid.status, second.bid.status) == ("replaced", "received")
    assert second.act == "replace"
    assert payload(second)["prev"] == receipts.note_hash(first)
    assert payload(second)["version"] == 2


def test_a_late_bid_does_not_replace_the_one_that_came_in_time(tender, clara):
    in_time = submit(clara, tender)
    with at_deadline(tender, seconds=1):
        submit(clara, tender, content("0.10"))
    in_time.bid.refresh_from_db()
    assert in_time.bid.status == "received"


def test_the_same_key_gives_the_same_receipt_and_one_bid(tender, clara):
    draft = draft_with(clara, tender)
    arguments = {"actor": clara.bidder, "draft_id": draft.pk, "declarant": "Clara", "idempotency_key": "k"}
    first, second = actions.submit_bid(**arguments), actions.submit_bid(**arguments)
    assert first.pk == second.pk
    assert Bid.objects.count() == 1
    assert not Draft.objects.exists()


def test_the_same_key_for_another_request_is_refused(tender, clara):
    submit(clara, tender, idempotency_key="k")
    assert refused(submit, clara, tender, content("9.00"), idempotency_key="k") == "idempotency_key_reused"


def test_the_same_key_after_the_kept_draft_was_changed_is_refused(tender, clara):
    draft = draft_with(clara, tender)
    arguments = {
        "actor": clara.bidder,
        "draft_id": draft.pk,
        "declarant": "C",
        "idempotency_key": "k",
        "keep_copy": True,
    }
    actions.submit_bid(**arguments)
    draft_with(clara, tender, content("7.00"))
    assert refused(actions.submit_bid, **arguments) == "idempotency_key_reused"


@pytest.mark.parametrize("bad", ["", " ", "ä", "x" * 81])
def test_a_key_is_required(tender, clara, bad):
    assert faults(submit, clara, tender, idempotency_key=bad) == {"idempotency_key"}


def test_a_refused_bid_leaves_no_file_and_is_remembered(tender, clara):
    draft = draft_with(clara, tender)
    arguments = {"actor": clara.bidder, "draft_id": draft.pk, "declarant": "Clara", "idempotency_key": key()}
    stale = Draft.objects.get(pk=draft.pk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bids.actions.submission.own_draft", lambda *_a: stale)
        draft_with(clara, tender, content("7.00"))
        assert refused(actions.submit_bid, **arguments) == "stale"
    assert not [path for path in settings.SEALED_DIR.rglob("*") if path.is_file()]
    assert AuditEvent.objects.filter(verb="bid.refused").exists()
    assert Draft.objects.exists()


def test_withdrawing_before_the_deadline_gives_a_receipt_of_its_own(tender, clara):
    bid = submit(clara, tender).bid
    receipt = actions.withdraw_bid(actor=clara.bidder, bid_id=bid.pk, idempotency_key="w")
    assert actions.withdraw_bid(actor=clara.bidder, bid_id=bid.pk, idempotency_key="w").pk == receipt.pk
    assert payload(receipt)["act"] == "withdraw"
    assert submit(clara, tender).act == "submit"


def test_after_the_deadline_nothing_is_withdrawn(tender, clara):
    bid = submit(clara, tender).bid
    with at_deadline(tender):
        arguments = {"actor": clara.bidder, "bid_id": bid.pk, "idempotency_key": "w"}
        assert refused(actions.withdraw_bid, **arguments) == "deadline_passed"


def test_nobody_else_withdraws_or_reads_a_companys_bid_or_draft(town, tender, clara):
    bernd = make_company()
    bid, draft = submit(clara, tender).bid, draft_with(clara, tender)
    for stranger in (bernd.bidder, town.officer, town.openers[0]):
        with pytest.raises(Http404):
            actions.withdraw_bid(actor=stranger, bid_id=bid.pk, idempotency_key=key())
        with pytest.raises(Http404):
            actions.own_draft(stranger, draft.pk)
        assert not Bid.objects.visible_to(stranger, clock.now()).exists()


def test_bids_are_taken_only_while_the_tender_is_open_or_just_closed(town, clara):
    with pytest.raises(Http404):
        submit(clara, scheduled_tender(town))
    assert refused(submit, clara, cancelled_tender(town)) == "tender_cancelled"
    assert refused(submit, clara, opened_tender(town)) == "opened"


def test_only_the_invited_may_bid_for_an_invited_procedure(town, clara):
    bernd = make_company()
    tender = open_tender(
        town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[clara.organization], value="20000"
    )
    assert submit(clara, tender)
    with pytest.raises(Http404):
        submit(bernd, tender)


def test_who_works_for_the_buyer_does_not_bid_there(town, tender, clara):
    add_role(town.officer, clara.organization, "bidder")
    clara.bidder = town.officer
    assert refused(submit, clara, tender) == "roles_mixed"


def test_unknown_lots_positions_and_too_many_decimals_are_named_by_path(tender, clara):
    lots = {
        "L9": {"unit_prices": {"1.1": "1.00"}},
        "L1": {"unit_prices": {"7.7": "1.00", "1.2": "1.001"}, "promised": {"B1": "3"}},
    }
    assert faults(submit, clara, tender, content(lots=lots, mandatory={"Z9": True})) == {
        '$.lots["L9"]',
        '$.lots["L1"].unit_prices["7.7"]',
        '$.lots["L1"].unit_prices["1.2"]',
        '$.lots["L1"].promised["B1"]',
        '$.mandatory["Z9"]',
    }


@pytest.mark.parametrize(
    "price",
    ["NaN", "Infinity", "1,50", "-1", "-0", "1e5", "1_000", "１２３", " 12", "", 12, True, "1" * 20, "0.1234567"],
)
def test_a_price_that_is_no_plain_decimal_text_is_refused(tender, clara, price):
    body = content(lots={"L1": {"unit_prices": {"1.1": "1.00", "1.2": price}}})
    if price == "":
        assert submit(clara, tender, body)  # left empty, not zero
    else:
        assert '$.lots["L1"].unit_prices["1.2"]' in faults(submit, clara, tender, body)


def test_more_lots_than_allowed_are_refused(town, clara):
    tender = open_tender(town, lots=default_lots(3), max_lots_bid=2, value="60000")
    lots = {f"L{n}": {"unit_prices": {f"{n}.1": "1.00"}} for n in (1, 2, 3)}
    assert faults(submit, clara, tender, content(lots=lots)) == {"$.lots"}
    lots["L3"]["chosen"] = False
    assert submit(clara, tender, content(lots=lots))


def test_a_bid_without_declarant_or_lot_is_refused(tender, clara):
    body = content(declarant="", lots={})
    assert faults(submit, clara, tender, body, declarant="") == {"$.declarant", "$.lots"}


def test_drafts_are_shared_in_the_company_versioned_and_encrypted(tender, clara):
    draft = draft_with(clara, tender, content("48151.62"))
    assert b"48151" not in bytes(draft.content)
    assert actions.read_draft(draft)["lots"]["L1"]["unit_prices"]["1.1"] == "48151.62"
    assert actions.start_draft(actor=clara.admin, company=clara.organization, tender_id=tender.pk).pk == draft.pk
    arguments = {"actor": clara.admin, "draft_id": draft.pk, "content": content()}
    actions.save_draft(**arguments, expected_version=draft.version)
    assert refused(actions.save_draft, **arguments, expected_version=draft.version) == "stale"


def test_a_draft_moved_to_another_row_does_not_open(tender, clara):
    from bids.sealing import IntegrityError

    draft, other = draft_with(clara, tender), draft_with(make_company(), tender)
    other.content = draft.content
    with pytest.raises(IntegrityError):
        actions.read_draft(other)


def test_an_extension_keeps_received_bids_and_lets_them_be_replaced(town, tender, clara):
    submit(clara, tender)
    old_end = tender.tender_period_end
    with at_deadline(tender, minutes=-1):
        amendment = tendering.request_extension(
            actor=town.officer, tender_id=tender.pk, new_end=old_end + timedelta(days=7), reason="Many questions"
        )
        tendering.approve_extension(actor=town.second, amendment_id=amendment.pk)
    mail = OutboxMessage.objects.get(recipient=clara.bidder.email, key__startswith=f"tender:{tender.pk}")
    assert tender.title in mail.subject
    with clock.simulated(old_end + timedelta(hours=1)):
        assert submit(clara, tender).act == "replace"
        assert refused(actions.start_opening, actor=town.openers[0], tender_id=tender.pk) == "not_now"
    assert open_all(town, tender).record["bids"][0]["integrity"] == "ok"


def test_the_trail_of_the_tender_does_not_move_when_a_bid_arrives(tender, clara):
    before = list(AuditEvent.objects.filter(chain=tender.chain).values_list("seq", flat=True))
    submit(clara, tender)
    assert list(AuditEvent.objects.filter(chain=tender.chain).values_list("seq", flat=True)) == before
    bodies = [json.loads(event.body) for event in AuditEvent.objects.filter(chain=f"bids:{tender.pk}")]
    assert [body["verb"] for body in bodies] == ["seal.made", "bid.received"]


def test_only_imported_simulated_tenders_keep_a_given_number(town, tender, clara):
    hint = {"extra": {"reference": "T99-B07", "position": 7}}
    assert submit(clara, tender, content(**hint)).bid.imported_as == {}
    imported = open_tender(town)
    type(imported).objects.filter(pk=imported.pk).update(simulated=True, imported=True)
    submit(clara, imported, content(**hint))
    withdrawn = make_company()
    bid = submit(withdrawn, imported, content(extra={"reference": "T99-B08", "position": 8})).bid
    actions.withdraw_bid(actor=withdrawn.bidder, bid_id=bid.pk, idempotency_key="w")
    open_all(town, imported)
    assert list(Bid.objects.filter(tender=imported).values_list("reference", "position")) == [
        ("T99-B07", 7),
        ("T99-B08", 8),
    ]
    bid.refresh_from_db()
    assert [row.lot.code for row in bid.lot_bids.all()] == ["L1"]
    assert not bid.lot_bids.get().prices.exists()
    assert not SealedObject.objects.filter(bid=bid, opened_at__isnull=False).exists()


def test_in_the_second_round_only_the_new_bid_counts_and_keeps_its_number(town, clara):
    tender = open_tender(
        town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[clara.organization], value="20000"
    )
    first = submit(clara, tender, content("2.00")).bid
    open_all(town, tender)
    tender.refresh_from_db()
    with clock.simulated(tender.opened_at + timedelta(days=1)):
        end = clock.now() + timedelta(days=10)
        tendering.start_next_round(
            actor=town.officer, tender_id=tender.pk, new_end=end, opening_planned_at=end + timedelta(minutes=15)
        )
        tender.refresh_from_db()
        second = submit(clara, tender, content("1.50")).bid
    session = open_all(town, tender)
    first.refresh_from_db()
    second.refresh_from_db()
    assert session.record["round"] == 2
    assert (first.status, second.status) == ("replaced", "opened")
    assert second.reference == f"{tender.reference}-B01"
    assert first.reference == f"{tender.reference}-B01-R1"
