"""Two contents side by side: what changed, in words of the reader's language, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tendering.library.nodes import Choice, Curve, Flag, Node, Record, Rows, Words
from tendering.library.shape import SHAPES, best_language

SKIPPED = frozenset({"kind", "languages"})


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: where it stands ("Award criteria › E1 › Points") and what it says."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that differs; one side is empty where it came or went."""

    where: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Change]:
    """What differs, in the order of the newer content; rows are matched by their code or number."""
    old, new = lines(before, language), lines(after, language)
    found = [Change(line.where, old[key].text if key in old else "", line.text) for key, line in new.items()]
    gone = [Change(line.where, line.text, "") for key, line in old.items() if key not in new]
    return [change for change in (*found, *gone) if change.before != change.after]


def lines(content: Mapping[str, Any], language: str) -> dict[str, Line]:
    """{key: line} of everything a content says in one language."""
    shape = SHAPES[content["kind"]]
    chosen = best_language(content, language)
    found: dict[str, Line] = {}
    for name, node in shape.fields.items():
        if name not in SKIPPED and name in content:
            for key, where, text in _walk(node, content[name], name, [str(node.label)], chosen):
                if text:
                    found[key] = Line(" › ".join(part for part in where if part), text)
    return found


def _walk(node: Node, value: Any, key: str, where: list[str], language: str) -> Iterator[tuple[str, list[str], str]]:
    if isinstance(node, Record):
        for name, part in node.fields.items():
            if name in value:
                yield from _walk(part, value[name], f"{key}.{name}", [*where, str(part.label)], language)
    elif isinstance(node, Rows):
        for index, row in enumerate(value or ()):
            known = str(row.get(node.key)) if node.key and isinstance(row, dict) else str(index + 1)
            yield from _walk(node.each, row, f"{key}[{known}]", [*where, known], language)
    else:
        yield key, where, _written(node, value, language)


def _written(node: Node, value: Any, language: str) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(node, Words):
        return str(value.get(language, ""))
    if isinstance(node, Choice):
        return str(dict(node.choices).get(value, value))
    if isinstance(node, Flag):
        return _("yes") if value else _("no")
    if isinstance(node, Curve):
        return "; ".join(f"{at} = {points}" for at, points in value)
    return str(value)
