"""Every computed cell of a workbook, recalculated by another program, shows the digits of the engine."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evaluation.scoring import TenderInput
from reports.workbook import BeyondLimits, Built, build, subject_of_inputs
from reports.workbook.formulas import PERMITTED
from reports.workbook.layout import exactly
from reports.workbook.ranking import ENGINE_DECIDES
from tests.evaluation.scoring.case_input import TENDER_CASES, case_input
from tests.reports.recalculation import Cells, needs_libreoffice, printed, recalculate, with_inputs
from tests.reports.tenders import NEW_METHODS, english_tender, further_tender, life_cycle_tender, random_tender

HOSTILE = ('=HYPERLINK("http://a.example","x")', "+49 30 1", "@SUM(A1)", "-2+3", "=cmd|' /C calc'!A0", "\t=1+1")
RANDOM = [f"R{seed}" for seed in range(6)] + [f"N{seed}" for seed in range(len(NEW_METHODS))]  # one of each method
RANDOM += [f"C{seed}" for seed in range(4)]  # with a life-cycle cost


def book_of(tender: TenderInput, language: str = "en", **options: Any) -> Built:
    return build(subject_of_inputs(tender), language, **options)


@cache
def tender_of(name: str) -> TenderInput:
    """A reference case, the English tender "ASH" or a random one "R7"."""
    if name == "ASH":
        return english_tender()
    made = {"R": random_tender, "N": further_tender, "C": life_cycle_tender}.get(name[0])
    return made(int(name[1:])) if made else case_input(name)


@cache
def zeros_of(name: str) -> Built:
    """The workbook of a tender without cached values; what was written into it holds the engine's values."""
    return book_of(tender_of(name), zeros=True)


def with_weight(tender: TenderInput, weight: str) -> TenderInput:
    spec = replace(tender.spec, weight_price=Decimal(weight), weight_quality=1 - Decimal(weight))
    return replace(tender, spec=spec)


def weight_cell(book: Built) -> tuple[int, str]:
    reference = next(item.reference for item in book.book.inputs if item.words in ("Weight of the price",))
    return 1, reference.rpartition("!")[2].replace("$", "")


def hostile_tender() -> TenderInput:
    """Texts that spreadsheets would take for formulas, wherever people type text."""
    tender = english_tender()
    lot = tender.lots[0]
    positions = tuple(replace(p, text=HOSTILE[0], unit=HOSTILE[1]) for p in lot.positions)
    criteria = tuple(replace(c, name=HOSTILE[2], unit=HOSTILE[3]) for c in lot.criteria)
    return replace(tender, lots=(replace(lot, positions=positions, criteria=criteria, title=HOSTILE[4]),))


def hostile_words(tender: TenderInput) -> dict[str, Any]:
    names = {bid.bid_id: text for bid, text in zip(tender.lots[0].bids, HOSTILE, strict=False)}
    comments = {(bid.bid_id, "L1", "B1"): ((HOSTILE[0], HOSTILE[4]),) for bid in tender.lots[0].bids}
    return {"title": HOSTILE[0], "buyer": HOSTILE[2], "names": names, "comments": comments}


CHANGED_WEIGHTS = {"T01": "0.4", "T06": "0.15", "ASH": "0.75"}


def all_books() -> dict[str, Callable[[], bytes]]:
    """Every file of the one recalculation, by name. Formulas come without cached values, to prove who computed."""
    books: dict[str, Callable[[], bytes]] = {}
    for name in (*TENDER_CASES, "ASH", *RANDOM):
        books[name] = lambda n=name: zeros_of(n).content
    for name, weight in CHANGED_WEIGHTS.items():
        books[f"{name}-what-if"] = lambda n=name, w=weight: _typed_weight(n, w)
    hostile = hostile_tender()
    subject = subject_of_inputs(hostile, **hostile_words(hostile))
    books["hostile"] = lambda: build(subject, "en", zeros=True).content
    books["one lot"] = lambda: one_lot().content
    books["german"] = lambda: book_of(tender_of("T09"), "de", zeros=True).content
    return books


@cache
def one_lot() -> Built:
    """The second of three lots with a limit of lots, alone."""
    return build(replace(subject_of_inputs(case_input("T09")), only="L2"), "en", zeros=True)


def _typed_weight(name: str, weight: str) -> bytes:
    book = zeros_of(name)
    return with_inputs(book.content, {weight_cell(book): weight})


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cells]:
    folder = tmp_path_factory.mktemp("workbooks")
    paths = []
    for name, make in all_books().items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(make())
    return recalculate(paths, folder)


def differences(book: Built, cells: Cells, skip: tuple[str, ...] = ()) -> list[str]:
    """Cells whose recalculated digits are not the engine's."""
    found = []
    for live in book.book.formulas:
        if live.sheet in skip:
            continue
        got, want = printed(cells[live.sheet].get(live.cell, ""), live.places), exactly(live.value, live.places)
        if got != want:
            found.append(f"{live.sheet} {live.cell}: {got!r}, engine {want!r}: {live.formula[:200]}")
    return found


class TestRecalculated:
    pytestmark = [*needs_libreoffice, pytest.mark.slow]

    @pytest.mark.parametrize("case", TENDER_CASES)
    def test_a_reference_tender_shows_the_engines_digits_in_every_computed_cell(self, recalculated, case):
        book = zeros_of(case)
        assert len(book.book.formulas) > 400
        assert differences(book, recalculated[case]) == []

    def test_an_english_tender_with_scoring_curves_shows_the_engines_digits(self, recalculated):
        assert differences(zeros_of("ASH"), recalculated["ASH"]) == []

    def test_a_german_workbook_of_three_lots_shows_the_engines_digits(self, recalculated):
        assert differences(book_of(case_input("T09"), "de"), recalculated["german"]) == []

    def test_the_workbook_of_one_lot_alone_shows_the_engines_digits(self, recalculated):
        assert len(one_lot().book.formulas) > 100
        assert differences(one_lot(), recalculated["one lot"]) == []
        assert recalculated["one lot"]["Summary"]["A4"] == "OFFICIAL"

    @pytest.mark.parametrize("seed", RANDOM)
    def test_a_random_tender_shows_the_engines_digits(self, recalculated, seed):
        assert differences(zeros_of(seed), recalculated[seed]) == []

    @pytest.mark.parametrize("case", TENDER_CASES)
    def test_an_untouched_workbook_says_official(self, recalculated, case):
        assert recalculated[case]["Summary"]["A4"] == "OFFICIAL"

    @pytest.mark.parametrize("name", CHANGED_WEIGHTS)
    def test_a_changed_weight_gives_what_the_engine_gives_for_it_and_says_what_if(self, recalculated, name):
        tender = tender_of(name)
        fresh = book_of(with_weight(tender, CHANGED_WEIGHTS[name]))
        cells = recalculated[f"{name}-what-if"]
        assert differences(fresh, cells, ("Summary", "Official values")) == []
        assert cells["Summary"]["A4"] == "WHAT-IF"
        assert cells["Official values"]["F2"] == 1

    @pytest.mark.parametrize("name", CHANGED_WEIGHTS)
    def test_the_changed_weights_of_these_tests_do_change_ranks(self, name):
        tender = tender_of(name)
        before = subject_of_inputs(tender).result
        after = subject_of_inputs(with_weight(tender, CHANGED_WEIGHTS[name])).result
        assert [lot.order for lot in before.lots] != [lot.order for lot in after.lots]

    def test_what_people_typed_is_still_text_after_the_round_trip(self, recalculated):
        cells = recalculated["hostile"]
        assert cells["Summary"]["A1"] == HOSTILE[0]
        values = {value for sheet in cells.values() for value in sheet.values()}
        assert {*HOSTILE[:5], f"{HOSTILE[0]}: {HOSTILE[4]}"} <= values
        assert not [value for value in values if isinstance(value, str) and value.startswith("#")]


@pytest.mark.slow
class TestManyRandomTenders:
    pytestmark = needs_libreoffice

    def test_two_hundred_random_tenders_show_the_engines_digits(self, tmp_path: Path):
        books = {}
        names = [f"R{seed}" for seed in range(1000, 1100)] + [f"N{seed}" for seed in range(1000, 1100)]
        for name in names:
            book = book_of(tender_of(name), zeros=True)
            path = tmp_path / f"{name}.xlsx"
            path.write_bytes(book.content)
            books[path] = book
        cells = recalculate(books, tmp_path)
        assert [line for path, book in books.items() for line in differences(book, cells[path.stem])] == []


@pytest.mark.parametrize("seed", range(len(NEW_METHODS)))
def test_a_rank_that_no_formula_repeats_is_marked_as_decided_by_the_engine(seed):
    tender = further_tender(seed)
    book = zeros_of(f"N{seed}").book
    live = {item.formula for item in book.formulas if item.sheet.startswith("Evaluation")}
    ranks_are_live = any("1+SUMPRODUCT" in formula for formula in live)
    assert ranks_are_live == (tender.spec.method not in ENGINE_DECIDES)


def functions_of(formula: str) -> set[str]:
    return set(re.findall(r"([A-Z][A-Z0-9.]*)\(", re.sub(r'"[^"]*"|\'[^\']*\'', "", formula)))


@pytest.mark.parametrize("case", ["T01", "T02", "T11", "T12"])
def test_formulas_use_only_functions_that_every_spreadsheet_has_had_for_long(case):
    used = {name for live in zeros_of(case).book.formulas for name in functions_of(live.formula)}
    assert used <= PERMITTED


@pytest.mark.parametrize("seed", RANDOM)
def test_random_tenders_of_every_method_use_only_permitted_functions(seed):
    used = {name for live in zeros_of(seed).book.formulas for name in functions_of(live.formula)}
    assert used <= PERMITTED


def test_formulas_hold_no_text_of_bidders():
    tender = hostile_tender()
    book = build(subject_of_inputs(tender, **hostile_words(tender)), "en")
    assert not [live for live in book.book.formulas if "HYPERLINK" in live.formula or "cmd" in live.formula]


def test_sheet_names_are_short_enough_and_carry_the_lot():
    names = {live.sheet for live in zeros_of("T11").book.formulas}
    assert {"Price comparison L1", "Evaluation L4"} <= names
    assert max(map(len, names)) <= 31


def test_prices_beyond_the_exact_range_are_refused_in_words():
    tender = case_input("T02")
    lot = tender.lots[0]
    positions = tuple(replace(position, quantity=position.quantity * 10**7) for position in lot.positions)
    with pytest.raises(BeyondLimits) as refused:
        book_of(replace(tender, lots=(replace(lot, positions=positions),)))
    assert any("500 million" in reason for reason in refused.value.reasons)


def test_a_rule_that_rounds_otherwise_is_refused_but_can_be_had_with_fixed_values():
    from evaluation.scoring.inputs import Rounding

    tender = case_input("T02")
    odd = replace(tender, spec=replace(tender.spec, rounding={**tender.spec.rounding, "vat": Rounding("half_even", 2)}))
    with pytest.raises(BeyondLimits):
        book_of(odd)
    fixed = book_of(odd, fixed=True)
    assert fixed.book.formulas == []
    assert fixed.content.startswith(b"PK")


def test_every_input_cell_has_its_official_value_beside_it():
    book = zeros_of("T01").book
    assert {item.words for item in book.inputs} >= {"Weight of the price", "Minimum performance points"}
    formulas = {live.formula for live in book.formulas if live.sheet == "Official values"}
    assert all(any(item.reference in formula for formula in formulas) for item in book.inputs[:40])
