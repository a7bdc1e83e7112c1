"""Takes ended practices away after 30 days, as far as append-only rows allow.

The audit trail, its chain heads and the mailbox stay for ever (triggers), and with them the invented accounts they
name, without roles; everything else goes: procedures, bids and their files, companies, the run itself.
"""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.models import QuerySet
from django.db.models.deletion import ProtectedError, RestrictedError

from accounts import practice_rows
from accounts.models import AuditEvent, ChainHead, Organization, PracticeRun, User
from bids import storage
from bids.models import OpenedDocument, SealedObject
from config.practice.world import reference
from pilots.models import Pilot
from tendering.models import Tender

KEPT = timedelta(days=30)
NEVER = frozenset({AuditEvent, ChainHead, PracticeRun, User})
MOST_ROUNDS = 20


def clean(now: datetime) -> int:
    """How many practices went. Safe to run twice and in parallel."""
    old = PracticeRun.objects.filter(ended_at__lt=now - KEPT).values_list("pk", flat=True)
    return sum(_clean(pk) for pk in list(old))


def chains() -> list[str]:
    """Chains of practised procedures and pilots, for whoever shows a trail as a whole."""
    tenders = Tender._base_manager.filter(buyer__practice_run__isnull=False).values_list("pk", flat=True)
    pilots = Pilot._base_manager.filter(municipality__practice_run__isnull=False).values_list("pk", flat=True)
    return [*(f"{kind}:{pk}" for pk in tenders for kind in ("tender", "bids")), *(f"pilot:{pk}" for pk in pilots)]


def _clean(run_id: int) -> int:
    with transaction.atomic():
        run = PracticeRun.objects.select_for_update(skip_locked=True).filter(pk=run_id).first()
        if run is None:
            return 0
        organizations = list(Organization.everywhere.filter(practice_run=run).values_list("pk", flat=True))
        users = list(User.objects.filter(reference__startswith=reference(run, "")).values_list("pk", flat=True))
        _remove_files(organizations)
        _delete_rows(organizations, users)
        for pk in users:
            if not _deleted(User.objects.filter(pk=pk)):
                User.objects.filter(pk=pk).update(is_active=False)
        run.delete()
    return 1


def _remove_files(organizations: list[int]) -> None:
    sealed = list(SealedObject.objects.filter(company__in=organizations).values_list("path", flat=True))
    opened = list(OpenedDocument.objects.filter(bid__company__in=organizations).values_list("path", flat=True))
    transaction.on_commit(lambda: storage.remove_all(settings.SEALED_DIR, sealed))
    transaction.on_commit(lambda: storage.remove_all(settings.OPENED_DIR, opened))


def _delete_rows(organizations: list[int], users: list[int]) -> None:
    """Table by table until nothing more goes; what a trigger or a protected key holds is left."""
    tables: list[type[models.Model]] = [model for model in apps.get_models() if model not in NEVER]
    waiting = [
        rows for model in tables if (rows := practice_rows.belonging_to(model, organizations, users)) is not None
    ]
    for _round in range(MOST_ROUNDS):
        held = [rows for rows in waiting if not _deleted(rows)]
        if len(held) == len(waiting):
            return
        waiting = held


def _deleted(rows: QuerySet[Any]) -> bool:
    """Whether the rows are gone; each try in a savepoint of its own."""
    try:
        with transaction.atomic():
            rows.delete()
    except (ProtectedError, RestrictedError, DatabaseError):
        return False
    return True
