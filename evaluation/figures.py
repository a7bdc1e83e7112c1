"""Numbers inside sentences, as people of the current language write them; digits come from decimals, never floats."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def number(value: Decimal | str | None, places: int | None = None) -> str:
    """1234.5 -> "1.234,5" or "1,234.5"; `places` pads, the value is already rounded. None -> "–"."""
    if value is None or value == "":
        return "–"
    exact = Decimal(value)
    text = number_format(abs(exact), decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"\u2212{text}" if exact < 0 else text


def money(value: Decimal | str | None, currency: str, places: int = 2) -> str:
    """84500 -> "84.500,00 €" in German, "€84,500.00" in English; currencies without a common sign keep their code."""
    text = number(value, places)
    if text == "–":
        return text
    sign = SIGNS.get(currency, currency)
    if (get_language() or "de").startswith("de"):
        return f"{text}\u00a0{sign}"
    gap = "" if currency in SIGNS else "\u00a0"
    return f"\u2212{sign}{gap}{text[1:]}" if text.startswith("\u2212") else f"{sign}{gap}{text}"


def shortest(value: Decimal, least: int = 0) -> Decimal:
    """The same number without needless zeros, with at least `least` decimals: 2.500000 -> 2.50, 120.000 -> 120."""
    whole = value.normalize()
    exponent = whole.as_tuple().exponent
    assert isinstance(exponent, int)
    return whole.quantize(Decimal(1).scaleb(min(exponent, -least)))
