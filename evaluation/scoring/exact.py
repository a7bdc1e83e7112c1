"""Exact arithmetic for award decisions: integers and fractions only, never binary floats.

Why: with a lowest price of 100 000 and a price of 100 015 the price points are exactly 99.985, published as 99.99;
binary floats give 99.98. Of the 10 000 prices 100 005, 100 015 … 199 995 floats get 5 002 wrong.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Literal

Mode = Literal["half_up", "half_even", "down", "none"]


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


def rounded(value: Fraction, mode: Mode, decimals: int) -> Fraction:
    """Round the magnitude of `value` to `decimals` places; half_up is away from zero (DIN 1333), none keeps it."""
    if mode == "none":
        return value
    numerator, denominator = abs(value.numerator) * 10**decimals, value.denominator
    if mode == "half_up":
        units = _half_up(numerator, denominator)
    elif mode == "half_even":
        units = _half_even(numerator, denominator)
    else:
        units = numerator // denominator
    return Fraction(units if value >= 0 else -units, 10**decimals)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Round half away from zero, the commercial rule."""
    return rounded(value, "half_up", decimals)


def as_decimal(value: Fraction, decimals: int) -> Decimal:
    """Half up to exactly `decimals` places as a `Decimal`, independent of any decimal context."""
    units = half_up(value, decimals) * 10**decimals
    digits = tuple(int(digit) for digit in str(abs(units.numerator)))
    return Decimal((1 if units < 0 else 0, digits, -decimals))


def plain(value: Fraction) -> str:
    """Shortest exact text: a decimal number where it ends ("12.5"), else a fraction ("2/3")."""
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for factor in (2, 5):
        while rest % factor == 0:
            rest, places = rest // factor, places + 1
    if rest != 1:
        return str(value)
    text = format(as_decimal(value, places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
