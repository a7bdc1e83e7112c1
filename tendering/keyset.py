"""Keyset pages: the position in a list is a key, not a number of rows, so page 1,000 costs what page 1 costs.

A cursor is opaque and signed; it names direction and key of the row next to the page. Lists are newest first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

LARGEST_PAGE = 100
PAGE = 25
CAP = 1_000
_SALT = "keyset"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page (model instances or dicts of `values()`), newest first, and cursors of its neighbours."""

    rows: list[Row]
    next: str | None
    previous: str | None


def page(
    queryset: QuerySet[Any, Row], *, cursor: str = "", size: int = PAGE, order: Sequence[str] = ("published_at", "id")
) -> Page[Row]:
    """The page of the queryset at the cursor, by descending `order` (columns without null, the last one unique).

    Raises ValidationError for a cursor that was not made here or for another order.
    """
    size = max(1, min(size, LARGEST_PAGE))
    backwards, key = _read(cursor, order) if cursor else (False, ())
    found = queryset.order_by(*(name if backwards else f"-{name}" for name in order))
    if key:
        found = found.filter(_beyond(order, key, backwards))
    rows = list(found[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(cursor), more) if backwards else (more, bool(cursor))
    return Page(
        rows,
        next=_write(False, order, rows[-1]) if rows and has_next else None,
        previous=_write(True, order, rows[0]) if rows and has_previous else None,
    )


def capped_total(queryset: QuerySet[Any, Any], cap: int = CAP) -> str:
    """ "37", or "1000+" when there are more than the cap; never counts further than that."""
    number = queryset.order_by().values("pk")[: cap + 1].count()
    return f"{cap}+" if number > cap else str(number)


def _beyond(order: Sequence[str], key: Sequence[Any], backwards: bool) -> Q:
    """Rows after (or before) the key: a < x or (a = x and b < y), with a plain bound the index can use."""
    word = "gt" if backwards else "lt"
    condition, equal = Q(), Q()
    for name, value in zip(order, key, strict=True):
        condition |= equal & Q((f"{name}__{word}", value))
        equal &= Q((name, value))
    return Q((f"{order[0]}__{word}e", key[0])) & condition


def _write(backwards: bool, order: Sequence[str], row: Any) -> str:
    key = [_plain(row[name] if isinstance(row, Mapping) else getattr(row, name)) for name in order]
    return signing.dumps([int(backwards), *key], salt=_salt(order), compress=False)


def _plain(value: Any) -> str | int:
    return value.isoformat() if isinstance(value, date) else value


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, tuple[Any, ...]]:
    try:
        backwards, *key = signing.loads(cursor, salt=_salt(order))
    except signing.BadSignature:
        raise ValidationError({"cursor": _("This page address is no longer valid. Start at the first page.")}) from None
    return bool(backwards), tuple(datetime.fromisoformat(part) if isinstance(part, str) else part for part in key)


def _salt(order: Sequence[str]) -> str:
    return f"{_SALT}:{','.join(order)}"
