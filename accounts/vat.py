"""VAT numbers: read as people write them, checked by the check digits of their country; no register is asked."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def clean_vat_number(country: str, number: str) -> str:
    """The number without blanks and dots, with its country prefix; "" stays "". Raises ValidationError by field."""
    import stdnum
    from stdnum.exceptions import ValidationError as InvalidNumber

    given = "".join(number.split()).upper()
    module = stdnum.get_cc_module(country, "vat") if given else None
    if module is None:
        return given
    try:
        compact: str = module.validate(given)
    except InvalidNumber:
        raise ValidationError({"vat_number": _wrong(country)}) from None
    prefix = "EL" if country == "GR" else country
    return compact if compact.startswith(prefix) else f"{prefix}{compact}"


def _wrong(country: str) -> str:
    if country == "DE":
        return _("Enter the VAT number as it stands on your invoices, for example DE136695976, or leave it empty.")
    return _("This number does not fit the country. Enter it as it stands on your invoices, or leave it empty.")
