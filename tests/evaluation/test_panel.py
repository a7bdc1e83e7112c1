"""The panel: who scores what when, blind to prices, and how the chair closes it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.audit import in_transaction
from accounts.decision import RefusedError
from bids.models import BidLot, ItemPrice
from evaluation import actions
from evaluation.models import Consensus, PanelMember, Score
from evaluation.scorebook import open_cells, own_sheet, spreads
from evaluation.stages import stages
from tendering import actions as tendering
from tendering.defaults import default_evaluation
from tests import factories
from tests.evaluation.builders import add_bid, check_all, declare, fine, opened_case, score, score_and_close, seat_panel

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7.5"}


@pytest.fixture
def case():
    case = opened_case()
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    return case


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused.code


def test_nobody_scores_before_declaring_a_conflict_or_its_absence(case):
    anna = case.town.evaluators[0]
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[anna])
    assert refusal(score, case, anna, {"B01": GOOD}) == "declare_first"


def test_whoever_declares_a_conflict_does_not_score(case):
    anna = case.town.evaluators[0]
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[anna])
    declare(case, anna, conflict=True)
    assert refusal(score, case, anna, {"B01": GOOD}) == "conflict"


def test_an_evaluator_who_is_not_on_the_panel_does_not_score(case):
    seat_panel(case, 2)
    clara = case.town.evaluators[2]
    declare(case, clara)
    assert refusal(score, case, clara, {"B01": GOOD}) == "not_on_panel"


def test_only_evaluators_of_the_buyer_can_be_appointed(case):
    stranger = factories.make_town(keys=False).evaluators[0]
    with pytest.raises(ValidationError):
        actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[stranger])


def test_an_officer_does_not_score_and_an_evaluator_does_not_appoint(case):
    (anna,) = seat_panel(case, 1)
    assert refusal(score, case, case.town.officer, {"B01": GOOD}) == "not_your_role"
    assert refusal(actions.appoint_panel, actor=anna, tender_id=case.tender.pk, users=[anna]) == "not_your_role"


@pytest.mark.parametrize("value", ["10.01", "-1", "8.123", "8,5", "", "NaN", "1e3", True, 7.5])
def test_a_score_off_the_scale_is_refused_by_its_place_and_nothing_is_stored(case, value):
    (anna,) = seat_panel(case, 1)
    with pytest.raises(ValidationError) as caught:
        score(case, anna, {"B01": {"B1": "8", "B2": value}})
    assert list(caught.value.message_dict) == ["scores[1].value"]
    assert not Score.objects.exists()


def test_a_score_needs_a_comment(case):
    (anna,) = seat_panel(case, 1)
    line = {"bid_id": str(case.bids["B01"].pk), "lot": "L1", "criterion": "B1", "value": "8", "comment": "  "}
    with pytest.raises(ValidationError) as caught:
        actions.give_scores(actor=anna, tender_id=case.tender.pk, scores=[line])
    assert list(caught.value.message_dict) == ["scores[0].comment"]


def test_the_same_cell_twice_in_one_call_is_refused(case):
    (anna,) = seat_panel(case, 1)
    line = {"bid_id": str(case.bids["B01"].pk), "lot": "L1", "criterion": "B1", "value": "8", "comment": "p. 4"}
    with pytest.raises(ValidationError):
        actions.give_scores(actor=anna, tender_id=case.tender.pk, scores=[line, {**line, "value": "3"}])


def test_a_requirement_or_an_unknown_lot_cannot_be_scored(case):
    (anna,) = seat_panel(case, 1)
    with pytest.raises(ValidationError):
        score(case, anna, {"B01": {"A1": "8"}})
    with pytest.raises(ValidationError):
        score(case, anna, {"B01": {"B1": "8"}}, lot="L7")


def test_a_promised_number_is_never_scored_by_people():
    case = opened_case(criteria=factories.efficiency_criteria())
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"}, promised={"E1": "10"})
    (anna,) = seat_panel(case, 1)
    with pytest.raises(ValidationError):
        score(case, anna, {"B01": {"E1": "8"}})
    assert [(cell.bid, cell.criterion) for cell in open_cells(case.tender, anna)] == [
        (case.bids["B01"].reference, "B1")
    ]


def test_scores_can_be_changed_until_they_are_handed_in_and_never_after(case):
    (anna,) = seat_panel(case, 1)
    score(case, anna, {"B01": GOOD, "B02": GOOD})
    score(case, anna, {"B01": {"B1": "4"}})
    assert Score.objects.get(bid=case.bids["B01"], criterion__code="B1").value == 4
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    assert refusal(score, case, anna, {"B01": {"B1": "9"}}) == "scores_locked"
    assert refusal(actions.submit_scores, actor=anna, tender_id=case.tender.pk) == "scores_locked"
    assert Score.objects.get(bid=case.bids["B01"], criterion__code="B1").value == 4


def test_an_incomplete_sheet_cannot_be_handed_in(case):
    (anna,) = seat_panel(case, 1)
    score(case, anna, {"B01": GOOD})
    assert refusal(actions.submit_scores, actor=anna, tender_id=case.tender.pk) == "scores_incomplete"


def test_bids_that_are_out_already_need_no_scores(case):
    check_all(case, B02=fine(mandatory={"A1": False}))
    (anna,) = seat_panel(case, 1)
    score(case, anna, {"B01": GOOD})
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    assert PanelMember.objects.get(user=anna).submitted_at


def test_late_and_withdrawn_bids_are_not_scored(case):
    add_bid(case, "B03", {}, opened_at=None, is_late=True)
    add_bid(case, "B04", {}, opened_at=None, withdrawn_at=clock.now() - timedelta(days=3))
    (anna,) = seat_panel(case, 1)
    assert {cell.bid[-3:] for cell in open_cells(case.tender, anna)} == {"B01", "B02"}


def test_an_evaluator_finds_only_own_scores_and_no_price_on_the_sheet(case):
    add_bid(case, "B03", {"1.1": "1.23", "1.2": "7654.32"}, stated="13579.24")
    anna, bernd = seat_panel(case, 2)
    score(case, anna, {"B01": {"B1": "9"}})
    sheet = own_sheet(case.tender, bernd)
    assert len(sheet) == 6
    assert all(line.value is None for line in sheet)
    assert not any(price in repr(sheet) for price in ("1.23", "7654.32", "13579.24"))


def test_whoever_handed_in_stays_on_the_panel(case):
    anna, bernd = seat_panel(case, 2)
    score(case, anna, {"B01": GOOD, "B02": GOOD})
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    replace = {"actor": case.town.officer, "tender_id": case.tender.pk}
    assert refusal(actions.appoint_panel, users=[bernd], **replace) == "handed_in"


def disagree(case, apart):
    """Anna gives 8 for B1 of B01, Bernd 8 minus `apart`."""
    anna, bernd = seat_panel(case, 2)
    low = str(8 - apart)
    for person, value in ((anna, "8"), (bernd, low)):
        score(case, person, {"B01": {"B1": value, "B2": "7"}, "B02": GOOD})
        actions.submit_scores(actor=person, tender_id=case.tender.pk)


def agree(case, value="6", reason="Both read page 4 again."):
    return actions.set_consensus(
        actor=case.town.chair,
        bid_id=case.bids["B01"].pk,
        lot_code="L1",
        criterion_code="B1",
        value=value,
        reason=reason,
    )


def close(case):
    return actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)


@pytest.mark.parametrize(("apart", "level"), [(2, ""), (3, "note"), (4, "consensus"), (6, "consensus")])
def test_a_wide_spread_is_noted_and_a_very_wide_one_needs_a_consensus(case, apart, level):
    disagree(case, apart)
    found = {(spread.cell.bid[-3:], spread.cell.criterion): spread for spread in spreads(case.tender)}
    assert found["B01", "B1"].level == level
    assert found["B01", "B2"].level == ""


def test_scores_four_points_apart_keep_the_panel_open_until_the_chair_records_a_consensus(case):
    disagree(case, 4)
    assert refusal(close, case) == "consensus_missing"
    agree(case)
    close(case)
    assert refusal(agree, case, value="7") == "panel_closed"
    assert Consensus.objects.get().value == 6
    assert sorted(Score.objects.filter(criterion__code="B1", bid=case.bids["B01"]).values_list("value", flat=True)) == [
        4, 8,
    ]  # fmt: skip


def test_a_consensus_needs_a_reason_and_a_score_of_the_scale(case):
    disagree(case, 4)
    for wrong in ({"reason": " "}, {"value": "11"}):
        with pytest.raises(ValidationError):
            agree(case, **wrong)


def test_the_chair_waits_for_every_evaluator(case):
    anna, _bernd = seat_panel(case, 2)
    score(case, anna, {"B01": GOOD, "B02": GOOD})
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    assert refusal(close, case) == "scores_missing"


def test_only_the_chair_moderates_and_closes(case):
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    assert refusal(actions.close_panel, actor=case.town.officer, tender_id=case.tender.pk) == "not_your_role"
    assert refusal(close, case) == "panel_closed"


def test_closing_the_panel_lets_the_price_envelopes_be_opened_and_nothing_is_computed_or_asked_before():
    rule = {**default_evaluation("generic_en"), "two_envelopes": True}
    case = opened_case(evaluation=rule)
    for name in ("B01", "B02"):
        add_bid(case, name, {"L1": {}})
    check_all(case)
    officer, ask = case.town.officer, {"lot_code": "L1", "due_at": clock.now() + timedelta(days=5)}
    score_and_close(case, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
    case.tender.refresh_from_db()
    assert case.tender.scores_closed_at
    assert refusal(actions.ask_price, actor=officer, bid_id=case.bids["B01"].pk, **ask) == "prices_sealed"
    assert refusal(actions.evaluate_tender, actor=officer, tender_id=case.tender.pk) == "prices_sealed"
    stage = stages([case.tender.pk], clock.now())[case.tender.pk]
    assert (stage.ready, stage.sentence()) == (False, "Zwei Öffner öffnen die Preisumschläge")
    for name, price in (("B01", "2.00"), ("B02", "2.20")):
        row = BidLot.objects.get(bid=case.bids[name])
        for item in row.lot.items.all():
            ItemPrice.objects.create(bid_lot=row, item=item, unit_price=price)
    with in_transaction():
        tendering.mark_prices_opened(case.tender, clock.now())
    run = actions.evaluate_tender(actor=officer, tender_id=case.tender.pk)
    assert run.inputs["spec"]["two_envelopes"] is True
    assert stages([case.tender.pk], clock.now())[case.tender.pk].ready
