"""Keyset pages: the position in a list is a key, not a number of rows, so page 1,000 costs what page 1 costs.

A cursor is opaque and signed; it names direction, stretch and key of the row next to the page. A list is newest first
by `order=("published_at", "id")`, or walks the stretches of a `Walk` one after another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

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
class Stretch:
    """Rows in one order ("-value", "id"): columns without null among these rows, the last one unique.

    An index serves a stretch only when all its columns run the same way. What has no value, or is over, is a stretch of
    its own: a comparison with NULL would lose the row.
    """

    order: tuple[str, ...]
    where: Q = field(default_factory=Q)


@dataclass(frozen=True, slots=True)
class Walk:
    """A named order of a list: its stretches, one after another, share no row and leave none out.

    `moment` is the "now" the stretches were cut at; a cursor keeps it (`moment_of`), so that nothing changes its place
    between two pages.
    """

    name: str
    stretches: tuple[Stretch, ...]
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page (model instances or dicts of `values()`), in the list's order, and cursors of its neighbours."""

    rows: list[Row]
    next: str | None
    previous: str | None


def page(
    queryset: QuerySet[Any, Row],
    *,
    cursor: str = "",
    size: int = PAGE,
    order: Sequence[str] | Walk = ("published_at", "id"),
) -> Page[Row]:
    """The page of the queryset at the cursor: by a Walk, or by descending columns without null, the last one unique.

    Raises ValidationError for a cursor that was not made here or for another order.
    """
    walk = _as_walk(order)
    size = max(1, min(size, LARGEST_PAGE))
    backwards, at, key = _read(cursor, walk) if cursor else (False, 0, ())
    rows = list(_rows(queryset, walk, backwards, at, key, size + 1))
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(cursor), more) if backwards else (more, bool(cursor))
    return Page(
        [row for _number, row in rows],
        next=_write(False, walk, *rows[-1]) if rows and has_next else None,
        previous=_write(True, walk, *rows[0]) if rows and has_previous else None,
    )


def first(queryset: QuerySet[Any, Row], walk: Walk, number: int) -> list[Row]:
    """The first rows of the walk, without pages."""
    return [row for _number, row in _rows(queryset, walk, False, 0, (), number)]


def capped_total(queryset: QuerySet[Any, Any], cap: int = CAP) -> str:
    """ "37", or "1000+" when there are more than the cap; never counts further than that."""
    number = queryset.order_by().values("pk")[: cap + 1].count()
    return f"{cap}+" if number > cap else str(number)


def moment_of(cursor: str, otherwise: datetime) -> datetime:
    """The "now" of the walk's first page; `otherwise` without a cursor. An unreadable one is refused by `page`."""
    if not cursor:
        return otherwise
    try:
        moment = signing.loads(cursor, salt=_SALT)[1]
    except (signing.BadSignature, IndexError, TypeError):
        return otherwise
    return datetime.fromisoformat(moment) if moment else otherwise


def _as_walk(order: Sequence[str] | Walk) -> Walk:
    if isinstance(order, Walk):
        return order
    return Walk(",".join(order), (Stretch(tuple(f"-{name}" for name in order)),))


def _rows(
    queryset: QuerySet[Any, Row], walk: Walk, backwards: bool, at: int, key: Sequence[Any], number: int
) -> Iterator[tuple[int, Row]]:
    """(stretch, row) from the key on, walking into the next stretch when one is through; mostly one query."""
    step = -1 if backwards else 1
    while 0 <= at < len(walk.stretches) and number > 0:
        stretch = walk.stretches[at]
        order = [_turned(name) for name in stretch.order] if backwards else stretch.order
        found = queryset.filter(stretch.where).order_by(*order)
        if key:
            found = found.filter(_beyond(order, key))
        rows = list(found[:number])
        yield from ((at, row) for row in rows)
        number -= len(rows)
        at, key = at + step, ()


def _column(name: str) -> str:
    return name.removeprefix("-")


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows after the key: a < x or (a = x and b < y), with a plain bound the index can use."""
    condition, equal = Q(), Q()
    for name, value in zip(order, key, strict=True):
        condition |= equal & Q((f"{name.lstrip('-')}__{_word(name)}", value))
        equal &= Q((_column(name), value))
    return Q((f"{order[0].lstrip('-')}__{_word(order[0])}e", key[0])) & condition


def _word(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"


def _write(backwards: bool, walk: Walk, at: int, row: Any) -> str:
    names = [_column(name) for name in walk.stretches[at].order]
    key = [_plain(row[name] if isinstance(row, Mapping) else getattr(row, name)) for name in names]
    moment = walk.moment.isoformat() if walk.moment else ""
    return signing.dumps([walk.name, moment, int(backwards), at, *key], salt=_SALT, compress=False)


def _plain(value: Any) -> Any:
    """What JSON keeps: texts and whole numbers as they are, moments, ids and amounts with a mark."""
    if isinstance(value, date):
        return {"at": value.isoformat()}
    if isinstance(value, UUID):
        return {"id": value.hex}
    return {"amount": str(value)} if isinstance(value, Decimal) else value


def _value(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if "id" in part:
        return UUID(part["id"])
    return Decimal(part["amount"]) if "amount" in part else datetime.fromisoformat(part["at"])


def _read(cursor: str, walk: Walk) -> tuple[bool, int, tuple[Any, ...]]:
    try:
        name, _moment, backwards, at, *key = signing.loads(cursor, salt=_SALT)
        if name != walk.name:
            raise ValueError(name)
    except (signing.BadSignature, ValueError, TypeError):
        raise ValidationError({"cursor": _("This page address is no longer valid. Start at the first page.")}) from None
    return bool(backwards), at, tuple(_value(part) for part in key)
