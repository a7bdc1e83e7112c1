"""Changes of a signed contract against the limits of the rule data (R61): per change and in sum. Pure.

A finding warns and asks for a reason; nothing here blocks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "contract_changes.json"
CENT = Decimal("0.01")
LIMITED = frozenset({"additional", "unforeseen"})
JUSTIFIED = frozenset({"review_clause", "additional", "unforeseen", "new_partner", "not_substantial"})


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """Limits in per cent of the value at the start; `source`, `confidence` as in the rule book."""

    profile: str
    small_pct: Decimal
    special_small_pct: Decimal
    each_max_pct: Decimal
    below_threshold: bool
    source: str
    valid_from: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one change comes to: per cent of the start, alone and with those before, and what the rule says."""

    pct: Decimal
    pct_cumulated: Decimal
    findings: tuple[dict[str, Any], ...]


@cache
def change_rules() -> dict[str, ChangeRule]:
    """{profile: rule}."""
    amounts = ("small_pct", "special_small_pct", "each_max_pct")
    rows = json.loads(DATA.read_text("utf-8"))
    found = [ChangeRule(**{**row, **{name: Decimal(row[name]) for name in amounts}}) for row in rows]
    return {rule.profile: rule for rule in found}


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """100 * part / whole with two decimals, half up; of nothing everything is 100."""
    if not whole:
        return Decimal(100) if part else Decimal(0)
    return (part * 100 / whole).quantize(CENT, ROUND_HALF_UP)


def check_change(
    rule: ChangeRule | None, *, start: Decimal, before: Decimal, delta: Decimal, ground: str, special: bool = False,
    threshold: Decimal | None = None,
) -> Change:  # fmt: skip
    """One change of `delta` after changes that came to `before`, both net; `threshold` the EU threshold, if it counts.

    Both directions count: a contract that shrinks by half is another contract, too.
    """
    found = () if rule is None else tuple(_findings(rule, start, before + delta, delta, ground, special, threshold))
    return Change(percent(abs(delta), start), percent(abs(before + delta), start), found)


def _findings(
    rule: ChangeRule, start: Decimal, all_in: Decimal, delta: Decimal, ground: str, special: bool,
    threshold: Decimal | None,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Limits are compared with exact amounts: a cent above them is above them."""
    small = rule.special_small_pct if special else rule.small_pct
    if ground not in JUSTIFIED and abs(all_in) * 100 > small * start:
        yield _finding("above_small", rule, percent(abs(all_in), start), small)
    if ground not in JUSTIFIED and rule.below_threshold and threshold is not None and abs(all_in) >= threshold:
        yield _finding("above_threshold", rule, abs(all_in), threshold)
    if ground in LIMITED and abs(delta) * 100 > rule.each_max_pct * start:
        yield _finding("above_each", rule, percent(abs(delta), start), rule.each_max_pct)


def _finding(code: str, rule: ChangeRule, value: Decimal, limit: Decimal) -> dict[str, Any]:
    return {
        "code": code, "value": f"{value:f}", "limit": f"{limit:f}", "source": rule.source,
        "confidence": rule.confidence,
    }  # fmt: skip
