"""/healthz and /readyz."""

import pytest
from django.db import connection
from django.test import Client

from accounts import append_only, checks, clock
from accounts.models import OutboxMessage
from config import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _enough_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FREE_SPACE", 0)


@pytest.fixture(autouse=True)
def _as_durable_as_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not wait for the disk (tests/settings.py); what use runs with is asked for below."""
    monkeypatch.setitem(health.CHECKS, "durability", lambda: True)


def test_a_database_that_does_not_wait_for_the_disk_is_noticed() -> None:
    if connection.vendor == "sqlite":
        assert checks.durability_fault() is not None  # the test database is such a one


def test_a_healthy_machine_is_ready() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})


def test_a_missing_trigger_makes_it_not_ready() -> None:
    with connection.cursor() as cursor:
        append_only.drop(cursor)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["audit_triggers"])
    assert answer.headers["Retry-After"]


def test_a_mail_that_waits_too_long_makes_it_not_ready() -> None:
    long_ago = clock.now() - 2 * health.MAIL_MAY_WAIT
    OutboxMessage.objects.create(key="k", recipient="a@b.example", subject="s", body="b", created_at=long_ago)
    assert Client().get("/readyz").json()["failing"] == ["mail"]


def test_a_full_disk_makes_it_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FREE_SPACE", 1.1)
    assert Client().get("/readyz").json()["failing"] == ["disk"]


def test_a_failing_check_tells_its_name_and_no_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        raise OSError("/secret/path")

    monkeypatch.setitem(health.CHECKS, "storage", broken)
    assert Client().get("/readyz").content.decode() == '{"ready": false, "failing": ["storage"]}'


def test_without_a_database_it_is_asked_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    for name in ("database", *health.ASK_THE_DATABASE):
        monkeypatch.setitem(health.CHECKS, name, lambda name=name: asked.append(name) or False)
    assert Client().get("/readyz").json()["failing"] == ["database"]
    assert asked == ["database"]


def test_the_process_answers_without_a_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").content == b"ok"
