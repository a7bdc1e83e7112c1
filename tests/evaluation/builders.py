"""An opened tender with bids, written as rows: what the opening leaves behind, without the cryptography."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts import clock
from accounts.models import User
from bids.models import Bid, BidAnswer, BidLot, ItemPrice
from evaluation import actions
from tendering.models import ConflictDeclaration, Criterion, Item, Tender
from tests import factories

LETTER = {"1.1": "2.10", "1.2": "500.00"}


@dataclass
class Case:
    """A town, its opened tender and the bids by short name."""

    town: factories.Town
    tender: Tender
    bids: dict[str, Bid] = field(default_factory=dict)
    companies: dict[str, factories.Company] = field(default_factory=dict)

    def officer(self) -> User:
        return self.town.officer


def opened_case(**fields: Any) -> Case:
    """One lot, criteria B1 and B2, nothing bid yet; opened now."""
    town = factories.make_town(keys=True)
    return Case(town, factories.opened_tender(town, **fields))


def add_bid(
    case: Case, name: str, prices: dict[str, dict[str, str]] | dict[str, str], *,
    promised: dict[str, str] | None = None,
    stated: str | None = None, discount: str = "0", vat: str = "19", company: factories.Company | None = None,
    **fields: Any,
) -> Bid:  # fmt: skip
    """A bid as the opening writes it; `prices` by position, or by lot and position. State fields go in by keyword."""
    company, now = company or factories.make_company(), clock.now()
    by_lot = prices if all(isinstance(value, dict) for value in prices.values()) else {"L1": prices}
    moments = {"received_at": now - timedelta(days=2), "recorded_at": now - timedelta(days=2), "opened_at": now}
    bid = Bid.objects.create(
        tender=case.tender, company=company.organization, submitted_by=company.bidder, draft_id=uuid4(),
        sealed_at="server", vat_rate=Decimal(vat), reference=f"{case.tender.reference}-{name}", **{**moments, **fields},
    )  # fmt: skip
    for code, lot_prices in by_lot.items() if bid.opened_at else ():
        lot = case.tender.lots.get(code=code)
        bid_lot = BidLot.objects.create(
            bid=bid, lot=lot, discount_pct=Decimal(discount), stated_total=Decimal(stated) if stated else None
        )
        for ref, price in lot_prices.items():
            item = Item.objects.get(lot=lot, ref=ref)
            ItemPrice.objects.create(bid_lot=bid_lot, item=item, unit_price=Decimal(price))
        for code_, value in (promised or {}).items():
            criterion = Criterion.objects.get(tender=case.tender, code=code_)
            BidAnswer.objects.create(bid_lot=bid_lot, criterion=criterion, value=Decimal(value))
    case.bids[name], case.companies[name] = bid, company
    return bid


def fine(**changes: Any) -> dict[str, Any]:
    """Findings of a formal check without any objection."""
    return {
        "mandatory": {"A1": True},
        "documents": [],
        "changed_documents": False,
        "grounds": [],
        "notes": [],
        **changes,
    }


def check_all(case: Case, **findings: dict[str, Any]) -> None:
    """Formal check of every opened bid, confirmed by the second officer; findings by bid name."""
    for name, bid in case.bids.items():
        if bid.opened_at and not bid.withdrawn_at:
            actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=findings.get(name, fine()))
    actions.confirm_formal_check(actor=case.town.second, tender_id=case.tender.pk)


def declare(case: Case, *people: User, conflict: bool = False) -> None:
    for person in people:
        ConflictDeclaration.objects.create(tender=case.tender, user=person, declared_at=clock.now(), conflict=conflict)


def seat_panel(case: Case, size: int = 3) -> list[User]:
    """Evaluators appointed and declared, the chair too."""
    people = case.town.evaluators[:size]
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=people)
    declare(case, *people, case.town.chair)
    return people


def score(case: Case, evaluator: User, scores: dict[str, dict[str, str]], lot: str = "L1") -> None:
    """Scores {bid name: {criterion: value}} of one evaluator."""
    lines = [
        {"bid_id": str(case.bids[name].pk), "lot": lot, "criterion": code, "value": value, "comment": "concept p. 4"}
        for name, values in scores.items()
        for code, value in values.items()
    ]
    actions.give_scores(actor=evaluator, tender_id=case.tender.pk, scores=lines)


def score_and_close(case: Case, scores: dict[str, dict[str, str]], lot: str = "L1") -> None:
    """A panel of three that agrees entirely, closed by the chair."""
    for evaluator in seat_panel(case):
        score(case, evaluator, scores, lot)
        actions.submit_scores(actor=evaluator, tender_id=case.tender.pk)
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)


def evaluated_case(promised: dict[str, str] | None = None, **fields: Any) -> Case:
    """Two bids: B01 cheaper, B02 better; evaluated. Criteria that `promised` answers are not scored by the panel."""
    case = opened_case(**fields)
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"}, promised=promised)
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"}, promised=promised)
    check_all(case)
    scores = {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}}
    if promised:
        scores = {name: {"B1": values["B1"]} for name, values in scores.items()}
    score_and_close(case, scores)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case
