"""The published calculation of a life-cycle cost as somebody typed or sent it, with the path of every fault."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tendering.actions.rows import Faults, exact
from tendering.rules import life_cycle as rule
from tendering.rules.life_cycle import CostPart, LifeCycle

LONGEST_TEXT, LONGEST_UNIT = 200, 60


def checked(value: object, path: str, faults: Faults) -> dict[str, Any]:
    """The calculation in its stored form; {} for none and after a fault."""
    if not value:
        return {}
    if not isinstance(value, Mapping):
        faults.add(path, _("Describe the calculation by years, rate and parts."))
        return {}
    before = len(faults.found)
    _known(value, rule.KEYS, path, faults)
    parts = _parts(value.get("parts"), f"{path}.parts", faults)
    years = _whole(value.get("years"), (1, rule.MOST_YEARS), f"{path}.years", faults)
    decimals = _whole(
        value.get("factor_decimals", 4), (rule.LEAST_DECIMALS, rule.MOST_DECIMALS), f"{path}.factor_decimals", faults
    )
    rate = _number(value.get("rate_pct"), f"{path}.rate_pct", Decimal(rule.MOST_PER_CENT), 3, faults)
    with_price = value.get("with_price", True)
    if not isinstance(with_price, bool):
        faults.add(f"{path}.with_price", _("Must be true or false."))
    if len(faults.found) > before:
        return {}
    return rule.stored(LifeCycle(years, rate, parts, with_price is True, decimals))


def _parts(rows: object, path: str, faults: Faults) -> tuple[CostPart, ...]:
    if not isinstance(rows, list | tuple) or not rows:
        faults.add(path, _("Name at least one kind of cost that bidders state."))
        return ()
    parts = tuple(_part(row, str(number), f"{path}[{number - 1}]", faults) for number, row in enumerate(rows, start=1))
    for kind, count in Counter(part.kind for part in parts).items():
        if count > rule.MOST_OF_A_KIND.get(kind, count):
            text = _("At most %(number)s parts of the kind %(kind)s can be counted.")
            faults.add(path, text % {"number": rule.MOST_OF_A_KIND[kind], "kind": kind})
    return parts


def _part(row: object, number: str, path: str, faults: Faults) -> CostPart:
    """Parts are numbered in their order, whatever id they came with."""
    given: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
    _known(given, rule.PART_KEYS, path, faults)
    kind: Any = given.get("kind")
    if kind not in rule.KINDS:
        faults.add(f"{path}.kind", _("Must be one of %(words)s.") % {"words": ", ".join(rule.KINDS)})
        kind = "maintenance"
    text, unit = (_text(given.get(name), f"{path}.{name}", most, faults)
                  for name, most in (("text", LONGEST_TEXT), ("unit", LONGEST_UNIT)))  # fmt: skip
    price = Decimal(1)
    if kind == "use":
        price = _number(given.get("unit_price"), f"{path}.unit_price", Decimal(10**6), rule.PRICE_DECIMALS, faults)
    return CostPart(number, kind, text, unit, price)


def _known(given: Mapping[str, Any], keys: frozenset[str], path: str, faults: Faults) -> None:
    for key in sorted(set(given) - keys):
        faults.add(f"{path}.{key}", _("This entry is not known."))


def _text(value: object, path: str, most: int, faults: Faults) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        faults.add(path, _("Write a text of at most %(number)s characters.") % {"number": most})
        return ""
    return value.strip()


def _whole(value: object, ends: tuple[int, int], path: str, faults: Faults) -> int:
    low, high = ends
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        faults.add(path, _("Must be a whole number from %(low)s to %(high)s.") % {"low": low, "high": high})
        return low
    return value


def _number(value: object, path: str, most: Decimal, places: int, faults: Faults) -> Decimal:
    try:
        found = exact(value)
    except ValueError:
        found = None
    if found is None or not 0 <= found <= most or -int(found.as_tuple().exponent) > places:
        text = _("Must be a number from 0 to %(most)s with at most %(places)s decimals.")
        faults.add(path, text % {"most": most, "places": places})
        return Decimal(0)
    return found
