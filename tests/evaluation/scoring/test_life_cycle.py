"""A cost criterion worked out as life-cycle cost: rank, robustness with the price in it, trace, lint, faults."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import InputError, TenderInput, check_spec, evaluate, robustness
from evaluation.scoring.engine import entries_of, examine, method_of
from evaluation.scoring.inputs import Criterion
from evaluation.scoring.ranking import winners_of
from evaluation.scoring.trace import criterion_trace
from tendering.rules.life_cycle import CostPart, LifeCycle
from tests.evaluation.scoring.builders import QUALITY, bid, lot, spec

D = Decimal
PARTS = (CostPart("1", "use", "Electricity", "kWh per year", D("0.35")), CostPart("2", "residual", "Rest", "EUR"))
RULE = LifeCycle(8, D(2), PARTS)
COST = Criterion(
    "C1", "cost", "Life-cycle cost", D(60), unit="EUR", direction="lower",
    curve=((D(20_000), D(10)), (D(60_000), D(0))), life_cycle=RULE,
)  # fmt: skip
KEY = {"figure_criterion": "C1", "params": {"higher": D(0)}, "compare": "exact"}


def offer(name, price, use, rest="0", score="8"):
    return bid(name, price, {"Q": score}, life_cycle={"C1": {"1": D(use), "2": D(rest)}})


DEAR = offer("B1", "14000", "4000")  # 14,000 + 10,255.70 = 24,255.70
CHEAP = offer("B2", "10000", "9000", "1000")  # 10,000 + 23,075.33 - 853.50 = 32,221.83
CRITERIA = (COST, replace(QUALITY, weight=D(40)))


def lcc(bids, rule=None, criteria=CRITERIA):
    return TenderInput("T", rule or spec("external", **KEY), (lot(bids, criteria),))


def test_the_lowest_life_cycle_cost_wins_although_the_purchase_is_dearer():
    rows = evaluate(lcc([DEAR, CHEAP])).lots[0].rows
    assert [(row.bid_id, row.rank, row.figure) for row in rows] == [("B1", 1, D("24255.70")), ("B2", 2, D("32221.83"))]


def test_it_gets_the_points_of_its_published_line():
    row = evaluate(lcc([DEAR, CHEAP], spec())).lots[0].rows[0]
    assert row.criterion_scores["C1"] == D("8.94")  # 10 x (60,000 - 24,255.70) / 40,000 = 8.936…


def test_a_bid_that_leaves_out_a_number_is_out_and_does_not_count_as_cheap():
    silent = bid("B3", "1000", {"Q": "8"}, life_cycle={"C1": {"1": D(1)}})
    rows = {row.bid_id: row for row in evaluate(lcc([DEAR, silent])).lots[0].rows}
    assert (rows["B3"].status, rows["B3"].reason_codes) == ("excluded", ("documents_missing",))
    assert rows["B1"].rank == 1


@pytest.mark.parametrize(
    "rule", [spec("external", **KEY), spec(), spec("ratio_simple")], ids=["key", "points", "ratio"]
)
@pytest.mark.parametrize("with_price", [True, False])
def test_the_break_even_price_wins_and_a_cent_more_does_not_when_the_whole_lot_is_evaluated_again(rule, with_price):
    criteria = (replace(COST, life_cycle=replace(RULE, with_price=with_price)), CRITERIA[1])
    bids = [DEAR, offer("B2", "16000", "4100"), offer("B3", "15500", "6000", "200", "9")]
    tender = lcc(bids, rule, criteria)
    found = 0
    for loser in robustness(tender, "L1").losers:
        for price, wins in ((loser.break_even_price, True), ((loser.break_even_price or D(0)) + D("0.01"), False)):
            if price is None:
                continue
            changed = [replace(b, prices={"1": price}) if b.bid_id == loser.bid_id else b for b in bids]
            entries = entries_of(examine(lot(changed, criteria), rule))
            first = winners_of(entries, method_of(rule).score(rule, entries), rule.tie_chain)
            assert (first == (loser.bid_id,)) is wins, (loser.bid_id, price)
            found += 1
    assert found or not with_price


def test_every_step_of_the_cost_can_be_redone_by_hand():
    tender = lcc([DEAR, CHEAP])
    trace = criterion_trace(COST, CHEAP, tender.spec, tender.lots[0])
    assert trace is not None
    assert trace.before == (
        "Electricity: 9000 × 0.35 × 7.3255 = 23075.33",
        "Rest: 1000 × 0.8535 = -853.50",
        "10000.00 + 23075.33 − 853.50 = 32221.83",
    )
    assert trace.inputs == (D("32221.83"),)


def test_a_price_that_counts_in_the_cost_and_beside_it_is_told():
    def codes(rule, criterion=COST):
        return [finding.code for finding in check_spec(rule, [lot([], (criterion, CRITERIA[1]))])]

    assert "lcc_counts_price_twice" in codes(spec())
    assert "lcc_counts_price_twice" not in codes(spec("external", **KEY))
    without = replace(COST, life_cycle=replace(RULE, with_price=False))
    assert "lcc_counts_price_twice" not in codes(spec(), without)


def test_inputs_come_back_from_json_and_those_without_a_calculation_look_as_before():
    tender = lcc([DEAR, CHEAP])
    assert TenderInput.from_json(tender.to_json()) == tender
    plain = TenderInput("T", spec(), (lot([bid("B1", "1")]),)).to_json()
    assert "life_cycle" not in str(plain)


@pytest.mark.parametrize(
    ("numbers", "path"),
    [
        ({"C9": {"1": "1"}}, "$.lots[0].bids[0].life_cycle['C9']"),
        ({"C1": {"7": "1"}}, "$.lots[0].bids[0].life_cycle['C1']['7']"),
        ({"C1": {"1": "-1"}}, "$.lots[0].bids[0].life_cycle['C1']['1']"),
    ],
)
def test_numbers_nobody_asked_for_are_refused_with_their_place(numbers, path):
    data = lcc([DEAR]).to_json()
    data["lots"][0]["bids"][0]["life_cycle"] = numbers
    with pytest.raises(InputError) as fault:
        TenderInput.from_json(data)
    assert fault.value.path == path


def test_a_cheaper_price_never_costs_rank():
    bids = [DEAR, CHEAP, offer("B3", "15500", "6000")]
    for rule in (spec("external", **KEY), spec()):
        entries = entries_of(examine(lot(bids, CRITERIA), rule))
        for entry in entries:
            cheaper = entry.at_price(entry.price - Fraction(500))
            assert cheaper.scores["C1"] >= entry.scores["C1"]
            assert cheaper.promised["C1"] == entry.promised["C1"] - 500
