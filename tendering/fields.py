"""Form fields for numbers as people type them, in the language of the page."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tendering.spreadsheets.numbers import Locale, NumberProblem, format_decimal, parse_decimal, typable_decimal


def page_locale() -> Locale:
    """How numbers are read and written on this page."""
    return "de" if (get_language() or "de").startswith("de") else "en"


class DecimalField(forms.CharField):
    """A decimal number of at most `places` decimals; a refused text stays in the field as it was typed.

    `unit` is what may follow the number ("%", "days"); bounds are inclusive. Cleans to Decimal or None.
    """

    def __init__(
        self,
        *,
        places: int = 2,
        unit: str = "",
        min_value: Decimal | None = Decimal(0),
        max_value: Decimal | None = None,
        example: Decimal = Decimal("12.5"),
        **kwargs: Any,
    ) -> None:
        self.places, self.unit, self.example = places, unit, example
        self.min_value, self.max_value = min_value, max_value
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored number so that it is read back as the same one: 10000, not 10.000; typed text as typed."""
        if isinstance(value, (Decimal, int)):
            return self._typed(Decimal(value))
        return value

    def _shown_places(self) -> int:
        return 0

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # a CharField by its widget only
        """Read the text; each refusal says what to write instead."""
        if isinstance(value, Decimal):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_decimal(
                text, page_locale(), self.places, allow_negative=self._may_be_negative(), unit=self.unit
            )
        except NumberProblem as problem:
            raise ValidationError(self._words(problem), code=problem.code) from None

    def validate(self, value: Any) -> None:
        """Required and within the bounds."""
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(
                _("Enter %(limit)s or more") % {"limit": self._written(self.min_value)}, code="min_value"
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                _("Enter %(limit)s or less") % {"limit": self._written(self.max_value)}, code="max_value"
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the number differs; another way of writing the same one is no change."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True

    def _may_be_negative(self) -> bool:
        return self.min_value is None or self.min_value < 0

    def _written(self, value: Decimal) -> str:
        return format_decimal(value, page_locale(), self._shown_places())

    def _typed(self, value: Decimal) -> str:
        return typable_decimal(value, page_locale(), self._shown_places())

    def _words(self, problem: NumberProblem) -> str:
        if problem.code == "ambiguous":
            return self._question(problem.readings)
        if problem.code == "too_many_decimals":
            return _("Enter at most %(places)s decimal places") % {"places": self.places}
        if problem.code == "negative":
            return _("Enter %(limit)s or more") % {"limit": 0}
        return _("Enter a number, for example %(example)s") % {"example": self._typed(self.example)}

    def _question(self, readings: Sequence[Decimal]) -> str:
        first, second = (format_decimal(value, page_locale(), 2) for value in readings)
        return _("This could mean %(first)s or %(second)s. Please write it one way or the other") % {
            "first": first,
            "second": second,
        }


class MoneyField(DecimalField):
    """An amount of money; shown with at least two decimals."""

    def __init__(self, *, places: int = 2, example: Decimal = Decimal("84500.00"), **kwargs: Any) -> None:
        super().__init__(places=places, example=example, **kwargs)

    def _shown_places(self) -> int:
        return min(2, self.places)
