"""Steps that several tests of bidding share: contents, a submitted bid, an opening by two."""

from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import count
from typing import Any

from accounts import clock
from bids import actions
from bids.models import OpeningSession, Receipt
from tendering.models import ConflictDeclaration, Tender
from tests.factories import PASS_SENTENCE, Company, Town

_keys = count(1)


def content(price: str = "1.2500", **changes: Any) -> dict[str, Any]:
    """A whole bid for lot L1 of the default tender."""
    body = {
        "vat_rate": "19",
        "declarant": "Bidder Clara",
        "mandatory": {"A1": True},
        "lots": {"L1": {"unit_prices": {"1.1": price, "1.2": "500.00"}, "answers": {"B1": "Two checks", "B2": "Plan"}}},
    }
    return {**body, **changes}


def key() -> str:
    return f"key-{next(_keys)}"


def submit(company: Company, tender: Tender, body: dict[str, Any] | None = None, **changes: Any) -> Receipt:
    arguments = {"idempotency_key": key(), "declarant": "Bidder Clara", **changes}
    return actions.submit_manifest(
        actor=company.bidder,
        company=company.organization,
        tender_id=tender.pk,
        content=body or content(),
        **arguments,
    )


def draft_with(company: Company, tender: Tender, body: dict[str, Any] | None = None) -> Any:
    draft = actions.start_draft(actor=company.bidder, company=company.organization, tender_id=tender.pk)
    return actions.save_draft(
        actor=company.bidder, draft_id=draft.pk, expected_version=draft.version, content=body or content()
    )


def at_deadline(tender: Tender, **shift: float) -> AbstractContextManager[None]:
    """The clock stands at the deadline plus this much."""
    tender.refresh_from_db()
    return clock.simulated(tender.tender_period_end + timedelta(**shift))


def declare(town: Town, tender: Tender) -> None:
    for opener in town.openers:
        ConflictDeclaration.objects.update_or_create(tender=tender, user=opener, defaults={"declared_at": clock.now()})


def release(session: OpeningSession, *openers: Any, sentence: str = PASS_SENTENCE) -> OpeningSession:
    for opener in openers:
        session = actions.release_pieces(actor=opener, session_id=session.pk, pass_sentence=sentence)
    return session


def open_all(town: Town, tender: Tender, *, minutes: float = 15) -> OpeningSession:
    with at_deadline(tender, minutes=minutes):
        declare(town, tender)
        session = actions.start_opening(actor=town.openers[0], tender_id=tender.pk)
        return release(session, *town.openers[:2])
