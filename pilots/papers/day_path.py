"""A day in an address: 2026-12-15."""

from datetime import date

from django.urls import register_converter
from django.urls.converters import get_converters


class DayConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


if "day" not in get_converters():
    register_converter(DayConverter, "day")
