"""Which practice a request belongs to, and what may be seen of it: nothing outside, nothing else inside.

`current_run_id()` is read by `User.role_table`, by the `objects` of organisations, tenders, pilots and papers, by
`Bid.objects.visible_to`, by the outbox and by the trail; it is None in the real world. Only the middleware of practice
and its acts enter a run, by `inside`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Func, Q

Row = TypeVar("Row", bound=models.Model)

DOMAIN = "practice.invalid"  # RFC 2606: no mail server will ever answer for it
MARK = "ÜBUNG – ohne rechtliche Wirkung / PRACTICE – no legal effect"
_run: ContextVar[int | None] = ContextVar("practice_run", default=None)


def current_run_id() -> int | None:
    """The run that is practised here and now; None in the real world."""
    return _run.get()


@contextmanager
def inside(run_id: int | None) -> Iterator[None]:
    """See and change only what belongs to this run (None: only the real world)."""
    token = _run.set(run_id)
    try:
        yield
    finally:
        _run.reset(token)


def mark() -> str:
    """What every receipt, record and document of a practice carries; empty in the real world."""
    return MARK if current_run_id() is not None else ""


class Here(Func):
    """Condition on a column: it belongs to the run that is practised when the statement is made, not when the query
    was written. `organization`: the column holds an organisation's id, else the id of a run.

    In the real world the few invented organisations are left out by their ids, so that a list still walks its index.
    """

    output_field = models.BooleanField()

    def __init__(self, column: str | F, *, organization: bool) -> None:
        super().__init__(column)
        self.organization = organization

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # narrower than Func's
        sql, params = compiler.compile(self.source_expressions[0])
        run = current_run_id()
        given = [*params] if run is None else [*params, run]
        if not self.organization:
            return f"({sql} IS NULL)" if run is None else f"({sql} = %s)", given
        some = "SELECT id FROM accounts_organization WHERE practice_run_id"
        return f"({sql} NOT IN ({some} IS NOT NULL))" if run is None else f"({sql} IN ({some} = %s))", given


def here(path: str) -> Q:
    """Condition: the organisation at `path` ("buyer") belongs to what may be seen now."""
    return Q(Here(F(f"{path}_id"), organization=True))


class ScopedManager(models.Manager[Row]):
    """Rows of the present world only; forms, jobs, lists and acts cannot reach others.

    `path` leads to the organisation a row belongs to; organisations themselves have none.
    """

    path = ""

    def get_queryset(self) -> models.QuerySet[Row]:
        rows = super().get_queryset()
        return rows.filter(here(self.path) if self.path else Q(Here(F("practice_run_id"), organization=False)))


def own_chain(chain: str) -> str:
    """The chain an event belongs to: what a practice does to the platform as a whole stands in a chain of its own."""
    run = current_run_id()
    return f"practice:{run}" if run is not None and chain == "platform" else chain


def address(name: str, run_id: int) -> str:
    """E-mail address of an invented account."""
    return f"{name}.{run_id}@{DOMAIN}"


def held(recipient: str) -> str:
    """Where a mail goes: inside a run only to the run's own accounts, whoever it was meant for."""
    run = current_run_id()
    if run is None or recipient.endswith(f".{run}@{DOMAIN}"):
        return recipient
    return address("outside", run)
