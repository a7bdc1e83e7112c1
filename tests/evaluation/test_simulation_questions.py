"""What the simulator says about euros, weights, methods and the order is what trying it shows, under every method."""

import io
import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation import simulation_words
from evaluation.scoring.analysis import HUNDRED
from evaluation.scoring.linear import leaders
from evaluation.simulation import Invented, Simulation, Simulator, default_bids, simulate
from evaluation.simulation_file import workbook
from evaluation.simulation_order import ADDED, other_references, swaps
from evaluation.simulation_weights import PRICE, weighings
from evaluation.simulation_worth import worths
from tests.evaluation.scoring.builders import ALL_METHODS, spec

D = Decimal
WEIGHTS = {"B1": Fraction(60), "B2": Fraction(40)}
MIDDLE = D(20_000)
BIDS = (
    Invented("A", D(15_000), {"B1": D(5), "B2": D(7)}),
    Invented("B", D(20_000), {"B1": D(9), "B2": D(6)}),
    Invented("C", D(24_000), {"B1": D(8), "B2": D(10)}),
)
methods = pytest.mark.parametrize("method", ALL_METHODS)


def made(method="weighted_linear", bids=BIDS, **changes):
    found = Simulator(spec(method, **changes), WEIGHTS)
    return found, tuple(found.entry(bid) for bid in bids)


def worth(method, bids=BIDS, **changes):
    found, entries = made(method, bids, **changes)
    return {one.bid: one for one in worths(found, entries)}


def test_a_euro_is_worth_the_points_the_formula_says():
    # lowest price 15,000, half and half, zero at twice: 1 EUR = 0.5 x 100 / 15,000; 1 % of 20,000 = 200 EUR
    found = worth("weighted_linear")["B"]
    assert found.per_unit == D("0.003333333")
    assert found.per_percent == D("0.6667")
    assert found.percent_in_quality == D("1.334")  # 200 EUR / 150 EUR a point, up to the next hundredth of L
    assert found.per_point == D("150.00")
    # also the cheapest bid: measured against its own twin, not against rivals who gain
    assert worth("weighted_linear")["A"].per_unit == D("0.003333333")


def test_a_per_cent_of_the_price_is_worth_a_per_cent_of_the_performance_where_one_is_divided_by_the_other():
    found = worth("ratio_simple")
    assert (found["B"].per_unit, found["B"].per_percent) == (None, None)
    assert found["B"].percent_in_quality == D("0.780")  # 1 % of 78 quality points
    assert found["A"].percent_in_quality == D("0.580")


def test_where_the_price_does_not_count_a_point_has_no_price_and_where_only_the_price_counts_it_is_worth_nothing():
    fixed, cheapest = worth("quality_fixed_price")["B"], worth("price_only")["B"]
    assert (fixed.percent_in_quality, fixed.per_point) == (D(0), None)
    assert (cheapest.percent_in_quality, cheapest.per_point) == (None, D(0))


@methods
def test_a_twin_with_the_points_named_is_level_and_with_a_hundredth_less_behind(method):
    found, entries = made(method)
    for one in worths(found, entries):
        if not one.percent_in_quality:
            continue
        own = next(entry for entry in entries if entry.bid_id == one.bid)
        for less, level in ((0, True), (Fraction(1, 50), False)):
            points = own.performance + Fraction(one.percent_in_quality) * 10 - less
            twin = replace(own, bid_id="twin", price=own.price * Fraction(101, 100), performance=points)
            keys = {row.bid_id: row.key for row in found.method.score(found.unrounded, [*entries, twin]).rows}
            assert (keys["twin"] >= keys[own.bid_id]) == level


def first(method, bids, price=None, **changes):
    """Who wins when it is tried, with another price weight."""
    weights = {} if price is None else {"weight_price": price, "weight_quality": 1 - price}
    found, entries = made(method, bids, **weights, **changes)
    return set(found.winners(entries))


PRICES = st.integers(100, 400).map(lambda hundreds: D(hundreds * 100))
SCORES = st.integers(0, 40).map(lambda quarters: D(quarters) / 4)


@st.composite
def invented(draw):
    count = draw(st.integers(2, 5))
    return tuple(
        Invented(f"B{number}", draw(PRICES), {"B1": draw(SCORES), "B2": draw(SCORES)}) for number in range(count)
    )


WEIGHTED = ("weighted_linear", "inverse_proportional", "qcbs", "wb_rated", "absolute_scale", "ratio_weighted_fixed",
            "ratio_weighted_median", "ratio_weighted_mean", "italy_bilinear", "kaden_exponential")  # fmt: skip


@pytest.mark.parametrize("method", WEIGHTED)
@given(bids=invented())
@settings(max_examples=10, deadline=None)
def test_in_every_range_of_the_price_weight_those_named_win_when_it_is_tried(method, bids):
    found, entries = made(method, bids)
    price = next((one for one in weighings(found, entries) if one.what == PRICE), None)
    if price is None:
        assert method == "kaden_exponential"  # a bid without any performance has no logarithm
        return
    ranges = price.ranges
    assert (ranges[0].low, ranges[-1].high) == (0, 100)
    for one, following in itertools.pairwise(ranges):
        assert one.high == following.low
        assert one.winner != following.winner
    for one in ranges:
        if one.high - one.low < D("0.5"):  # nearer than the two decimals of a rounded total can tell apart
            continue
        weight = ((one.low + one.high) / 200).quantize(D("0.0001"))
        assert first(method, bids, weight) <= set(one.winner)


@pytest.mark.parametrize("method", ["weighted_linear", "ratio_simple", "kaden_surcharge", "monetised", "qcbs"])
@given(bids=invented())
@settings(max_examples=10, deadline=None)
def test_in_every_range_of_a_criterion_those_named_win_when_its_weight_is_tried(method, bids):
    found, entries = made(method, bids)
    for one in weighings(found, entries):
        if one.what == PRICE:
            continue
        other = next(key for key in WEIGHTS if key != one.what)
        for part in one.ranges:
            if part.high - part.low < D("0.5"):
                continue
            points = Fraction((part.low + part.high) / 2)
            tried = Simulator(found.spec, {one.what: points, other: HUNDRED - points})
            assert set(tried.winners([tried.entry(bid) for bid in bids])) <= set(part.winner)


def test_lines_that_are_the_same_lead_together_and_a_line_below_never():
    zero, one, half = Fraction(0), Fraction(1), Fraction(1, 2)
    assert leaders({"A": (zero, one), "B": (one, zero), "C": (zero, zero)}) == [
        (zero, half, ("B",)), (half, one, ("A",)),
    ]  # fmt: skip
    assert leaders({"A": (one, one), "B": (one, one)}) == [(zero, one, ("A", "B"))]


# with C the lowest price is 60 and B wins; without it 100, and A wins (worked out in test_robustness.py)
REVERSED = (
    Invented("A", D(100), {"B1": D("6.3"), "B2": D("6.3")}), Invented("B", D(150), {"B1": D(9), "B2": D(9)}),
    Invented("C", D(60), {"B1": D(0), "B2": D(0)}),
)  # fmt: skip
HEAVY = {"weight_price": D("0.4"), "weight_quality": D("0.6")}


def test_a_pair_that_changes_places_without_a_third_bid_is_named_with_who_would_win():
    found, entries = made(bids=REVERSED, **HEAVY)
    left_out = [one for one in swaps(found, entries) if one.cause == "left_out"]
    assert [(one.what, one.ahead, one.behind, one.winner) for one in left_out] == [("C", "A", "B", ("A",))]


@methods
def test_every_pair_named_really_changes_places_and_no_other_one_does_when_a_bid_is_left_out(method):
    bids = (*BIDS, Invented("D", D(11_000), {"B1": D(1), "B2": D(2)}))
    found, entries = made(method, bids, price_cap=None)
    named = swaps(found, entries)
    place = {name: n for n, group in enumerate(found.order(entries)) for name in group}
    for one in named:
        assert place[one.behind] < place[one.ahead]
        if one.cause == "left_out":
            after = found.order([bid for bid in entries if bid.bid_id != one.what])
        elif one.cause == "added":
            points = one.performance / 100
            new = found.entry(Invented(ADDED, one.price, {"B1": points, "B2": points}))
            after = found.order([*entries, new])
            assert ADDED not in found.winners([*entries, new]) and found.winners([*entries, new]) == one.winner
        else:
            continue
        now = {name: n for n, group in enumerate(after) for name in group}
        assert now[one.ahead] < now[one.behind]
    if not found.method.relative:
        assert not [one for one in named if one.cause != "reference"]


def test_another_reference_is_scored_by_the_formula_with_the_other_value():
    # prices 15, 20, 24: mean 19,667 and median 20,000; B at the median has 100 price points, 50 + 39 = 89 in all
    found, entries = made()
    rows = {row.bid_id: row for row in other_references(found.spec, entries)["median_price"].rows}
    assert (rows["B"].price_points, rows["B"].total) == (100, D("89.00"))
    assert set(other_references(spec("ratio_weighted_mean"), entries)) == {"median"}
    assert other_references(spec("ratio_simple"), entries) == {}


def tried(method="weighted_linear", bids=BIDS, names=None, **changes):
    return simulate(spec(method, **changes), WEIGHTS, bids, MIDDLE, 5, 1, names=names)


def test_the_words_tell_a_council_member_what_would_change_the_winner():
    with translation.override("en"):
        said = simulation_words.sentences(tried(bids=default_bids(WEIGHTS, D(100_000))), "EUR")
        order = simulation_words.context(tried(bids=REVERSED, **HEAVY), "EUR")["order"]
    assert "In comparison with the middle bid one more quality point (of 100) may cost €850.00." in said
    assert "There 1 % of the price is worth 0.588 points; €1,000 are worth 0.588 points." in said
    assert (
        "With a price weight below 36.18 % the strong bid would come first, above 53.12 % the cheap bid "
        "(in the draft: 50 %)."
    ) in said
    assert any(text.startswith("Another method would change the first place (The lowest price wins: ") for text in said)
    assert "Without bid C, bid A would stand before bid B. Bid A would then come first." in order


def test_the_words_are_german_for_german_readers():
    with translation.override("de"):
        shown = simulation_words.context(tried(bids=REVERSED, **HEAVY), "EUR")
    assert "Ohne Angebot C stünde Angebot A besser als Angebot B. Angebot A läge dann vorn." in shown["order"]


def test_a_rule_no_other_bid_can_upset_says_so():
    with translation.override("en"):
        assert "No pair changes places" in simulation_words.context(tried("ratio_simple"), "EUR")["order"][0]


@methods
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_method_has_its_words_and_its_file_and_is_read_back_as_kept(method, language):
    result = tried(method, names={"B1": "Concept"})
    with translation.override(language):
        again = simulation_words.stored(result.to_json())
        assert again == result
        assert simulation_words.context(again, "EUR") == simulation_words.context(result, "EUR")
        book = openpyxl.load_workbook(io.BytesIO(workbook(again, "EUR")))
        assert (("Other weights" if language == "en" else "Andere Gewichte") in book.sheetnames) == bool(
            result.weighings
        )


def test_a_trial_kept_before_these_questions_were_asked_is_still_read():
    kept = tried().to_json()
    for name in ("worth", "swaps", "weighings", "names"):
        del kept[name]
    old = simulation_words.stored(kept)
    assert isinstance(old, Simulation) and old.swaps is None
    with translation.override("en"):
        said = simulation_words.sentences(old, "EUR")
        assert any("the bid in the middle may cost" in text for text in said)
        assert any(text.startswith("The first place would stay for a price weight") for text in said)
        assert simulation_words.context(old, "EUR")["order"] == []
        assert workbook(old, "EUR")


def test_bids_that_are_all_inadmissible_have_no_answers_and_no_fault():
    result = tried(price_cap=D(10))
    assert (result.worth, result.swaps, result.weighings) == ((), (), ())
    with translation.override("en"):
        assert simulation_words.context(result, "EUR")["sentences"]
        assert workbook(result, "EUR")
