"""A database that fails while it commits may have recorded the act: its files stay, the same key finds the receipt."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection

from bids import actions
from bids.actions import current_seal
from bids.models import Bid, OpenedDocument, Receipt, SealedObject
from bids.upload import seal_stream
from tests.bids.bidding import content, draft_with, key, open_all
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def commit_fails(monkeypatch: pytest.MonkeyPatch, *, recorded: bool) -> Iterator[None]:
    """The outermost commit ends with an error, after or without having written."""
    original = connection._commit

    def fails() -> None:
        if recorded:
            original()
        raise OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", fails)
        with pytest.raises(OperationalError):
            yield


@pytest.mark.parametrize("recorded", [True, False])
def test_whether_or_not_it_was_recorded_repeating_gives_one_whole_bid(monkeypatch: Any, recorded: bool) -> None:
    town, clara = make_town(), make_company()
    tender = open_tender(town)
    draft, same = draft_with(clara, tender), key()

    def hand_in() -> Receipt:
        return actions.submit_bid(actor=clara.bidder, draft_id=draft.pk, declarant="Clara", idempotency_key=same)

    with commit_fails(monkeypatch, recorded=recorded):
        hand_in()
    assert Bid.objects.exists() == recorded
    receipt = hand_in()
    assert Receipt.objects.get() == receipt
    assert (settings.SEALED_DIR / SealedObject.objects.get().path).is_file()
    call_command("audit_verify", stdout=io.StringIO())
    assert len(open_all(town, tender).record["bids"]) == 1


def test_a_document_of_unknown_outcome_keeps_its_file(monkeypatch: Any) -> None:
    town, clara = make_town(), make_company()
    tender = open_tender(town)
    draft = draft_with(clara, tender, content())
    stored = seal_stream(io.BytesIO(b"Konzept"), None, draft, current_seal(tender).recipient)
    with commit_fails(monkeypatch, recorded=True):
        actions.attach_document(actor=clara.bidder, draft_id=draft.pk, stored=stored, name="a.pdf", role="concept")
    actions.submit_bid(actor=clara.bidder, draft_id=draft.pk, declarant="Clara", idempotency_key=key())
    open_all(town, tender)
    assert (settings.OPENED_DIR / OpenedDocument.objects.get().path).is_file()
    call_command("audit_verify", stdout=io.StringIO())
