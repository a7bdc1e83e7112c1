"""Fixtures shared by all tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

CASES = Path(__file__).resolve().parent.parent / "config" / "demo" / "procedures"


def _flush_with_triggers_off(case: Any) -> None:
    """The documented reset of a test database: the append-only triggers go, the tables are emptied, they come back."""
    from accounts import append_only

    with connection.cursor() as cursor:
        append_only.drop(cursor)
    _original_teardown(case)
    append_only.install()


_original_teardown = TransactionTestCase._fixture_teardown
TransactionTestCase._fixture_teardown = _flush_with_triggers_off


@pytest.fixture
def django_assert_max_num_queries() -> Any:
    """Query budgets count looks at tables; on PostgreSQL reading the clock is a statement too, and is left out."""

    @contextmanager
    def at_most(number: int) -> Iterator[CaptureQueriesContext]:
        with CaptureQueriesContext(connection) as context:
            yield context
        done = [query["sql"] for query in context.captured_queries if "clock_timestamp()" not in query["sql"]]
        assert len(done) <= number, "\n".join([f"{len(done)} queries, {number} allowed", *done])

    return at_most


@pytest.fixture(autouse=True)
def _own_language_and_zone() -> Iterator[None]:
    """What one test or its requests spoke last is not spoken by the next."""
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _data_dir(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stored files of one test do not reach the next."""
    yield
    checkpoints = settings.DATA_DIR / "checkpoints"
    for folder in (settings.SEALED_DIR, settings.OPENED_DIR, settings.MAIL_DIR, settings.REPORTS_DIR, checkpoints):
        shutil.rmtree(folder, ignore_errors=True)
