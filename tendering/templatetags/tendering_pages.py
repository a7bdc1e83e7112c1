"""Filters of the pages about tenders."""

from decimal import Decimal

from django import template

from tendering.source_words import source_words
from tendering.weights import plain as without_zeros

register = template.Library()
register.filter(source_words)


@register.filter
def plain(value: Decimal | str | None) -> Decimal | None:
    """A stored number without the zeros its column adds: 640000.000 -> 640000. `{% number item.quantity|plain %}`."""
    return None if value in (None, "") else without_zeros(Decimal(str(value)))
