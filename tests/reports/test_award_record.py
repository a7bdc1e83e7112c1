"""The award record: a procedure played from the need to the contract fills every heading, from reasons written once."""

import pytest
from django.test import Client

from accounts import clock
from config.demo.case_files import read_case
from config.demo.load import load
from evaluation import actions
from reports.audit.access import sight_of
from reports.award_record import Heading, headings
from reports.documents import award_record_pdf
from tendering.models import Lot, Tender
from tests import factories
from tests.conftest import CASES
from tests.evaluation.builders import add_bid, check_all, opened_case, score_and_close
from tests.evaluation.test_letters_and_contract import awarded_case, contract_case, decide
from tests.reports.pdf_text import pages

pytestmark = pytest.mark.django_db


def record(tender: Tender) -> dict[int, Heading]:
    tender = Tender.objects.select_related("buyer").get(pk=tender.pk)
    return {one.number: one for one in headings(sight_of(tender, clock.now()))}


def gaps(tender: Tender) -> list[int]:
    return [number for number, one in record(tender).items() if one.state == "gap"]


def test_a_procedure_played_to_its_contract_leaves_no_gap_and_repeats_the_reasons_of_its_steps() -> None:
    case, _contract = contract_case(language="en", value_method="Offers of three companies last year.")
    found = record(case.tender)
    assert sorted(found) == list(range(1, 13))
    assert all(one.title and one.lines and all(one.lines) for one in found.values())
    assert {number: one.state for number, one in found.items()} == {
        1: "filled", 2: "filled", 3: "filled", 4: "not_applicable", 5: "filled", 6: "not_applicable",
        7: "not_applicable", 8: "not_applicable", 9: "not_applicable", 10: "filled", 11: "filled",
        12: "not_applicable",
    }  # fmt: skip
    winner, loser = (case.companies[name].organization.name for name in ("B02", "B01"))
    assert "Offers of three companies last year." in " ".join(found[1].lines)
    assert any(
        winner in line and "checked by Officer Anna, confirmed by Officer Bernd" in line for line in found[2].lines
    )
    assert any(loser in line and "place 2" in line for line in found[3].lines)
    assert "It comes first." in " ".join(found[5].lines) and winner in " ".join(found[5].lines)
    assert f"{winner} names no subcontractors." in found[5].lines
    assert any("Evaluator 1: declares no conflict" in line for line in found[10].lines)
    assert found[11].lines == ("checked in the test",), "the officer's answer to the rule about lots"


def test_a_reference_case_played_to_its_contract_leaves_no_gap_and_an_undecided_lot_is_one() -> None:
    tender = load(read_case(CASES / "T08"), finish=True)
    assert isinstance(tender, Tender) and tender.contracts.exists()
    assert gaps(tender) == []
    Lot.objects.create(tender=tender, code="L9", title="Ein weiteres Los")
    assert gaps(tender) == [5]


def test_excluded_and_too_low_bids_subcontractors_and_a_ground_for_negotiations_stand_under_their_numbers() -> None:
    case = opened_case(
        language="en", procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", legal_basis="Only three companies can do it.",
        invited=[factories.make_company().organization],
    )  # fmt: skip
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    bid = case.bids["B02"]
    bid.opened = {"subcontractors": [{"name": "Boten KG", "part": "delivery", "share_pct": "40"}]}
    bid.save()
    out = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B01"].pk, lot_code=None, code="form", reason="The name is missing."
    )
    check_all(case)
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=out.pk)
    score_and_close(case, {"B02": {"B1": "9", "B2": "8"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case)
    found = record(case.tender)
    assert any("The name is missing." in line for line in found[3].lines)
    assert "Subcontractor: Boten KG, delivery, 40 %" in found[5].lines
    assert (found[6].state, found[7].state) == ("not_applicable", "filled")
    assert "Only three companies can do it." in found[7].lines[0]


def test_what_is_not_there_is_named_as_a_gap_and_before_the_opening_no_bid_is_named() -> None:
    tender = factories.closed_tender(language="en")
    Tender.objects.filter(pk=tender.pk).update(value=None, rule_findings=[])
    assert gaps(tender) == [1, 5, 11]
    text = " ".join(line for one in record(tender).values() for line in one.lines)
    assert "The estimated value is missing." in text and "Company" not in text


def test_the_office_takes_it_as_a_file_and_under_a_profile_without_statutes_it_names_no_law() -> None:
    case = awarded_case(language="en", profile="generic_en")
    officer = Client()
    officer.force_login(case.town.officer)
    answer = officer.get(f"/tenders/{case.tender.pk}/award-record.pdf")
    assert answer.status_code == 200 and answer.content[:5] == b"%PDF-"
    tender = Tender.objects.select_related("buyer").get(pk=case.tender.pk)
    text = " ".join(pages(award_record_pdf(sight_of(tender, clock.now()))))
    assert "Award record" in text and "It comes first." in text
    assert not any(word in text for word in ("§", "VgV", "UVgO", "Vergabe"))
    bidder = Client()
    bidder.force_login(case.companies["B01"].bidder)
    assert bidder.get(f"/tenders/{case.tender.pk}/award-record.pdf").status_code == 404
