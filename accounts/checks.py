"""System checks: `manage.py check --database default`; `serve` runs them before it starts, `/readyz` while it runs."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from accounts import append_only


@register(Tags.database)
def trail_is_protected(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """The triggers that make trail and mailbox append-only are there."""
    if not databases or append_only.TABLE not in connection.introspection.table_names():
        return []
    hint = "Run manage.py migrate: it creates them again. Then find out who took them away."
    return [
        Error(f"The trigger {name} that protects audit trail or mailbox is missing.", hint=hint, id="accounts.E001")
        for name in append_only.missing()
    ]


@register(Tags.database)
def commits_reach_the_disk(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """A receipt may only be handed out when the database waits for the disk."""
    if not databases:
        return []
    if (fault := durability_fault()) is None:
        return []
    return [Warning(fault, id="accounts.W001")]


def durability_fault() -> str | None:
    """Why an acknowledged act could be lost at a power cut, or None."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"SHOW {setting}")
                if (value := cursor.fetchone()[0]) == "off":
                    return f"PostgreSQL runs with {setting} = {value}: an acknowledged act could be lost."
            return None
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
    return None if level >= 2 else "SQLite runs with synchronous below FULL: an acknowledged act could be lost."
