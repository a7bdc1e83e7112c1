"""Figures beside the award: options without a golden vector, laws, and refusals of senseless input."""

from fractions import Fraction as F
from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evaluation.benchmark import agreement, effects, frontier, screens, weights
from evaluation.vectors import statistics

POSITIVE = st.floats(0.5, 1000, allow_nan=False)


@st.composite
def units(draw):
    count = draw(st.integers(3, 8))
    x = [[draw(POSITIVE), draw(POSITIVE)] for _ in range(count)]
    y = [[draw(POSITIVE)] for _ in range(count)]
    return x, y


@settings(max_examples=25, deadline=None)
@given(units())
def test_scores_lie_between_nought_and_one_and_order_by_returns(case):
    x, y = case
    crs, vrs, drs, irs = (frontier.scores(x, y, returns) for returns in ("crs", "vrs", "drs", "irs"))
    for c, v, d, i in zip(crs, vrs, drs, irs, strict=True):
        assert 0 < c <= min(d, i) + 1e-6
        assert max(d, i) <= v + 1e-6 <= 1 + 2e-6
    out = frontier.scores(x, y, "crs", "out")
    assert all(isclose(c * o, 1, rel_tol=1e-5) for c, o in zip(crs, out, strict=True))


@settings(max_examples=15, deadline=None)
@given(units(), st.floats(1e-4, 1e6))
def test_another_unit_of_measure_changes_no_score(case, factor):
    x, y = case
    other = [[row[0] * factor, row[1]] for row in x]
    for a, b in zip(frontier.scores(x, y, "vrs"), frontier.scores(other, y, "vrs"), strict=True):
        assert isclose(a, b, rel_tol=1e-5)


@settings(max_examples=40, deadline=None)
@given(units(), st.sampled_from(["crs", "vrs"]), st.sampled_from(["in", "out"]))
def test_stepping_all_units_together_equals_one_program_each(case, returns, orientation):
    x, y = (frontier.scaled(frontier.table(rows)) for rows in case)
    together = frontier.scores(*case, returns, orientation)
    alone = [frontier.score(a, b, x, y, returns, orientation) for a, b in zip(x, y, strict=True)]
    assert np.allclose(together, alone, atol=1e-6, rtol=1e-6)


def test_nine_hundred_units_with_holes_are_the_same_in_blocks_as_alone():
    rng = np.random.default_rng(7)
    x, y = rng.lognormal(size=(900, 3)), rng.lognormal(size=(900, 2))
    x[rng.random(x.shape) < 0.1], y[rng.random(y.shape) < 0.1] = 0, 0
    x[:, 0], y[:, 0] = x[:, 0] + 0.1, y[:, 0] + 0.1
    together = frontier.scores(x, y, "vrs")
    x, y = frontier.scaled(x), frontier.scaled(y)
    for unit in range(0, 900, 75):
        assert isclose(together[unit], frontier.score(x[unit], y[unit], x, y, "vrs"), abs_tol=1e-6)


def test_a_unit_that_uses_or_makes_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        frontier.scores([[1, 1], [0, 0]], [[1], [1]])


def test_slacks_show_that_a_score_of_one_may_hide_waste_and_targets_add_up():
    x, y = [[1, 2], [1, 1], [3, 3]], [[1], [1], [1]]
    found = frontier.slacks(x, y)
    assert np.allclose(found.inputs, [[0, 1], [0, 0], [0, 0]], atol=1e-6)
    assert np.allclose(found.input_targets, [[1, 1]] * 3, atol=1e-6)
    assert np.allclose(found.peers @ np.array(x), found.input_targets)


def test_size_is_told_from_efficiency():
    x, y = [[1], [2], [4], [8]], [[0.5], [2], [4], [6]]
    assert frontier.returns_to_scale(x, y) == ["irs", "-", "-", "drs"]
    shown = statistics.dea_scores({"X": x, "Y": y, "models": ["drs_in", "irs_in"], "scale": True})
    assert shown["rts_class"] == ["irs", "-", "-", "drs"]
    assert np.allclose(shown["scale"], [0.5, 1, 1, 0.75])


def test_super_efficiency_is_undefined_where_nobody_else_can_reach():
    x, y = [[1], [2]], [[1], [5]]
    assert frontier.scores(x, y, "vrs", "in", exclude_own=True)[1] is None
    assert frontier.scores(x, y, "vrs", "out", exclude_own=True)[0] is None


def test_three_periods_give_two_steps():
    period = ([[1.0], [2.0], [3.0]], [[1.0], [2.5], [2.0]])
    better = (period[0], [[1.1], [2.75], [2.2]])
    first, second = frontier.malmquist([period, better, period])
    assert np.allclose(first.total, [1.1] * 3, rtol=1e-6)
    assert np.allclose(second.total, [1 / 1.1] * 3, rtol=1e-6)
    assert np.allclose(first.efficiency, [1] * 3, rtol=1e-6)


@pytest.mark.parametrize("rows", [[], [[1], [1, 2]], [[-1.0]], [[0.0], [0.0]], [["x"]], [[float("nan")]]])
def test_a_senseless_table_is_refused(rows):
    with pytest.raises(ValueError, match=r"\."):
        frontier.table(rows)


def test_agreement_is_undefined_rather_than_nought():
    assert agreement.krippendorff_alpha([[1, 1], [1, 1]]) is None
    assert agreement.krippendorff_alpha([[1, None], [None, 2]]) is None
    assert agreement.krippendorff_alpha([[1, 2, 3], [1, 2, 3]]) == 1
    with pytest.raises(ValueError, match="two raters"):
        agreement.intraclass([[1], [2]])
    with pytest.raises(ValueError, match="same number"):
        agreement.fleiss_kappa([[1, 2], [2, 2]])


def test_nobody_stands_apart_when_the_middle_agrees_wholly():
    found = agreement.outliers({"a": [5, 5], "b": [5, 5], "c": [5, 5], "d": [9, 9]})
    assert found.flagged == []
    assert set(found.modified_z.values()) == {None}


def test_screens_of_three_bids_leave_kurtosis_open():
    found = screens.price_screens([100, 110, 130])
    assert found.kurtosis is None
    assert (found.difference, found.spread, found.alternative_distance) == (0.1, 0.3, 0.5)
    same = screens.price_screens([5, 5, 5])
    assert (same.skewness, same.relative_distance, same.normalised_distance) == (None, None, None)
    with pytest.raises(ValueError, match="three prices"):
        screens.price_screens([1, 2])


def test_welch_and_newcombe_agree_with_other_ways():
    a, b = [1.0, 2.0, 4.0, 4.5], [3.0, 5.0, 6.5]
    mine, theirs = effects.welch(a, b), stats.ttest_ind(a, b, equal_var=False)
    assert isclose(mine.t, theirs.statistic)
    assert isclose(mine.p, theirs.pvalue)
    gap, (low, high) = effects.newcombe((56, 70), (48, 80))  # Newcombe 1998, table II (a): 0.0524 to 0.3339
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)
    with pytest.raises(ValueError, match="spread"):
        effects.welch([1, 1], [1, 1])


def test_a_permutation_test_that_would_never_end_is_refused():
    with pytest.raises(ValueError, match="Too many"):
        effects.permutation([F(1)] * 20, [F(2)] * 20)


def test_three_criteria_are_weighed_by_drawing_and_the_answer_is_the_same_each_time():
    values = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    found = weights.acceptability(values, draws=40_000)
    assert np.allclose([row[0] for row in found.ranks], [1 / 3] * 3, atol=0.02)
    assert found == weights.acceptability(values, draws=40_000)
    never = weights.acceptability([[1, 1, 1], [0, 0, 0]], draws=1000)
    assert never.central[1] is None
