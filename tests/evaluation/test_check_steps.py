"""Steps of the check and questions about bids: all or none, with reasons, and nothing of a bid changes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.actions.checking import steps_of
from evaluation.check_list import steps_for
from evaluation.inputs import build_inputs
from evaluation.models import CheckStepState
from tests import factories
from tests.evaluation.builders import add_bid, opened_case
from tests.evaluation.test_letters_and_contract import refusal

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_steps_of_one_bid_are_recorded_all_or_none_and_doubts_say_why():
    case = opened_case()
    bid = add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    key = {"actor": case.town.officer, "bid_id": bid.pk}
    for state, note in (("objection", " "), ("not_needed", ""), ("perhaps", "x")):
        with pytest.raises(ValidationError):
            actions.set_check_steps(states={1: ("done", ""), 2: (state, note)}, **key)
    assert not CheckStepState.objects.exists()
    actions.set_check_steps(states={1: ("done", ""), 2: ("objection", "Annex 2 is missing.")}, **key)
    assert CheckStepState.objects.count() == 2


def test_a_step_is_taken_out_with_a_reason_until_somebody_has_worked_on_it():
    case = opened_case()
    bid = add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    key = {"actor": case.town.officer, "tender_id": case.tender.pk}
    with pytest.raises(ValidationError):
        actions.remove_check_step(position=1, reason=" ", **key)
    actions.remove_check_step(position=1, reason="The platform has checked it.", **key)
    assert [step.position for step in steps_of(case.tender, clock.now())] == list(range(2, len(steps_for("de")) + 1))
    actions.set_check_steps(actor=case.town.officer, bid_id=bid.pk, states={2: ("done", "")})
    assert refusal(actions.remove_check_step, position=2, reason="Not needed.", **key) == "step_used"
    with pytest.raises(Http404):
        actions.remove_check_step(position=1, reason="Again.", **key)
    with pytest.raises(Http404):
        actions.set_check_steps(actor=case.companies["B01"].bidder, bid_id=bid.pk, states={2: ("done", "")})


def test_a_question_about_a_bid_is_answered_once_in_time_by_its_bidder_and_changes_nothing():
    case = opened_case()
    bid = add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    before, due = build_inputs(case.tender).to_json(), clock.now() + DAY
    ask = {"actor": case.town.officer, "bid_id": bid.pk, "text": "Is the courier your own?"}
    with pytest.raises(ValidationError):
        actions.ask_clarification(due_at=clock.now() - DAY, **ask)
    row, late = (actions.ask_clarification(due_at=due, **ask) for _number in range(2))
    answer = {"clarification_id": row.pk, "text": "Yes, at 1.00 instead of 2.00."}
    for stranger in (factories.make_company().bidder, case.town.officer):
        with pytest.raises(Http404):
            actions.answer_clarification(actor=stranger, **answer)
    actions.answer_clarification(actor=case.companies["B01"].bidder, **answer)
    assert refusal(actions.answer_clarification, actor=case.companies["B01"].bidder, **answer) == "answered_already"
    with clock.simulated(due + timedelta(seconds=1)):
        key = {"actor": case.companies["B01"].bidder, "clarification_id": late.pk, "text": "Yes."}
        assert refusal(actions.answer_clarification, **key) == "too_late"
    assert build_inputs(case.tender).to_json() == before
    events = AuditEvent.objects.filter(verb__startswith="clarification.").values_list("verb", "body")
    assert [verb for verb, _body in events].count("clarification.answered") == 1
    assert not any("courier" in str(body) or "1.00" in str(body) for _verb, body in events)
