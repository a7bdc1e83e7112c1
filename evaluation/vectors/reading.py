"""Shapes of a vector and how its numbers are read: through their decimal text, never through a binary float."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

Inputs: TypeAlias = Mapping[str, Any]
Result: TypeAlias = dict[str, Any]


def fraction(value: object) -> Fraction:
    """The number as written."""
    return Fraction(str(value))


def fractions(values: Iterable[object]) -> list[Fraction]:
    return [fraction(value) for value in values]


def floats(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values]


def tables(rows: Iterable[Iterable[Any]]) -> list[list[float]]:
    return [floats(row) for row in rows]
