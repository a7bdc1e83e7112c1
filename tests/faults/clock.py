"""The host's clock jumps while the server runs: no deadline reopens.

A small library shifts the wall clock by what stands in a file; libfaketime also lets Python's sleep fail.

With SQLite the host's clock decides. With PostgreSQL it is the database's, so there both jump: the web host's alone,
which must change nothing, and the database host's.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from tests.faults.after import Result, examine
from tests.faults.clients import RefusedError, crowd
from tests.faults.database import postgresql
from tests.faults.disk import compiled
from tests.faults.installation import Installation

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>
/* The wall clock shows the true time plus the seconds in the file CLOCK_HANDS names; sleeping is left alone. */
static long ahead(void) {
  const char *p = getenv("CLOCK_HANDS"); FILE *f = p ? fopen(p, "r") : 0; long s = 0;
  if (f) { if (fscanf(f, "%ld", &s) != 1) s = 0; fclose(f); }
  return s;
}
int clock_gettime(clockid_t id, struct timespec *t) {
  int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(id, t); if (code == 0 && id == CLOCK_REALTIME) t->tv_sec += ahead(); return code;
}
int gettimeofday(struct timeval *t, void *z) {
  int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
  int code = real(t, z); if (code == 0) t->tv_sec += ahead(); return code;
}
time_t time(time_t *t) { struct timespec n; clock_gettime(CLOCK_REALTIME, &n); if (t) *t = n.tv_sec; return n.tv_sec; }
"""
HOURS = 3600


def clock(rounds: int = 3) -> Result:
    """Bids before, at and after a deadline that is an hour away, with jumps forward and back in between."""
    result, jumps = Result("clock"), 0
    for number in range(rounds):
        with Installation() as place:
            place.prepare(3, closes_in=HOURS)
            hands = place.home / "hands"
            _set(hands, 0)
            place.start(LD_PRELOAD=str(compiled(SHIM, place.home)), CLOCK_HANDS=str(hands))
            jumps += _around_the_deadline(place, hands, result, number)
    result.counts |= {"rounds": rounds, "jumps": jumps}
    return result


def _around_the_deadline(place: Installation, hands: Path, result: Result, number: int) -> int:
    early, second, third = crowd(place, 3, documents=0)
    in_time = early.bid()
    result.expect(not in_time["is_late"], "a bid in time was called late")
    _set(hands, int(place.scene["closes"] - time.time()) - 60 + number)  # about a minute before the deadline
    close = second.bid()
    result.expect(not close["is_late"], "a bid seconds before the deadline was called late")
    _set(hands, 2 * HOURS)
    late = third.bid()
    result.expect(late["is_late"], "a bid after the deadline was called in time")
    _set(hands, 0)  # back by two hours: the deadline would be open again
    try:
        again = third.bid()
        result.faults.append(f"a clock set back reopened the deadline: late {again['is_late']}")
    except (RefusedError, AssertionError) as refusal:
        result.expect("clock" in str(refusal), f"refused, but not because of the clock: {refusal}")
    _set(hands, 2 * HOURS + 60)
    result.expect(third.bid()["is_late"], "after the clock was right again a late bid was called in time")
    stored = place.step("counts", place.scene["tender"])
    result.expect(stored["late"] == 2, f"{stored['late']} late bids are stored")
    _judge(place, result)
    examine_late(place, [early, second, third], result)
    return 4


def clock_postgresql(rounds: int = 3) -> Result:
    """The web host's clock is wrong by hours in both directions while the database's is right; then that one jumps."""
    result, jumps = Result("clock_postgresql"), 0
    for number in range(rounds):
        with postgresql(started=False) as server:
            shim, database = str(compiled(SHIM, server.home)), server.home / "hands"
            _set(database, 0)
            server.home.chmod(0o755)
            server.start(LD_PRELOAD=shim, CLOCK_HANDS=str(database))
            with Installation(database=server.url()) as place:
                place.prepare(6, closes_in=HOURS)
                web = place.home / "hands"
                _set(web, 0)
                place.start(LD_PRELOAD=shim, CLOCK_HANDS=str(web))
                jumps += _two_clocks(place, web, database, result, number)
    result.counts |= {"rounds": rounds, "jumps": jumps}
    return result


def _two_clocks(place: Installation, web: Path, database: Path, result: Result, number: int) -> int:
    clients = crowd(place, 6, documents=0)
    steps = [  # hands of the web host, of the database; whether the bid is late, None: refused because of the clock
        (0, 0, False),
        (2 * HOURS, 0, False),  # the web host alone believes that the deadline has passed
        (-2 * HOURS, int(place.scene["closes"] - time.time()) - 60 + number, False),
        (0, 2 * HOURS, True),  # the web host alone believes that it has not
        (-24 * HOURS, 2 * HOURS, True),
        (0, 0, None),  # the database's clock is set back behind the deadline
        (0, 2 * HOURS + 60, True),
    ]
    for step, (web_hands, database_hands, is_late) in enumerate(steps):
        _set(web, web_hands)
        _set(database, database_hands)
        try:
            got: bool | None = clients[min(step, 5)].bid()["is_late"]
        except (RefusedError, AssertionError) as refusal:
            got = None
            result.expect("clock" in str(refusal), f"refused, but not because of the clock: {refusal}")
        result.expect(got is is_late, f"step {step}: late {got} instead of {is_late}")
    stored = place.step("counts", place.scene["tender"])
    result.expect(stored["late"] == 3, f"{stored['late']} late bids are stored")
    _judge(place, result)
    examine_late(place, clients, result)
    return len(steps)


def _judge(place: Installation, result: Result) -> None:
    """Each receipt says late exactly when its own received moment is not before its deadline."""
    for note in place.step("counts", place.scene["tender"])["receipts"].values():
        payload = json.loads(note.splitlines()[1])
        said = payload["late"] == (payload["received_at"] >= payload["deadline"])
        result.expect(said, "a receipt contradicts its own deadline")


def examine_late(place: Installation, crowd_: list[Any], result: Result) -> None:
    """As for other runs; earlier counts of this run are added up."""
    before = dict(result.counts)
    examine(place, crowd_, result)
    for name, value in before.items():
        result.counts[name] = result.counts.get(name, 0) + value


def _set(hands: Path, seconds: int) -> None:
    """Move the hands: the offset from the true time, in one step that no reader sees half done."""
    new = hands.with_suffix(".new")
    new.write_text(f"{seconds}\n", "utf-8")
    os.replace(new, hands)
    time.sleep(0.05)
