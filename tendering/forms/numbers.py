"""Numbers in forms of a tender: shown without grouping, so that a prefilled 10000 is never read as ambiguous."""

from decimal import Decimal
from typing import Any

from tendering.fields import DecimalField, MoneyField, page_locale
from tendering.weights import plain


class Quantity(DecimalField):
    """A count or measure; a stored value is shown as people type it, without thousands separators."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, (Decimal, int)):
            return value
        text = f"{plain(Decimal(value)):f}"
        return text.replace(".", ",") if page_locale() == "de" else text


class Amount(MoneyField):
    """Money; up to four decimals where single cases are priced."""
