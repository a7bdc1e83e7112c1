"""Triggers that refuse to change or delete audit events and messages, on SQLite and PostgreSQL.

Re-created after every migrate; what is missing is told by `check`, `audit_verify` and `/readyz`.
"""

from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

TABLE = "accounts_auditevent"
PROTECTED = {  # table: (first word of its triggers, what it is called)
    TABLE: ("audit", "the audit trail"),
    "accounts_message": ("message", "the mailbox"),
    "accounts_messageread": ("message_read", "the mailbox"),
}
ACTS = ("update", "delete")
NAMES = tuple(f"{name}_no_{act}" for name, _what in PROTECTED.values() for act in ACTS)


def install(**_kwargs: Any) -> None:
    """(Re-)create the triggers; called by post_migrate of accounts."""
    with connection.cursor() as cursor:
        drop(cursor)
        for table in _present(cursor):
            for statement in _statements(table):
                cursor.execute(statement)


def missing() -> list[str]:
    """Names of triggers that are not there; empty when trail and mailbox are protected."""
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
    """Take the triggers away. Only `install` and the reset of a test or demo database do this."""
    for table in _present(cursor):
        for act in (*ACTS, "truncate"):
            name = f"{PROTECTED[table][0]}_no_{act}"
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _present(cursor: CursorWrapper) -> list[str]:
    """The protected tables that exist already."""
    there = set(connection.introspection.table_names(cursor))
    return [table for table in PROTECTED if table in there]


def _statements(table: str) -> list[str]:
    name, what = PROTECTED[table]
    if connection.vendor != "postgresql":
        abort = f"BEGIN SELECT RAISE(ABORT, '{what} is append-only'); END"
        return [f"CREATE TRIGGER {name}_no_{act} BEFORE {act.upper()} ON {table} {abort}" for act in ACTS]
    function = f"{name}_is_append_only"
    rows = [
        f"CREATE TRIGGER {name}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        for act in ACTS
    ]
    return [
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{what} is append-only'; END $$",
        *rows,
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {function}()",
    ]
