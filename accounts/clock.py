"""One clock: the database's. Only demo, practice and tests may set another time, and then every event says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

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


def is_simulated() -> bool:
    """True inside `simulated()`; audit events then carry `simulated: true`."""
    return _simulated.get() is not None


@contextmanager
def simulated(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` (aware). Refused unless DEMO or tests allow it (DECISIONS 12)."""
    if not (settings.DEMO or getattr(settings, "ALLOW_SIMULATED_TIME", False)):
        raise RuntimeError("Another time than the clock's exists only in demo mode and in tests.")
    if moment.tzinfo is None:
        raise ValueError("A moment needs its offset.")
    token = _simulated.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _simulated.reset(token)
