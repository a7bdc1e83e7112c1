"""The rule book: law and practice as dated, sourced rows. Loading it checks it; a fault names file, row and field.

A null limit means "not known here", never "free" or "forbidden".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

DATA = Path(__file__).parent / "data"
EU = "eu"
OWN_STATUTE = "own_statute"

Confidence = Literal["V", "S", "M", "check"]


class RuleBookFault(ValueError):
    """A rule file is not usable: what is wrong, where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Common to all rows. Confidence: V verified, S secondary, M from memory, check = incomplete."""

    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str = ""

    def is_valid_on(self, day: date) -> bool:
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Row):
    """A value in EUR net (or days, months) from which a duty holds; `op` compares the estimate with it."""

    id: str
    key: str
    value: Decimal
    op: Literal[">=", ">", "="]

    def is_reached_by(self, amount: Decimal) -> bool:
        return amount > self.value if self.op == ">" else amount >= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalLimit(Row):
    """Up to which value a Land allows an easier procedure: an amount, `eu`, `own_statute`, or None = not known."""

    id: str
    land: str
    direct_order: str | None
    restricted_without_call: str | None
    negotiated: str | None
    regulation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow(Row):
    """A statutory number of days. `condition` is what the officer declares: default, electronic, urgency, ..."""

    id: str
    procedure: str
    phase: str
    days: int | None
    counted_from: str
    condition: str
    condition_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Row):
    """One rule that a procedure is checked against; `hard` = one of the few that refuse a step."""

    id: str
    area: str
    rule: str
    severity: Literal["error", "warn", "info"]
    hard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Row):
    """The rules one municipality works by. Amounts in `currency`, VAT in percent, periods in days.

    `minimum_days` by procedure code where the profile itself sets them; `advised_days` below which a period is
    called short; `answer_days` full days between last answer and deadline; `standstill_days` None = none.
    `low_price_gaps`: from how many per cent below the next bid, the estimate, the mean or the median a price is asked
    about in a new draft. `off` are checks that do not apply, `hints` those that are only mentioned.
    """

    key: str
    family: Literal["de", "generic"]
    name_de: str
    name_en: str
    regime: str
    country: str
    currency: str
    time_zone: str
    number_format: Literal["de", "en"]
    vat_rates: tuple[Decimal, ...]
    default_price_basis: Literal["net", "gross"]
    low_price_gaps: Mapping[str, Decimal]
    holiday_calendar: str
    minimum_days: Mapping[str, int]
    advised_days: int | None
    answer_days: int | None
    openers_needed: int
    openers_advised: int
    joint_opening_required: bool
    standstill_days: int | None
    standstill_days_other: int | None
    approval_limits: tuple[Mapping[str, str | None], ...]
    classification: str
    methods: tuple[str, ...]
    statutes: bool
    hints: tuple[str, ...]
    off: tuple[str, ...]
    retention_years: int
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_generic(self) -> bool:
        return self.family == "generic"

    def approver_role(self, value: Decimal) -> str | None:
        """Role that approves an award of this value; None when the profile leaves it to the municipality."""
        for limit in self.approval_limits:
            up_to = limit["up_to"]
            if up_to is None or value <= Decimal(up_to):
                return limit["role"]
        return None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rows."""

    thresholds: tuple[Threshold, ...]
    national_limits: tuple[NationalLimit, ...]
    periods: tuple[PeriodRow, ...]
    checks: Mapping[str, Check]
    profiles: Mapping[str, Profile]

    def threshold(self, key: str, day: date) -> Threshold | None:
        """The row in force on a day; None = not known for that day."""
        return next((row for row in self.thresholds if row.key == key and row.is_valid_on(day)), None)

    def national_limit(self, land: str, day: date) -> NationalLimit | None:
        return next((row for row in self.national_limits if row.land == land and row.is_valid_on(day)), None)

    def check_period(self, procedure: str, phase: str, condition: str, day: date) -> PeriodRow | None:
        wanted = (procedure, phase, condition)
        rows = (row for row in self.periods if (row.procedure, row.phase, row.condition) == wanted)
        return next((row for row in rows if row.is_valid_on(day)), None)


R = TypeVar("R", bound=Row)


@cache
def rule_book() -> RuleBook:
    """The rule book that comes with the product. Raises RuleBookFault."""
    thresholds = _rows(Threshold, "thresholds.json")
    limits = _rows(NationalLimit, "national_limits.json")
    _no_overlap("thresholds.json", thresholds, key_field="key")
    _no_overlap("national_limits.json", limits, key_field="land")
    profiles = [
        _row(Profile, path.name, 0, json.loads(path.read_text("utf-8")))
        for path in sorted((DATA / "profiles").glob("*.json"))
    ]
    return RuleBook(
        thresholds,
        limits,
        _rows(PeriodRow, "periods.json"),
        {row.id: row for row in _rows(Check, "checks.json")},
        {profile.key: profile for profile in profiles},
    )


def profile(key: str) -> Profile:
    """The profile of that key. Raises KeyError with the known keys."""
    profiles = rule_book().profiles
    if key not in profiles:
        raise KeyError(f"unknown rule profile {key!r}; known: {', '.join(sorted(profiles))}")
    return profiles[key]


def _rows(kind: type[R], name: str) -> tuple[R, ...]:
    data = json.loads((DATA / name).read_text("utf-8"))
    return tuple(_row(kind, name, number, row) for number, row in enumerate(data, start=1))


def _row(kind: type[R], name: str, number: int, data: Mapping[str, Any]) -> R:
    """One row, checked: no unknown key, none missing, a source, dates in order."""
    where = f"{name}, row {number} ({data.get('id') or data.get('key')})"
    known = {one.name: one for one in fields(kind)}
    for key in data.keys() - known.keys():
        raise RuleBookFault(f"{where}: unknown field {key}")
    for key, one in known.items():
        if key not in data and one.default is MISSING and one.default_factory is MISSING:
            raise RuleBookFault(f"{where}: field {key} is missing")
    hints = get_type_hints(kind)
    try:
        row = kind(**{key: _value(hints[key], value) for key, value in data.items()})
    except (ValueError, ArithmeticError, TypeError) as error:
        raise RuleBookFault(f"{where}: {error}") from error
    if not row.source.strip():
        raise RuleBookFault(f"{where}: field source is empty")
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise RuleBookFault(f"{where}: valid_to lies before valid_from")
    return row


def _value(hint: Any, value: Any) -> Any:
    """JSON to the field's type."""
    if value is None:
        return None
    if hint == date | None:
        return date.fromisoformat(value)
    if hint is Decimal:
        return Decimal(value)
    if hint == Mapping[str, Decimal]:
        return {key: Decimal(item) for key, item in value.items()}
    if hint == tuple[Decimal, ...]:
        return tuple(Decimal(item) for item in value)
    return tuple(value) if isinstance(value, list) else value


def _no_overlap(name: str, rows: Sequence[Row], key_field: str) -> None:
    """Two rows of one key must not be valid on the same day."""
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        by_key.setdefault(getattr(row, key_field), []).append(row)
    for key, same in by_key.items():
        ordered = sorted(same, key=lambda row: row.valid_from or date.min)
        for one, following in pairwise(ordered):
            if one.valid_to is None or (following.valid_from or date.min) <= one.valid_to:
                raise RuleBookFault(f"{name}: rows of {key} overlap")


def rule_version(rows: Iterable[Row] | None = None) -> str:
    """Content hash (SHA-256, hex) of the rows used; without rows, of the whole book and the holiday tables' version."""
    from importlib.metadata import version

    from accounts.evidence import canonical_bytes, digest

    book = rule_book()
    every = [*book.thresholds, *book.national_limits, *book.periods, *book.checks.values(), *book.profiles.values()]
    chosen = sorted(canonical_bytes(_plain(row)).decode() for row in (every if rows is None else rows))
    return digest("rules", canonical_bytes({"rows": chosen, "holidays": version("holidays")}))


def _plain(row: Row) -> dict[str, Any]:
    values = {one.name: getattr(row, one.name) for one in fields(row)}
    return {"kind": type(row).__name__, **{name: _text(value) for name, value in values.items()}}


def _text(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return [[key, _text(item)] for key, item in sorted(value.items())]
    if isinstance(value, tuple):
        return [_text(item) for item in value]
    return "" if value is None else str(value)
