"""What of the data of two organisations is the same: phone, address, bank account. Values are compared, never shown."""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization

Sign = tuple[str, str]  # kind, normalised value
KINDS: dict[str, str | Promise] = {"phone": _("phone"), "address": _("address"), "iban": _("bank account")}
LEAST_DIGITS = 6  # of a phone number that says something
_COUNTRY_CODES = {"DE": "49", "AT": "43", "CH": "41"}


def signs(organization: Organization) -> Iterator[Sign]:
    """The signs of one organisation; what is not stated is no sign."""
    if phone := _phone(organization.phone, organization.country):
        yield "phone", phone
    details = organization.details or {}
    parts = [_plain(str(details.get(name) or "")) for name in ("street", "postcode", "town")]
    if all(parts):
        yield "address", " ".join(parts)
    if iban := re.sub(r"\W", "", str(details.get("iban") or "")).upper():
        yield "iban", iban


def _phone(text: str, country: str) -> str:
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if text.strip().startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
    elif digits.startswith("0"):
        digits = _COUNTRY_CODES.get(country, "") + digits[1:]
    return digits if len(digits) >= LEAST_DIGITS else ""


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("strasse", "str")
    return re.sub(r"[\W_]", "", folded)
