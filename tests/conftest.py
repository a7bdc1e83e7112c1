"""Fixtures shared by all tests."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests import wellformed

wellformed.watch()
hypothesis.settings.register_profile("suite", deadline=None)  # a busy machine is not a defect
hypothesis.settings.load_profile("suite")
HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "config" / "demo" / "procedures"


# What a database could treat differently: locks, races, constraints, triggers, search, exact numbers. `make test` runs
# these files on PostgreSQL, too; `make test-all` everything but what is marked `pages` or `libreoffice`.
CORE = {
    "accounts": {"trail", "outbox"},
    "tendering": {"list", "status", "release", "running"},
    "bids": {
        "at_the_same_moment", "submission", "commit_unknown", "uploads", "opening", "opener_keys", "hash_list",
        "secrecy", "audit_checks", "two_envelopes", "handover",
    },
    "evaluation": {"award", "rights_and_steps", "run", "draws"},
    "pilots": {"show_pilot"},
    "demo": {"cases"},
}  # fmt: skip
NOT_CORE = {"slow", "browser", "libreoffice", "pages"}
# A browser that did not answer within a minute is asked once more, and the run counts it as a rerun. What a page says,
# shows or leaves out is never asked twice.
SECOND_TRY = pytest.mark.flaky(reruns=1, only_rerun=[r"^(playwright\..*)?TimeoutError"])


def pytest_addoption(parser: pytest.Parser) -> None:
    what = "tests of what a database could treat differently, or all others that need one"
    parser.addoption("--core", choices=["only", "not"], help=what)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items[:] = _spread(items)
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(SECOND_TRY)
    wanted = config.getoption("--core")
    if wanted is None:
        return
    without = {item for item in items if _is_core(item) != (wanted == "only") or not _needs_database(item)}
    config.hook.pytest_deselected(items=list(without))
    items[:] = [item for item in items if item not in without]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A run with a limit of time (tests/run.py) begins nothing after it: better named as left out than cut in two."""
    if time.time() > float(os.environ.get("TESTS_END", "inf")):
        pytest.skip("left out: the time given to this run was over")


def _spread(items: list[pytest.Item]) -> list[pytest.Item]:
    """Tests in browsers wait a lot: they stand evenly among the files of the others, so all processes share them."""
    browsers = [item for item in items if item.get_closest_marker("browser")]
    others = [item for item in items if not item.get_closest_marker("browser")]
    files = [list(one) for _name, one in groupby(others, lambda item: item.path)]
    places = [round((number + 0.5) * len(files) / len(browsers)) for number in range(len(browsers))]
    spread: list[pytest.Item] = []
    for number, file in enumerate([*files, []]):
        spread += [browser for browser, place in zip(browsers, places, strict=True) if place == number]
        spread += file
    return spread


def _is_core(item: pytest.Item) -> bool:
    path = item.path.relative_to(HERE)
    name = path.stem.removeprefix("test_")
    return name in CORE.get(str(path.parent), ()) and not any(map(item.get_closest_marker, NOT_CORE))


def _needs_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "django_db_setup"}
    return item.get_closest_marker("django_db") is not None or bool(fixtures & set(getattr(item, "fixturenames", ())))


KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}  # the same after every migrate


def _empty_filled_tables(_case: Any) -> None:
    """The documented reset of a test database: append-only triggers off, rows gone, triggers on again.

    Django would empty all tables, filled or not, and make every permission anew, which costs more than most tests.
    """
    from accounts import append_only

    names = [name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT]
    quoted = {name: connection.ops.quote_name(name) for name in names}
    looks = [f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})" for name, table in quoted.items()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        filled = [name for (name,) in cursor.fetchall()]
        guarded = connection.vendor != "postgresql" and append_only.PROTECTED.keys() & set(filled)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # neither triggers nor foreign keys
        if guarded:
            append_only.drop(cursor)
        for name in filled:
            cursor.execute(f"DELETE FROM {quoted[name]}")
        if guarded:
            append_only.install()


TransactionTestCase._fixture_teardown = _empty_filled_tables


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
