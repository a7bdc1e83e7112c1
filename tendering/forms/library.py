"""The librarian's form: made from the shape of the content, one input per entry, names are the JSON paths.

`read` turns what was typed into content, `sections` turns content back into inputs with their faults; what cannot be
read as a number stays as it was typed and is complained about at its place.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from tendering.fields import page_locale
from tendering.library.nodes import LANGUAGES, Choice, Curve, Flag, Found, Node, Number, Record, Rows, Whole, Words
from tendering.library.shape import SHAPES, Json
from tendering.spreadsheets.numbers import NumberProblem, parse_decimal, typable_decimal
from tendering.weights import plain

HEAD = ("life_situation", "title", "summary")
MOST_ROWS = 60
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}


@dataclass(frozen=True, slots=True)
class Input:
    """One input of the page."""

    name: str
    label: str
    kind: str  # line, area, select, check
    value: str
    lines: int = 1
    language: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    errors: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return "f-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(slots=True)
class Group:
    """Inputs that belong together, a row of a list, or a list with its rows."""

    path: str
    label: str
    parts: list[Any] = field(default_factory=list)
    errors: tuple[str, ...] = ()
    add: str = ""  # what a further row is called
    is_row: bool = False

    @property
    def is_group(self) -> bool:
        return True

    @property
    def has_errors(self) -> bool:
        """Whether anything in here is complained about: then it is shown unfolded."""
        return bool(self.errors) or any(
            part.has_errors if isinstance(part, Group) else part.errors for part in self.parts
        )


def sections(content: Json, found: Found) -> list[Group]:
    """The whole form: the head, then one group per entry of the shape."""
    shape, languages = SHAPES[content["kind"]], _languages(content)
    head = Group("$", _("Title and purpose"))
    rest: list[Group] = []
    texts = Group("$texts", _("Description"))
    for name, node in shape.fields.items():
        if name in {"kind", "languages"}:
            continue
        part = _part(node, content.get(name), f"$.{name}", languages, found)
        if name in HEAD:
            head.parts.append(part)
        elif isinstance(part, Group) and not isinstance(node, Words):
            rest.append(part)
        else:
            texts.parts.append(part)
    return [head, texts, *rest]


def errors_of(groups: list[Group]) -> list[tuple[str, str]]:
    """(address of the input, sentence) of everything that is wrong, in the order of the page."""
    found: list[tuple[str, str]] = []
    for group in groups:
        found += [("", f"{group.label}: {text}") for text in group.errors]
        for part in group.parts:
            if isinstance(part, Group):
                found += errors_of([part])
            else:
                found += [(f"#{part.id}", f"{part.label}: {text}") for text in part.errors]
    return found


def read(kind: str, data: Mapping[str, Any]) -> Json:
    """The content as it was typed."""
    languages = [code for code in LANGUAGES if data.get(f"language-{code}")] or [LANGUAGES[0]]
    content: Json = {"kind": kind, "languages": languages}
    for name, node in SHAPES[kind].fields.items():
        if name not in content:
            value = _read(node, f"$.{name}", data, languages)
            if not (node.optional and _is_empty(value)):
                content[name] = value
    return content


def change_rows(content: Json, order: str) -> None:
    """Carry out "add $.lots[0].items" or "remove $.lots[0].items[2]"; anything else changes nothing."""
    act, _space, path = order.partition(" ")
    steps = re.findall(r"\.([a-z_0-9-]+)|\[(\d+)\]", path)
    node: Any = SHAPES[content["kind"]]
    value: Any = content
    try:
        for name, index in steps[:-1] if act == "remove" else steps:
            if name:
                node = node.fields[name]
                value = value.setdefault(name, []) if isinstance(node, Rows) else value[name]
            else:
                node, value = node.each, value[int(index)]
        if act == "add" and isinstance(node, Rows) and len(value) < MOST_ROWS:
            value.append(blank(node.each, content["languages"]))
        elif act == "remove" and isinstance(node, Rows):
            del value[int(steps[-1][1])]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return


def section_of(order: str) -> str:
    """The path of the section an order is about: it stays unfolded."""
    found = re.search(r"\$\.[a-z_]+", order)
    return found.group() if found else ""


def blank(node: Node, languages: list[str]) -> Any:
    """An empty value of this piece."""
    if isinstance(node, Record):
        return {name: blank(part, languages) for name, part in node.fields.items() if not part.optional}
    if isinstance(node, Rows):
        return [blank(node.each, languages) for _number in range(min(node.least, 1))]
    if isinstance(node, Words):
        return dict.fromkeys(languages, "")
    if isinstance(node, Flag):
        return False
    if isinstance(node, Choice):
        return node.choices[0][0] if node.choices and not node.optional else ""
    return node.least if isinstance(node, Whole) else ""


def blank_content(kind: str, languages: list[str]) -> Json:
    """A content nobody has written into yet."""
    content: Json = blank(SHAPES[kind], languages)
    return {**content, "kind": kind, "languages": languages}


def _part(node: Node, value: Any, path: str, languages: list[str], found: Found) -> Any:
    label, hint = str(node.label), str(node.hint)
    if isinstance(node, Words):
        given = value if isinstance(value, dict) else {}
        inputs = [_words(node, given.get(code, ""), f"{path}.{code}", code, found) for code in languages]
        return Group(path, label, list(inputs), tuple(found.get(path, ())))
    if isinstance(node, Record):
        given = value if isinstance(value, dict) else {}
        parts = [_part(part, given.get(name), f"{path}.{name}", languages, found) for name, part in node.fields.items()]
        return Group(path, label, parts, tuple(found.get(path, ())))
    if isinstance(node, Rows):
        rows = value if isinstance(value, list) else []
        parts = []
        for index, row in enumerate(rows):
            inside = _part(node.each, row, f"{path}[{index}]", languages, found)
            name = f"{node.one or label} {_name_of(row, index)}".strip()
            group = inside if isinstance(inside, Group) else Group("", "", [replace(inside, label=name.capitalize())])
            group.label, group.is_row, group.path = name, True, f"{path}[{index}]"
            parts.append(group)
        return Group(path, label, parts, tuple(found.get(path, ())), add=str(node.one))
    return _input(node, value, path, label, hint, found)


def _words(node: Words, value: Any, path: str, code: str, found: Found) -> Input:
    label = f"{node.label} ({LANGUAGE_NAMES[code]})" if node.label else LANGUAGE_NAMES[code]
    kind = "line" if node.lines == 1 else "area"
    return Input(path, label, kind, str(value or ""), node.lines, code, (), str(node.hint), tuple(found.get(path, ())))


def _input(node: Node, value: Any, path: str, label: str, hint: str, found: Found) -> Input:
    errors = tuple(text for key, texts in found.items() if key == path or key.startswith(f"{path}[") for text in texts)
    if isinstance(node, Choice):
        choices = tuple((key, str(words)) for key, words in node.choices)
        choices = (("", "–"), *choices) if node.optional else choices
        return Input(path, label, "select", str(value or ""), 1, "", choices, hint, errors)
    if isinstance(node, Flag):
        return Input(path, label, "check", "1" if value is True else "", 1, "", (), hint, errors)
    if isinstance(node, Curve):
        hint = hint or _("For example: 5 = 10; 20 = 0")
        return Input(path, label, "line", _curve_text(value), 1, "", (), hint, errors)
    shown = _number_text(value) if isinstance(node, Number) else _text(value)
    return Input(path, label, "line", shown, 1, "", (), hint, errors)


def _read(node: Node, path: str, data: Mapping[str, Any], languages: list[str]) -> Any:
    if isinstance(node, Words):
        return {code: _clean(data.get(f"{path}.{code}", "")) for code in languages}
    if isinstance(node, Record):
        given = {name: _read(part, f"{path}.{name}", data, languages) for name, part in node.fields.items()}
        return {name: value for name, value in given.items() if not (node.fields[name].optional and _is_empty(value))}
    if isinstance(node, Rows):
        return [_read(node.each, f"{path}[{index}]", data, languages) for index in _indexes(path, data)]
    if isinstance(node, Flag):
        return bool(data.get(path))
    text = _clean(data.get(path, ""))
    if isinstance(node, Number):
        return _number(text)
    if isinstance(node, Whole):
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text
    return _curve(text) if isinstance(node, Curve) else text


def _indexes(path: str, data: Mapping[str, Any]) -> list[int]:
    """Which rows of a list were sent, in their order; every row has a marker of its own."""
    start = f"{path}["
    numbers = {key[len(start) :].split("]")[0] for key in data if key.startswith(start)}
    return sorted(int(number) for number in numbers if number.isascii() and number.isdecimal())[:MOST_ROWS]


def _clean(text: Any) -> str:
    return str(text).replace("\r\n", "\n").strip()


def _number(text: str) -> str:
    """Decimal text with a point; what cannot be read stays as typed."""
    if not text:
        return ""
    try:
        return f"{plain(parse_decimal(text, page_locale(), 6)):f}"
    except NumberProblem:
        return text


def _number_text(value: Any) -> str:
    try:
        return typable_decimal(parse_decimal(str(value), "en", 6), page_locale(), 0) if value not in (None, "") else ""
    except NumberProblem:
        return str(value)


def _curve(text: str) -> Any:
    """ "5 = 10; 20 = 0" as a list of pairs; what cannot be read stays as typed."""
    if not text:
        return ""
    pairs = [part.split("=") for part in text.split(";") if part.strip()]
    if not all(len(pair) == 2 for pair in pairs):
        return text
    return [[_number(value.strip()), _number(points.strip())] for value, points in pairs]


def _curve_text(value: Any) -> str:
    if not isinstance(value, list):
        return _text(value)
    return "; ".join(f"{_number_text(pair[0])} = {_number_text(pair[1])}" for pair in value if len(pair) == 2)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _is_empty(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_empty(item) for item in value.values())
    return value in ("", None, []) or value is False


def _name_of(row: Any, index: int) -> str:
    known = row.get("code") or row.get("ref") if isinstance(row, dict) else ""
    return str(known or index + 1)


def _languages(content: Json) -> list[str]:
    return [code for code in content.get("languages", []) if code in LANGUAGES] or [LANGUAGES[0]]
