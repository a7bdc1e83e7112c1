"""Row locks: one raw statement for both databases, because Django knows no FOR SHARE.

PostgreSQL: `FOR UPDATE` for acts that change a tender, `FOR SHARE` for acts that only need it to stand still (many
bidders submit at once, an extension waits for them). SQLite: the transaction is IMMEDIATE, the only one that writes.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, models
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.decision import refuse
from accounts.rows import only
from tendering.models import Tender

CLOCK_TOLERANCE = timedelta(seconds=2)


def lock_row(model: type[models.Model], pk: int | UUID, *, share: bool = False) -> None:
    """Lock one row until the transaction ends; Http404 when it is not there, RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("A row lock needs a transaction.")
    options = model._meta
    table, column = (connection.ops.quote_name(name or "") for name in (options.db_table, options.pk.column))
    mode = "" if connection.vendor != "postgresql" else " FOR SHARE" if share else " FOR UPDATE"
    key = options.pk.get_db_prep_value(pk, connection)  # SQLite keeps UUIDs as texts
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s{mode}", [key])  # noqa: S608 - names of our own models
        if cursor.fetchone() is None:
            raise Http404


def lock_tender(tender_id: int, *, share: bool = False) -> Tender:
    """The tender as it is now, locked until the transaction ends. Refuses while the clock runs behind."""
    return lock_tender_at(tender_id, share=share)[0]


def lock_tender_at(tender_id: int, *, share: bool = False) -> tuple[Tender, datetime]:
    """The locked tender and the one moment of the act: the clock is read after the lock was granted."""
    lock_row(Tender, tender_id, share=share)
    found = Tender.objects.select_related("buyer").filter(pk=tender_id)
    tender = only(found.annotate(read_at=clock.reading()))  # a statement of its own, after the lock
    if tender is None:  # a real one seen from a practice, or the other way round
        raise Http404
    now: datetime = tender.read_at
    _check_clock(tender, now)
    if not share or connection.vendor == "sqlite":  # a shared PostgreSQL lock must not write: the writers would wait
        _raise_mark(tender, now)
    return tender, now


def _check_clock(tender: Tender, now: datetime) -> None:
    """A clock that was set back must not reopen a deadline; invented times of the demo are exempt (DECISIONS 12)."""
    if not tender.simulated:
        refuse_if_behind(tender.time_high_water, now)


def refuse_if_behind(mark: datetime | None, now: datetime) -> None:
    """Refuses (clock) when the moment lies before one that has already been recorded."""
    if mark and now < mark - CLOCK_TOLERANCE:
        refuse("clock", _("The clock of this server runs behind. Nothing was changed; please tell the operator."))


def _raise_mark(tender: Tender, now: datetime) -> None:
    if tender.time_high_water is None or tender.time_high_water < now:
        Tender.objects.filter(pk=tender.pk).update(time_high_water=now)
        tender.time_high_water = now
