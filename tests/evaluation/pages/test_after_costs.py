"""What pages after the award cost in looks at the database: the same for many bidders, periods and past awards."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from evaluation.flags import past_of
from evaluation.models import Complaint, Contract, ContractChange, DebriefRequest, Letter, LetterDispatch
from tests import factories
from tests.evaluation.builders import evaluated_case
from tests.evaluation.test_letters_and_contract import contract_case, record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# address below the tender, the contract or the interface: most looks at tables, those for person and menu among them
MOST = {"letters/": 36, "complaints/": 26, "contract": 28, "api letters/": 13, "api complaints/": 8, "api contract": 14}


def queries(client: Client, address: str) -> int:
    client.get(address)  # what a process learns once is not counted
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len([query for query in asked.captured_queries if "clock_timestamp()" not in query["sql"]])


def grow(letter: Letter, contract: Contract, number: int) -> None:
    """More bidders with letters, questions and complaints; more changes, rows written as the acts leave them."""
    now, notice = clock.now(), letter.notice
    for _n in range(number):
        company = factories.make_company()
        bid = letter.bid
        bid.pk, bid.draft_id, bid.company, bid.reference = (
            uuid4(),
            uuid4(),
            company.organization,
            f"X{company.bidder.pk}",
        )
        bid.save(force_insert=True)
        copy = Letter.objects.create(
            notice=notice, tender=letter.tender, bid=bid, company=company.organization, kind="refusal",
            content=letter.content, sha256=letter.sha256, sent_at=now,
        )  # fmt: skip
        LetterDispatch.objects.create(letter=copy, recipient=company.bidder, sent_at=now)
        DebriefRequest.objects.create(letter=copy, asked_at=now, asked_by=company.bidder, text="Why?", due_at=now + DAY)
        Complaint.objects.create(
            tender=letter.tender, company=company.organization, filed_at=now, filed_by=company.bidder,
            known_on=now.date(), text="A rule was broken.",
        )  # fmt: skip
        ContractChange.objects.create(
            contract=contract, at=now, effective_on=now.date(), ground="small", description="x", reason="x", delta=1,
            pct=1, pct_cumulated=1, decided_by=contract.recorded_by, confirmed_at=now,
        )  # fmt: skip


def test_letters_complaints_and_contracts_cost_the_same_for_many_as_for_few() -> None:
    case, contract = contract_case()
    officer = Client(headers={"accept-language": "en"})
    officer.force_login(case.town.officer)
    addresses = {
        "letters/": f"/tenders/{case.tender.pk}/letters/", "complaints/": f"/tenders/{case.tender.pk}/complaints/",
        "contract": f"/contracts/{contract.pk}/", "api letters/": f"/api/v1/tenders/{case.tender.pk}/letters/",
        "api complaints/": f"/api/v1/tenders/{case.tender.pk}/complaints/",
        "api contract": f"/api/v1/contracts/{contract.pk}/",
    }  # fmt: skip
    letter = Letter.objects.select_related("notice", "tender", "bid").filter(tender=case.tender, kind="refusal").get()
    counts = []
    for month in (1, 2):
        with clock.simulated(contract.recorded_at + timedelta(days=200)):
            for n in range(3 * month):
                start = contract.starts_on + (n + 3 * (month - 1) * 2) * 10 * DAY
                record(case, contract, start=start, end=start + 5 * DAY)
        grow(letter, contract, 3 * month)
        counts.append({name: queries(officer, address) for name, address in addresses.items()})
    few, many = counts
    assert many == few
    assert {name: count for name, count in many.items() if count > MOST[name]} == {}


def test_the_page_of_the_award_costs_the_same_after_many_awards_and_reads_none_of_another_kind() -> None:
    case = evaluated_case()
    officer = Client()
    officer.force_login(case.town.officer)
    address = f"/tenders/{case.tender.pk}/award/"
    counts = []
    for number in (1, 3):
        for cpv in ("64112000", "90910000"):
            for _number in range(number):
                factories.awarded_tender(cpv_main=cpv, lots=[{**factories.default_lots()[0], "cpv": cpv}])
        counts.append(queries(officer, address))
    assert counts[0] == counts[1] <= 50
    assert {facts.group for facts in past_of(case.tender, clock.now())} == {"64"}
