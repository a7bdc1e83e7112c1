"""What a bid is called beside the name of its bidder. Knows no models, so that these can use it."""

from django.utils.translation import gettext as _


def variant_name(number: int) -> str:
    """ "Variant 2" of a bid beside the main bid; empty for the main bid itself."""
    return _("Variant %(number)s") % {"number": number} if number else ""


def with_variant(bidder: str, number: int) -> str:
    """The bidder, and in brackets which variant it is where it is one."""
    name = variant_name(number)
    return _("%(bidder)s (%(variant)s)") % {"bidder": bidder, "variant": name} if name else bidder
