"""Fixtures of the tests of bidding."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection


@pytest.fixture
def database(transactional_db: None, tmp_path: Any) -> Iterator[None]:
    """The test database; SQLite's lies in memory, where threads cannot have connections of their own: a file copy."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    settings, memory = connection.settings_dict, connection.connection
    name, settings["NAME"] = settings["NAME"], str(tmp_path / "copy.sqlite3")
    with sqlite3.connect(settings["NAME"]) as copy:
        memory.backup(copy)
    copy.close()
    connection.connection = None
    try:
        yield
    finally:
        connection.close()
        settings["NAME"], connection.connection = name, memory
