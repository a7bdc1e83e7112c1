"""The evaluation run: when it may happen, what it stores, that it can be repeated, and numbers recomputed by hand."""

import io
import json
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.inputs import bid_lots_hint, build_inputs
from evaluation.models import EvaluationRun
from evaluation.results import differences, expected_shape, inputs_of, latest, result_of, robustness_of, view_of
from evaluation.scoring import robustness
from tests import factories
from tests.evaluation.builders import add_bid, check_all, evaluated_case, fine, opened_case, score_and_close

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7"}


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused.code


def evaluate(case, **changes):
    return actions.evaluate_tender(**{"actor": case.town.officer, "tender_id": case.tender.pk, **changes})


def two_bids(**fields):
    case = opened_case(**fields)
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    return case


def test_nothing_is_evaluated_before_the_panel_is_closed():
    case = two_bids()
    check_all(case)
    assert refusal(evaluate, case) == "panel_open"


def test_nothing_is_evaluated_before_a_second_person_confirmed_the_formal_check():
    case = two_bids()
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    assert refusal(evaluate, case) == "checks_unconfirmed"


def test_nothing_is_evaluated_while_a_document_may_still_come():
    case = two_bids()
    missing = {"name": "Reference list", "category": "company_related", "status": "missing"}
    check_all(case, B01=fine(documents=[missing]))
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    due = clock.now() + timedelta(days=2)
    actions.request_supplement(
        actor=case.town.officer, bid_id=case.bids["B01"].pk, documents=["Reference list"], due_at=due
    )
    assert refusal(evaluate, case) == "documents_pending"
    with clock.simulated(due + timedelta(seconds=1)):
        evaluate(case)
    assert [row["status"] for row in latest(case.tender).result["lots"][0]["rows"]] == ["excluded", "valid"]


def test_a_tender_without_quality_criteria_needs_no_panel():
    criteria = factories.efficiency_criteria()[:1]
    case = two_bids(criteria=criteria, evaluation={
        "method": "price_only", "weight_price": "1", "weight_quality": "0", "price_basis": "net",
    })  # fmt: skip
    check_all(case)
    assert evaluate(case).result["lots"][0]["winner"] == [case.bids["B01"].reference]


def test_only_the_office_evaluates():
    case = evaluated_case()
    for person in (case.town.evaluators[0], case.town.chair, case.town.auditor):
        assert refusal(evaluate, case, actor=person) == "not_your_role"


def test_the_same_inputs_give_the_run_that_is_there_and_others_a_new_one_that_supersedes_it():
    case = evaluated_case()
    first = latest(case.tender)
    assert evaluate(case) == first
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code="L1", code="not_eligible", reason="No licence."
    )
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    second = evaluate(case, reason="B02 excluded")
    assert second.supersedes == first
    assert second.inputs_hash != first.inputs_hash
    assert second.result["lots"][0]["winner"] == [case.bids["B01"].reference]
    assert EvaluationRun.objects.count() == 2
    assert AuditEvent.objects.filter(verb="tender.evaluated").count() == 2


def test_a_stored_run_computes_to_the_same_hash_again():
    run = latest(evaluated_case().tender)
    run = EvaluationRun.objects.get(pk=run.pk)
    assert differences(run) == []
    assert robustness_of(run, "L1") == robustness(inputs_of(run), "L1")
    out = io.StringIO()
    call_command("evaluation_verify", stdout=out)
    assert out.getvalue().startswith("1 evaluations")


@pytest.mark.parametrize("column", ["inputs", "result", "robustness"])
def test_a_tampered_run_is_found(column):
    run = latest(evaluated_case().tender)
    text = (
        json.dumps(getattr(run, column)).replace("8.62", "8.63").replace('"87.84"', '"87.85"').replace('"2.20', '"2.10')
    )
    EvaluationRun.objects.filter(pk=run.pk).update(**{column: json.loads(text)})
    with pytest.raises(CommandError):
        call_command("evaluation_verify", run.tender.reference, stdout=io.StringIO())


def test_a_result_that_cannot_be_reproduced_is_not_shown():
    run = latest(evaluated_case().tender)
    EvaluationRun.objects.filter(pk=run.pk).update(result_hash="0" * 64)
    assert refusal(result_of, latest(run.tender)) == "result_differs"


def test_inputs_and_views_need_the_same_few_queries_for_two_bids_and_for_twelve():
    counts = []
    for size in (2, 12):
        case = opened_case(lots=factories.default_lots(2))
        for number in range(1, size + 1):
            prices = {"L1": {"1.1": "2.00", "1.2": f"{400 + number}"}, "L2": {"2.1": "2.00", "2.2": f"{500 - number}"}}
            add_bid(case, f"B{number:02}", prices)
        check_all(case)
        score_everything(case)
        run = evaluate(case)
        with CaptureQueriesContext(connection) as reading:
            build_inputs(case.tender)
        run = EvaluationRun.objects.select_related("tender", "created_by").get(pk=run.pk)
        with CaptureQueriesContext(connection) as viewing:
            view_of(run)
        counts.append((len(reading), len(viewing)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 12
    assert counts[0][1] <= 5


def score_everything(case):
    """One evaluator gives 7 for everything."""
    from evaluation.scorebook import cells
    from tests.evaluation.builders import seat_panel

    (anna,) = seat_panel(case, 1)
    lines = [
        {"bid_id": str(c.bid_id), "lot": c.lot, "criterion": c.criterion, "value": "7", "comment": "p. 4"}
        for c in cells(case.tender)
    ]
    actions.give_scores(actor=anna, tender_id=case.tender.pk, scores=lines)
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)


def test_late_and_withdrawn_bids_appear_without_price_or_score():
    case = two_bids()
    add_bid(case, "B03", {}, opened_at=None, is_late=True)
    add_bid(case, "B04", {}, opened_at=None, withdrawn_at=clock.now() - timedelta(days=3))
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    rows = expected_shape(evaluate(case))["lots"][0]["rows"]
    assert [(row["bid_id"][-3:], row["status"]) for row in rows] == [
        ("B01", "valid"), ("B02", "valid"), ("B03", "late"), ("B04", "withdrawn"),
    ]  # fmt: skip
    assert [set(row) for row in rows[2:]] == [
        {"bid_id", "provider_id", "status", "reasons", "reason_codes", "notes"}
    ] * 2
    assert [row["reason_codes"] for row in rows[2:]] == [["late"], ["withdrawn"]]


def test_a_sealed_bid_is_listed_in_the_lots_it_is_known_for_else_in_all():
    case = opened_case(lots=factories.default_lots(2))
    known = add_bid(case, "B01", {}, opened_at=None, is_late=True, imported_as={"lots": ["L2"]})
    unknown = add_bid(case, "B02", {}, opened_at=None, is_late=True)
    assert (bid_lots_hint(known), bid_lots_hint(unknown)) == (frozenset({"L2"}), None)
    listed = {lot.lot_id: [bid.bid_id[-3:] for bid in lot.bids] for lot in build_inputs(case.tender).lots}
    assert listed == {"L1": ["B02"], "L2": ["B01", "B02"]}


def test_replaced_versions_and_earlier_rounds_have_no_row_and_no_final_offer_means_withdrawn():
    case = two_bids()
    first = case.bids["B01"]
    type(first).objects.filter(tender=case.tender).update(round=2)
    case.tender.round = 2
    case.tender.save()
    old = add_bid(case, "B09", {"1.1": "9.00", "1.2": "900.00"}, round=1)
    type(old).objects.filter(pk=old.pk).update(company=first.company)
    add_bid(case, "B10", {"1.1": "3.00", "1.2": "300.00"}, round=1)
    add_bid(case, "B11", {"1.1": "3.00", "1.2": "300.00"}, superseded_at=clock.now())
    bids = build_inputs(case.tender).lots[0].bids
    assert [(bid.bid_id[-3:], bid.state) for bid in bids] == [
        ("B01", "submitted"), ("B02", "submitted"), ("B10", "withdrawn"),
    ]  # fmt: skip


def test_an_admitted_late_bid_is_evaluated_like_the_others():
    case = two_bids()
    add_bid(case, "B03", {"1.1": "2.10", "1.2": "450.00"}, is_late=True, late_admitted_at=clock.now())
    assert [bid.state for bid in build_inputs(case.tender).lots[0].bids] == ["submitted"] * 3


def test_a_damaged_bid_is_out_with_a_reason_and_shows_no_price():
    case = two_bids()
    add_bid(case, "B03", {}, opened_at=None, damaged_at=clock.now())
    check_all(case)
    score_and_close(case, {"B01": GOOD, "B02": GOOD})
    row = view_of(evaluate(case)).lots[0].rows[-1]
    assert (row.status, row.reason_codes, row.price) == ("excluded", ("form",), None)


def test_an_efficiency_tender_gives_the_numbers_computed_by_hand():
    """Net basis, weights 60/40, quality B1 60 points, efficiency E1 40 points (5 days = 10 points, 20 days = 0)."""
    case = opened_case(criteria=factories.efficiency_criteria(), evaluation={
        "method": "weighted_linear", "weight_price": "0.6", "weight_quality": "0.4", "price_basis": "net",
        "tie_chain": ["higher_performance", "lower_price", "draw_lots"],
    })  # fmt: skip
    add_bid(case, "B01", {"1.1": "1.9000", "1.2": "900.00"}, promised={"E1": "14"})
    add_bid(case, "B02", {"1.1": "2.1000", "1.2": "100.00"}, promised={"E1": "6.5"})
    check_all(case)
    score_and_close(case, {"B01": {"B1": "8"}, "B02": {"B1": "7"}})
    lot = view_of(evaluate(case)).lots[0]
    rows = {row.bid_id[-3:]: row for row in lot.rows}
    quantity = {item.ref: item.quantity for item in lot.input.positions}
    assert (quantity["1.1"], quantity["1.2"]) == (9000, 1)
    # B01: 9000 × 1.90 + 900 = 18000; E1 14 days: 10 × (20 − 14) / 15 = 4; L = 60 × 8 + 40 × 4 = 640
    # B02: 9000 × 2.10 + 100 = 19000; E1 6.5 days: 10 × 13.5 / 15 = 9; L = 60 × 7 + 40 × 9 = 780
    assert (rows["B01"].price, rows["B02"].price) == (Decimal("18000.00"), Decimal("19000.00"))
    assert rows["B01"].criterion_scores == {"B1": Decimal("8.00"), "E1": Decimal("4.00")}
    assert rows["B02"].criterion_scores == {"B1": Decimal("7.00"), "E1": Decimal("9.00")}
    assert rows["B01"].subtotals == {"quality": Decimal("480.00"), "efficiency": Decimal("160.00")}
    assert rows["B02"].subtotals == {"quality": Decimal("420.00"), "efficiency": Decimal("360.00")}
    # price points B02: 100 × (2 − 19000 / 18000) = 94.444… → 94.44
    # totals: 0.6 × 100 + 0.4 × 64 = 85.60 and 0.6 × 94.44 + 0.4 × 78 = 87.864
    assert (rows["B02"].price_points, rows["B02"].quality_points) == (Decimal("94.44"), Decimal("78.00"))
    assert (rows["B01"].total, rows["B02"].total) == (Decimal("85.60"), Decimal("87.86"))
    assert lot.kinds == ("quality", "efficiency")
    # 10000 letters a year for 12 months, today 2.50 each: 1.80 and 1.90 a letter, savings 7000 and 6000 a year
    assert (rows["B01"].eur_per_case, rows["B02"].eur_per_case) == (Decimal("1.80"), Decimal("1.90"))
    assert (rows["B01"].saving_per_year, rows["B02"].saving_per_year) == (Decimal("7000.00"), Decimal("6000.00"))
    # 78 quality points for 19000: 4.1053 per 1000
    assert rows["B02"].economics.quality_points_per_1000_eur == Decimal("4.1053")


def test_the_shown_evaluation_has_the_shape_of_the_cases_and_unknown_ones_end_with_a_sentence():
    case = evaluated_case()
    out = io.StringIO()
    call_command("show_evaluation", case.tender.reference, "--format", "json", stdout=out)
    assert json.loads(out.getvalue()) == expected_shape(latest(case.tender))
    text = io.StringIO()
    call_command("show_evaluation", case.tender.reference, stdout=text)
    assert case.bids["B02"].reference in text.getvalue()
    with pytest.raises(CommandError, match="There is no tender"):
        call_command("show_evaluation", str(uuid4()))
    with pytest.raises(CommandError, match="has not been evaluated"):
        call_command("show_evaluation", two_bids().tender.reference)
