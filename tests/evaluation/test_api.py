"""The evaluation over HTTP: own scores only, prices after closing, one second person, refusals with a code."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts import clock
from accounts.audit import stamp
from evaluation import actions
from tests import factories
from tests.evaluation.builders import add_bid, check_all, evaluated_case, fine, opened_case, score, seat_panel

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7"}


def as_user(user):
    client = APIClient()
    client.force_authenticate(type(user).objects.get(pk=user.pk))
    return client


def address(case, part=""):
    return f"/api/v1/evaluations/{case.tender.pk}/{part}"


@pytest.fixture
def case():
    case = opened_case()
    add_bid(case, "B01", {"1.1": "1.23", "1.2": "7654.32"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    return case


def test_strangers_bidders_and_visitors_find_nothing(case):
    strangers = (case.companies["B01"].bidder, factories.make_town(keys=False).officer)
    for part in ("", "scores/", "moderation/", "checks/", "result/", "robustness/", "clarifications/"):
        assert APIClient().get(address(case, part)).status_code in (401, 403)
        assert [as_user(user).get(address(case, part)).status_code for user in strangers] == [404, 404]


def test_an_evaluator_declares_first_and_then_finds_only_own_scores_and_no_price(case):
    anna, bernd = case.town.evaluators[:2]
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[anna, bernd])
    answer = as_user(anna).get(address(case, "scores/"))
    assert (answer.status_code, answer.json()["code"]) == (409, "declare_first")
    from tests.evaluation.builders import declare

    declare(case, anna, bernd, case.town.chair)
    score(case, anna, {"B01": {"B1": "9"}})
    sheet = as_user(bernd).get(address(case, "scores/"))
    assert sheet.status_code == 200
    assert {line["value"] for line in sheet.json()["scores"]} == {None}
    text = sheet.content.decode()
    assert not any(price in text for price in ("1.23", "7654.32"))
    for part in ("moderation/", "checks/", "result/", "robustness/"):
        assert as_user(bernd).get(address(case, part)).status_code in (403, 409)


def line(case, value="8", **changes):
    given = {"bid_id": str(case.bids["B01"].pk), "lot": "L1", "criterion": "B1", "value": value, "comment": "p. 4"}
    return {"scores": [{**given, **changes}]}


def test_scores_are_stored_by_decimal_text_and_refused_by_field(case):
    (anna,) = seat_panel(case, 1)
    client = as_user(anna)
    stored = client.post(address(case, "scores/"), line(case, "7.5"), format="json")
    assert stored.status_code == 200
    assert [score["value"] for score in stored.json()["scores"] if score["value"]] == ["7.50"]
    for wrong in ({"value": "7,5"}, {"value": "11"}, {"comment": ""}, {"criterion": "A1"}):
        answer = client.post(address(case, "scores/"), line(case, **wrong), format="json")
        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid"
    assert client.post(address(case, "scores/submit/")).json()["code"] == "scores_incomplete"


def test_the_chair_sees_all_scores_only_when_everyone_has_handed_in(case):
    anna, bernd = seat_panel(case, 2)
    chair = as_user(case.town.chair)
    for person, value in ((anna, "9"), (bernd, "4")):
        assert chair.get(address(case, "moderation/")).json()["code"] == "scores_missing"
        score(case, person, {"B01": {"B1": value, "B2": "7"}, "B02": GOOD})
        assert as_user(person).post(address(case, "scores/submit/")).status_code == 200
    cells = chair.get(address(case, "moderation/")).json()["cells"]
    assert [cell["level"] for cell in cells] == ["consensus", "", "", ""]
    assert chair.post(address(case, "moderation/close/")).json()["code"] == "consensus_missing"
    agreed = {"bid_id": str(case.bids["B01"].pk), "lot": "L1", "criterion": "B1", "value": "6", "reason": "Read again."}
    assert chair.post(address(case, "moderation/"), agreed, format="json").status_code == 200
    assert chair.post(address(case, "moderation/close/")).json()["closed"] is True


def test_a_whole_evaluation_runs_over_the_api(case):
    officer, second = as_user(case.town.officer), as_user(case.town.second)
    for bid in case.bids.values():
        body = {"bid_id": str(bid.pk), "findings": fine()}
        assert officer.post(address(case, "checks/"), body, format="json").status_code == 200
    assert officer.post(address(case, "checks/confirm/")).json()["code"] == "second_person"
    assert second.post(address(case, "checks/confirm/")).status_code == 200
    (anna,) = seat_panel(case, 1)
    score(case, anna, {"B01": GOOD, "B02": GOOD})
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    assert officer.post(address(case, "result/"), {}, format="json").json()["code"] == "panel_open"
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)
    result = officer.post(address(case, "result/"), {}, format="json").json()
    # B01: 9000 × 1.23 + 7654.32 = 18724.32 net, B02: 9000 × 2.20 + 500 = 20300.00 net, equal scores
    winner = case.bids["B01"].reference
    assert result["result"]["lots"][0]["m1_winner"] == [winner]
    assert officer.get(address(case, "result/")).json() == result
    assert set(officer.get(address(case, "robustness/")).json()["lots"]) == {"L1"}
    assert officer.get(address(case)).json()["result_hash"] == result["result_hash"]
    award = f"/api/v1/tenders/{case.tender.pk}/award/"
    proposal = officer.post(award, {"lots": {"L1": winner}, "reason": "It comes first."}, format="json").json()
    decide = f"{award}{proposal['id']}/decide/"
    assert second.post(decide).status_code == 400
    assert officer.post(decide, headers={"Idempotency-Key": "a"}).json()["code"] == "second_person"
    first = second.post(decide, headers={"Idempotency-Key": "b"})
    assert (first.status_code, first.json()[0]["value"]) == (200, "18724.32")
    assert second.post(decide, headers={"Idempotency-Key": "b"}).json() == first.json()


def test_the_panel_sees_prices_after_closing_and_the_council_sees_the_result():
    case = evaluated_case()
    council = factories.make_user(case.town.organization, "council_member")
    people = (case.town.evaluators[0], case.town.chair, case.town.auditor, council)
    assert [as_user(person).get(address(case, "result/")).status_code for person in people] == [200] * 4
    opener = case.town.openers[0]
    assert as_user(opener).get(address(case, "result/")).status_code == 403


def test_a_bidder_reads_and_answers_the_question_about_its_own_price_only(case):
    due = clock.now() + timedelta(days=3)
    body = {"bid_id": str(case.bids["B01"].pk), "lot": "L1", "due_at": stamp(due)}
    asked = as_user(case.town.officer).post(address(case, "clarifications/"), body, format="json")
    assert asked.status_code == 201
    mine, other = as_user(case.companies["B01"].bidder), as_user(case.companies["B02"].bidder)
    assert len(mine.get(address(case, "clarifications/")).json()) == 1
    assert other.get(address(case, "clarifications/")).status_code == 404
    answer = address(case, f"clarifications/{asked.json()['id']}/answer/")
    assert other.post(answer, {"text": "x"}, format="json").status_code == 404
    assert mine.post(answer, {"text": "We own the machines."}, format="json").json()["answer"] == "We own the machines."


def test_rows_are_addressed_below_their_own_tender_only(case):
    check_all(case)
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B01"].pk, lot_code=None, code="form", reason="No signature."
    )
    other = opened_case()
    wrong = f"/api/v1/evaluations/{other.tender.pk}/checks/exclusions/{exclusion.pk}/confirm/"
    assert as_user(case.town.second).post(wrong).status_code == 404
    assert as_user(other.town.officer).post(wrong).status_code == 404
    right = address(case, f"checks/exclusions/{exclusion.pk}/confirm/")
    assert as_user(case.town.second).post(right).json()["confirmed_at"]
