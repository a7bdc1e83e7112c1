"""Steps of the check by bid, one request to all bidders, and questions that change nothing: pages and API."""

from datetime import timedelta

import pytest

from accounts import clock, desk
from accounts.audit import stamp
from evaluation import actions
from evaluation.models import BidClarification, CheckStepState, SupplementRequest
from reports.audit.dossier import checks_of
from tests.evaluation.builders import Case, add_bid, fine, opened_case
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of
from tests.evaluation.test_api import address, as_user

pytestmark = pytest.mark.django_db
DUE = {"due_day": "01.12.2099", "due_time": "12:00"}


def scene() -> Case:
    case = opened_case()
    for name in ("B01", "B02", "B03"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    return case


def test_every_step_of_every_bid_stands_in_one_table_and_is_set_bid_by_bid() -> None:
    case = scene()
    officer, bid = browser(case.town.officer), case.bids["B02"]
    actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=fine())
    assert "Rechnerisch geprüft" in text_of(officer.get(at("check_steps", case)))  # in the tender's language
    page = officer.get(at("check_bid_steps", case, bid.pk))
    marks = {name: field.initial for name, field in page.context["form"].fields.items()}
    answer = officer.post(at("check_bid_steps", case, bid.pk), {**marks, "state_3": "objection"})
    assert answer.status_code == 422 and "Say what the objection is." in text_of(answer)
    marks |= {"state_1": "done", "state_3": "objection", "note_3": "Position 1.2 is added up wrongly."}
    assert officer.post(at("check_bid_steps", case, bid.pk), marks).status_code == 302
    assert {(row.step.position, row.state) for row in CheckStepState.objects.select_related("step")} == {
        (1, "done"), (3, "objection"),
    }  # fmt: skip
    body = text_of(browser(case.town.auditor).get(at("check_steps", case)))
    assert "1 objection" in body and "added up wrongly" in body and "Add a step" not in body
    assert "1 objection" in text_of(browser(case.town.second).get(at("checks_confirm", case)))
    assert browser(case.companies["B02"].bidder).get(at("check_steps", case)).status_code == 404


def test_the_office_adds_and_takes_out_steps_on_the_page_and_over_the_api() -> None:
    case = scene()
    officer = browser(case.town.officer)
    assert officer.post(at("check_steps", case), {"act": "add", "title": "Proof of training"}).status_code == 302
    page = officer.post(at("check_steps", case), {"act": "remove", "position": "2"})
    assert page.status_code == 422 and "Give the reason" in text_of(page)
    assert (
        officer.post(
            at("check_steps", case), {"act": "remove", "position": "2", "reason": "Nothing was asked for."}
        ).status_code
        == 302
    )
    assert browser(case.town.auditor).post(at("check_steps", case), {"act": "add", "title": "x"}).status_code == 403
    client = as_user(case.town.officer)
    found = client.get(address(case, "checks/steps/")).json()
    assert found["steps"][-1]["title"] == "Proof of training" and 2 not in {one["position"] for one in found["steps"]}
    own = found["steps"][-1]["position"]
    states = [{"position": own, "state": "not_needed"}]
    body = {"bid_id": str(case.bids["B01"].pk), "states": states}
    assert client.post(address(case, "checks/steps/set/"), body, format="json").status_code == 400
    states[0]["note"] = "The bid has no staff of its own."
    answer = client.post(address(case, "checks/steps/set/"), body, format="json").json()
    assert {"bid_id": body["bid_id"], **states[0]} in answer["states"]
    gone = client.post(address(case, f"checks/steps/{own}/remove/"), {"reason": "x"}, format="json")
    assert gone.json()["code"] == "step_used"


def test_all_bidders_concerned_are_asked_in_one_go_and_the_page_shows_who_is_asked_for_what() -> None:
    case = scene()
    officer = browser(case.town.officer)
    assert officer.get(at("check_documents", case)).status_code == 404
    lacking = [{"name": "Certificate", "category": "company_related", "status": "missing"},
               {"name": "Concept", "category": "evaluation_relevant", "status": "missing"}]  # fmt: skip
    for name, bid in case.bids.items():
        found = fine(documents=lacking) if name != "B03" else fine()
        actions.record_formal_check(actor=case.town.officer, bid_id=bid.pk, findings=found)
    assert "Documents are missing in 2 bids" in text_of(officer.get(at("checks", case)))
    assert "Other bids lack documents, too." in text_of(officer.get(at("check_bid", case, case.bids["B01"].pk)))
    body = text_of(officer.get(at("check_documents", case)))
    assert "Certificate" in body and "Concept" in body and case.companies["B03"].organization.name not in body
    past = officer.post(at("check_documents", case), {**DUE, "due_day": "01.12.2001"})
    assert past.status_code == 422 and "lies in the past" in text_of(past)
    assert not SupplementRequest.objects.exists()
    assert officer.post(at("check_documents", case), DUE).status_code == 302
    rows = list(SupplementRequest.objects.all())
    assert {row.document for row in rows} == {"Certificate"} and len(rows) == 2
    assert len({(row.due_at, row.requested_at) for row in rows}) == 1
    again = as_user(case.town.officer).post(
        address(case, "checks/supplements/all/"), {"due_at": stamp(clock.now() + timedelta(days=3))}, format="json"
    )
    assert again.json()["code"] == "nothing_to_ask"


def test_a_question_goes_to_one_bidder_who_answers_on_its_own_page() -> None:
    case = scene()
    officer, bidder = browser(case.town.officer), browser(case.companies["B01"].bidder)
    bid = case.bids["B01"]
    ask = {**DUE, "text": "Is the vehicle your own?"}
    assert "not a negotiation" in text_of(officer.get(at("check_ask", case, bid.pk)))
    assert officer.post(at("check_ask", case, bid.pk), ask).status_code == 302
    row = BidClarification.objects.get()
    assert at("bid_requests", case) in {task.url for task in desk.tasks_of(case.companies["B01"].bidder, clock.now())}
    assert "Is the vehicle your own?" in text_of(bidder.get(at("bid_requests", case)))
    assert browser(case.companies["B02"].bidder).get(at("bid_requests", case)).status_code == 404
    empty = bidder.post(at("bid_requests", case), {"question": row.pk, "text": " "})
    assert empty.status_code == 422 and "Write the answer" in text_of(empty)
    assert bidder.post(at("bid_requests", case), {"question": row.pk, "text": "Since 2024."}).status_code == 302
    assert "Since 2024." in text_of(officer.get(at("check_bid", case, bid.pk)))
    mine, other = as_user(case.companies["B01"].bidder), as_user(case.companies["B02"].bidder)
    assert [one["answer"] for one in mine.get(address(case, "checks/questions/")).json()] == ["Since 2024."]
    assert other.get(address(case, "checks/questions/")).status_code == 404
    body = {"bid_id": str(case.bids["B02"].pk), "text": "Which one?", "due_at": stamp(clock.now() + timedelta(days=3))}
    asked = as_user(case.town.officer).post(address(case, "checks/questions/"), body, format="json").json()
    answer = address(case, f"checks/questions/{asked['id']}/answer/")
    assert mine.post(answer, {"text": "x"}, format="json").status_code == 404
    assert other.post(answer, {"text": "The blue one."}, format="json").json()["answer"] == "The blue one."


def test_an_exclusion_ground_shows_what_is_missing_at_its_fields_and_is_read_by_the_second_person() -> None:
    case = scene()
    officer, url = browser(case.town.officer), at("check_exclude", case, case.bids["B01"].pk)
    data = {"code": "exclusion_ground", "lot": "", "reason": "Agreed prices.", "kind": "optional",
            "event_date": "01.02.2019", "proportionality": "Grave.", "cleaning_decision": ""}  # fmt: skip
    body = text_of(answer := officer.post(url, data))
    assert answer.status_code == 422 and "can no longer be used" in body and "§ 126 GWB" in body
    data |= {"event_date": f"{clock.now() - timedelta(days=90):%d.%m.%Y}", "measures": "New rules for staff."}
    assert "Decide whether what the company has mended is enough." in text_of(officer.post(url, data))
    data |= {"cleaning_decision": "refused", "cleaning_reason": "The same persons still decide."}
    assert officer.post(url, data).status_code == 302
    body = text_of(browser(case.town.second).get(at("checks_confirm", case)))
    assert "New rules for staff." in body and "The same persons still decide." in body
    (stored,) = as_user(case.town.officer).get(address(case, "checks/")).json()["exclusions"]
    assert stored["ground"]["cleaning"]["measures"] == "New rules for staff."
    table = next(one for one in checks_of(case.tender) if one.rows and "Agreed prices." in str(one.rows))
    assert "New rules for staff." in str(table.rows) and "The same persons still decide." in str(table.rows)
