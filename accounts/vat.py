"""Numbers of companies: read as people write them, checked by their check digits; no register is asked."""

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
    except InvalidNumber as error:
        raise ValidationError({"vat_number": f"{_reason(error)} {_wrong(country)}"}) from None
    prefix = "EL" if country == "GR" else country
    return compact if compact.startswith(prefix) else f"{prefix}{compact}"


def _wrong(country: str) -> str:
    if country == "DE":
        return _("Enter the VAT number as it stands on your invoices, for example DE136695976, or leave it empty.")
    return _("This number does not fit the country. Enter it as it stands on your invoices, or leave it empty.")


def clean_company_number(kind: str, number: str) -> str:
    """An IBAN or LEI (`kind` "iban" or "lei") without blanks; "" stays "". Raises ValidationError by field."""
    from stdnum import iban, lei
    from stdnum.exceptions import ValidationError as InvalidNumber

    given = "".join(number.split()).upper()
    if not given:
        return ""
    try:
        checked: str = {"iban": iban, "lei": lei}[kind].validate(given)
    except InvalidNumber as error:
        raise ValidationError({kind: f"{_reason(error)} {_number_words(kind)}"}) from None
    return checked


def _number_words(kind: str) -> str:
    if kind == "iban":
        return _("Enter the IBAN as it stands on your bank statement, or leave it empty.")
    return _("Enter the LEI with its 20 letters and digits, or leave it empty.")


def _reason(error: Exception) -> str:
    """What the check found, by the kind of fault."""
    from stdnum import exceptions

    if isinstance(error, exceptions.InvalidLength):
        return _("The number has too few or too many characters.")
    if isinstance(error, exceptions.InvalidChecksum):
        return _("The check digits do not fit: a character is wrong or two are swapped.")
    if isinstance(error, exceptions.InvalidComponent):
        return _("A part of the number does not exist, for example the country at its beginning.")
    return _("The number contains characters that do not belong there.")
