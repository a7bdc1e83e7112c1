"""Red flags over plain facts: what is marked, what is fine, and when there are too few data to say."""

from dataclasses import replace
from fractions import Fraction as F

import pytest

from evaluation.benchmark.flags import (
    BidFacts,
    Hint,
    LotFacts,
    disqualified,
    first_digits,
    hints,
    while_drafting,
)


def bid(name, price, *, valid=True, late=False, company=""):
    return BidFacts(name, company or f"Company {name}", None if price is None else F(price), valid, late)


def lot(*bids, winner="", **changes):
    fields = {"buyer": "1", "competitive": True, "price_only": False, "days": 30, "group": "79"}
    return LotFacts("L1", bids=bids, winner=winner, **{**fields, **changes})


def states(one, past=(), **more):
    return {hint.code: hint.state for hint in hints(one, past, **more)}


PLAIN = lot(bid("A", 100), bid("B", 130), bid("C", 165), winner="Company A")
PAST = [lot(bid("A", 100), bid("B", 100 + n % 5 + 10), bid("C", 150), winner="Company A") for n in range(24)]


def test_an_ordinary_lot_raises_nothing_and_says_where_there_are_too_few_data():
    found = states(PLAIN)
    assert "flag" not in found.values()
    assert found["R024"] == found["R058"] == "few"


@pytest.mark.parametrize(
    ("code", "one"),
    [
        ("R003", replace(PLAIN, days=14)),
        ("R018", lot(bid("A", 100))),
        ("R028", lot(bid("A", 100), bid("B", 100), bid("C", 165))),
        ("R030", lot(bid("A", 100, late=True), bid("B", 130), winner="Company A")),
        ("R035", lot(bid("A", 100), bid("B", 130, valid=False), bid("C", 165, valid=False), winner="Company A")),
        ("R036", lot(bid("A", 100, valid=False), bid("B", 130), winner="Company B", price_only=True)),
        ("H01", replace(PLAIN, estimate=F(90), value=F(100))),
        ("CV", lot(bid("A", 100), bid("B", 101), bid("C", 102))),
        ("RD", lot(bid("A", 100), bid("B", 105), bid("C", "105.5"), bid("D", 106))),
    ],
)
def test_each_pattern_is_marked(code, one):
    assert states(one)[code] == "flag"
    assert states(PLAIN).get(code) != "flag"


def test_the_legal_minimum_counts_where_it_is_longer():
    assert states(replace(PLAIN, days=30), minimum_days=35)["R003"] == "flag"


@pytest.mark.parametrize(("second", "code"), [("100.01", "R024"), ("190", "R058")])
def test_a_gap_beyond_the_fence_of_twenty_comparable_lots_is_marked(second, code):
    odd = lot(bid("A", 100), bid("B", second), bid("C", 200), winner="Company A")
    found = {hint.code: hint for hint in hints(odd, PAST)}
    assert found[code].state == "flag" and found[code].n == 24 and found[code].fence is not None
    assert states(PLAIN, PAST[:19])["R024"] == "few"
    other_kind = [replace(one, group="48") for one in PAST]
    assert states(odd, other_kind)[code] == "few"


def test_who_bids_often_and_never_wins_is_marked_among_lots_of_the_same_buyer_only():
    past = [*PAST, *(lot(bid(n, 100), bid("C", 150), winner=f"Company {n}") for n in "EFGH")]
    found = {hint.names: hint.state for hint in hints(PLAIN, past) if hint.code == "R025"}
    assert found["Company C",] == "flag" and found["Company A",] == "fine"
    elsewhere = [replace(one, buyer="2") for one in past]
    assert not [hint for hint in hints(PLAIN, elsewhere) if hint.code in ("R025", "R038", "R048")]


def test_many_exclusions_need_two_and_a_fence():
    odd = lot(bid("A", 100), *(bid(n, 130, valid=False) for n in "BCD"), winner="Company A")
    mixed = [lot(bid("A", 100), *(bid(n, 130, valid=n != "B" or k % 4 > 0) for n in "BCD")) for k in range(24)]
    assert states(odd, mixed)["R038"] == "flag"
    assert "R038" not in states(lot(bid("A", 100), bid("B", 130, valid=False)), mixed)


def test_many_exclusions_in_a_procedure_of_several_lots_are_held_against_earlier_procedures():
    out = lot(bid("A", 100), bid("B", 130, valid=False), winner="Company A")
    earlier = [replace(PLAIN, procedure=str(n)) for n in range(24) for _lot in range(2)]
    here = [replace(out, lot="L1"), replace(out, lot="L2")]
    found = {hint.subject: hint.state for hint in disqualified(here, earlier)}
    assert found[""] == "flag"
    assert {h.state for h in disqualified(here, earlier[:20]) if not h.subject} == {"few"}
    assert not [hint for hint in disqualified(here[:1], earlier) if not hint.subject]


def test_a_bidder_that_is_excluded_again_and_again_is_marked_and_once_is_nothing():
    earlier = [
        replace(
            lot(bid("A", 100), bid("B", 130, valid=n != 3), bid("C", 120), bid("D", 110), bid("E", 105)),
            procedure=f"{n}",
        )
        for n in range(24)
    ]
    here = lot(bid("A", 100), bid("B", 130, valid=False), bid("C", 120), winner="Company A")
    found = {hint.subject: hint.state for hint in disqualified([here], earlier)}
    assert found == {"Company B": "flag"}
    assert list(disqualified([here], [one for one in earlier if one.procedure != "3"])) == []
    elsewhere = [replace(one, buyer="2") for one in earlier]
    assert list(disqualified([here], elsewhere)) == []


def test_a_company_for_everything_is_marked():
    wide = [lot(bid("W", 90), bid("A", 100), group=f"{n + 10}") for n in range(24)]
    narrow = [lot(bid(n, 100), bid("B", 120), winner=f"Company {n}") for n in "CDEFG" for _k in range(4)]
    found = {hint.names or hint.subject: hint.state for hint in hints(lot(bid("W", 90)), [*wide, *narrow])
             if hint.code == "R048"}  # fmt: skip
    assert list(found.values()) == ["flag"]


def test_first_digits_need_more_than_three_hundred_amounts():
    assert first_digits([F(1)] * 300) == Hint("BENFORD", "", "few", None, 0.015, 300)
    assert first_digits([F(5)] * 301).state == "flag"
    grown = [F(round(10 ** (4 * n / 900) * 1000), 1000) for n in range(900)]
    assert first_digits(grown).state == "fine"


def test_hints_while_drafting_tell_a_short_period_and_a_lonely_market():
    lonely = [lot(bid("A", 100)) for _n in range(4)]
    found = {hint.code: hint.state for hint in while_drafting(replace(PLAIN, days=10, bids=()), 0, lonely)}
    assert found == {"R003": "flag", "R018": "flag"}
    assert {h.code for h in while_drafting(replace(PLAIN, days=20), 0, lonely[:2])} == {"R003"}
