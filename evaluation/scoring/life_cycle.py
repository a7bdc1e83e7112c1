"""Life-cycle cost of a bid: the published calculation (`tendering.rules.life_cycle`) put before the scoring.

A cost criterion with a calculation has no promised number of its own; it is worked out from the numbers of the bid and,
where the published text says so, its evaluated price, before anything is scored.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from .exact import as_decimal, plain
from .inputs import Criterion, LotBid, LotInput


def life_cycle_cost(criterion: Criterion, bid: LotBid, price: Fraction) -> Decimal | None:
    """The worked-out cost; None without a calculation or while a number is missing. Prices are cents."""
    rule, numbers = criterion.life_cycle, (bid.life_cycle or {}).get(criterion.id, {})
    return None if rule is None else rule.cost(numbers, as_decimal(price, 2))


def worked_out(bid: LotBid, lot: LotInput, price: Fraction) -> LotBid:
    """The bid with the life-cycle costs of the lot among its promised numbers."""
    found = {c.id: value for c in lot.criteria if (value := life_cycle_cost(c, bid, price)) is not None}
    return replace(bid, promised={**bid.promised, **found}) if found else bid


def moves_with_price(criterion: Criterion, bid: LotBid) -> bool:
    """Whether the cost of this bid is known and contains its price."""
    rule = criterion.life_cycle
    return rule is not None and rule.with_price and life_cycle_cost(criterion, bid, Fraction(0)) is not None


def life_cycle_steps(criterion: Criterion, bid: LotBid, price: Fraction) -> tuple[str, ...]:
    """The calculation with its numbers put in, a line for each part and one for the sum."""
    rule, numbers = criterion.life_cycle, (bid.life_cycle or {}).get(criterion.id, {})
    total = life_cycle_cost(criterion, bid, price)
    if rule is None or total is None:
        return ()
    found = rule.amounts(numbers)
    lines = [
        f"{one.part.text}: {_product(one.number, one.part.unit_price, one.factor)} = {one.amount}" for one in found
    ]
    terms = [format(as_decimal(price, 2), "f")] if rule.with_price else []
    terms += [format(one.amount, "f") for one in found]
    return (*lines, f"{' + '.join(terms)} = {total}".replace("+ -", "− "))


def _product(number: Decimal, unit_price: Decimal, factor: Decimal) -> str:
    factors = [number, factor] if unit_price == 1 else [number, unit_price, factor]
    return " × ".join(plain(Fraction(value)) for value in factors)
