"""Translations without the gettext programs.

python config/i18n.py          merge: config/locale/parts/*.json -> config/locale/de/LC_MESSAGES/django.po and .mo
python config/i18n.py check    exit 1 when a text is missing, unused, doubled or stale, or its placeholders differ

Msgids are English and collected from the source. A part is a flat object {"English": "Deutsch"}; a plural is
{"one|many": ["…", "…"]}; a context stands before the msgid and U+0004. The same input gives the same bytes.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "config" / "locale"
HEAD = {
    "Language": "de",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
SOURCES = ("accounts", "tendering", "bids", "evaluation", "pilots", "reports", "config")
# function -> position of context, singular, plural among its arguments
SHAPES = {"gettext": (None, 0, None), "ngettext": (None, 0, 1), "pgettext": (0, 1, None), "npgettext": (0, 1, 2)}
NAMES = {f"{name}{end}": shape for name, shape in SHAPES.items() for end in ("", "_lazy", "_noop")}
NAMES["_"] = SHAPES["gettext"]
CALL = re.compile(r"(?<!\w)(npgettext|ngettext|pgettext|gettext|_)\(")
STRING = re.compile(r"""\s*u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*,?""")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Key(NamedTuple):
    """What identifies a text: context or "", singular, plural or ""."""

    context: str
    one: str
    many: str

    @property
    def name(self) -> str:
        """The key as it stands in a part."""
        text = f"{self.one}|{self.many}" if self.many else self.one
        return f"{self.context}\u0004{text}" if self.context else text


@dataclass(frozen=True)
class Catalogue:
    """Texts found in the source with the places they stand at, their German, and what is wrong with the parts."""

    found: dict[Key, set[str]]
    german: dict[str, str | list[str]]
    faults: list[str]


def _pick(shape: tuple[int | None, int, int | None], args: list[str]) -> Iterator[Key]:
    context, one, many = shape
    if len(args) > max(position for position in shape if position is not None):
        yield Key(args[context] if context is not None else "", args[one], args[many] if many is not None else "")


def from_python(text: str) -> Iterator[Key]:
    """Msgids of the gettext calls of a Python source, called by their own names or as `_`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            args = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in NAMES:
                yield from _pick(NAMES[name], args)


def from_template(text: str) -> Iterator[Key]:
    """Msgids of a Django template: translate, blocktranslate and `_("…")` inside tags."""
    from django.utils.translation.template import templatize

    source = templatize(text)
    for call in CALL.finditer(source):
        args, at = [], call.end()
        while literal := STRING.match(source, at):
            args.append(ast.literal_eval(literal[1]))
            at = literal.end()
        yield from _pick(NAMES[call[1]], args)


def collect(root: Path) -> dict[Key, set[str]]:
    """Every msgid of the packages under `root` with the files it stands in."""
    found: dict[Key, set[str]] = {}
    for path in sorted(path for package in SOURCES for path in (root / package).rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts or path == Path(__file__):
            continue
        read = from_python if path.suffix == ".py" else from_template
        for key in read(path.read_text("utf-8")):
            found.setdefault(key, set()).add(path.relative_to(root).as_posix())
    return found


def read_parts(folder: Path) -> tuple[dict[str, str | list[str]], list[str]]:
    """All parts in one, and a fault for each msgid that two parts translate differently."""
    german: dict[str, str | list[str]] = {}
    faults = []
    for path in sorted(folder.glob("*.json")):
        for name, text in json.loads(path.read_text("utf-8")).items():
            if german.get(name, text) != text:
                faults.append(f"{path.name}: another part translates {name!r} differently")
            german.setdefault(name, text)
    return german, faults


def catalogue(root: Path = ROOT, locale: Path = LOCALE) -> Catalogue:
    """Source and parts side by side, with every fault in words."""
    found = collect(root)
    german, faults = read_parts(locale / "parts")
    for key, places in found.items():
        faults += _faults_of(key, german.get(key.name), min(places))
    faults += [
        f"parts: nothing in the source says {name!r}" for name in sorted(german.keys() - {k.name for k in found})
    ]
    return Catalogue(found, german, faults)


def _faults_of(key: Key, german: str | list[str] | None, place: str) -> Iterator[str]:
    texts = [german] if isinstance(german, str) else german or []
    if len(texts) != (2 if key.many else 1) or not all(texts):
        yield f"{place}: no German for {key.name!r}"
        return
    known = set(PLACEHOLDER.findall(key.one + key.many))
    for text in texts:
        used = set(PLACEHOLDER.findall(text))
        if used - known or (not key.many and used != known):
            yield f"{place}: placeholders differ in {key.name!r}"


def as_po(texts: Catalogue) -> polib.POFile:
    """The German catalogue; texts without a translation are left out, so that pages show the English."""
    po = polib.POFile(wrapwidth=120)
    po.metadata = HEAD
    for key, places in sorted(texts.found.items(), key=lambda item: (item[0].one, item[0].context, item[0].many)):
        german = texts.german.get(key.name)
        if german:
            po.append(_entry(key, german, sorted(places)))
    return po


def _entry(key: Key, german: str | list[str], places: list[str]) -> polib.POEntry:
    return polib.POEntry(
        msgctxt=key.context or None,
        msgid=key.one,
        msgid_plural=key.many,
        msgstr=german if isinstance(german, str) else "",
        msgstr_plural=dict(enumerate(german)) if isinstance(german, list) else {},
        occurrences=[(place, "") for place in places],
    )


def merge(root: Path = ROOT, locale: Path = LOCALE) -> list[str]:
    """Write django.po and django.mo; the faults are for the caller to print."""
    texts = catalogue(root, locale)
    folder = locale / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    po = as_po(texts)
    (folder / "django.po").write_text(f"{po}\n", "utf-8")
    (folder / "django.mo").write_bytes(po.to_binary())
    return texts.faults


def check(root: Path = ROOT, locale: Path = LOCALE) -> list[str]:
    """All faults of the texts, and one when a committed file is not what the parts give."""
    texts = catalogue(root, locale)
    compiled = locale / "de" / "LC_MESSAGES" / "django.mo"
    stale = not compiled.exists() or compiled.read_bytes() != as_po(texts).to_binary()
    return [*texts.faults, *(["django.mo is stale: run python config/i18n.py"] if stale else [])]


if __name__ == "__main__":
    command = sys.argv[1] if len(sys.argv) > 1 else "merge"
    problems = check() if command == "check" else merge()
    print(*problems, sep="\n")
    sys.exit(bool(problems) and command == "check")
