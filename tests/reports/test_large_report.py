"""The workbook of no bid and of one for twenty lots by two hundred criteria; and of five hundred bids for one lot."""

import cProfile
import io
import random
import resource
import sys
import time
import warnings
from decimal import Decimal

import openpyxl
import pytest

from evaluation.scoring import LotRobustness, TenderInput, evaluate
from evaluation.scoring.inputs import Criterion, CriterionScores, EvaluationSpec, LotBid, LotInput, Position
from reports.workbook import build
from reports.workbook.subject import Subject

LOTS, CRITERIA, SECONDS, MEGABYTES = 20, 10, 30, 500


def tender_of(bids: int, lots_of_it: int = LOTS) -> TenderInput:
    """Every bid is for every lot; a lot has its own ten criteria, so a tender of twenty lots has two hundred."""
    chance = random.Random(3)
    spec = EvaluationSpec("weighted_linear", Decimal("0.5"), Decimal("0.5"), "gross")
    position = (Position("1.1", "Letters", "piece", Decimal(1000)),)
    lots = []
    for number in range(1, lots_of_it + 1):
        criteria = tuple(Criterion(f"B{n}", "quality", f"Criterion {n}", Decimal(10)) for n in range(1, CRITERIA + 1))
        made = [
            LotBid(
                f"B{n:03}", f"B{n:03}", {"1.1": Decimal(chance.randint(100, 500)).scaleb(-2)}, Decimal(19),
                scores={c.id: CriterionScores({}, consensus=Decimal(chance.randint(4, 10))) for c in criteria},
            )
            for n in range(1, bids + 1)
        ]  # fmt: skip
        lots.append(LotInput(f"L{number}", f"Lot {number}", position, criteria, tuple(made)))
    return TenderInput("LARGE", spec, tuple(lots))


def subject_of(tender: TenderInput, only: str = "") -> Subject:
    """As from a stored run: the result is computed again, the robustness is read (here: none was stored)."""
    stored = {lot.lot_id: LotRobustness(lot.lot_id, (), (), None, (), (), None) for lot in tender.lots}
    return Subject(tender, evaluate(tender), stored, only=only)


def report_of(tender: TenderInput) -> bytes:
    return build(subject_of(tender), "en", fixed=True).content


def most_memory() -> int:
    """The most this process has held so far, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1_000_000 if sys.platform == "darwin" else 1_000)


@pytest.mark.parametrize("bids", [0, 1])
def test_the_workbook_of_no_bid_and_of_one_is_valid_and_made_in_time(bids: int) -> None:
    tender = tender_of(bids)
    started, before = time.process_time(), most_memory()
    content = report_of(tender)
    assert time.process_time() - started < SECONDS
    assert most_memory() - before < MEGABYTES
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    assert {f"Evaluation L{n}" for n in range(1, LOTS + 1)} <= set(book.sheetnames)
    shown = {str(value) for row in book["Evaluation L20"].iter_rows(values_only=True) for value in row}
    assert not bids or {"B001", f"B{bids:03}"} <= shown


def calls_of(bids: int) -> int:
    """How many functions are called for the report of this many bids: unlike time the same on every machine."""
    tender, watch = tender_of(bids, 1), cProfile.Profile()
    watch.runcall(report_of, tender)
    return sum(row.callcount for row in watch.getstats())


def test_twice_the_bids_are_twice_the_work() -> None:
    calls_of(4)  # translations and tables that are read once
    assert calls_of(80) < 2.1 * calls_of(40)


def test_the_workbook_of_one_lot_is_the_same_work_however_many_other_lots_there_are() -> None:
    """So five hundred bids for each of twenty lots come as twenty workbooks, each in time."""
    work = []
    for tender in (tender_of(30, 1), tender_of(30)):
        subject, watch = subject_of(tender, "L1"), cProfile.Profile()
        build(subject, "en", fixed=True)  # translations and tables that are read once
        watch.runcall(build, subject, "en", fixed=True)
        work.append(sum(row.callcount for row in watch.getstats()))
    assert work[1] < 1.1 * work[0]


@pytest.mark.slow
def test_the_workbook_of_five_hundred_bids_is_valid_and_made_in_time() -> None:
    started, before = time.process_time(), most_memory()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # for example of a chart that takes no further marks
        content = report_of(tender_of(500, 1))
    assert time.process_time() - started < SECONDS
    assert most_memory() - before < MEGABYTES
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    shown = {str(value) for row in book["Evaluation"].iter_rows(values_only=True) for value in row}
    assert {f"B{number:03}" for number in range(1, 501)} <= shown
