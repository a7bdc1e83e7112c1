"""The platform measures itself: sums per minute over all processes, bad minutes, incidents, what absence means."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts import availability, measuring
from accounts.availability import DOWN, FAULTY, SLOW, BadMinute, Day
from accounts.measuring import EPOCH, Meter
from accounts.middleware import MeasuringMiddleware
from accounts.models import MeasuredMinute

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = (START - EPOCH) // timedelta(minutes=1)
LATER = START + timedelta(hours=3)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def write(minutes: int, **counts: int) -> None:
    measuring.store(NUMBER + minutes, Counter(counts))


def calm(*minutes: int) -> None:
    for minute in minutes:
        write(minute, web_beats=2, requests=20, up_to_300_ms=20)


@pytest.fixture
def meter(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    """A meter of this test alone, at a fixed minute, without the thread that writes."""
    settings.MEASURE_AVAILABILITY = True
    own = Meter()
    monkeypatch.setattr(measuring, "meter", own)
    monkeypatch.setattr(measuring, "start", lambda: None)
    monkeypatch.setattr(measuring, "this_minute", lambda: NUMBER)
    monkeypatch.setattr(measuring, "connection", SimpleNamespace(close=lambda: None))
    return own


def answers(status: int, seconds: float, clock: list[float]) -> MeasuringMiddleware:
    def get_response(request: HttpRequest) -> HttpResponse:
        clock[0] += seconds
        return HttpResponse(status=status)

    return MeasuringMiddleware(get_response)


@pytest.mark.django_db
def test_answers_are_counted_by_speed_and_fault_and_nothing_is_written_while_they_are_given(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    clock = [0.0]
    monkeypatch.setattr("accounts.middleware.time.monotonic", lambda: clock[0])
    get, post = RequestFactory().get("/tenders/"), RequestFactory().post("/bids/", {"text": "x" * 200_000})
    with django_assert_num_queries(0):
        for status, seconds in [(200, 0.05), (404, 0.09), (200, 0.2), (200, 4), (500, 11)]:
            answers(status, seconds, clock)(get)
        answers(200, 60, clock)(post)  # the line of whoever sends much is not ours
        answers(503, 0.1, clock)(RequestFactory().get("/readyz"))
    assert meter.flush(NUMBER) == 0  # the minute still runs
    assert meter.flush(NUMBER + 1) == 1
    row = MeasuredMinute.objects.values().get()
    assert {name: row[name] for name in row if row[name] and name not in {"at", "day"}} == {
        "requests": 6, "errors": 1, "up_to_100_ms": 2, "up_to_300_ms": 1, "up_to_10_s": 1, "over_10_s": 1
    }  # fmt: skip
    assert (row["at"], row["day"]) == (START, date(2026, 3, 2))
    assert [field.name for field in MeasuredMinute._meta.fields] == ["at", "day", *availability.COUNTS]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_loses_no_count_and_is_told_afterwards(
    meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = measuring.store

    def broken(minute: int, counts: Counter[str]) -> None:
        raise OperationalError("gone")

    meter.answered(NUMBER - 1, 503, 0.1)
    monkeypatch.setattr(measuring, "store", broken)
    measuring.tick(NUMBER)
    monkeypatch.setattr(measuring, "store", real)
    measuring.tick(NUMBER + 1)
    assert list(MeasuredMinute.objects.values_list("requests", "errors", "web_beats", "cut_off")) == [
        (1, 1, 1, 1), (0, 0, 1, 0)
    ]  # fmt: skip
    assert availability.bad_minutes(START - timedelta(hours=1), LATER, START + timedelta(minutes=4)) == [
        BadMinute(at(-1), DOWN, 100)
    ]


def test_what_waits_for_a_database_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST_WAITING", 3)
    meter = Meter()
    for minute in range(9):
        meter.add(minute, requests=1)
    assert sorted(meter._minutes) == [6, 7, 8]


def test_without_measuring_no_request_passes_through_the_meter(settings) -> None:
    settings.MEASURE_AVAILABILITY = False
    with pytest.raises(MiddlewareNotUsed):
        MeasuringMiddleware(lambda request: HttpResponse())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_several_processes_add_to_one_row_at_the_same_moment() -> None:
    barrier = threading.Barrier(6)

    def process() -> None:
        barrier.wait()
        try:
            write(0, requests=5, web_beats=1)
        finally:
            connection.close()

    threads = [threading.Thread(target=process) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert MeasuredMinute.objects.values_list("requests", "web_beats").get() == (30, 6)


@pytest.mark.django_db
def test_bad_minutes_are_told_by_their_worst_and_gather_to_incidents() -> None:
    assert availability.bad_minutes(START, LATER, LATER) == []  # nothing was measured: nothing can be said
    calm(*range(0, 30))
    write(30, web_beats=1, requests=30, errors=3, up_to_1_s=30)  # exactly ten of a hundred
    write(31, web_beats=1, requests=31, errors=3, up_to_1_s=31)
    write(32, web_beats=1, requests=25, up_to_300_ms=20, up_to_10_s=4, over_10_s=1)  # exactly a fifth
    write(33, web_beats=1, requests=4, over_10_s=4)  # slow, but too few to tell
    write(34, worker_beats=3)  # the worker lives, the web server does not
    calm(*range(38, 60))  # 35 to 37 have no row
    found = availability.bad_minutes(START - timedelta(days=1), LATER, at(63))
    kinds = [(round((minute.at - START).total_seconds() / 60), minute.kind) for minute in found]
    assert kinds == [(30, FAULTY), (32, SLOW), (34, DOWN), (35, DOWN), (36, DOWN), (37, DOWN)]
    assert (found[0].error_percent, found[1].slow_percent) == (10, 20)
    assert [(row.kind, row.started_at, row.ended_at, row.minutes) for row in availability.incidents(found)] == [
        (DOWN, at(30), at(38), 6)
    ]
    alone = [BadMinute(at(0), SLOW), BadMinute(at(10), FAULTY), BadMinute(at(21), SLOW)]
    assert [(row.kind, row.minutes) for row in availability.incidents(alone)] == [(FAULTY, 2), (SLOW, 1)]
    assert availability.bad_minutes(at(36), at(37), LATER) == [BadMinute(at(36), DOWN)]
    assert availability.days(date(2026, 3, 1), date(2026, 3, 3), found) == [
        Day(date(2026, 3, 2), measured=57, down=4, disturbed=2, error_percent=1, p95="up_to_1_s")
    ]


@pytest.mark.django_db
def test_the_newest_minutes_are_not_judged_yet_and_midnight_splits_no_incident() -> None:
    calm(0)
    assert availability.bad_minutes(START, LATER, at(3)) == []
    assert [minute.at for minute in availability.bad_minutes(START, LATER, at(5))] == [at(1)]
    night = availability.bad_minutes(START, START + timedelta(days=2), START + timedelta(days=2))
    assert len(night) == 2 * 1440 - 4
    assert len(availability.incidents(night)) == 1


@pytest.mark.django_db
def test_the_worker_gives_one_sign_of_life_a_minute_and_drops_what_is_too_old(
    meter: Meter, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    monkeypatch.setattr(measuring, "_last_beat", None)
    assert NUMBER % 60 == 0
    write(-401 * 1440, web_beats=1)
    now = datetime.fromtimestamp(NUMBER * 60, UTC)
    assert [measuring.beat(now), measuring.beat(now)] == [1, 0]
    assert list(MeasuredMinute.objects.values_list("at", "worker_beats")) == [(START, 1)]
