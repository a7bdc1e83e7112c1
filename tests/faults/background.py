"""The worker is killed while it computes: the next one begins anew, the result appears once, the old one stays."""

import subprocess
import sys
import time

from tests.faults.after import Result
from tests.faults.installation import PATIENCE, ROOT, Installation


def background(rounds: int = 3) -> Result:
    """SIGKILL in the middle of a computation, then another worker when the lease of the dead one has run out."""
    result = Result("background")
    with Installation() as place:
        for number in range(rounds):
            asked = place.step("ask_for_intervals", number)
            _begin_and_die(place, asked["run"])
            held = place.step("intervals", asked["run"])
            result.expect(held["is_held"] and not held["result"], f"round {number}: something half was stored: {held}")
            old = place.step("intervals", asked["old"])
            result.expect(bool(old["result"]), f"round {number}: the earlier result is gone")
            early = place.step("work", 1)
            result.expect(early["done"] == 0, f"round {number}: a second worker took what the first still holds")
            later = [place.step("work", minutes)["done"] for minutes in (15, 16)]
            result.expect(later == [1, 0], f"round {number}: worked off {later} times")
            found = place.step("intervals", asked["run"])
            result.expect(found["result"] == asked["expected"], f"round {number}: another result than unkilled")
            result.expect(found["attempts"] == 2, f"round {number}: {found['attempts']} attempts")
        result.counts |= {"rounds": rounds, "workers killed": rounds, "acknowledged": rounds}
        waiting = place.step("stuck_tasks")
        result.expect(waiting == {"put_back": 1, "ready": 1}, f"a dead worker's task: {waiting}")
    return result


def _begin_and_die(place: Installation, run: int) -> None:
    """A worker that is certainly in the middle: it says so and waits, and is killed there."""
    command = [sys.executable, "-m", "tests.faults.scene", "work_and_wait", str(run)]
    process = subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=subprocess.PIPE, stderr=place.log)
    end = time.monotonic() + PATIENCE
    assert process.stdout is not None
    line = process.stdout.readline()
    if line.strip() != b"computing" or time.monotonic() > end:
        raise RuntimeError(f"the worker did not begin: {line!r}\n{place.words_of_the_log()}")
    process.kill()
    process.wait()
