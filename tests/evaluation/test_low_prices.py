"""A surprisingly low price: what may be decided when, State aid, and the whole lot that waits (§ 60 VgV)."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock, desk
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from evaluation import actions
from evaluation.results import latest
from tendering.defaults import default_evaluation
from tendering.forms.judging import HowForm, how_initial
from tests.evaluation.builders import add_bid, check_all, opened_case, score_and_close
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of
from tests.evaluation.test_api import as_user

pytestmark = pytest.mark.django_db
BEST, WORST = {"B1": "10", "B2": "10"}, {"B1": "1", "B2": "1"}


def scene():
    """B01 is far below the others and loses by its quality."""
    case = opened_case()
    for name, price in (("B01", "1.40"), ("B02", "2.00"), ("B03", "2.10")):
        add_bid(case, name, {"1.1": price, "1.2": "400.00"})
    check_all(case)
    score_and_close(case, {"B01": WORST, "B02": BEST, "B03": BEST})
    evaluate(case)
    return case


def evaluate(case):
    return actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)


def refusal(act, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(**kwargs)
    return caught.value.refused.code


def propose(case, name="B02"):
    lots = {"L1": case.bids[name].pk}
    return actions.propose_award(actor=case.town.officer, tender_id=case.tender.pk, lots=lots, reason="First.")


def ask(case, name="B01"):
    due = clock.now() + timedelta(days=3)
    return actions.ask_price(actor=case.town.officer, bid_id=case.bids[name].pk, lot_code="L1", due_at=due)


def decide(case, check, outcome, **more):
    data = {"actor": case.town.officer, "check_id": check.pk, "outcome": outcome, "reason": "As examined.", **more}
    return actions.decide_price(**data)


def answered(case):
    check = ask(case)
    return actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text="We are subsidised.")


def aid_asked(case):
    check = answered(case)
    due = clock.now() + timedelta(days=2)
    return actions.ask_aid_proof(actor=case.town.officer, check_id=check.pk, due_at=due)


def test_an_open_price_of_another_bid_keeps_the_whole_lot_back_and_its_exclusion_changes_the_ranking():
    case = scene()
    assert latest(case.tender).result["lots"][0]["winner"] == [case.bids["B02"].reference]
    assert refusal(propose, case=case) == "price_open"
    check = answered(case)
    decide(case, check, "law_breached", examined=["law", "process"])
    assert refusal(propose, case=case) == "price_open"
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    run = evaluate(case)
    assert first(case, run)["status"] == "excluded"
    lowest = [one.result["lots"][0]["references"]["pmin"] for one in (run.supersedes, run)]
    assert lowest == ["15470.00", "21896.00"]  # 1.19 × (9000 × 1.40 + 400), 1.19 × (9000 × 2.00 + 400)
    assert propose(case).pk


def first(case, run):
    """The row of B01."""
    return next(row for row in run.result["lots"][0]["rows"] if row["bid_id"] == case.bids["B01"].reference)


def test_unlawful_aid_rejects_only_after_the_bidder_was_asked_for_the_proof():
    case = scene()
    check = answered(case)
    assert refusal(decide, case=case, check=check, outcome="aid_unlawful") == "aid_not_asked"
    check = actions.ask_aid_proof(actor=case.town.officer, check_id=check.pk, due_at=clock.now() + timedelta(days=2))
    assert refusal(decide, case=case, check=check, outcome="aid_unlawful") == "answer_pending"
    bidder = case.companies["B01"].bidder
    assert OutboxMessage.objects.filter(recipient=bidder.email, key__startswith="price_aid").count() == 1
    actions.answer_aid_proof(actor=bidder, check_id=check.pk, text="Approved on 3 May.")
    assert refusal(decide, case=case, check=check, outcome="not_explained") == "aid_is_cause"
    decide(case, check, "aid_unlawful")
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    assert first(case, evaluate(case))["reasons"][0]["params"] == {"cause": "aid_unlawful"}


def test_a_proof_that_does_not_come_in_time_may_reject_the_bid():
    case = scene()
    check = aid_asked(case)
    with clock.simulated(check.aid_due_at + timedelta(seconds=1)):
        assert decide(case, check, "aid_unlawful").outcome == "aid_unlawful"


def test_aid_is_asked_about_once_and_after_the_explanation():
    case = scene()
    check = ask(case)
    later = {"actor": case.town.officer, "check_id": check.pk, "due_at": clock.now() + timedelta(days=2)}
    assert refusal(actions.ask_aid_proof, **later) == "answer_pending"
    actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text="Subsidised.")
    with pytest.raises(ValidationError):
        actions.ask_aid_proof(**{**later, "due_at": clock.now() - timedelta(days=1)})
    actions.ask_aid_proof(**later)
    assert refusal(actions.ask_aid_proof, **later) == "asked_already"
    with pytest.raises(Http404):
        actions.answer_aid_proof(actor=case.companies["B02"].bidder, check_id=check.pk, text="x")


def test_a_price_accepted_with_reasons_stays_and_a_decision_may_change_until_it_is_confirmed():
    case = scene()
    check = answered(case)
    decide(case, check, "law_breached")
    decide(case, check, "accepted", examined=["process"])
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    assert refusal(decide, case=case, check=check, outcome="explained") == "confirmed_already"
    row = first(case, evaluate(case))
    assert (row["status"], row["abnormally_low_outcome"]) == ("valid", "accepted")
    bodies = AuditEvent.objects.filter(verb="price.decided").order_by("seq").values_list("body", flat=True)
    assert [json.loads(body)["data"]["outcome"] for body in bodies] == ["law_breached", "accepted"]


def test_only_known_points_are_examined():
    case = scene()
    with pytest.raises(ValidationError):
        decide(case, answered(case), "explained", examined=["weather"])


def test_the_pages_lead_from_the_question_about_aid_to_the_decision():
    case = scene()
    check = answered(case)
    officer, bidder = browser(case.town.officer), browser(case.companies["B01"].bidder)
    page = text_of(officer.get(at("check_price", case, check.pk)))
    assert "A low price alone never excludes a bid." in page and "The State aid was not shown" not in page
    due = {"act": "aid", "due_day": "01.12.2099", "due_time": "12:00"}
    assert officer.post(at("check_price", case, check.pk), due).status_code == 302
    assert "The bidder may still answer." in text_of(officer.get(at("check_price", case, check.pk)))
    tasks = [task.title for task in desk.tasks_of(case.companies["B01"].bidder, clock.now())]
    assert any("State aid" in str(title) for title in tasks)
    assert "State aid behind the price" in text_of(bidder.get(at("bid_requests", case)))
    assert bidder.post(at("bid_requests", case), {"aid": check.pk, "text": ""}).status_code == 422
    assert bidder.post(at("bid_requests", case), {"aid": check.pk, "text": "Approved."}).status_code == 302
    data = {"act": "decide", "outcome": "aid_unlawful", "reason": "No legal basis was named.", "examined": ["aid"]}
    assert officer.post(at("check_price", case, check.pk), data).status_code == 302
    check.refresh_from_db()
    assert (check.outcome, check.examined, check.aid_answer) == ("aid_unlawful", ["aid"], "Approved.")


def test_the_interface_asks_for_the_proof_and_takes_it():
    case = scene()
    check = answered(case)
    path = f"/api/v1/evaluations/{case.tender.pk}/clarifications/{check.pk}/"
    office, mine, other = (
        as_user(person) for person in (case.town.officer, case.companies["B01"].bidder, case.companies["B02"].bidder)
    )
    due = {"due_at": (clock.now() + timedelta(days=2)).isoformat()}
    assert mine.post(f"{path}aid/", due, format="json").status_code == 404
    assert office.post(f"{path}aid/", due, format="json").json()["aid_asked_at"]
    assert other.post(f"{path}aid/answer/", {"text": "x"}, format="json").status_code == 404
    assert mine.post(f"{path}aid/answer/", {"text": "Approved."}, format="json").json()["aid_answer"] == "Approved."
    body = {"outcome": "aid_unlawful", "reason": "No legal basis.", "examined": ["aid"]}
    assert office.post(f"{path}decide/", body, format="json").json()["examined"] == ["aid"]


def how(tender, **changes):
    initial = how_initial(tender)
    data = {key: "" if value is None else str(value) for key, value in initial.items() if not isinstance(value, bool)}
    form = HowForm({**data, **changes}, tender=tender)
    assert form.is_valid(), form.errors
    return form.spec(tender)


def test_an_officer_chooses_what_a_price_is_measured_by_and_the_profile_says_where_it_starts():
    case = opened_case()
    case.tender.evaluation = default_evaluation("eu_vgv")
    assert {key: case.tender.evaluation[key] for key in ("gap_to_next_pct", "gap_to_estimate_pct")} == {
        "gap_to_next_pct": "20", "gap_to_estimate_pct": "30",
    }  # fmt: skip
    assert how(case.tender) == case.tender.evaluation
    spec = how(case.tender, low_next="10", low_estimate="", low_median="25")
    gaps = {key: value for key, value in spec.items() if key.startswith("gap_")}
    assert gaps == {"gap_to_next_pct": "10", "gap_to_estimate_pct": "0", "gap_to_median_pct": "25"}
    case.tender.evaluation = spec
    assert how(case.tender) == spec
