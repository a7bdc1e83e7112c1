"""Two envelopes: the first opening reads quality only, the second the prices, once the scores are closed."""

import io
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.decision import RefusedError
from accounts.evidence import open_receipt
from bids import actions, keys, keys_left
from bids.actions.seal_check import own_pieces
from bids.content import WITH_PRICES
from bids.envelopes import PRICE, TECHNICAL
from bids.models import Bid, BidAnswer, BidLot, ItemPrice, OpenedDocument, SealedObject, SealPiece, TenderSeal
from bids.sealing import Piece, SealingError, open_piece, seal_bytes, unlock_opener_key
from bids.upload import seal_stream
from tendering.actions import mark_prices_opened
from tests.bids import marks
from tests.bids.bidding import declare, key, release
from tests.bids.browser_release import release_in_browser
from tests.bids.test_opening import refused
from tests.bids.test_secrecy import addresses, files, rows
from tests.bids.two_envelopes import QUALITY, TwoEnvelopes
from tests.factories import PASS_SENTENCE

pytestmark = pytest.mark.django_db
PAGES = ("", "opening/", "opening/record/", "evaluation/", "checks/", "statistics/", "compare/")


def body_of(answer: Any) -> bytes:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content + str(dict(answer.headers)).encode()


def priced(answer: bytes) -> list[str]:
    return [mark for mark in marks.found(answer) if mark != marks.DECLARANT]


def test_the_prices_are_sealed_until_the_scores_are_closed_and_two_open_again():
    """Between the openings no page, API answer, row or file holds a price, a priced paper or its name."""
    scene = TwoEnvelopes()
    receipt = scene.submit()
    technical, prices = actions.current_seals(scene.tender)
    said = open_receipt(receipt.note, [keys.printed_verifier_key()])
    assert (said["envelope"], said["recipient"], said["price_recipient"]) == (
        "technical+price", technical.recipient, prices.recipient,
    )  # fmt: skip

    first = scene.open()
    bid = Bid.objects.get(tender=scene.tender)
    assert first.record["envelope"] == TECHNICAL
    assert first.record["bids"][0] | {"received_at": ""} == {
        "bid": bid.reference, "bidder": "Clara GmbH", "received_at": "", "integrity": "ok", "sealed_at": "server",
        "documents": 1, "lots": [{"lot": "L1"}],
    }  # fmt: skip
    answers = BidAnswer.objects.filter(bid_lot__bid=bid)
    assert set(answers.values_list("criterion__code", "text", "value")) == {
        ("B1", QUALITY, None), ("B2", "Plan", None), ("E1", "", Decimal(7)),
    }  # fmt: skip
    assert [document.name for document in OpenedDocument.objects.filter(bid=bid)] == ["Konzept.pdf"]
    assert (bid.vat_rate, ItemPrice.objects.count()) == (None, 0)

    with scene.after(minutes=30):
        for person in (scene.town.officer, scene.town.openers[0]):
            client = Client()
            client.force_login(person)
            for page in PAGES:
                assert priced(client.get(f"/tenders/{scene.tender.pk}/{page}").content) == [], page
            for page in (f"tenders/{scene.tender.pk}/open/", f"tenders/{scene.tender.pk}/bids/", f"bids/{bid.pk}/"):
                assert priced(client.get(f"/api/v1/{page}").content) == [], page
    assert [mark for row in rows() for mark in priced(row)] == []
    assert [mark for file in files(settings.DATA_DIR) for mark in priced(file)] == []

    with scene.after(minutes=40):
        assert refused(actions.start_opening, actor=scene.town.openers[0], tender_id=scene.tender.pk) == "scores_open"
        with pytest.raises(ValueError, match="before the scores are closed"):
            mark_prices_opened(scene.tender, scene.tender.tender_period_end)
    scene.close_scores()
    one = scene.open(scene.town.openers[0], hours=2)
    assert (one.kind, one.completed_at, ItemPrice.objects.count()) == ("prices", None, 0)
    second = scene.open(scene.town.openers[2], hours=2)
    assert (second.pk, second.record["envelope"], second.record["kind"]) == (one.pk, PRICE, "prices")
    entry = second.record["bids"][0]
    assert (entry["bid"], entry["lots"][0]["total"], entry["documents"]) == (bid.reference, marks.PRICE, 1)
    bid.refresh_from_db()
    lot = BidLot.objects.get(bid=bid)
    assert (bid.vat_rate, lot.discount_pct, lot.stated_total) == (Decimal(19), Decimal(1), Decimal(marks.PRICE))
    assert BidAnswer.objects.get(bid_lot=lot, criterion__code="C1").value == Decimal(marks.PRICE)
    assert {document.name for document in OpenedDocument.objects.filter(bid=bid)} == {"Konzept.pdf", marks.NAME}
    scene.tender.refresh_from_db()
    assert scene.tender.prices_opened_at == second.completed_at
    assert not SealPiece.objects.exclude(body={}).exists()
    assert set(TenderSeal.objects.values_list("clock_wrapped", flat=True)) == {""}
    with scene.after(hours=3):
        assert refused(actions.start_opening, actor=scene.town.openers[0], tender_id=scene.tender.pk) == "not_now"
        client.force_login(scene.town.officer)
        assert "48.151,62" in client.get(f"/tenders/{scene.tender.pk}/opening/record/").content.decode()


@pytest.mark.slow  # every address of the tender and its bids
def test_between_the_openings_no_address_of_the_tender_shows_office_or_panel_a_price():
    scene = TwoEnvelopes()
    scene.submit()
    scene.open()
    own = [
        path
        for path in addresses(scene)
        if f"/{scene.tender.pk}/" in path or any(str(pk) in path for pk in scene.ids())
    ]
    assert len(own) > 100
    with scene.after(minutes=30):
        for person in (scene.town.officer, scene.town.evaluators[0]):
            client = Client(raise_request_exception=False)
            client.force_login(person)
            assert [path for path in own if priced(body_of(client.get(path)))] == []


def test_the_pieces_and_the_clock_share_of_one_envelope_do_not_open_the_other():
    scene = TwoEnvelopes()
    scene.submit()
    technical, prices = actions.current_seals(scene.tender)
    opener = scene.town.openers[0]
    held = own_pieces(opener, scene.tender)
    assert held is not None
    key_used, pieces = held
    assert {piece["tender"] for piece in pieces} == {f"{scene.tender.pk}/technical", f"{scene.tender.pk}/price"}
    secret = unlock_opener_key(bytes(key_used.locked), PASS_SENTENCE).secret
    own = Piece.from_json(next(piece for piece in pieces if piece["tender"].endswith("price")))
    moved = Piece.from_json({**own.to_json(), "tender": f"{scene.tender.pk}/technical"})
    assert open_piece(own, secret).value
    with pytest.raises(SealingError):
        open_piece(moved, secret)

    TenderSeal.objects.filter(pk=technical.pk).update(clock_wrapped=prices.clock_wrapped)
    with scene.after(minutes=15):
        declare(scene.town, scene.tender)
        session = actions.start_opening(actor=opener, tender_id=scene.tender.pk)
        with pytest.raises(RefusedError, match="pieces_wrong"):
            release_in_browser(session, *scene.town.openers[:2])
        TenderSeal.objects.filter(pk=technical.pk).update(clock_wrapped=technical.clock_wrapped)
        session = actions.resume_opening(actor=opener, tender_id=scene.tender.pk)
    assert session is not None
    assert session.completed_at
    scene.close_scores()
    with scene.after(hours=2):
        session = actions.start_opening(actor=opener, tender_id=scene.tender.pk)
        first = SealPiece.objects.filter(seal=prices, opener=scene.town.openers[1]).first()
        assert first is not None
        SealPiece.objects.filter(pk=first.pk).update(body={**first.body, "commit": "0" * 64})
        release(session, opener)
        with pytest.raises(RefusedError, match="pieces_damaged"):
            release(session, scene.town.openers[1])
    assert not ItemPrice.objects.exists()


def test_a_bidder_seals_both_parts_and_a_price_in_the_quality_part_is_no_good_bid():
    scene = TwoEnvelopes()
    wanted = actions.prepare_manifest(actor=scene.clara.bidder, draft_id=scene.draft.pk, declarant="Clara")
    assert wanted.price is not None
    assert marks.PRICE not in wanted.text
    assert marks.NAME not in wanted.text
    assert QUALITY not in wanted.price.text
    assert (wanted.place.envelope, wanted.price.place.envelope) == (TECHNICAL, PRICE)

    def sealed(part, text=None, price=None):
        data = seal_bytes(part.place, (text or part.text).encode(), part.recipient)
        return actions.SealedOutside(UUID(part.place.object), data, part.version, "browser", price)

    given = {"actor": scene.clara.bidder, "draft_id": scene.draft.pk, "declarant": "Clara", "keep_copy": True}
    with pytest.raises(ValidationError) as caught:
        actions.submit_sealed(**given, idempotency_key=key(), sealed=sealed(wanted))
    assert "price_manifest" in caught.value.message_dict
    whole = json.loads(wanted.text)
    whole["content"]["lots"][0]["prices"] = [{"net": marks.PRICE, "ref": "1.2"}]
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    receipt = actions.submit_sealed(
        **given, idempotency_key=key(), sealed=sealed(wanted, text, price=sealed(wanted.price))
    )
    assert SealedObject.objects.filter(bid=receipt.bid, kind="manifest").count() == 2
    assert scene.open().record["bids"][0]["integrity"] == "envelope"
    assert not ItemPrice.objects.exists()


def test_a_tampered_price_part_is_named_in_the_second_record_only():
    scene = TwoEnvelopes()
    bid = scene.submit().bid
    part = SealedObject.objects.get(bid=bid, kind="manifest", envelope=PRICE)
    path = settings.SEALED_DIR / part.path
    path.chmod(0o600)
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert scene.open().record["bids"][0]["integrity"] == "ok"
    scene.close_scores()
    record = scene.open(hours=2).record
    assert (record["bids"][0]["integrity"], record["bids"][0].get("lots")) == ("hash", None)
    bid.refresh_from_db()
    assert bid.damaged_at


def test_a_paper_with_prices_goes_into_the_envelope_of_the_prices_only():
    scene = TwoEnvelopes()
    first = actions.current_seal(scene.tender)
    stored = seal_stream(io.BytesIO(b"x"), None, scene.draft, first.recipient, envelope=first.envelope)
    with pytest.raises(ValidationError) as caught:
        actions.attach_document(
            actor=scene.clara.bidder, draft_id=scene.draft.pk, stored=stored, name="a.pdf", role=WITH_PRICES
        )
    assert "role" in caught.value.message_dict
    assert not (settings.SEALED_DIR / stored.path).exists()
    assert SealedObject.objects.filter(draft_id=scene.draft.pk, envelope=PRICE).count() == 1


def test_keys_of_a_tender_are_counted_until_its_prices_are_open():
    scene = TwoEnvelopes()
    group = scene.town.organization.opening_group
    assert [row.tender for row in keys_left.seals_of(group)] == [scene.tender]
    scene.open()
    assert [row.tender for row in keys_left.seals_of(group)] == [scene.tender]
    scene.close_scores()
    scene.open(hours=2)
    assert keys_left.seals_of(group) == []
