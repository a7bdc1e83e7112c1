"""The robustness of every reference case agrees with scoring its lots again, question by question."""

import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import METHODS, evaluate, robustness
from evaluation.scoring.engine import entries_of, evaluate_lot, examine
from evaluation.scoring.inputs import CriterionScores, Reason
from evaluation.scoring.performance import scored_weights
from evaluation.scoring.ranking import rank
from evaluation.scoring.robustness import Threshold
from tests.reports.tenders import LIVE_WITH_BIDS, english_tender

from .builders import QUALITY, bid, spec, tender
from .case_input import TENDER_CASES, case_input

D = Decimal
CENT = Fraction(1, 100)


def winners(spec_, entries):
    found = METHODS[spec_.method, spec_.method_version].score(spec_, entries)
    return rank(entries, found, spec_.tie_chain).winners


def with_one(entries, changed):
    return [changed if entry.bid_id == changed.bid_id else entry for entry in entries]


class Lot:
    """A lot of a case with its valid bids and its report."""

    def __init__(self, source, lot):
        self.spec, self.lot = source.spec, lot
        self.entries = entries_of(examine(lot, source.spec))
        self.report = robustness(source, lot.lot_id)
        self.weights = scored_weights(lot)

    def entry(self, bid_id):
        return next(entry for entry in self.entries if entry.bid_id == bid_id)

    def wins(self, changed):
        return winners(self.spec, with_one(self.entries, changed)) == (changed.bid_id,)

    def at_weight(self, key, points):
        """The bids when a criterion has other points and the rest is scaled."""
        weight, share = self.weights[key], (100 - points) / (100 - self.weights[key])
        moved = []
        for entry in self.entries:
            rest = entry.performance - weight * entry.scores[key]
            moved.append(entry.with_performance(points * entry.scores[key] + share * rest))
        return moved


CASES = (*TENDER_CASES, *LIVE_WITH_BIDS)


def source_of(case):
    """A reference case, or a tender of the demo."""
    return case_input(case) if case in TENDER_CASES else english_tender(case)


LOTS = [
    pytest.param(case, index, id=f"{case}-{lot.lot_id}")
    for case in CASES
    for index, lot in enumerate(source_of(case).lots)
]


def lot_of(case, index):
    source = source_of(case)
    return Lot(source, source.lots[index])


@pytest.mark.parametrize(("case", "index"), LOTS)
def test_a_case_without_a_losing_bid_is_the_case_evaluated_without_it(case, index):
    lot = lot_of(case, index)
    for item in lot.report.left_out:
        out = [
            replace(b, formal_reasons=(Reason("form", "left out"),)) if b.bid_id == item.bid_id else b
            for b in lot.lot.bids
        ]
        again = evaluate_lot(replace(lot.lot, bids=tuple(out)), lot.spec)
        assert (item.winner, item.order) == (again.winner, again.order)


@pytest.mark.parametrize(("case", "index"), LOTS)
def test_every_figure_of_a_losing_bid_wins_and_one_step_less_does_not(case, index):
    lot = lot_of(case, index)
    for loser in lot.report.losers:
        entry = lot.entry(loser.bid_id)
        if loser.break_even_price is None:
            assert not lot.wins(entry.at_price(CENT))
        else:
            price = Fraction(loser.break_even_price)
            assert lot.wins(entry.at_price(price))
            assert not lot.wins(entry.at_price(price + CENT))
        for key, score in loser.needed_scores.items():
            at = Fraction(10) if score is None else Fraction(score)
            assert lot.wins(entry.with_score(key, lot.weights[key], at)) == (score is not None)
            if score is not None:
                assert not lot.wins(entry.with_score(key, lot.weights[key], at - CENT))
        points = lot.report.analysis.needed_performance[loser.bid_id] if lot.report.analysis else None
        if points is not None:
            assert lot.wins(entry.with_performance(Fraction(points)))
            assert not lot.wins(entry.with_performance(Fraction(points) - CENT))


@pytest.mark.parametrize(("case", "index"), LOTS)
def test_inside_the_ranges_of_weights_the_winner_stays_and_just_outside_it_does_not(case, index):
    lot = lot_of(case, index)
    if not lot.report.analysis:
        return
    first = lot.report.winner[0]
    for item in lot.report.analysis.criteria:
        for end, edge, step in ((item.low, 0, -1), (item.high, 100, 1)):
            inside, outside = (
                values(lot, lot.at_weight(item.criterion, Fraction(end) + step * far * CENT)) for far in (0, 2)
            )
            assert inside[first] == max(inside.values())
            assert (outside[first] < max(outside.values())) == (end != edge)


def values(lot, moved):
    """Price points as published and exact quality points, weighted; or the exact ratio."""
    rows = METHODS[lot.spec.method, "1"].score(lot.spec, lot.entries).rows
    price, quality = Fraction(lot.spec.weight_price), Fraction(lot.spec.weight_quality)
    if lot.spec.method == "ratio_simple":
        return {entry.bid_id: entry.performance / entry.price for entry in moved}
    assert lot.spec.method == "weighted_linear"
    points = {row.bid_id: row.price_points for row in rows}
    return {entry.bid_id: price * points[entry.bid_id] + quality * entry.performance / 10 for entry in moved}


@pytest.mark.parametrize(("case", "index"), LOTS)
def test_the_range_of_the_price_weight_is_the_one_found_by_trying_every_thousandth(case, index):
    lot = lot_of(case, index)
    if lot.report.price_weight is None:
        return
    low, high = lot.report.price_weight
    for thousandths in range(0, 1001, 7):
        weight = D(thousandths) / 1000
        rule = replace(lot.spec, weight_price=weight, weight_quality=1 - weight)
        first = lot.report.winner[0] in winners(rule, lot.entries)
        if low + CENT <= Fraction(weight) <= high - CENT:
            assert first
        if Fraction(weight) < low - CENT or Fraction(weight) > high + CENT:
            assert not first


@pytest.mark.parametrize(("case", "index"), LOTS)
def test_without_an_evaluator_the_case_is_the_case_whose_panel_lacked_that_person(case, index):
    lot = lot_of(case, index)
    for item in lot.report.analysis.evaluators if lot.report.analysis else ():
        bids = []
        for one in lot.lot.bids:
            scores = {
                key: replace(given, by_evaluator={k: v for k, v in given.by_evaluator.items() if k != item.evaluator})
                for key, given in one.scores.items()
            }
            bids.append(replace(one, scores=scores))
        again = evaluate_lot(replace(lot.lot, bids=tuple(bids)), lot.spec)
        assert (item.winner, item.winner_changes) == (again.winner, again.winner != lot.report.winner)


def test_somewhere_among_the_cases_each_kind_of_answer_occurs():
    reports = [robustness(source, lot.lot_id) for source in map(source_of, CASES) for lot in source.lots]
    found = [report.analysis for report in reports if report.analysis]
    assert any(item.change_pct is not None for analysis in found for item in analysis.criteria)
    assert any(item.change_pct is None for analysis in found for item in analysis.criteria)
    assert any(analysis.critical for analysis in found)
    assert any(analysis.evaluators for analysis in found)
    assert any(analysis.simulated for analysis in found)


def test_random_weights_and_scores_are_counted_with_a_printed_seed_and_give_the_same_again():
    source = tender([bid("A", "1000", "9"), bid("B", "1000", "8"), bid("C", "2000", "5")])
    first, again = (robustness(source, "L1").analysis.simulated for _ in range(2))
    assert first == again
    assert first.seed == 1
    assert first.ranks["A"] == (first.draws, 0, 0)  # never worse in price or quality
    assert first.ranks["C"][2] == first.draws
    # A wins unless u_A - u_B < -1 for uniform draws on [-1, 1]: 7 of 8
    assert first.stays / first.noise_draws == pytest.approx(7 / 8, abs=0.03)


def test_two_criteria_are_accepted_as_often_as_the_closed_form_says():
    # price points 100 and 80, quality points 70 and 90: A is first for a price weight above one half
    source = tender(
        [bid("A", "1000", "7"), bid("B", "1200", "9")], spec(weight_price=D("0.6"), weight_quality=D("0.4"))
    )
    found = robustness(source, "L1").analysis.simulated
    assert found.ranks["A"][0] / found.draws == pytest.approx(0.5, abs=0.02)


def test_what_has_been_answered_is_not_asked_again():
    asked = []

    def wins(number):
        asked.append(number)
        return number >= 5

    question = Threshold(wins, rising=True)
    answers = [question(Fraction(n)) for n in (7, 3, 9, 8, 1, 2, 5, 4)]
    assert answers == [True, False, True, True, False, False, True, False]
    assert asked == [7, 3, 5, 4]
    falling = Threshold(lambda number: number <= 5, rising=False)
    assert [falling(Fraction(n)) for n in (7, 3, 9, 1)] == [False, True, False, True]


def large(bids=50, criteria=200):
    weights = [replace(QUALITY, id=f"B{n}", weight=D(100) / criteria) for n in range(criteria)]
    offers = [
        bid(f"P{n:02}", str(100_000 + n * 731), {c.id: str((n * 7 + i * 3) % 10 + 1) for i, c in enumerate(weights)})
        for n in range(bids)
    ]
    people = [
        replace(b, scores={k: CriterionScores({f"E{e}": s.consensus for e in range(3)}) for k, s in b.scores.items()})
        for b in offers
    ]
    return tender(people, criteria=tuple(weights))


@pytest.mark.slow
def test_the_robustness_of_fifty_bids_with_two_hundred_criteria_takes_less_than_two_hundred_evaluations():
    source = large()
    started = time.process_time()
    evaluate(source)
    one = time.process_time() - started
    started = time.process_time()
    robustness(source, "L1")
    assert time.process_time() - started < 200 * one
