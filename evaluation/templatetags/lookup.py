"""Reading a table by a key that stands in a variable: `{% load lookup %}{{ names|lookup:row.code }}`."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def lookup(table: Mapping[Any, Any], key: Any) -> Any:
    """The entry of the table, or "" when there is none."""
    return table.get(key, "")
