"""Numbers of a bid as people write them, and the passkey of the own opening key."""

import json
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.models import OpenerPasskey, User
from bids.content import WITH_PRICES, FileNote
from bids.first_look import sentences
from bids.nouns import said as sentence_of
from bids.sealing.wrapping import encode
from tendering.fields import page_locale
from tendering.models import Tender
from tendering.spreadsheets.numbers import format_decimal

register = template.Library()
UNNAMED = {"": gettext_lazy("another document"), "document": gettext_lazy("another document"),
           WITH_PRICES: gettext_lazy("another document, with prices")}  # fmt: skip


@register.filter
def role_words(role: str) -> str:
    """What a document of a bid is: the name of the required paper, or that it is another one."""
    return str(UNNAMED.get(role, role))


@register.filter
def doubts(file: FileNote) -> list[str]:
    """What its bidder should look at before handing the document in."""
    return sentences(file.doubts)


@register.simple_tag
def said(tender: Tender, sentence: str) -> str:
    """A sentence about a bid; in a call for candidates about a request. `{% said tender "Late bid" %}`"""
    return sentence_of(tender, sentence)


@register.simple_tag
def own_passkey(user: User) -> str:
    """What this person's browser needs to unlock the own key by passkey, as JSON; empty where none was added."""
    found = OpenerPasskey.objects.filter(key__user=user, key__retired_at=None, key__recovery_for=None).first()
    return json.dumps({"credential": found.credential, "locked": encode(bytes(found.locked))}) if found else ""


@register.simple_tag
def quantity(value: Decimal | str, unit: str = "") -> SafeString:
    """A number without the zeros its column adds: 36.000,000 is 36.000. `{% quantity item.quantity item.unit %}`."""
    text = format_decimal(Decimal(value), page_locale(), 0)
    return format_html('<span class="app-num">{}</span>', f"{text}\u00a0{unit}" if unit else text)


@register.simple_tag
def unit_price(value: Decimal) -> SafeString:
    """A price per unit with all its decimals, at least two. `{% unit_price price %}`."""
    return format_html('<span class="app-num">{}</span>', format_decimal(value, page_locale(), 2))
