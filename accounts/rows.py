"""Reading one row and checking a row before it is written, without asking the database for what the act knows."""

from collections.abc import Collection
from typing import TypeVar

from django.db.models import ForeignKey, Model, QuerySet, UUIDField

Row = TypeVar("Row", bound=Model)


def only(found: QuerySet[Row]) -> Row | None:
    """The row of a query by a key that one row at most has. `first()` orders it, which for wide rows costs more than
    the rest of the query.
    """
    return next(iter(found.order_by()), None)


def check_row(row: Model, *, settled: Collection[str] = (), copied: Collection[str] = ()) -> None:
    """`full_clean` without two questions: whether a loaded row that a foreign key names exists, and whether a fresh
    random id is free. `settled` names fields that the act has settled itself, under its lock or by a random value:
    neither is asked whether they are unique. `copied` names foreign keys taken over from a row that the act has locked:
    what they name exists, too. The database's own constraints answer all of this; every other check stays. Raises
    ValidationError.
    """
    keys = [field for field in row._meta.concrete_fields if isinstance(field, ForeignKey) and field.is_cached(row)]
    held = {field.name for field in keys if getattr(row, field.name) is not None} | {*copied}
    key = row._meta.pk
    fresh = {key.name, *settled} if row._state.adding and isinstance(key, UUIDField) else {*settled}
    row.full_clean(exclude=held, validate_unique=False, validate_constraints=False)
    row.validate_unique(exclude=fresh)
    row.validate_constraints(exclude={*settled})
