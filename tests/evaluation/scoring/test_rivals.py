"""Scoring only the bids that can decide gives what scoring all of them gives, under every method."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import METHODS, robustness
from evaluation.scoring.engine import entries_of, examine
from evaluation.scoring.inputs import Criterion, CriterionScores, EvaluationSpec, GroupMinimum, LotBid, TenderInput
from evaluation.scoring.rivals import Field
from tendering.rules.life_cycle import CostPart, LifeCycle
from tests.reports.tenders import LIVE_WITH_BIDS, english_tender

from . import brute_force
from .builders import ALL_METHODS, FIGURE, bid, lot, spec, tender
from .case_input import TENDER_CASES, case_input

D = Decimal
CRITERIA = (
    Criterion("Q", "quality", "Quality", D(70), minimum_score=D(1)), Criterion("R", "quality", "Second", D(30)), FIGURE,
)  # fmt: skip
PRICES = st.integers(100, 160).map(lambda hundreds: D(hundreds * 100))  # close together, so that ties occur
SCORES = st.integers(0, 20).map(lambda halves: D(halves) / 2)
methods = pytest.mark.parametrize("method", ALL_METHODS)


@st.composite
def bids(draw, least=2, most=9):
    count = draw(st.integers(least, most))
    return [
        LotBid(
            f"B{number}", f"P{number}", {"1": draw(PRICES)}, vat_rate=D(19),
            scores={key: CriterionScores(consensus=draw(SCORES)) for key in ("Q", "R")}, promised={"E": draw(SCORES)},
        )
        for number in range(count)
    ]  # fmt: skip


def agree(source: TenderInput) -> None:
    report = robustness(source, "L1")
    assert report.losers == brute_force.losers(source)
    assert report.left_out == brute_force.left_out(source)
    if report.analysis is not None:
        assert report.analysis.needed_performance == brute_force.points(source)


def of(rule: EvaluationSpec, given_bids, criteria=CRITERIA) -> TenderInput:
    return TenderInput("T", rule, (lot(given_bids, criteria),))


@methods
@given(found=bids())
@settings(max_examples=6, deadline=None)
def test_every_answer_is_the_one_of_scoring_all_bids_again(method, found):
    agree(of(spec(method), found))


@methods
@given(found=bids())
@settings(max_examples=4, deadline=None)
def test_so_it_is_with_least_points_groups_a_cap_and_a_named_criterion_for_ties(method, found):
    rule = spec(
        method, min_performance_points=D(200), price_cap=D(15_500), tie_chain=("named_criterion:R", "draw_lots"),
        group_minima=(GroupMinimum("All", ("Q", "R"), D(30)),),
    )  # fmt: skip
    agree(of(rule, found))


@given(found=bids(), compare=st.sampled_from(["exact", "rounded"]), swing=st.integers(1, 10))
@settings(max_examples=12, deadline=None)
def test_so_it_is_in_a_band_decided_by_a_criterion(found, compare, swing):
    rule = spec("ratio_extended", extended_swing_pct=D(swing), extended_criterion="R", compare=compare)
    agree(of(rule, found))


@given(found=bids())
@settings(max_examples=4, deadline=None)
def test_so_it_is_where_lower_key_figures_win(found):
    agree(of(spec("external", params={"higher": D(0)}), found))


COST = Criterion(
    "C", "cost", "Cost", D(40), direction="lower", curve=((D(10_000), D(10)), (D(40_000), D(0))),
    life_cycle=LifeCycle(4, D(2), (CostPart("energy", "use", "Energy", "kWh", D("0.30")),), with_price=True),
)  # fmt: skip


@methods
@given(found=bids(), used=st.lists(st.integers(100, 20_000), min_size=9, max_size=9))
@settings(max_examples=2, deadline=None)
def test_so_it_is_where_the_life_cycle_cost_moves_with_the_price(method, found, used):
    moving = [
        replace(one, life_cycle={"C": {"energy": D(number)}}) for one, number in zip(found, used, strict=False)
    ]  # fmt: skip
    criteria = (replace(CRITERIA[0], weight=D(40)), replace(CRITERIA[1], weight=D(20)), COST, FIGURE)
    agree(of(spec(method), moving, criteria))


@pytest.mark.parametrize("source", [*map(case_input, TENDER_CASES), *map(english_tender, LIVE_WITH_BIDS)])
def test_so_it_is_for_every_reference_case_and_tender_of_the_demo(source):
    for index, one in enumerate(source.lots):
        report = robustness(source, one.lot_id)
        assert report.losers == brute_force.losers(source, index)
        assert report.left_out == brute_force.left_out(source, index)


def field_of(given_bids, rule=None):
    source = tender(given_bids, rule or spec())
    return Field(source.spec, METHODS[source.spec.method, "1"], entries_of(examine(source.lots[0], source.spec)))


def test_a_bid_that_another_beats_in_everything_is_not_scored_again_until_that_other_is_the_changed_one():
    field = field_of([bid("A", "1000", "9"), bid("B", "1100", "8"), bid("C", "900", "5"), bid("D", "1200", "8")])
    own = {entry.bid_id: entry for entry in field.entries}
    assert [entry.bid_id for entry in field.others(own["C"])] == ["A"]
    assert {entry.bid_id for entry in field.others(own["A"])} == {"B", "C", "D"}
    named = field_of([bid("A", "1000", "9"), bid("B", "1100", "8")], spec(tie_chain=("named_criterion:Q", "draw_lots")))
    assert named.beaten_by == {"B": "A"}


def test_where_every_bid_moves_the_reference_all_are_scored():
    field = field_of([bid("A", "1000", "9"), bid("B", "1100", "8")], spec("ratio_weighted_mean"))
    assert field.beaten_by == {}
    assert field.setters(field.entries) == list(field.entries)
