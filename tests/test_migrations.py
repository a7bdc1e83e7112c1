"""Tables are moved on while the version before serves: no lock is held longer than its statement, old code goes on.

`python -m tests.faults upgrade` tries it under load; these rules are why it holds (docs/operations.md).
"""

from collections.abc import Iterator

import pytest
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveConstraint,
    RemoveField,
    RenameField,
    RenameModel,
)

# What came before the rules. Nobody ran it beside anything: there was no version before.
BEFORE = {"accounts": 7, "bids": 20, "evaluation": 13, "pilots": 3, "tendering": 12}
# Taken away only in a version after the one whose code stopped using it: (app, migration), with the reason.
TAKEN_AWAY: dict[tuple[str, str], str] = {}


def later() -> Iterator[tuple[str, Migration]]:
    loader = MigrationLoader(None)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in BEFORE and int(name[:4]) > BEFORE[app]:
            yield f"{app}.{name}", migration


LATER = dict(later())


@pytest.mark.parametrize("name", LATER)
def test_each_migration_of_an_existing_table_is_one_operation_in_a_transaction_of_its_own(name):
    """A second one would be prepared while the first holds its lock, and two tables in one go can deadlock."""
    made = {op.name for op in LATER[name].operations if isinstance(op, CreateModel)}
    others = [op for op in LATER[name].operations if not isinstance(op, CreateModel)]
    beside = [op for op in others if str(getattr(op, "model_name", "")).lower() not in {m.lower() for m in made}]
    assert len(beside) <= 1
    assert not (beside and made)
    assert LATER[name].atomic


@pytest.mark.parametrize("name", LATER)
def test_the_version_before_can_go_on_writing(name):
    app = name.partition(".")[0]
    for op in LATER[name].operations:
        if isinstance(op, AddField):
            assert op.field.null or op.field.has_db_default(), f"{name}: old code does not name {op.name}"
        if isinstance(op, (DeleteModel, RemoveField, RenameField, RenameModel)):
            assert (app, LATER[name].name) in TAKEN_AWAY, f"{name} takes away what old code reads"
        known = (AddConstraint, AddField, AddIndex, AlterField, CreateModel, DeleteModel, RemoveConstraint, RemoveField,
                 RenameField, RenameModel)  # fmt: skip
        assert isinstance(op, known), f"{name}: look whether {type(op).__name__} lets the version before go on"


def test_the_rules_see_the_migrations_they_are_about():
    assert "bids.0021_draft_variant" in LATER
    assert not any(migration.app_label == "auth" for migration in LATER.values())
