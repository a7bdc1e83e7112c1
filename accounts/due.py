"""What must happen because time has passed: a list of jobs that upper apps extend at start-up.

No status depends on these (statuses are worked out when read); a job that runs late delays a mail, never the truth.
Every job is safe to run twice and in parallel.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import clock

log = logging.getLogger(__name__)
STUCK_AFTER = timedelta(minutes=10)  # longer than the longest task may take


@dataclass(frozen=True, slots=True)
class Job:
    """`act(now)` does what is due and returns how much that was; `name` stands in the summary."""

    name: str
    act: Callable[[datetime], int]


jobs: list[Job] = []


def run() -> dict[str, int | None]:
    """Run every job once; {name: how many}, None for a job that failed (logged, the others still run)."""
    return {job.name: _done(job) for job in jobs}


def _done(job: Job) -> int | None:
    try:
        return job.act(clock.now())
    except Exception:  # one broken job must not stop mails and reminders of the others
        log.exception("job %s failed", job.name)
        return None


def send_mails(now: datetime) -> int:
    from accounts import outbox

    return outbox.deliver()


def write_checkpoint(now: datetime) -> int:
    from accounts import checkpoints

    return int(checkpoints.write(now) is not None)


def put_back_stuck_tasks(now: datetime) -> int:
    """A worker that was killed leaves its task RUNNING for ever; tasks are idempotent, so another takes it up."""
    from django_tasks_db.models import DBTaskResult

    stuck = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - STUCK_AFTER)
    return stuck.update(status="READY", started_at=None)
