"""Small pieces a shape is put together from. Each checks a value and reports faults by JSON path.

A text for people is an object by language ({"de": …, "en": …}) and must stand in every language of its content.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _

LANGUAGES = ("de", "en")
Label: TypeAlias = str | Promise
Found: TypeAlias = dict[str, list[str]]
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")


def add(found: Found, path: str, message: str) -> None:
    """One more fault at this path."""
    found.setdefault(path, []).append(message)


@dataclass(frozen=True, slots=True)
class Node:
    """What every piece has: a label for people, a hint, and whether it may be left out."""

    label: Label = ""
    hint: Label = ""
    optional: bool = False

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        """Report what is wrong with the value."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Words(Node):
    """A text for people in every language; `lines` is the height of its input."""

    most: int = 300
    lines: int = 1

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, dict):
            add(found, path, _("Write this text once per language."))
            return
        for key in sorted(set(value) - set(languages)):
            add(found, f"{path}.{key}", _("This content has no such language."))
        for language in languages:
            self._check_one(value.get(language), f"{path}.{language}", found)

    def _check_one(self, text: Any, path: str, found: Found) -> None:
        if not isinstance(text, str) or not text.strip():
            if not self.optional:
                add(found, path, _("This text is missing."))
        elif len(text) > self.most:
            add(found, path, _("Write at most %(most)s characters.") % {"most": self.most})


@dataclass(frozen=True, slots=True)
class Plain(Node):
    """A text that is the same in every language: a code, a number of a list."""

    most: int = 60
    pattern: str = ""

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, str) or (not value and not self.optional):
            add(found, path, _("This entry is missing."))
        elif len(value) > self.most:
            add(found, path, _("Write at most %(most)s characters.") % {"most": self.most})
        elif value and self.pattern and not re.fullmatch(self.pattern, value):
            add(found, path, _("This entry does not have the right form."))


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A decimal number as text with a point: "12.5". Bounds are inclusive."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(10) ** 12

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if self.optional and value in (None, ""):
            return
        number = decimal_of(value)
        if number is None:
            add(found, path, _("Write the number with digits and a decimal point, without thousands separators."))
        elif not self.least <= number <= self.most:
            words = {"least": f"{self.least:f}", "most": f"{self.most:f}"}
            add(found, path, _("The number lies between %(least)s and %(most)s.") % words)


@dataclass(frozen=True, slots=True)
class Whole(Node):
    """A whole number. Bounds are inclusive."""

    least: int = 0
    most: int = 600

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            words = {"least": self.least, "most": self.most}
            add(found, path, _("Write a whole number between %(least)s and %(most)s.") % words)


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """One of a few words, each with its label."""

    choices: tuple[tuple[str, Label], ...] = ()

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if value not in [key for key, _label in self.choices] and not (self.optional and value == ""):
            add(found, path, _("Choose one of the possible entries."))


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """Yes or no."""

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, bool):
            add(found, path, _("This is answered by yes or no."))


@dataclass(frozen=True, slots=True)
class Curve(Node):
    """The published line of a promised number: [[value, points], …], values rising, points from 0 to 10."""

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, list) or len(value) < 2:
            add(found, path, _("Name at least two points of the line."))
            return
        previous = None
        for index, pair in enumerate(value):
            numbers = [decimal_of(item) for item in pair] if isinstance(pair, list) and len(pair) == 2 else [None]
            at, points = numbers[0], numbers[-1]
            if at is None or points is None or not 0 <= points <= 10:
                add(found, f"{path}[{index}]", _("A point of the curve is a number and its points between 0 and 10."))
            elif previous is not None and at <= previous:
                add(found, f"{path}[{index}]", _("The numbers of the curve must rise."))
            previous = at if at is not None else previous


@dataclass(frozen=True, slots=True)
class Record(Node):
    """Named parts."""

    fields: Mapping[str, Node] = field(default_factory=dict)

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, dict):
            add(found, path, _("This entry is not an object."))
            return
        for key in sorted(set(value) - set(self.fields)):
            add(found, f"{path}.{key}", _("This entry is not known."))
        for name, node in self.fields.items():
            if name in value:
                node.check(value[name], f"{path}.{name}", languages, found)
            elif not node.optional:
                add(found, f"{path}.{name}", _("This entry is missing."))


@dataclass(frozen=True, slots=True)
class Rows(Node):
    """A list of parts of one kind; `key` names the entry a row is known by, `one` what a row is called."""

    each: Node = field(default_factory=Node)
    key: str = ""
    one: Label = ""
    least: int = 0
    most: int = 40

    def check(self, value: Any, path: str, languages: tuple[str, ...], found: Found) -> None:
        if not isinstance(value, list):
            add(found, path, _("This entry is not a list."))
            return
        if not self.least <= len(value) <= self.most:
            words = {"least": self.least, "most": self.most}
            add(found, path, _("There are between %(least)s and %(most)s of these.") % words)
        seen: set[str] = set()
        for index, row in enumerate(value):
            self.each.check(row, f"{path}[{index}]", languages, found)
            if self.key and isinstance(row, dict) and isinstance(code := row.get(self.key), str):
                if code in seen:
                    add(found, f"{path}[{index}].{self.key}", _("%(code)s appears twice.") % {"code": code})
                seen.add(code)


def decimal_of(value: Any) -> Decimal | None:
    """The number of a decimal text or whole number; None for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _DECIMAL.match(value):
        try:
            return Decimal(value)
        except InvalidOperation:  # pragma: no cover - the pattern lets only numbers through
            return None
    return None
