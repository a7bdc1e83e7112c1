"""What a bid means for the municipality: cost per case, quality for the money, savings against today."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from .exact import as_decimal
from .inputs import LotBid, LotInput
from .results import Economics


class _Saving(TypedDict, total=False):
    saving_per_case: Decimal
    saving_per_year: Decimal
    saving_over_term: Decimal
    saving_pct: Decimal | None


class _Time(TypedDict, total=False):
    minutes_per_case: Decimal | None
    hours_saved_per_year: Decimal | None
    time_saved_pct: Decimal | None


def exact_years(years: Decimal) -> Fraction:
    """A term in years as the whole months it was written from: 10 months are 5/6 years, not 0.8333 and so on.

    A term that is no whole number of months (within 1e-12 of a month) stays the decimal it is.
    """
    months = Fraction(years) * 12
    whole = round(months)
    return Fraction(whole, 12) if abs(months - whole) < Fraction(1, 10**12) else Fraction(years)


def cases_over_term(lot: LotInput) -> Fraction | None:
    """Reference quantity per year times years; None unless both are stated and positive."""
    if not lot.reference_quantity or not lot.term_years:
        return None
    return Fraction(lot.reference_quantity) * exact_years(lot.term_years)


def promised_minutes(lot: LotInput, promised: Mapping[str, Decimal]) -> Decimal | None:
    """The promised handling time per case, if the lot asks for one."""
    for criterion in lot.criteria:
        if criterion.measures == "minutes_per_case":
            return promised.get(criterion.id)
    return None


def _percent(saved: Fraction, today: Decimal) -> Decimal | None:
    return as_decimal(saved / Fraction(today) * 100, 2) if today else None


def _saving(lot: LotInput, per_case: Fraction) -> _Saving:
    if lot.baseline_cost_per_case is None or not lot.reference_quantity or not lot.term_years:
        return {}
    saved = Fraction(lot.baseline_cost_per_case) - per_case
    per_year = saved * Fraction(lot.reference_quantity)
    return {
        "saving_per_case": as_decimal(saved, 2),
        "saving_per_year": as_decimal(per_year, 2),
        "saving_over_term": as_decimal(per_year * exact_years(lot.term_years), 2),
        "saving_pct": _percent(saved, lot.baseline_cost_per_case),
    }


def _time(lot: LotInput, bid: LotBid) -> _Time:
    minutes = promised_minutes(lot, bid.promised)
    if minutes is None or lot.baseline_minutes_per_case is None:
        return {"minutes_per_case": minutes}
    saved = Fraction(lot.baseline_minutes_per_case) - Fraction(minutes)
    quantity = lot.reference_quantity
    return {
        "minutes_per_case": minutes,
        "hours_saved_per_year": as_decimal(saved * Fraction(quantity) / 60, 1) if quantity else None,
        "time_saved_pct": _percent(saved, lot.baseline_minutes_per_case),
    }


def economics(lot: LotInput, bid: LotBid, price: Fraction, performance: Fraction) -> Economics:
    """Figures of one valid bid, each rounded half up from the exact value.

    Quality points per 1,000 = (L / 10) / price * 1000, L / 10 being the quality points on the scale 0-100.
    """
    points = as_decimal(performance * 100 / price, 4) if price > 0 else None
    cases = cases_over_term(lot)
    if cases is None:
        return Economics(quality_points_per_1000_eur=points, **_time(lot, bid))
    return Economics(
        quality_points_per_1000_eur=points,
        cases_over_term=Decimal(lot.reference_quantity or 0) * Decimal(lot.term_years or 0),
        eur_per_case=as_decimal(price / cases, 2),
        eur_per_case_exact=price / cases,
        **_saving(lot, price / cases),
        **_time(lot, bid),
    )
