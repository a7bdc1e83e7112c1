"""Numbers in forms of a tender, shown so that they are read back as they are: 10000, not 10.000; 2,4050, not 2,405."""

from decimal import Decimal
from typing import Any

from tendering.fields import DecimalField, MoneyField, page_locale
from tendering.weights import plain

AMBIGUOUS_DECIMALS = 3


class Quantity(DecimalField):
    """A count or measure; a stored value is shown as people type it, without thousands separators."""

    def prepare_value(self, value: Any) -> Any:
        return typed(value, 0) if isinstance(value, (Decimal, int)) else value


class Amount(MoneyField):
    """Money; up to four decimals where single cases are priced."""

    def prepare_value(self, value: Any) -> Any:
        return typed(value, 2) if isinstance(value, (Decimal, int)) else value


def typed(value: Decimal | int, least: int) -> str:
    """The number with at least so many decimals; three of them get a zero, or they would pass for thousands."""
    text = f"{plain(Decimal(value)):f}"
    whole, _point, decimals = text.partition(".")
    decimals = decimals.ljust(least, "0")
    decimals += "0" if len(decimals) == AMBIGUOUS_DECIMALS else ""
    mark = "," if page_locale() == "de" else "."
    return f"{whole}{mark}{decimals}" if decimals else whole
