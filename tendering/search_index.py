"""The index behind tendering.search, made by a migration and made whole again after every migrate.

On SQLite a later migration may rebuild the tender's table, which drops its triggers; hence `install` is repeatable.
"""

from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

TABLE = "tendering_tender"
COLUMNS = ("reference", "title", "summary", "search_extra")


def install(using: str = "default", **_kwargs: Any) -> None:
    """Create what is missing on this database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "postgresql":
            _install_postgresql(cursor)
        else:
            _install_sqlite(cursor)


def _install_postgresql(cursor: CursorWrapper) -> None:
    for statement in _POSTGRESQL:
        cursor.execute(statement)


def _install_sqlite(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'tendering_search%%'")
    present = {row[0] for row in cursor.fetchall()}
    if {"tendering_search", *(f"tendering_search_{name}" for name in ("added", "changed", "removed"))} <= present:
        return
    for statement in _SQLITE:
        cursor.execute(statement)


_LIST = ", ".join(COLUMNS)
_NEW = ", ".join(f"new.{name}" for name in COLUMNS)
_OLD = ", ".join(f"old.{name}" for name in COLUMNS)
_REMOVE = f"INSERT INTO tendering_search(tendering_search, rowid, {_LIST}) VALUES ('delete', old.id, {_OLD});"  # noqa: S608
_ADD = f"INSERT INTO tendering_search(rowid, {_LIST}) VALUES (new.id, {_NEW});"  # noqa: S608 - names from here
_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS tendering_search USING fts5({_LIST}, content='{TABLE}', content_rowid='id', "
    "tokenize=\"unicode61 remove_diacritics 2\", prefix='4 5 6')",
    f"CREATE TRIGGER IF NOT EXISTS tendering_search_added AFTER INSERT ON {TABLE} BEGIN {_ADD} END",
    f"CREATE TRIGGER IF NOT EXISTS tendering_search_removed AFTER DELETE ON {TABLE} BEGIN {_REMOVE} END",
    f"CREATE TRIGGER IF NOT EXISTS tendering_search_changed AFTER UPDATE OF {_LIST} ON {TABLE} "
    f"BEGIN {_REMOVE} {_ADD} END",
    "INSERT INTO tendering_search(tendering_search) VALUES ('rebuild')",
)


def _weighted(language: str) -> str:
    """Title and number count more than the summary, the summary more than the extra words."""
    return (
        f"setweight(to_tsvector('{language}', title || ' ' || reference), 'A') || "
        f"setweight(to_tsvector('{language}', summary), 'B') || setweight(to_tsvector('{language}', search_extra), 'C')"
    )


_POSTGRESQL = (
    f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS search_vector tsvector GENERATED ALWAYS AS "
    f"(CASE WHEN language = 'en' THEN {_weighted('english')} ELSE {_weighted('german')} END) STORED",
    f"CREATE INDEX IF NOT EXISTS tendering_search ON {TABLE} USING gin (search_vector)",
)
