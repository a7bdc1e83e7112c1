"""`/healthz`: the process answers. `/readyz`: what an act needs is there; names of failing checks only, no details."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from accounts import append_only, checks, clock, outbox
from accounts.keys import key_files

FREE_SPACE = 0.05
MAIL_MAY_WAIT = timedelta(minutes=15)


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 {"ready": true} or 503 {"ready": false, "failing": [names]}."""
    failing: list[str] = []
    for name, check in CHECKS.items():
        if "database" in failing and name in ASK_THE_DATABASE:
            continue  # each would wait for the same answer that does not come
        if not _holds(check):
            failing.append(name)
    if not failing:
        return JsonResponse({"ready": True})
    return JsonResponse({"ready": False, "failing": failing}, status=503, headers={"Retry-After": "30"})


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever goes wrong, the answer is "not ready", with the check's name
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0] == 1


def _migrations_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _storage_writable() -> bool:
    probe = Path(settings.DATA_DIR) / f".probe-{uuid4().hex}"
    try:
        probe.write_bytes(b"ok")
        return probe.read_bytes() == b"ok"
    finally:
        probe.unlink(missing_ok=True)


def _space_left() -> bool:
    usage = shutil.disk_usage(settings.DATA_DIR)
    return usage.free / usage.total >= FREE_SPACE


def _mails_leave() -> bool:
    """Mails of an invented time wait since they were written by the real clock, so a fresh demo is ready."""
    return not outbox.is_stuck(clock.now(), MAIL_MAY_WAIT)


def _keys_readable() -> bool:
    return all(not file.exists or bool(file.path.read_bytes()) for file in key_files())


ASK_THE_DATABASE = {"durability", "migrations", "audit_triggers", "mail"}
CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "durability": lambda: checks.durability_fault() is None,
    "migrations": _migrations_applied,
    "audit_triggers": lambda: not append_only.missing(),
    "storage": _storage_writable,
    "disk": _space_left,
    "mail": _mails_leave,
    "keys": _keys_readable,
}
