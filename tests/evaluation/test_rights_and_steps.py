"""Who may do what after the opening, and in which order: each refusal is one sentence, and nothing is half done."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from evaluation import actions
from evaluation.actions.checking import affected_bids
from evaluation.check_list import ground_is_usable, may_be_mended, steps_for
from evaluation.models import CheckStep, CheckStepState, SupplementRequest
from tendering.models import LotOutcome
from tests import factories
from tests.evaluation.builders import add_bid, evaluated_case, fine, opened_case
from tests.evaluation.test_letters_and_contract import propose, refusal, send, sign

DAY = timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_decisions_at_once_exactly_one_awards():
    case = evaluated_case()
    approvals = [propose(case).pk for _number in range(4)]
    barrier, answers = threading.Barrier(20), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            actions.decide_award(actor=case.town.second, approval_id=approvals[number % 4])
            answers.append("awarded")
        except RefusedError as error:
            answers.append(str(error.refused.status))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["409"] * 19 + ["awarded"]
    assert LotOutcome.objects.filter(kind="awarded").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["withdrawn_at", "late"])
def test_a_withdrawn_or_late_bid_is_never_awarded(state):
    case = evaluated_case()
    fields = {"withdrawn_at": clock.now()} if state == "withdrawn_at" else {"is_late": True, "opened_at": None}
    bid = add_bid(case, "B09", {"1.1": "1.00", "1.2": "100.00"}, **fields)
    with pytest.raises((RefusedError, ValidationError)):
        actions.propose_award(
            actor=case.town.officer, tender_id=case.tender.pk, lots={"L1": bid.pk}, reason="It is cheap."
        )
    assert not LotOutcome.objects.exists()


@pytest.mark.django_db
def test_a_bid_of_another_tender_is_never_awarded():
    case, other = evaluated_case(), evaluated_case()
    with pytest.raises(ValidationError):
        actions.propose_award(
            actor=case.town.officer, tender_id=case.tender.pk, lots={"L1": other.bids["B02"].pk}, reason="x"
        )


@pytest.mark.django_db
def test_no_step_is_skipped():
    case = evaluated_case()
    assert refusal(send, case) == "letters_sent"
    assert refusal(sign, case) == "not_awarded"
    approval = propose(case)
    assert refusal(send, case) == "letters_sent"
    actions.decide_award(actor=case.town.second, approval_id=approval.pk)
    assert refusal(sign, case) == "letters_missing"
    send(case)
    sign(case)
    late = {"actor": case.town.officer, "bid_id": case.bids["B01"].pk}
    assert refusal(actions.record_formal_check, findings=fine(), **late) == "not_now"
    assert refusal(actions.exclude_bid, lot_code=None, code="form", reason="x", **late) == "not_now"
    assert refusal(actions.evaluate_tender, actor=case.town.officer, tender_id=case.tender.pk) == "not_now"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COUNCIL_MEMBER, Role.AUDITOR, Role.EVALUATOR, Role.REQUESTER, Role.OPENER])
def test_only_officer_and_second_person_act_on_an_award(role):
    case = evaluated_case()
    approval = propose(case)
    actor = factories.make_user(case.town.organization, role)
    for act, key in (
        (actions.propose_award, {"tender_id": case.tender.pk, "lots": {"L1": case.bids["B02"].pk}, "reason": "x"}),
        (actions.decide_award, {"approval_id": approval.pk}),
        (actions.record_register_query, {"bid_id": case.bids["B02"].pk}),
        (actions.send_letters, {"tender_id": case.tender.pk}),
        (actions.request_cancellation, {"tender_id": case.tender.pk, "ground": "basis_changed", "reason": "x"}),
        (actions.set_award_notice, {"tender_id": case.tender.pk, "withhold_value": False}),
    ):
        with pytest.raises(RefusedError) as caught:
            act(actor=actor, **key)
        assert caught.value.refused.status == 403
    assert not LotOutcome.objects.exists()


@pytest.mark.django_db
def test_officers_of_other_towns_and_bidders_learn_nothing():
    case = evaluated_case()
    approval = propose(case)
    for actor in (factories.make_town(keys=False).officer, case.companies["B02"].bidder, factories.make_user()):
        with pytest.raises(Http404):
            actions.decide_award(actor=actor, approval_id=approval.pk)
        with pytest.raises(Http404):
            actions.send_letters(actor=actor, tender_id=case.tender.pk)


# -- the formal check -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "missing", "incomplete", "wrong"),
    [("company_related", True, True, True), ("performance_related", True, True, False),
     ("evaluation_relevant", False, False, False), ("prices", False, False, False),
     ("unit_price", True, False, False)],
)  # fmt: skip
def test_what_may_be_handed_in_later_follows_the_table(category, missing, incomplete, wrong):
    allowed = [may_be_mended(category, fault) for fault in ("missing", "incomplete", "wrong")]
    assert allowed == [missing, incomplete, wrong]


def test_old_grounds_can_no_longer_be_used():
    today = date(2026, 11, 20)
    event = today.replace(year=today.year - 3)
    assert ground_is_usable(event, today, mandatory=False)
    assert not ground_is_usable(event, today + DAY, mandatory=False)
    assert ground_is_usable(event, today + DAY, mandatory=True)


@pytest.mark.django_db
def test_all_bids_in_the_same_position_are_asked_in_one_go_with_one_date():
    case = opened_case()
    for name in ("B01", "B02", "B03"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    missing = [{"name": "Certificate", "category": "company_related", "status": "missing"},
               {"name": "Concept", "category": "evaluation_relevant", "status": "missing"}]  # fmt: skip
    for name in ("B01", "B02", "B03"):
        found = fine(documents=missing) if name != "B03" else fine()
        actions.record_formal_check(actor=case.town.officer, bid_id=case.bids[name].pk, findings=found)
    due = clock.now() + 5 * DAY
    made = actions.request_supplements_of_all(actor=case.town.officer, tender_id=case.tender.pk, due_at=due)
    assert {(row.bid.reference[-3:], row.document, row.due_at) for row in made} == {
        ("B01", "Certificate", due), ("B02", "Certificate", due),
    }  # fmt: skip
    assert affected_bids(case.tender) == [] and SupplementRequest.objects.count() == 2


@pytest.mark.django_db
def test_steps_of_the_check_come_from_the_profile_and_the_office_adds_its_own():
    case = opened_case()
    bid = add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    key = {"actor": case.town.officer}
    own = actions.add_check_step(tender_id=case.tender.pk, title="Data protection contract", **key)
    assert CheckStep.objects.filter(tender=case.tender).count() == len(steps_for("de")) + 1
    with pytest.raises(ValidationError):
        actions.set_check_step(step_id=own.pk, bid_id=bid.pk, state="objection", **key)
    actions.set_check_step(step_id=own.pk, bid_id=bid.pk, state="objection", note="Annex 2 is missing.", **key)
    actions.set_check_step(step_id=own.pk, bid_id=bid.pk, state="done", **key)
    assert CheckStepState.objects.get().state == "done"
    assert not any("§" in step.title_en + step.title_de for step in steps_for("generic"))
