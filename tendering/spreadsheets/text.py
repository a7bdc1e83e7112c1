"""Text that is fit for a cell."""

from __future__ import annotations

import re

MAX_CELL_TEXT = 32_767
SHORTENED = " … [+]"
# Not allowed in XML 1.0: control characters except tab, LF, CR; lone surrogates; the two non-characters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def clean_text(value: str) -> tuple[str, bool]:
    """Text without characters that no sheet can hold, at most 32,767 long; and whether anything was changed."""
    cleaned = _FORBIDDEN.sub("\ufffd", value)
    if len(cleaned) > MAX_CELL_TEXT:
        cleaned = cleaned[: MAX_CELL_TEXT - len(SHORTENED)] + SHORTENED
    return cleaned, cleaned != value


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A legal, unique sheet name of at most 31 characters; it is added to `taken` (compared without case)."""
    base = _SHEET_NAME.sub(" ", wanted).strip(" '")[:31].strip(" '") or "Sheet"
    name, number = base, 2
    while name.casefold() in taken or name.casefold() == "history":
        suffix = f" ({number})"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(name.casefold())
    return name


def guard(value: str) -> str:
    """Text for a CSV file: `'` before anything a spreadsheet program could take for a formula."""
    return "'" + value if value.startswith(_FORMULA_STARTS) else value
