"""The office checks, a second person confirms; the evaluation says what is still missing."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import clock, desk
from evaluation import actions
from evaluation.models import AbnormallyLowCheck, EvaluationRun, Exclusion, FormalCheck, SupplementRequest
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, evaluated_case, opened_case
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of

pytestmark = pytest.mark.django_db
FINE = {"met_A1": "yes", "ground": "", "decision": "", "ground_reason": ""}


def scene(**fields: Any) -> Case:
    case = opened_case(**fields)
    for name, price in (("B01", "1.00"), ("B02", "2.10")):
        add_bid(case, name, {"1.1": price, "1.2": "400.00"})
    return case


def test_a_check_counts_once_a_second_person_has_confirmed_it() -> None:
    case = scene()
    officer, second = browser(case.town.officer), browser(case.town.second)
    for bid in case.bids.values():
        assert officer.post(at("check_bid", case, bid.pk), FINE).status_code == 302
    assert officer.post(at("checks_confirm", case), {"act": "checks"}).status_code == 403
    assert "A second person has to confirm this." in text_of(officer.get(at("checks_confirm", case)))
    assert second.post(at("checks_confirm", case), {"act": "checks"}).status_code == 302
    assert not FormalCheck.objects.filter(confirmed_at=None).exists()


def test_a_check_without_an_answer_says_which_requirement_is_open() -> None:
    case = scene()
    response = browser(case.town.officer).post(at("check_bid", case, case.bids["B01"].pk), {"ground": ""})
    assert response.status_code == 422 and "Say whether A1 is met" in text_of(response)


def test_the_compare_table_shows_a_surprisingly_low_price() -> None:
    case = scene()
    body = text_of(browser(case.town.officer).get(at("checks", case)))
    assert "below the next bid" in body and "nothing noticeable" in body


def test_missing_documents_are_asked_for_in_one_go() -> None:
    case = scene()
    for name in ("Self-declaration", "References"):
        case.tender.required_documents.create(name=name, category="company_related")
    bid, client = case.bids["B01"], browser(case.town.officer)
    data = {f"document_{row.pk}": "missing" for row in case.tender.required_documents.all()}
    assert client.post(at("check_bid", case, bid.pk), {**FINE, **data}).status_code == 302
    body = text_of(client.get(at("check_bid", case, bid.pk)))
    assert "Ask for 2 missing documents" in body
    ask = {"documents": ["Self-declaration", "References"], "due_day": "01.12.2099", "due_time": "12:00"}
    assert client.post(at("check_supplement", case, bid.pk), ask).status_code == 302
    assert SupplementRequest.objects.count() == 2
    bidder = browser(case.companies["B01"].bidder)
    assert "References" in text_of(bidder.get(at("bid_requests", case)))
    assert browser(case.companies["B02"].bidder).get(at("bid_requests", case)).status_code == 404


def test_an_exclusion_is_decided_by_one_and_confirmed_by_another() -> None:
    case = scene()
    officer = browser(case.town.officer)
    data = {"code": "form", "lot": "", "reason": "Signature page is missing."}
    assert officer.post(at("check_exclude", case, case.bids["B01"].pk), data).status_code == 302
    row = Exclusion.objects.get()
    assert officer.post(at("checks_confirm", case), {"act": f"exclusion:{row.pk}"}).status_code == 403
    assert browser(case.town.second).post(at("checks_confirm", case), {"act": f"exclusion:{row.pk}"}).status_code == 302
    other = scene()
    response = browser(other.town.second).post(at("checks_confirm", other), {"act": f"exclusion:{row.pk}"})
    assert response.status_code == 404


def test_a_price_is_asked_about_answered_decided_and_confirmed() -> None:
    case = scene()
    officer, bidder = browser(case.town.officer), browser(case.companies["B01"].bidder)
    due = {"due_day": "01.12.2099", "due_time": "12:00"}
    assert officer.post(at("check_ask_price", case, case.bids["B01"].pk, "L1"), due).status_code == 302
    check = AbnormallyLowCheck.objects.get()
    assert "The bidder may still answer." in text_of(officer.get(at("check_price", case, check.pk)))
    answer = {"check": check.pk, "text": "Our machines are paid off."}
    assert bidder.post(at("bid_requests", case), answer).status_code == 302
    decision = {"act": "decide", "outcome": "explained", "reason": "Plausible."}
    assert officer.post(at("check_price", case, check.pk), decision).status_code == 302
    assert browser(case.town.second).post(at("checks_confirm", case), {"act": f"price:{check.pk}"}).status_code == 302
    check.refresh_from_db()
    assert check.second_person == case.town.second


def test_the_evaluation_page_lists_everything_that_is_missing() -> None:
    case = scene()
    client = browser(case.town.officer)
    body = text_of(client.get(at("evaluation", case)))
    assert "The panel has not been closed yet." in body and "confirmed by a second person yet." in body
    assert client.post(at("evaluation", case)).status_code == 409
    assert not EvaluationRun.objects.exists()


def test_the_button_evaluates_when_nothing_is_missing() -> None:
    case = scene(criteria=factories.efficiency_criteria()[:1], evaluation=factories.price_only())
    check_all(case)
    response = browser(case.town.officer).post(at("evaluation", case))
    assert response.headers["Location"] == at("evaluation_result", case)
    assert EvaluationRun.objects.count() == 1


def test_a_draw_is_recorded_between_equal_bids_only() -> None:
    rule = {
        "criteria": factories.efficiency_criteria()[:1],
        "evaluation": {**factories.price_only(), "tie_chain": ["draw_lots"]},
    }
    case = opened_case(**rule)
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    check_all(case)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    client, url = browser(case.town.officer), at("evaluation_draw", case, "L1")
    body = text_of(client.get(at("evaluation_award", case)))
    assert "lots must be drawn" in body and "Propose this award" not in body
    data = {
        "drawn": case.bids["B02"].reference,
        "place": "Town hall",
        "persons": "Head of office\nClerk",
        "witnesses": "Auditor",
    }
    assert client.post(url, data).status_code == 302
    assert "Propose this award" in text_of(client.get(at("evaluation_award", case)))
    assert browser(case.town.officer).get(url).status_code == 404


def test_the_way_is_shown_to_each_role_with_its_own_doors() -> None:
    case = evaluated_case()
    assert at("checks", case) in text_of(browser(case.town.auditor).get(at("evaluation", case)))
    body = text_of(browser(case.town.evaluators[0]).get(at("evaluation", case)))
    assert at("scoring", case) in body and at("checks", case) not in body
    assert browser(case.town.openers[0]).get(at("evaluation", case)).status_code == 403
    assert browser(case.companies["B01"].bidder).get(at("evaluation", case)).status_code == 404


def test_the_desk_calls_the_second_person_and_the_bidder() -> None:
    case = scene()
    actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code=None, code="form", reason="No form."
    )
    due = clock.now() + timedelta(days=3)
    actions.ask_price(actor=case.town.officer, bid_id=case.bids["B01"].pk, lot_code="L1", due_at=due)

    def urls(user: Any) -> set[str]:
        return {task.url for task in desk.tasks_of(user, clock.now())}

    assert at("checks_confirm", case) in urls(case.town.second)
    assert at("checks_confirm", case) not in urls(case.town.officer)
    assert at("bid_requests", case) in urls(case.companies["B01"].bidder)
