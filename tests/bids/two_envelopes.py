"""A tender whose prices have an envelope of their own, and a bid full of marks in it."""

import io
from datetime import timedelta
from typing import Any

from accounts import clock
from accounts.audit import in_transaction
from bids import actions
from bids.content import WITH_PRICES
from bids.models import Bid, OpenedDocument, OpeningSession, Receipt, SealedObject
from bids.upload import seal_stream
from tendering import actions as tendering
from tendering.defaults import default_evaluation
from tests.bids import marks
from tests.bids.bidding import declare, draft_with, key, release
from tests.factories import default_criteria, make_company, make_town, open_tender

QUALITY = "Zwei Prüfungen je Auftrag 90c4"
CRITERIA = [
    *default_criteria()[:2],
    {"code": "B2", "kind": "quality", "name": "Transition", "weight": "20"},
    {"code": "E1", "kind": "efficiency", "name": "Days", "weight": "10", "unit": "days", "direction": "lower",
     "curve": [["5", "10"], ["20", "0"]]},
    {"code": "C1", "kind": "cost", "name": "Cost per case", "weight": "10", "unit": "EUR", "direction": "lower",
     "curve": [["5", "10"], ["90000", "0"]]},
]  # fmt: skip
BODY = {
    "vat_rate": "19",
    "declarant": "Bidder Clara",
    "mandatory": {"A1": True},
    "lots": {
        "L1": {
            "unit_prices": {"1.1": "0", "1.2": marks.PRICE},
            "stated_total": marks.PRICE,
            "discount_pct": "1",
            "answers": {"B1": QUALITY, "B2": "Plan", "C1": marks.TEXT},
            "promised": {"E1": "7", "C1": marks.PRICE},
        }
    },
}


class TwoEnvelopes:
    """A town, its tender, Clara's bid with a paper in each envelope."""

    def __init__(self, **fields: Any) -> None:
        self.town = fields.pop("town", None) or make_town()
        rule = {**default_evaluation("generic_en"), "two_envelopes": True}
        self.tender = open_tender(self.town, evaluation=rule, criteria=CRITERIA, **fields)
        self.clara = make_company(name="Clara GmbH")
        self.draft = draft_with(self.clara, self.tender, BODY)
        self.attach("Konzept.pdf", b"how we work", "")
        self.attach(marks.NAME, marks.BODY.encode() * 9, WITH_PRICES)

    def attach(self, name: str, data: bytes, role: str) -> None:
        seal = actions.current_seals(self.tender)[-1 if role == WITH_PRICES else 0]
        stored = seal_stream(io.BytesIO(data), None, self.draft, seal.recipient, envelope=seal.envelope)
        actions.attach_document(actor=self.clara.bidder, draft_id=self.draft.pk, stored=stored, name=name, role=role)

    def submit(self) -> Any:
        return actions.submit_bid(
            actor=self.clara.bidder, draft_id=self.draft.pk, declarant="Bidder Clara", idempotency_key=key()
        )

    def ids(self, each: int | None = None) -> list[Any]:
        """Ids of everything that has a page of its own; with `each` at most so many of a kind."""
        rows = (Bid, SealedObject, Receipt, OpeningSession, OpenedDocument)
        return [pk for model in rows for pk in model.objects.values_list("pk", flat=True)[:each]]

    def after(self, **shift: float) -> Any:
        """The clock at the deadline and this much later."""
        self.tender.refresh_from_db()
        return clock.simulated(self.tender.tender_period_end + timedelta(**shift))

    def open(self, *openers: Any, **shift: float) -> OpeningSession:
        """The next opening of the tender by these people, by default the first two."""
        with self.after(**(shift or {"minutes": 15})):
            declare(self.town, self.tender)
            session = actions.start_opening(actor=self.town.openers[0], tender_id=self.tender.pk)
            return release(session, *(openers or self.town.openers[:2]))

    def close_scores(self, **shift: float) -> None:
        with self.after(**(shift or {"hours": 1})), in_transaction():
            tendering.close_scores(self.tender, clock.now())
