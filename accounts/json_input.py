"""JSON that people or their browsers send in forms: whatever is no finite number is refused with its place."""

import json
import math
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def endless(value: Any, path: str = "$") -> str:
    """The path of the first NaN or infinite number, as `$.bids[3].price`; "" when there is none.

    Python reads `NaN`, `Infinity` and `1e999`; JSON has none of them, and PostgreSQL takes none.
    """
    if isinstance(value, dict):
        return next(filter(None, (endless(item, f"{path}.{key}") for key, item in value.items())), "")
    if isinstance(value, list | tuple):
        return next(filter(None, (endless(item, f"{path}[{number}]") for number, item in enumerate(value))), "")
    return path if isinstance(value, float | Decimal) and not math.isfinite(value) else ""


def read_json(text: str) -> Any:
    """The value of a JSON text; ValueError with a sentence for text that is none and for endless numbers."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(_("This is not readable as JSON.")) from None
    if path := endless(value):
        raise ValueError(sentence(path))
    return value


def sentence(path: str) -> str:
    return _("%(path)s is not a finite number.") % {"path": path}


class JSONInput(forms.JSONField):
    """A form field of JSON without endless numbers."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if path := endless(found):
            raise ValidationError(sentence(path), code="endless")
        return found
