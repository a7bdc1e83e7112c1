"""Fields of the API that accept one spelling only."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.json_input import endless, sentence

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z")
LONGEST = 40


class StrictDecimalField(serializers.DecimalField):
    """A decimal as text: ASCII digits and a decimal point. No comma, exponent, grouping, plus sign or space.

    A JSON number is taken where it is exact (whole, or with a decimal point and no exponent). Written as plain text.
    """

    default_error_messages = {
        "invalid": _('Write a decimal number as text with a decimal point, for example "1250.50".'),
    }

    def to_internal_value(self, data: Any) -> Decimal:
        value = super().to_internal_value(self._plain_text(data))
        return value or abs(value)  # minus zero is zero

    def to_representation(self, value: Any) -> str:
        return format(Decimal(value), "f")

    def _plain_text(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int | Decimal):
            self.fail("invalid")
        text = str(data)
        if len(text) > LONGEST or not _PLAIN.match(text):
            self.fail("invalid")
        return text


class FiniteJSONField(serializers.JSONField):
    """JSON of any shape without endless numbers, however deep; a fault names the path."""

    def to_internal_value(self, data: Any) -> Any:
        if path := endless(data):  # before the field's own check, which knows no path
            raise serializers.ValidationError(sentence(path), code="endless")
        return super().to_internal_value(data)
