"""Triggers that refuse to change or delete audit events, on SQLite and PostgreSQL; re-created after every migrate."""

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

TABLE = "accounts_auditevent"
NAMES = ("audit_no_update", "audit_no_delete")


def install(**_kwargs: Any) -> None:
    """(Re-)create the triggers; called by post_migrate of accounts."""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        drop(cursor)
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def missing() -> list[str]:
    """Names of triggers that are not there; empty when the trail is protected."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in present]


def drop(cursor: CursorWrapper) -> None:
    """Take the triggers away. Only `install` and the reset of the test database do this."""
    for name in (*NAMES, "audit_no_truncate"):
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


_ABORT = "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
_SQLITE = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} {_ABORT}",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} {_ABORT}",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$",
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION audit_is_append_only()",
)
