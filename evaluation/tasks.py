"""The doorbell of the background worker: it carries nothing, the rows say what is to be done."""

from django_tasks import task

from accounts import clock


@task()
def ring() -> int:
    """Work off the requested benchmarks."""
    from evaluation.actions.benchmark import work

    return work(clock.now())
