"""The platform measures itself: each process counts in memory and adds its sums to one row per minute.

A request only adds to numbers in memory; a thread of the process writes them once a minute. What cannot be written
because the database does not answer waits in memory and is written later, so an outage is told when it is over.
Minutes are those of the host's clock: asking the database for the time would fail in the very minute that matters.
"""

import atexit
import logging
import os
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts import clock
from accounts.models.measured import SLOWEST, SPEEDS, MeasuredMinute

log = logging.getLogger(__name__)
MOST_WAITING = 24 * 60  # minutes kept in memory while the database is away
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Meter:
    """The counts of one process by minute (minutes since 1970). Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[int, Counter[str]] = {}

    def add(self, minute: int, **counts: int) -> None:
        """Add to a minute's counts; the oldest minutes give way when too many wait."""
        with self._lock:
            self._minutes.setdefault(minute, Counter()).update(counts)
            while len(self._minutes) > MOST_WAITING:
                del self._minutes[min(self._minutes)]

    def answered(self, minute: int, status: int, seconds: float | None) -> None:
        """One answer. `seconds` is None where its length says nothing about the platform."""
        counts = {"requests": 1, "errors": int(status >= 500)}
        if seconds is not None:
            counts[next((name for name, most in SPEEDS.items() if seconds <= most), SLOWEST)] = 1
        self.add(minute, **counts)

    def flush(self, before: int) -> int:
        """Write the minutes before this one; how many. Raises what the database raises and keeps what is unwritten."""
        written = 0
        for minute in sorted(minute for minute in list(self._minutes) if minute < before):
            with self._lock:
                counts = self._minutes.pop(minute)
            try:
                store(minute, counts)
            except Exception:
                self.add(minute, **counts)
                raise
            written += 1
        return written


def store(minute: int, counts: Counter[str]) -> None:
    """Add these counts to the row of the minute; several processes may do so at once."""
    at = EPOCH + timedelta(minutes=minute)
    day = timezone.localtime(at, timezone.get_default_timezone()).date()
    MeasuredMinute.objects.bulk_create([MeasuredMinute(at=at, day=day)], ignore_conflicts=True)
    changes = {name: F(name) + count for name, count in counts.items() if count}
    if changes:
        MeasuredMinute.objects.filter(at=at).update(**changes)


def this_minute() -> int:
    return int(time.time() // 60)


meter = Meter()
_started_in: int | None = None  # the process whose thread writes; a fork has none
_starting = threading.Lock()


def start() -> None:
    """Let a thread of this process write once a minute; asking again costs nothing."""
    global _started_in
    if _started_in == os.getpid():
        return
    with _starting:
        if _started_in == os.getpid():
            return
        _started_in = os.getpid()
    threading.Thread(target=_write_for_ever, name="measuring", daemon=True).start()
    atexit.register(_write_the_rest)


def _write_for_ever() -> None:
    while True:
        time.sleep(61 - time.time() % 60)
        tick(this_minute())


def tick(now: int) -> None:
    """The minute before has ended: this process was alive in it, and its counts are written if that can be done."""
    meter.add(now - 1, web_beats=1)
    _write(now)


def _write_the_rest() -> None:
    """A process that ends in good order leaves nothing behind, not even the minute that has begun."""
    now = this_minute()
    meter.add(now, web_beats=1)
    _write(now + 1)


def _write(before: int) -> None:
    try:
        meter.flush(before)
    except Exception:  # whatever the database says: serving goes on, and the next minute tries again
        log.warning("measurements wait: the database does not take them", exc_info=True)
        meter.add(before - 1, cut_off=1)
    finally:
        connection.close()


_last_beat: int | None = None


def beat(now: datetime) -> int:
    """A job of `run_due`: once a minute the worker says that it lives; old minutes go. How many rows that were."""
    global _last_beat
    minute = this_minute()
    if clock.is_simulated() or not settings.MEASURE_AVAILABILITY or _last_beat == minute:
        return 0
    store(minute, Counter(worker_beats=1))
    _last_beat = minute
    if minute % 60 == 0:
        oldest = now - timedelta(days=settings.MEASUREMENTS_KEPT_DAYS)
        MeasuredMinute.objects.filter(at__lt=oldest).delete()
    return 1
