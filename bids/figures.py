"""What a bidder sees while typing: sums as the evaluation will make them, and points of the published curve."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from bids.content import LotContent
from tendering.models import Criterion, Item
from tendering.rules.life_cycle import numbers_of

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LotFigures:
    """Sums of one lot in the tender's currency, each rounded half up to the cent.

    `lines` holds (position, sum or None) of all positions; `total` only those that are compared; `gross` is None
    without a VAT rate.
    """

    lines: tuple[tuple[Item, Decimal | None], ...]
    total: Decimal
    net: Decimal
    gross: Decimal | None
    missing: int
    stated_differs: bool

    def compared(self, price_basis: object) -> Decimal | None:
        """The price that is compared; None without a price for every position or without the VAT it needs."""
        return None if self.missing else self.gross if price_basis == "gross" else self.net

    @property
    def is_discounted(self) -> bool:
        """Whether a discount changes the sum."""
        return self.net != self.total


def figures(items: Iterable[Item], lot: LotContent, vat_rate: Decimal | None) -> LotFigures:
    """The sums of a lot as far as prices are there."""
    lines = tuple((item, _line(item, lot.unit_prices.get(item.ref))) for item in items)
    counted = [(item, amount) for item, amount in lines if item.in_evaluation]
    total = sum((amount for _item, amount in counted if amount is not None), Decimal("0.00"))
    net = _cent(total * (100 - lot.discount_pct) / 100)
    return LotFigures(
        lines=lines,
        total=total,
        net=net,
        gross=None if vat_rate is None else _cent(net * (100 + vat_rate) / 100),
        missing=sum(amount is None for _item, amount in lines),
        stated_differs=lot.stated_total is not None and lot.stated_total not in {total, net},
    )


def promised_figures(
    criteria: Iterable[Criterion], lot: LotContent, price: Decimal | None
) -> list[tuple[Criterion, Decimal | None, Decimal | None]]:
    """(criterion, number, its points); a life-cycle cost is worked out, `price` being the one that is compared."""
    found = []
    for criterion in criteria:
        value = lot.promised.get(criterion.code)
        if rule := criterion.calculation:
            value = rule.cost(numbers_of(criterion.code, lot.promised), price)
        found.append((criterion, value, None if value is None else points(criterion.curve, value)))
    return found


def points(curve: Sequence[Sequence[str]], value: Decimal) -> Decimal:
    """Points of a published curve [[value, points], …], straight between its points, flat beyond its ends.

    Rounded half up to two decimals for display; the evaluation works with the exact value.
    """
    spots = [(Fraction(str(number)), Fraction(str(score))) for number, score in curve]
    exact = _between(spots, Fraction(value))
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)


def _between(spots: Sequence[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    if value <= spots[0][0]:
        return spots[0][1]
    for (left, low), (right, high) in pairwise(spots):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return spots[-1][1]


def _line(item: Item, price: Decimal | None) -> Decimal | None:
    return None if price is None else _cent(item.quantity * price)


def _cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
