"""Plain dicts (forms, JSON, imports) to model rows, with the path of every fault: `lots[0].items[2].quantity`."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=models.Model)
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")


class Faults:
    """Collects faults by path, so that one answer names them all."""

    def __init__(self) -> None:
        self.found: dict[str, list[Any]] = {}

    def add(self, path: str, message: Any) -> None:
        self.found.setdefault(path, []).append(message)

    def stop(self) -> None:
        """Raise ValidationError if anything was found."""
        if self.found:
            raise ValidationError(self.found)


def build(row: Row, data: Mapping[str, Any], fields: Iterable[str], path: str, faults: Faults) -> Row:
    """Set the named fields of the row from the dict and check its shape; faults are collected, not raised."""
    known = frozenset(fields)
    for key in sorted(set(data) - known):
        faults.add(f"{path}.{key}", _("This entry is not known."))
    for name in sorted(known.intersection(data)):
        setattr(row, name, _value(row, name, data[name], f"{path}.{name}", faults))
    try:
        row.clean_fields(exclude=_relations(row))
        row.clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            for message in messages:
                faults.add(path if name == "__all__" else f"{path}.{name}", message)
    return row


def exact(value: object) -> Decimal | None:
    """A decimal written with ASCII digits and a decimal point, a whole number or a Decimal; ValueError otherwise."""
    if value is None or value == "":
        return None
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 60 and _DECIMAL.match(value):
        return Decimal(value)
    raise ValueError(value)


def each_once(keys: Iterable[str], path: str, name: str, faults: Faults) -> None:
    """Report keys that appear twice in a list."""
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            faults.add(f"{path}[{index}].{name}", _("%(code)s appears twice.") % {"code": key})
        seen.add(key)


def _value(row: models.Model, name: str, value: Any, path: str, faults: Faults) -> Any:
    field = row._meta.get_field(name)
    assert isinstance(field, models.Field)
    if isinstance(field, models.DecimalField):
        try:
            return exact(value)
        except ValueError:
            faults.add(path, _("Write the number with digits and a decimal point, without thousands separators."))
            return field.get_default()
    if value is None and not field.null:
        return field.get_default()
    return value


def _relations(row: models.Model) -> list[str]:
    return [field.name for field in row._meta.fields if field.is_relation]
