"""Grounds for exclusion as data with source and confidence, and a company's self-declaration about them. No database.

A declaration names the grounds that apply; all others it denies. With a ground go the facts and the three measures of
self-cleaning: damage made good, cooperation with the authorities, steps against a repetition (§ 125 GWB).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tendering.source_words import source_words

EXTRA: Final = "self_declaration"  # where it stands in the content of a bid
LONGEST: Final = 5_000
TEXTS: Final = ("what", "compensation", "cooperation", "measures")
LABELS: Final[dict[str, str | Promise]] = {
    "what": gettext_lazy("What happened, in a few sentences"),
    "compensation": gettext_lazy("How damage was made good"),
    "cooperation": gettext_lazy("How you worked with the authorities to clear it up"),
    "measures": gettext_lazy("What you have done so that it does not happen again"),
}
ABOUT: Final = ("ausschlussgr", "exclusion ground", "grounds for exclusion", "grounds of exclusion")


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground; `code` is that of eForms, `kind` whether the buyer must or may exclude."""

    code: str
    kind: Literal["mandatory", "optional"]
    families: tuple[str, ...]
    en: str
    de: str
    source: str
    confidence: str

    def __str__(self) -> str:
        return self.de if (get_language() or "").startswith("de") else self.en

    @property
    def source_shown(self) -> str:
        """The source in the reader's language."""
        return source_words(self.source)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a company declares: the codes that apply, since when (its latest event), what happened, the measures."""

    applies: tuple[str, ...] = ()
    when: date | None = None
    what: str = ""
    compensation: str = ""
    cooperation: str = ""
    measures: str = ""
    declared_on: date | None = None
    version: str = ""

    def to_json(self) -> dict[str, Any]:
        """As kept in the profile and sealed in a bid; what is empty is left out."""
        texts = {name: text for name in TEXTS if (text := getattr(self, name))}
        days = {name: day.isoformat() for name in ("when", "declared_on") if (day := getattr(self, name))}
        return {"applies": list(self.applies), "version": self.version, **days, **texts}

    @property
    def grounds(self) -> list[Ground]:
        """The grounds that apply, in the order of the list."""
        return [ground for ground in shipped() if ground.code in self.applies]

    @property
    def told(self) -> list[tuple[str | Promise, str]]:
        """[(label, text)] of what is said about them."""
        when = [(_("Last event or judgment on"), date_format(self.when, "DATE_FORMAT"))] if self.when else []
        return [*when, *((LABELS[name], text) for name in TEXTS if (text := getattr(self, name)))]


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "exclusion_grounds.json").read_text("utf-8"))
    return data


@cache
def shipped() -> tuple[Ground, ...]:
    """All grounds in the order they are asked."""
    return tuple(Ground(**{**row, "families": tuple(row["families"])}) for row in _data()["rows"])


def version() -> str:
    """The day of the list."""
    return str(_data()["version"])


def grounds_for(family: str) -> list[Ground]:
    """The grounds of a family of profiles ("de", "generic")."""
    return [ground for ground in shipped() if family in ground.families]


def read(value: object, path: str = "$") -> Declaration:
    """The declaration of its JSON; ValidationError {JSON path: texts} otherwise."""
    faults: dict[str, list[str]] = {}
    if not isinstance(value, dict):
        raise ValidationError({path: [_("Must be an object.")]})
    known = {"applies", "version", "when", "declared_on", *TEXTS}
    for name in sorted(str(key)[:80] for key in value.keys() - known):
        faults[f"{path}.{name}"] = [_("This field does not exist.")]
    applies = _applies(value.get("applies", []), f"{path}.applies", faults)
    texts = {name: _text(value.get(name, ""), f"{path}.{name}", faults) for name in (*TEXTS, "version")}
    days = {name: _day(value.get(name), f"{path}.{name}", faults) for name in ("when", "declared_on")}
    if applies and not texts["what"].strip():
        faults[f"{path}.what"] = [_("Say in a few sentences what happened: a ground applies.")]
    if faults:
        raise ValidationError(faults)
    return Declaration(applies=applies, **texts, **days)  # type: ignore[arg-type]  # by name, as collected above


def in_extra(extra: Mapping[str, Any]) -> Declaration | None:
    """The declaration in the further entries of a bid; None without one or where it cannot be read."""
    if EXTRA not in extra:
        return None
    try:
        return read(extra[EXTRA])
    except ValidationError:
        return None


def is_about(document: str) -> bool:
    """Whether a required document is the self-declaration on exclusion grounds."""
    name = document.casefold()
    return any(word in name for word in ABOUT)


def covered(documents: Collection[str], extra: Mapping[str, Any]) -> set[str]:
    """Names of the required documents that the declaration in a bid stands for."""
    return {name for name in documents if is_about(name)} if in_extra(extra) else set()


def _applies(value: object, path: str, faults: dict[str, list[str]]) -> tuple[str, ...]:
    codes = {ground.code for ground in shipped()}
    if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
        faults[path] = [_("Must be a list of codes.")]
        return ()
    for number, code in enumerate(value[:100]):
        if code not in codes:
            faults[f"{path}[{number}]"] = [_("This ground is not known: %(code)s") % {"code": code[:40]}]
    return tuple(ground.code for ground in shipped() if ground.code in value)


def _text(value: object, path: str, faults: dict[str, list[str]]) -> str:
    if not isinstance(value, str):
        faults[path] = [_("Must be a text.")]
        return ""
    if len(value) > LONGEST:
        faults[path] = [_("At most %(count)s characters are allowed.") % {"count": LONGEST}]
    return value


def _day(value: object, path: str, faults: dict[str, list[str]]) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        faults[path] = [_("Write the day like 2026-12-15.")]
        return None
