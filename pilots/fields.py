"""A column that keeps the digits of a decimal as they were delivered: 24.50 stays 24.50 on every database."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

WIDTH = 40


class ExactDecimalField(models.DecimalField):
    """A decimal stored as its plain text. Not for sums or comparisons in SQL: SQLite would round, text would sort."""

    def get_internal_type(self) -> str:
        return "CharField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"varchar({WIDTH})"

    def from_db_value(self, value: str | None, _expression: Any, _connection: BaseDatabaseWrapper) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> str | None:
        number = value if prepared else self.get_prep_value(value)
        return None if number is None else format(number, "f")

    def to_python(self, value: Any) -> Any:
        return super().to_python(repr(value) if isinstance(value, float) else value)
