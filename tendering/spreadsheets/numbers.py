"""Numbers as people type them. One rule for forms and for text cells of sheets.

Accepted alike: `84.500,00`, `84500,00`, `84500.00`, `84 500,00 €`, `84,500.00`, `84'500.00`, `84.500,-`.
A lone separator followed by exactly three digits (`1.250`) may mean 1250 or 1.25 and is refused with both readings.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

Locale = Literal["de", "en"]
Code = Literal["empty", "not_a_number", "ambiguous", "grouping", "too_many_decimals", "negative", "too_large"]

MAX_WHOLE_DIGITS = 12
MAX_TYPED_LENGTH = 60
AMBIGUOUS_DECIMALS = 3

_CURRENCY = re.compile(r"(?:EUR|USD|GBP|CHF|SEK|DKK|NOK|PLN|CZK|[€$£])", re.ASCII)
_SPACES = re.compile(r"[ \t\u00a0\u2007\u2009\u202f]")
_SHAPE = re.compile(r"-?[0-9]+(?:[., '][0-9]+)*", re.ASCII)
_NO_CENTS = re.compile(r",\s?[-\u2013\u2014]{1,2}$")


class NumberProblem(ValueError):
    """Why a typed number was not read. `readings` holds the two possible values of an ambiguous one."""

    def __init__(self, code: Code, readings: tuple[Decimal, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.readings = readings


def parse_decimal(text: str, locale: Locale, places: int, *, allow_negative: bool = False, unit: str = "") -> Decimal:
    """Read one number with at most `places` decimals; a trailing `unit` ("%", "days") is dropped.

    The locale orders the two readings of an ambiguous number, the usual one first. Raises NumberProblem.
    """
    raw = _normalised(text, unit)
    if not raw:
        raise NumberProblem("empty")
    if not _SHAPE.fullmatch(raw):
        raise NumberProblem("not_a_number")
    whole, fraction = _split(raw.lstrip("-"), locale)
    if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS:
        raise NumberProblem("too_large")
    if len(fraction.rstrip("0")) > places:
        raise NumberProblem("too_many_decimals")
    fraction = fraction[:places]  # only zeros are lost: "2,4050" with three places is 2.405
    value = Decimal(f"{whole}.{fraction}" if fraction else whole)
    if raw.startswith("-") and value:
        if not allow_negative:
            raise NumberProblem("negative")
        return -value
    return value


def _normalised(text: str, unit: str) -> str:
    """Without currency, unit and outer spaces; inner spaces and apostrophes become one space."""
    if len(text) > MAX_TYPED_LENGTH:
        raise NumberProblem("not_a_number")
    raw = _SPACES.sub(" ", text).replace("\u2212", "-").replace("\u2019", "'").strip()
    if unit and raw.casefold().endswith(unit.casefold()):
        raw = raw[: -len(unit)].rstrip()
    raw = _without_currency(raw)
    return _NO_CENTS.sub(",00", raw).replace("'", " ")


def _without_currency(raw: str) -> str:
    """One currency mark, before or after the number."""
    for pattern in (rf"^{_CURRENCY.pattern}\s?", rf"\s?{_CURRENCY.pattern}$"):
        shorter, found = re.subn(pattern, "", raw, count=1, flags=re.ASCII)
        if found:
            return shorter.strip()
    return raw


def _split(raw: str, locale: Locale) -> tuple[str, str]:
    """Digits before and after the decimal mark."""
    marks = re.findall(r"[., ]", raw)
    points = [mark for mark in marks if mark != " "]
    if not points:
        return _ungrouped(raw, " "), ""
    last = points[-1]
    if len(set(marks)) == 1 and len(marks) > 1:
        return _ungrouped(raw, last), ""
    if len(marks) == 1:
        return _split_lone(raw, last, locale)
    # Two kinds of marks: the last one, standing once, is the decimal mark; the other groups thousands.
    if marks[-1] != last or points.count(last) > 1 or len(set(marks)) > 2:
        raise NumberProblem("grouping")
    whole, _mark, fraction = raw.rpartition(last)
    return _ungrouped(whole, marks[0]), fraction


def _split_lone(raw: str, mark: str, locale: Locale) -> tuple[str, str]:
    whole, _mark, fraction = raw.partition(mark)
    can_group = len(fraction) == AMBIGUOUS_DECIMALS and len(whole) <= 3 and not whole.startswith("0")
    if can_group:
        thousands, decimal = Decimal(whole + fraction), Decimal(f"{whole}.{fraction}")
        groups_here = mark == ("." if locale == "de" else ",")
        raise NumberProblem("ambiguous", (thousands, decimal) if groups_here else (decimal, thousands))
    return whole, fraction


def _ungrouped(whole: str, mark: str) -> str:
    groups = whole.split(mark)
    if len(groups) > 1:
        first, *rest = groups
        if not 1 <= len(first) <= 3 or first.startswith("0") or any(len(group) != 3 for group in rest):
            raise NumberProblem("grouping")
    if not "".join(groups).isdigit():
        raise NumberProblem("grouping")
    return "".join(groups)


def format_decimal(value: Decimal, locale: Locale, min_places: int = 0) -> str:
    """Echo a value: `1250` -> `1.250` (de) or `1,250` (en), with at least `min_places` decimals, never rounded."""
    sign, digits, exponent = value.as_tuple()
    fraction = max(-exponent, 0) if isinstance(exponent, int) else 0
    plain = f"{abs(value):f}".rstrip("0").rstrip(".") if fraction else f"{abs(value):f}"
    whole, _point, decimals = plain.partition(".")
    decimals = decimals.ljust(min_places, "0")
    thousands, point = (".", ",") if locale == "de" else (",", ".")
    grouped = f"{int(whole):,}".replace(",", thousands)
    return ("-" if sign and any(digits) else "") + grouped + (point + decimals if decimals else "")


def typable_decimal(value: Decimal, locale: Locale, min_places: int = 0) -> str:
    """As it stands in a field, read back as the same number: `10000`, `84.500,00`, `2,4050`; never rounded.

    Whole numbers have no separators: `10.000` is what `parse_decimal` asks about. Three decimals get a zero for the
    same reason.
    """
    plain = f"{value.normalize():f}"
    decimals = plain.partition(".")[2]
    if not decimals and not min_places:
        return plain
    return format_decimal(value, locale, max(min_places, 4 if len(decimals) == AMBIGUOUS_DECIMALS else 0))
