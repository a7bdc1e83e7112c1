"""Measured values as people read them: shares as percent, as many digits as a reader needs, signs on changes."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaluation.figures import number, shortest
from pilots.models import Indicator

HUNDRED = Decimal(100)
# Towns write units in their own language; the usual ones are shown in the reader's.
UNITS = [("Minuten", "minutes"), ("Stunden", "hours"), ("Tage", "days"), ("Wochen", "weeks"), ("Monate", "months"),
         ("Punkte", "points"), ("Anzahl", "number"), ("EUR/Monat", "EUR/month"), ("EUR je Monat", "EUR per month"),
         ("EUR je Fall", "EUR per case"), ("EUR je Sendung", "EUR per item")]  # fmt: skip
_OTHER = {"de": {english: german for german, english in UNITS}, "en": dict(UNITS)}


def is_german() -> bool:
    """Whether the page speaks German."""
    return (get_language() or "de").startswith("de")


def rounded(value: Decimal | None, places: int) -> str:
    """Rounded half up, as the page writes numbers; "–" for None."""
    if value is None:
        return number(None)
    exact = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return number(exact if exact else abs(exact), places)


def name_of(indicator: Indicator) -> str:
    """The indicator's name in the language of the page."""
    return (indicator.name_de if is_german() else indicator.name_en) or indicator.name_en or indicator.name_de


def unit_of(indicator: Indicator, *, change: bool = False) -> str:
    """ "minutes"; for shares "%" and, for a difference of two shares, "percentage points"."""
    if indicator.kind != "share":
        return _OTHER["de" if is_german() else "en"].get(indicator.unit, indicator.unit)
    return _("percentage points") if change else "%"


def scaled(indicator: Indicator, value: Any) -> Decimal | None:
    """A stored value in the unit that is shown; None stays None."""
    if value is None or value == "":
        return None
    exact = Decimal(str(value))
    return exact * HUNDRED if indicator.kind == "share" else exact


def places_for(values: Iterable[Decimal | None]) -> int:
    """Decimals by size: none from 1,000 on, one from 5 on, else two."""
    largest = max((abs(value) for value in values if value is not None), default=Decimal(0))
    return 0 if largest >= 1000 else 1 if largest >= 5 else 2


def level(indicator: Indicator, value: Any) -> str:
    """A mean with its unit: "27.3 minutes", "63.0 %"."""
    exact = scaled(indicator, value)
    if exact is None:
        return number(None)
    return f"{rounded(exact, places_for([exact]))}\u00a0{unit_of(indicator)}"


def bare_level(indicator: Indicator, value: Any) -> str:
    """A mean without its unit, for tables; shares keep their "%"."""
    if indicator.kind == "share":
        return level(indicator, value)
    exact = scaled(indicator, value)
    return rounded(exact, places_for([exact]))


def bare_change(indicator: Indicator, value: Any) -> str:
    """A difference without its unit, for tables."""
    exact = scaled(indicator, value)
    return signed(exact, places_for([exact]))


def whole(value: Any) -> Decimal:
    """An amount rounded half up to whole units of money."""
    return Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP)


def signed(value: Decimal | None, places: int) -> str:
    """ "+0.60", "−12.3", "0.0"."""
    text = rounded(value, places)
    return f"+{text}" if value is not None and value > 0 and text.strip("0.,") else text


def change(indicator: Indicator, value: Any) -> str:
    """A difference with sign and unit: "−12.3 minutes", "+14.4 percentage points"."""
    exact = scaled(indicator, value)
    if exact is None:
        return number(None)
    return f"{signed(exact, places_for([exact]))}\u00a0{unit_of(indicator, change=True)}"


def target(indicator: Indicator) -> str:
    """ "at most 15 minutes", "at least 80 %"; "" without target."""
    exact = scaled(indicator, indicator.target)
    if exact is None:
        return ""
    words = {"value": number(shortest(exact)), "unit": unit_of(indicator)}
    return (
        _("at most %(value)s %(unit)s") if indicator.better == "lower" else _("at least %(value)s %(unit)s")
    ) % words
