"""Life-cycle cost as a published calculation (§ 59 VgV): what is counted, for how long, at which factors.

Every amount is a number the bidder states times a published price times a published present-value factor, rounded to
the cent. The factors are rounded before they are used and published like that, so that the price sheet, a pocket
calculator and the evaluation give the same digits. Exact: `Decimal` and `Fraction`, no floats.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

PartKind = Literal["use", "maintenance", "end_of_life", "residual"]
KINDS: tuple[PartKind, ...] = ("use", "maintenance", "end_of_life", "residual")
YEARLY: frozenset[str] = frozenset({"use", "maintenance"})
MOST_OF_A_KIND: Mapping[str, int] = {"use": 3, "maintenance": 1, "end_of_life": 1, "residual": 1}
MOST_YEARS, MOST_PER_CENT, LEAST_DECIMALS, MOST_DECIMALS = 50, 20, 2, 6
PRICE_DECIMALS = 4
KEYS = frozenset({"years", "rate_pct", "factor_decimals", "with_price", "parts"})
PART_KEYS = frozenset({"id", "kind", "text", "unit", "unit_price"})


@dataclass(frozen=True, slots=True)
class CostPart:
    """One kind of cost. The bidder states a number in `unit`; a `use` has a published price per unit.

    "use" and "maintenance" come every year, "end_of_life" once at the end, "residual" is worth left then: taken off.
    """

    id: str
    kind: PartKind
    text: str
    unit: str = ""
    unit_price: Decimal = Decimal(1)

    @property
    def is_yearly(self) -> bool:
        return self.kind in YEARLY


@dataclass(frozen=True, slots=True)
class Amount:
    """A part with the bidder's number: number × unit price × factor, to the cent; a residual value is negative."""

    part: CostPart
    number: Decimal
    factor: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The published calculation: years of use, rate in per cent, decimals of the factors, what is counted.

    `with_price`: the evaluated price of the bid is paid today and part of the cost.
    """

    years: int
    rate_pct: Decimal
    parts: tuple[CostPart, ...]
    with_price: bool = True
    factor_decimals: int = 4

    @property
    def yearly_factor(self) -> Decimal:
        """Sum of (1 + i)^-t over the years 1 to n, rounded as published."""
        growth = 1 + Fraction(self.rate_pct) / 100
        return half_up(sum((growth**-year for year in range(1, self.years + 1)), Fraction(0)), self.factor_decimals)

    @property
    def end_factor(self) -> Decimal:
        """(1 + i)^-n, rounded as published."""
        return half_up((1 + Fraction(self.rate_pct) / 100) ** -self.years, self.factor_decimals)

    def factor(self, part: CostPart) -> Decimal:
        """The published factor of a part."""
        return self.yearly_factor if part.is_yearly else self.end_factor

    def amounts(self, numbers: Mapping[str, Decimal]) -> tuple[Amount, ...]:
        """The parts whose number is there ({part id: number}), in the published order."""
        return tuple(self._amount(part, numbers[part.id]) for part in self.parts if part.id in numbers)

    def _amount(self, part: CostPart, number: Decimal) -> Amount:
        factor = self.factor(part)
        worth = half_up(Fraction(number) * Fraction(part.unit_price) * Fraction(factor), 2)
        return Amount(part, number, factor, -worth if part.kind == "residual" else worth)

    def beside_price(self, numbers: Mapping[str, Decimal]) -> Decimal | None:
        """Everything but the price; None while a number is missing."""
        found = self.amounts(numbers)
        return sum((one.amount for one in found), Decimal("0.00")) if len(found) == len(self.parts) else None

    def cost(self, numbers: Mapping[str, Decimal], price: Decimal | None) -> Decimal | None:
        """Life-cycle cost with the evaluated price where it counts; None while something is missing."""
        rest = self.beside_price(numbers)
        if rest is None or not self.with_price:
            return rest
        return None if price is None else rest + price


def half_up(value: Fraction, decimals: int) -> Decimal:
    """Commercial rounding, half away from zero."""
    units = (2 * abs(value.numerator) * 10**decimals + value.denominator) // (2 * value.denominator)
    return Decimal(units if value >= 0 else -units).scaleb(-decimals)


def part_key(code: str, part: str) -> str:
    """How a bid names the number of a part: "C1:2". No code of a criterion holds a colon."""
    return f"{code}:{part}"


def numbers_of(code: str, given: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """{part id: number} of one criterion out of the numbers of a bid."""
    head = part_key(code, "")
    return {key.removeprefix(head): value for key, value in given.items() if key.startswith(head)}


def read(value: Mapping[str, Any]) -> LifeCycle:
    """The calculation of its stored JSON (decimals as text)."""
    parts = tuple(
        CostPart(row["id"], row["kind"], row["text"], row.get("unit", ""), Decimal(row.get("unit_price", "1")))
        for row in value["parts"]
    )
    return LifeCycle(value["years"], Decimal(value["rate_pct"]), parts, value["with_price"], value["factor_decimals"])


def stored(rule: LifeCycle) -> dict[str, Any]:
    """The JSON of a calculation; only a use names its price."""
    return {
        "years": rule.years,
        "rate_pct": format(rule.rate_pct, "f"),
        "factor_decimals": rule.factor_decimals,
        "with_price": rule.with_price,
        "parts": [_stored_part(part) for part in rule.parts],
    }


def _stored_part(part: CostPart) -> dict[str, str]:
    row = {"id": part.id, "kind": part.kind, "text": part.text, "unit": part.unit}
    return {**row, "unit_price": format(part.unit_price, "f")} if part.kind == "use" else row


EXAMPLE: Mapping[str, Decimal] = {
    "use": Decimal(1000), "maintenance": Decimal(500), "end_of_life": Decimal(800), "residual": Decimal(300),
}  # fmt: skip


def invented(parts: Iterable[CostPart]) -> dict[str, Decimal]:
    """Numbers of an invented bid, for the worked example beside the published calculation."""
    return {part.id: EXAMPLE[part.kind] for part in parts}
