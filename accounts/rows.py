"""Checking a row before it is written, without asking the database for what the act holds in its hands."""

from django.db.models import ForeignKey, Model, UUIDField


def check_row(row: Model) -> None:
    """`full_clean` without two questions: whether a loaded row that a foreign key names exists, and whether a fresh
    random id is free. The database's own constraints answer both; every other check stays. Raises ValidationError.
    """
    keys = [field for field in row._meta.concrete_fields if isinstance(field, ForeignKey) and field.is_cached(row)]
    held = {field.name for field in keys if getattr(row, field.name) is not None}
    key = row._meta.pk
    fresh = {key.name} if row._state.adding and isinstance(key, UUIDField) else set()
    row.full_clean(exclude=held, validate_unique=False, validate_constraints=False)
    row.validate_unique(exclude=fresh)
    row.validate_constraints()
