"""Every number of every reference case can be redone from the line that says how it came about."""

import ast
from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import evaluate
from evaluation.scoring.exact import rounded
from evaluation.scoring.inputs import Criterion, CriterionScores, LotBid
from evaluation.scoring.trace import criterion_trace, cut, kind_formulas

from .builders import spec
from .case_input import TENDER_CASES, case_input

D = Decimal
OPERATIONS = {
    ast.Add: Fraction.__add__,
    ast.Sub: Fraction.__sub__,
    ast.Mult: Fraction.__mul__,
    ast.Div: Fraction.__truediv__,
}


def worked_out(text):
    """The value of a formula as it stands on the page, in exact fractions."""
    for shown, sign in (("×", "*"), ("−", "-")):
        text = text.replace(shown, sign)

    def value(node):
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Call):
            return {"max": max, "min": min}[node.func.id](*map(value, node.args))
        return Fraction(ast.get_source_segment(text, node))

    return value(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize("case", TENDER_CASES)
def test_every_step_of_every_bid_gives_the_number_behind_its_equals_sign(case):
    source = case_input(case)
    for lot, result in zip(source.lots, evaluate(source).lots, strict=True):
        bids = {bid.bid_id: bid for bid in lot.bids}
        for row in result.rows:
            for key, text in row.explain.items():
                formula, shown = text.rsplit(" = ", 1)
                assert rounded(worked_out(formula), "half_up", _places(shown)) == Fraction(shown), (row.bid_id, key)
            for criterion in lot.criteria:
                if criterion.id in row.criterion_scores:
                    _assert_traced(criterion_trace(criterion, bids[row.bid_id], source.spec, lot), row, criterion)
            for kind, text in kind_formulas(lot, row.criterion_scores).items():
                formula, shown = text.rsplit(" = ", 1)
                assert worked_out(formula) == Fraction(shown) == Fraction(row.subtotals[kind])


def _places(shown):
    return len(shown.partition(".")[2])


def _assert_traced(trace, row, criterion):
    formula, unequal, unrounded = trace.formula.rpartition(" = ")
    if unequal:
        exact = worked_out(formula)
        assert cut(exact) == unrounded
        assert rounded(exact, trace.rounding.mode, trace.rounding.decimals) == Fraction(trace.score)
    assert Fraction(trace.score) == Fraction(row.criterion_scores[criterion.id])
    points, shown = trace.points.rsplit(" = ", 1)
    assert worked_out(points) == Fraction(shown)


def test_a_promised_number_shows_the_line_of_the_curve_it_lies_on_and_the_ends_hold():
    curve = ((D(5), D(10)), (D(12), D(4)), (D(20), D(0)))
    criterion = Criterion("E1", "efficiency", "Days", D(30), curve=curve)

    def said(value):
        bid = LotBid("B01", "P1", {}, D(19), promised={"E1": D(value)})
        found = criterion_trace(criterion, bid, spec())
        return found.origin, found.formula, found.score

    # 7 lies between 5 (10 points) and 12 (4 points): 10 - 6 * 2/7 = 8.285714...
    assert said("7") == ("curve", "10 + (4 − 10) × (7 − 5) / (12 − 5) = 8.285714…", "8.29")
    assert said("20") == ("curve", "4 + (0 − 4) × (20 − 12) / (20 − 12) = 0", "0")
    assert said("3") == ("curve", "10 = 10", "10") and said("25") == ("curve", "0 = 0", "0")


def test_an_agreed_score_stands_instead_of_the_mean_and_a_bid_without_a_score_shows_none():
    criterion = Criterion("B1", "quality", "Concept", D(40))
    given = {"one": D(7), "two": D(8), "three": D(8)}
    bid = LotBid("B01", "P1", {}, D(19), scores={"B1": CriterionScores(given)})
    found = criterion_trace(criterion, bid, spec())
    assert (found.formula, found.score, found.points) == (
        "(7 + 8 + 8) / 3 = 7.666666…", "7.67", "40 × 7.67 = 306.8",
    )  # fmt: skip
    agreed = LotBid("B01", "P1", {}, D(19), scores={"B1": CriterionScores(given, D(6))})
    assert criterion_trace(criterion, agreed, spec()).points == "40 × 6 = 240"
    assert criterion_trace(criterion, LotBid("B01", "P1", {}, D(19)), spec()) is None
