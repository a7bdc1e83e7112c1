"""A procedure with a call for candidates, and its companies: steps that several tests share."""

from datetime import timedelta
from typing import Any

from accounts import clock
from bids.models import Bid, Receipt
from evaluation import actions
from tendering import actions as tendering
from tendering.models import Tender
from tests.bids.bidding import key, open_all
from tests.bids.bidding import submit as hand_in
from tests.factories import Company, Town, draft_tender, make_company, make_town

SELECTION = [
    {"name": "References of the last three years", "description": "Comparable services", "weight": "60"},
    {"name": "People and machines", "weight": "40"},
]


def call_fields(**changes: Any) -> dict[str, Any]:
    now = clock.now()
    fields = {
        "request_period_end": now + timedelta(days=40),
        "enquiry_period_end": now + timedelta(days=30),
        "opening_planned_at": now + timedelta(days=40, minutes=15),
        "min_candidates": 2,
        "max_candidates": 2,
        "requirements": [{"name": "Entry in the trade register", "proof": "extract"}],
        "selection": SELECTION,
        "documents": [{"name": "Extract of the register", "category": "company_related"}],
    }
    return {**fields, **changes}


def draft_procedure(town: Town, **fields: Any) -> Any:
    """The draft of a restricted procedure with a call."""
    return draft_tender(town, procedure_type="NATIONAL_RESTRICTED_WITH_CALL", **fields)


def request_body(answer: str = "Ten towns", **changes: Any) -> dict[str, Any]:
    body = {
        "declarant": "Bidder Clara",
        "mandatory": {"A1": True},
        "lots": {"1": {"answers": {"S1": answer, "S2": "Two machines"}}},
    }
    return {**body, **changes}


class Procedure:
    """A town, the draft of its tender and the published call."""

    def __init__(self, town: Town | None = None, **changes: Any) -> None:
        self.town = town or make_town()
        self.tender: Tender = draft_procedure(self.town)
        self.call = tendering.set_call(actor=self.town.officer, tender_id=self.tender.pk, call=call_fields(**changes))
        tendering.prepare_tender(actor=self.town.officer, tender_id=self.call.pk, reasons={"*": "checked"})
        self.call = tendering.release_tender(actor=self.town.second, tender_id=self.call.pk)
        self.tender.refresh_from_db()

    def apply(self, name: str, **changes: Any) -> Company:
        company = make_company(name=name)
        self.hand_in(company, **changes)
        return company

    def hand_in(self, company: Company, **changes: Any) -> Receipt:
        return hand_in(company, self.call, request_body(**changes))

    def open(self, minutes: float = 15) -> None:
        open_all(self.town, self.call, minutes=minutes)
        self.call.refresh_from_db()

    def after(self, **shift: float) -> Any:
        """The clock, this long after the end of the requests."""
        return clock.simulated(self.call.tender_period_end + timedelta(**(shift or {"hours": 1})))

    def bid_of(self, company: Company) -> Bid:
        return Bid.objects.live().get(tender=self.call, company=company.organization)

    def check_all(self, **met: bool) -> None:
        """The formal check of every request, confirmed; `met` names companies that do not meet A1."""
        for bid in Bid.objects.live().filter(tender=self.call, opened_at__isnull=False):
            findings = {"mandatory": {"A1": met.get(bid.company.name, True)}}
            actions.record_formal_check(actor=self.town.officer, bid_id=bid.pk, findings=findings)
        actions.confirm_formal_check(actor=self.town.second, tender_id=self.call.pk)

    def score(self, company: Company, first: str, second: str) -> None:
        scores = {"S1": {"points": first, "reason": "its references"}, "S2": {"points": second, "reason": "its people"}}
        actions.score_candidate(actor=self.town.officer, bid_id=self.bid_of(company).pk, scores=scores)

    def select(self, reason: str = "") -> None:
        actions.propose_selection(actor=self.town.officer, tender_id=self.call.pk, reason=reason)
        actions.decide_selection(actor=self.town.second, tender_id=self.call.pk)
        self.call.refresh_from_db()
        self.tender.refresh_from_db()

    def release_bids(self) -> Tender:
        """The stage of bids is published for the invited."""
        now = clock.now()
        moments = {
            "enquiry_period_end": now + timedelta(days=20),
            "tender_period_end": now + timedelta(days=40),
            "opening_planned_at": now + timedelta(days=41),
            "bid_validity_end": (now + timedelta(days=99)).date(),
        }
        tendering.update_tender(
            actor=self.town.officer, tender_id=self.tender.pk, expected_version=None, fields=moments
        )
        tendering.prepare_tender(actor=self.town.officer, tender_id=self.tender.pk, reasons={"*": "checked"})
        self.tender = tendering.release_tender(actor=self.town.second, tender_id=self.tender.pk)
        return self.tender


def decided(**names: tuple[str, str]) -> tuple[Procedure, dict[str, Company]]:
    """A call opened, checked and decided by these points; the clock must be set by the caller afterwards."""
    one = Procedure()
    companies = {name: one.apply(name) for name in names}
    one.open()
    with one.after():
        one.check_all()
        for name, points in names.items():
            one.score(companies[name], *points)
        one.select()
    return one, companies


__all__ = ["Procedure", "call_fields", "decided", "draft_procedure", "key", "request_body"]
