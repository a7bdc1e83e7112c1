"""Draw and award: two people, only who comes first, nothing open."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.decision import RefusedError
from evaluation import actions
from evaluation.results import latest, view_of
from tendering.models import LotOutcome, Tender
from tests import factories
from tests.evaluation.builders import add_bid, check_all, evaluated_case, opened_case, score_and_close

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7"}


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused.code


def propose(case, name="B02", **changes):
    lots = {"L1": getattr(case.bids.get(name), "pk", None)}
    return actions.propose_award(
        **{
            "actor": case.town.officer,
            "tender_id": case.tender.pk,
            "lots": lots,
            "reason": "It comes first.",
            **changes,
        }
    )


def decide(case, approval, **changes):
    return actions.decide_award(**{"actor": case.town.second, "approval_id": approval.pk, **changes})


def test_the_award_is_decided_by_another_person_and_closes_the_tender():
    case = evaluated_case()
    approval = propose(case)
    assert refusal(decide, case, approval, actor=case.town.officer) == "second_person"
    (outcome,) = decide(case, approval)
    # B02: 9000 × 2.20 + 500 = 20300 net, 24157.00 gross: 2.42 a letter, (2.5 − 2.4157) × 10000 = 843.00 saved a year
    assert (outcome.winner, str(outcome.value)) == (case.companies["B02"].organization, "20300.00")
    assert (str(outcome.cost_per_case), str(outcome.saving_per_year)) == ("2.42", "843.00")
    assert Tender.objects.get(pk=case.tender.pk).awarded_at
    assert view_of(latest(case.tender)).lots[0].rows[0].is_awarded


def test_a_repeated_decision_with_the_same_key_awards_once():
    case = evaluated_case()
    approval = propose(case)
    first = decide(case, approval, idempotency_key="k1")
    assert decide(case, approval, idempotency_key="k1") == first
    assert LotOutcome.objects.count() == 1
    assert refusal(decide, case, approval) == "not_now"


def test_only_the_bid_that_comes_first_can_be_awarded():
    case = evaluated_case()
    assert refusal(propose, case, "B01") == "not_first"
    assert refusal(propose, case, None) == "has_winner"
    with pytest.raises(ValidationError):
        propose(case, lots={"L1": "nobody"})


def test_an_excluded_bid_cannot_be_awarded_and_a_changed_result_needs_a_new_evaluation():
    case = evaluated_case()
    approval = propose(case)
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code=None, code="not_eligible", reason="No licence."
    )
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    assert refusal(decide, case, approval) == "evaluate_again"
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    assert refusal(decide, case, approval) == "excluded"
    assert refusal(propose, case, "B02") == "excluded"
    decide(case, propose(case, "B01"))


def test_an_open_price_clarification_keeps_the_award_back():
    case = opened_case()
    add_bid(case, "B01", {"1.1": "1.00", "1.2": "100.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    evaluate = {"actor": case.town.officer, "tender_id": case.tender.pk}
    actions.evaluate_tender(**evaluate)
    assert refusal(propose, case, "B01") == "price_open"
    due = clock.now() + timedelta(days=3)
    check = actions.ask_price(actor=case.town.officer, bid_id=case.bids["B01"].pk, lot_code="L1", due_at=due)
    actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text="We own the machines.")
    actions.decide_price(actor=case.town.officer, check_id=check.pk, outcome="explained", reason="Plausible.")
    assert refusal(propose, case, "B01") == "price_open"
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    assert refusal(propose, case, "B01") == "evaluate_again"
    actions.evaluate_tender(**evaluate)
    decide(case, propose(case, "B01"))


def tied_case():
    case = opened_case()
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B03", {"1.1": "2.40", "1.2": "400.00"})
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD, "B03": GOOD})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case


def draw(case, drawn="B02", between=("B01", "B02"), **changes):
    details = {"place": "Town hall", "persons": ["Officer", "Second officer"], "witnesses": ["Auditor"]}
    return actions.record_draw(
        actor=case.town.officer,
        lot_id=case.tender.lots.get().pk,
        drawn_bid_id=case.bids[drawn].pk,
        between=[case.bids[name].pk for name in between],
        **{**details, **changes},
    )


def test_equal_bids_are_awarded_only_after_a_recorded_draw():
    case = tied_case()
    assert view_of(latest(case.tender)).lots[0].unresolved_tie
    assert refusal(propose, case, "B02") == "draw_required"
    draw(case)
    assert refusal(propose, case, "B01") == "draw_required"
    assert view_of(latest(case.tender)).lots[0].blocked == ()
    decide(case, propose(case, "B02"))


@pytest.mark.parametrize(
    "wrong",
    [{"drawn": "B03"}, {"between": ("B01", "B03")}, {"between": ("B01", "B02", "B03")}, {"persons": ["Officer"]},
     {"witnesses": []}, {"place": " "}],
)  # fmt: skip
def test_a_draw_is_among_exactly_the_equal_bids_with_two_persons_a_place_and_a_witness(wrong):
    with pytest.raises(ValidationError):
        draw(tied_case(), **wrong)


def test_lots_are_drawn_once():
    case = tied_case()
    draw(case)
    assert refusal(draw, case, drawn="B01") == "drawn_already"


def test_a_tender_is_awarded_when_its_last_lot_has_an_outcome_and_a_lot_without_bids_ends_unsuccessful():
    case = opened_case(lots=factories.default_lots(2))
    add_bid(case, "B01", {"L1": {"1.1": "2.00", "1.2": "400.00"}})
    check_all(case)
    score_and_close(case, {"B01": GOOD})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    decide(case, propose(case, "B01"))
    assert Tender.objects.get(pk=case.tender.pk).awarded_at is None
    decide(case, propose(case, lots={"L2": None}))
    assert Tender.objects.get(pk=case.tender.pk).awarded_at
    assert sorted(LotOutcome.objects.values_list("lot__code", "kind")) == [("L1", "awarded"), ("L2", "unsuccessful")]
