"""Numbers as people of the page's language write them; the decimal digits are exact, never by way of a float."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import get_language

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
MISSING = "–"
MINUS = "\u2212"


def is_german() -> bool:
    """Whether the page speaks German."""
    return (get_language() or "de").startswith("de")


def as_number(value: Decimal | int | str | None, places: int | None = None) -> str:
    """1234567.8 -> "1.234.567,8" / "1,234,567.8"; `places` rounds half up, None keeps every digit."""
    if value is None or value == "":
        return MISSING
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(exact):,f}"
    if is_german():
        text = text.replace(",", "\u0000").replace(".", ",").replace("\u0000", ".")
    return f"{MINUS}{text}" if exact < 0 else text


def as_money(value: Decimal | int | str | None, currency: str = "EUR", places: int = 2) -> str:
    """84500 -> "84.500,00 €" in German, "€84,500.00" in English; currencies without a common sign keep their code."""
    text = as_number(value, places)
    if text == MISSING:
        return text
    sign = SYMBOLS.get(currency, currency)
    if is_german():
        return f"{text}\u00a0{sign}"
    gap = "" if sign in SYMBOLS.values() else "\u00a0"
    return f"{MINUS}{sign}{gap}{text[1:]}" if text.startswith(MINUS) else f"{sign}{gap}{text}"
