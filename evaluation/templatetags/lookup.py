"""Reading a table by a key that stands in a variable: `{% load lookup %}{{ names|lookup:row.code }}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

register = template.Library()


@register.filter
def lookup(table: Mapping[Any, Any], key: Any) -> Any:
    """The entry of the table, or "" when there is none."""
    return table.get(key, "")


@register.filter
def lookup_at(items: Sequence[Any], place: int) -> Any:
    """The item at a place, None outside."""
    return items[place] if 0 <= place < len(items) else None
