"""Rows of a table in a form, nested once: `lots-0-title`, `lots-0-items-1-text`. Rows come and go without a script.

A row is a dict of texts as they were typed; a list inside it holds the rows of an inner table. The submit button
`rows` carries what to do: "add lots", "add lots-0-items", "remove lots-1", "remove lots-0-items-2".
"""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


def read_rows(data: Mapping[str, Any], name: str, inner: str = "") -> list[Row]:
    """The rows of a table in the order of their numbers; gaps are closed. `inner` names the table inside each row."""
    found: dict[int, Row] = {}
    for key in data:
        table, number, field = [*key.split("-", 2), "", ""][:3]
        if table == name and number.isdecimal() and field:
            found.setdefault(int(number), {})[field] = data[key]
    rows = [found[number] for number in sorted(found)]
    return [_nested(row, inner) for row in rows] if inner else rows


def _nested(row: Row, inner: str) -> Row:
    own = {key: value for key, value in row.items() if not key.startswith(f"{inner}-")}
    return {**own, inner: read_rows(row, inner)}


def flat(rows: list[Row], name: str) -> dict[str, Any]:
    """Rows back into the names of their inputs, numbered from 0."""
    data: dict[str, Any] = {}
    for number, row in enumerate(rows):
        for key, value in row.items():
            head = f"{name}-{number}-{key}"
            data.update(
                {f"{name}-{number}-{k}": v for k, v in flat(value, key).items()}
                if isinstance(value, list)
                else {head: value}
            )
    return data


def change_rows(rows: list[Row], name: str, order: str, blank: Mapping[str, Row]) -> bool:
    """Add or remove a row as the button said; `blank` holds a new row per table. False when it is for another table."""
    verb, _space, path = order.partition(" ")
    parts = path.split("-")
    if parts[0] != name or verb not in {"add", "remove"}:
        return False
    table, rest = rows, parts[1:]
    if len(rest) > 1 and rest[0].isdecimal() and int(rest[0]) < len(rows):
        table = rows[int(rest[0])].setdefault(rest[1], [])
        name, rest = rest[1], rest[2:]
    if verb == "add":
        table.append(
            {key: list(value) if isinstance(value, list) else value for key, value in blank.get(name, {}).items()}
        )
    elif rest and rest[0].isdecimal() and int(rest[0]) < len(table):
        del table[int(rest[0])]
    return True


def is_blank(row: Row, ignored: frozenset[str] = frozenset()) -> bool:
    """Whether nothing was typed into the row."""
    return all(
        key in ignored
        or (all(is_blank(one, ignored) for one in value) if isinstance(value, list) else not str(value or "").strip())
        for key, value in row.items()
    )
