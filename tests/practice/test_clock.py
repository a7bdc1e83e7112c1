"""The clock of a practice is its own: no other request, thread or deadline notices it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client, RequestFactory

from accounts import clock, practice
from accounts.decision import RefusedError
from config.practice import runs
from tendering.lifecycle import Status
from tests.factories import make_company, make_town, make_user, open_tender
from tests.practice.walking import Walker

DAY = timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_a_jump_in_one_session_moves_no_deadline_in_another_at_the_same_moment() -> None:
    """Two threads: while one stands a year on in a practice, the other still finds the real tender open."""
    tender = open_tender(make_town(), title="Real one")
    run = runs.start_run(actor=make_user(), part="officer", language="en")
    runs.jump(run, clock.now() + 365 * DAY, clock.now())
    both, seen = threading.Barrier(2, timeout=20), {}

    def practising() -> None:
        with runs.entered(run, clock.now()):
            both.wait()
            seen["practice"] = clock.now()
            both.wait()
        connections.close_all()

    def working() -> None:
        both.wait()
        seen["real"] = clock.now()
        answer = Client().get(f"/tenders/{tender.pk}/")
        seen["page"], seen["status"] = answer.status_code, tender.status(clock.now())
        both.wait()
        connections.close_all()

    threads = [threading.Thread(target=practising), threading.Thread(target=working)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert seen["practice"] - seen["real"] > 300 * DAY
    assert (seen["page"], seen["status"]) == (200, Status.OPEN)


@pytest.mark.django_db
def test_the_clock_runs_at_its_speed_and_stands_still() -> None:
    real = clock.now()
    run = runs.start_run(actor=make_user(), part="officer", language="en")
    began = run.now(real)
    runs.set_speed(run, 60, real)
    assert run.now(real + timedelta(minutes=1)) - began == timedelta(hours=1)
    runs.set_speed(run, 0, real + timedelta(minutes=1))
    assert run.now(real + DAY) - began == timedelta(hours=1)


@pytest.mark.django_db
def test_the_clock_goes_forward_only_and_at_known_speeds() -> None:
    run = runs.start_run(actor=make_user(), part="officer", language="en")
    real = clock.now()
    with pytest.raises(RefusedError):
        runs.jump(run, run.now(real) - DAY, real)
    for speed in (-1, 2, 10**9):
        with pytest.raises(RefusedError):
            runs.set_speed(run, speed, real)


@pytest.mark.django_db
def test_time_that_runs_past_a_deadline_by_itself_brings_the_bids_too() -> None:
    """Nobody jumps; the clock is only fast."""
    anna = Walker(make_user())
    run = anna.start("officer")
    anna.fill(f"/tenders/{anna.tender().pk}/edit/publish/")
    anna.let("release")
    run.refresh_from_db()
    run.anchored_at -= 60 * DAY
    run.save()
    anna.get("/practice/")
    assert anna.tender().bids.count() == 3
    assert "Step 5" in anna.bar


@pytest.mark.django_db
def test_while_somebody_is_away_the_clock_waits() -> None:
    anna = Walker(make_user())
    run = anna.start("officer")
    anna.post("/practice/leave/")
    run.refresh_from_db()
    left_at = run.moment
    run.anchored_at -= 5 * DAY  # as if five days had passed
    run.save()
    anna.post("/practice/continue/")
    run.refresh_from_db()
    assert (run.moment, run.now(run.anchored_at)) == (left_at, left_at)


@pytest.mark.django_db
def test_in_production_only_a_practice_may_show_another_time(settings: Any) -> None:
    settings.DEMO = settings.ALLOW_SIMULATED_TIME = False
    later = clock.now() + DAY
    with pytest.raises(RuntimeError), clock.simulated(later):
        pass
    with practice.inside(1), clock.simulated(later):
        assert clock.now() == later
        with clock.real():
            assert clock.now() < later
    assert not clock.is_simulated()


@pytest.mark.django_db
def test_a_whole_practice_runs_in_production(settings: Any) -> None:
    settings.DEMO = settings.ALLOW_SIMULATED_TIME = False
    anna = Walker(make_user())
    anna.start("opener")
    anna.let("all")
    assert anna.get("/tenders/").status_code == 200


@pytest.mark.django_db
def test_an_error_inside_leaves_no_trace_of_the_practice_in_the_thread() -> None:
    from config.practice.middleware import FLAG, PracticeMiddleware

    run = runs.start_run(actor=make_user(), part="officer", language="en")
    request = RequestFactory().get("/")
    request.user, request.session = run.user, {FLAG: run.pk}  # type: ignore[assignment]

    def fails(_request: Any) -> HttpResponse:
        assert practice.current_run_id() == run.pk
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        PracticeMiddleware(fails)(request)
    assert practice.current_run_id() is None
    assert not clock.is_simulated()


@pytest.mark.django_db
def test_without_the_flag_the_middleware_asks_nothing(django_assert_num_queries: Any) -> None:
    from config.practice.middleware import PracticeMiddleware

    request = RequestFactory().get("/")
    request.user, request.session = make_company().bidder, {}  # type: ignore[assignment]
    with django_assert_num_queries(0):
        PracticeMiddleware(lambda _request: HttpResponse())(request)


@pytest.mark.django_db
def test_pages_outside_cost_what_they_did() -> None:
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(make_user())
    client.get("/help/")
    with CaptureQueriesContext(connection) as context:
        client.get("/help/")
    assert not [
        query for query in context.captured_queries if "practicerun" in query["sql"].lower().partition("where")[0]
    ]
