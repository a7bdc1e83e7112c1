"""One clock: the database's. Only demo, practice and tests may set another time, and then every event says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.models import DateTimeField, Expression, Func, Value

from accounts import practice

_MOMENT = DateTimeField()
_simulated: ContextVar[datetime | None] = ContextVar("simulated_time", default=None)


def now() -> datetime:
    """The present moment (UTC, aware): PostgreSQL `clock_timestamp()`, on SQLite the host clock."""
    if (moment := _simulated.get()) is not None:
        return moment
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            database_time: datetime = cursor.fetchone()[0]
            return database_time.astimezone(UTC)
    return datetime.now(UTC)


def reading() -> Expression:
    """The same moment inside a statement, read when the database carries it out: spares asking for it alone."""
    if _simulated.get() is None and connection.vendor == "postgresql":
        return Func(function="clock_timestamp", output_field=_MOMENT)
    return Value(now(), output_field=_MOMENT)


def is_simulated() -> bool:
    """True inside `simulated()`; audit events then carry `simulated: true`."""
    return _simulated.get() is not None


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware), in this thread only. Refused unless a demo, a practice or a test asks."""
    if not may_simulate():
        raise RuntimeError("Another time than the clock's exists only in demo mode, in practice and in tests.")
    if moment.tzinfo is None:
        raise ValueError("A moment needs its offset.")
    token = _simulated.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _simulated.reset(token)


@contextmanager
def real() -> Iterator[None]:
    """Let `now()` answer the real time again: for what leaves or starts a practice from within one."""
    token = _simulated.set(None)
    try:
        yield
    finally:
        _simulated.reset(token)


def may_simulate() -> bool:
    """DECISIONS 12: in demo mode, in tests, and inside a practice, where nothing real can be reached."""
    return settings.DEMO or getattr(settings, "ALLOW_SIMULATED_TIME", False) or practice.current_run_id() is not None
