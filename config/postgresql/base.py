"""Django's PostgreSQL backend with a fuse: while the server is away, one request at a time waits for it, no other.

Without it every request waits its seconds for a connection; a crowd then holds all threads, and the process answers
nobody, not even `/healthz`.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql import base
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

PAUSE = 1.0  # seconds until the server is asked again


class Fuse:
    """Closed while the server answers; open for PAUSE seconds after it did not, and while one asks it again."""

    def __init__(self) -> None:
        self._failed_at: float | None = None
        self._trial = threading.Lock()

    def through(self, connect: Callable[[], Any]) -> Any:
        """A connection; OperationalError at once while the server is known to be away."""
        failed_at = self._failed_at
        if failed_at is None:
            return self._ask(connect)
        if time.monotonic() - failed_at < PAUSE or not self._trial.acquire(blocking=False):
            raise OperationalError("the database did not answer a moment ago")
        try:
            return self._ask(connect)
        finally:
            self._trial.release()

    def _ask(self, connect: Callable[[], Any]) -> Any:
        try:
            connection = connect()
        except PoolTimeout:
            self._failed_at = time.monotonic()
            raise
        self._failed_at = None
        return connection


_fuses: defaultdict[str, Fuse] = defaultdict(Fuse)


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes connections of its pool through the fuse of this process and database."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """As Django's; OperationalError at once while the server is away."""
        return _fuses[str(self.settings_dict["NAME"])].through(
            lambda: super(DatabaseWrapper, self).get_new_connection(conn_params)
        )
