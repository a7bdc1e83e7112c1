"""Short versions of the fault runs; docs/reliability.md has the figures of the full ones."""

import pytest

from tests.faults import RUNS, LeftOutError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "rounds"),
    [
        ("kill", 4),
        ("term", 1),
        ("fsync", 2),
        ("slow", 1),
        ("disk", 1),
        ("clock", 1),
        ("clock_postgresql", 1),
        ("mail", 1),
        ("upgrade", 1),
    ],
)
def test_after_a_fault_every_acknowledged_bid_is_there_once_and_whole(name: str, rounds: int) -> None:
    try:
        result = RUNS[name]()(rounds=rounds)
    except LeftOutError as reason:
        pytest.skip(f"left out, {reason}")
    assert not result.faults
    assert result.counts["acknowledged"]


def test_a_computation_whose_worker_was_killed_is_done_once_by_the_next_one_and_the_old_result_stays() -> None:
    result = RUNS["background"]()(rounds=1)
    assert not result.faults
    assert result.counts["workers killed"] == 1


def test_after_postgresql_was_killed_every_acknowledged_bid_is_there_once_and_whole() -> None:
    try:
        result = RUNS["database"]()(rounds=1, companies=8, away=1.0)
    except LeftOutError as reason:
        pytest.skip(f"left out, {reason}")
    assert not result.faults
    assert result.counts["acknowledged"] >= 8
