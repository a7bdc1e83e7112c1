"""Numbers of a bid as people write them."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tendering.fields import page_locale
from tendering.spreadsheets.numbers import format_decimal

register = template.Library()


@register.simple_tag
def quantity(value: Decimal | str, unit: str = "") -> SafeString:
    """A number without the zeros its column adds: 36.000,000 is 36.000. `{% quantity item.quantity item.unit %}`."""
    text = format_decimal(Decimal(value), page_locale(), 0)
    return format_html('<span class="app-num">{}</span>', f"{text}\u00a0{unit}" if unit else text)


@register.simple_tag
def unit_price(value: Decimal) -> SafeString:
    """A price per unit with all its decimals, at least two. `{% unit_price price %}`."""
    return format_html('<span class="app-num">{}</span>', format_decimal(value, page_locale(), 2))
