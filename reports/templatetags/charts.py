"""Charts inside pages: `{% load charts %}`. Pages of lower apps name the tag and need no import of this room."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports import charts

register = template.Library()


def _figure(svg: str, title: str, note: str = "") -> dict[str, Any]:
    return {"svg": mark_safe(svg), "title": title, "note": note}  # noqa: S308 - texts are escaped by the drawing


def _language() -> str:
    return (get_language() or "de")[:2]


@register.inclusion_tag("parts/chart.html")
def price_efficiency_figure(
    points: Iterable[Mapping[str, Any]], currency: str = "EUR", today: Any = None, lot: str = ""
) -> dict[str, Any]:
    """Price against points: dicts of the fields of charts.PricePoint. `{% price_efficiency_figure points "EUR" %}`.

    `lot` is its code where a page shows several: each picture needs a title of its own."""
    labels = {
        "title": " · ".join(filter(None, (_("Price and performance"), lot))),
        "price": _("Evaluation price in %(currency)s (left is cheaper)") % {"currency": currency},
        "performance": _("Performance points (up is better)"),
        "winner": _("Proposed for award"),
        "valid": _("Evaluated"),
        "invalid": _("Excluded"),
        "reference": _("Today's cost"),
    }
    svg = charts.price_efficiency_chart([charts.PricePoint(**p) for p in points], labels, _language(), today)
    return _figure(svg, labels["title"], _("Left is cheaper, up is better."))


@register.inclusion_tag("parts/chart.html")
def ranking_figure(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Stacked points: dicts of label, points {"price": …, "quality": …}, winner. `{% ranking_figure rows %}`."""
    labels = {
        "title": _("Where the points come from"),
        "points": _("Points"),
        "price": _("Price"),
        "cost": _("Cost"),
        "efficiency": _("Efficiency"),
        "quality": _("Quality"),
    }
    svg = charts.ranking_bar_chart([charts.RankingBar(**row) for row in rows], labels, _language())
    return _figure(svg, labels["title"])


@register.inclusion_tag("parts/chart.html")
def bars_figure(given: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts side by side: {"title", "unit", "rows": fields of charts.AmountBar}. `{% bars_figure given %}`."""
    labels = {"title": str(given["title"]), "unit": str(given["unit"])}
    svg = charts.amount_bar_chart([charts.AmountBar(**row) for row in given["rows"]], labels, _language())
    return _figure(svg, labels["title"])


@register.inclusion_tag("parts/chart.html")
def pilot_series_figure(
    title: str,
    unit: str,
    months: Sequence[str],
    pilot: Sequence[Any],
    control: Sequence[Any],
    pilot_start: int,
    target: Any = None,
) -> dict[str, Any]:
    """Months before and in a pilot. `{% pilot_series_figure name unit months pilot control start target %}`."""
    labels = {
        "title": title,
        "value": unit,
        "pilot": _("Pilot"),
        "control": _("Comparison"),
        "baseline": _("Before"),
        "phase": _("Pilot phase"),
        "target": _("Target"),
    }
    return _figure(charts.pilot_series_chart(months, pilot, control, pilot_start, labels, _language(), target), title)


@register.inclusion_tag("parts/chart.html")
def pilot_effect_figure(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Effect and interval per KPI: dicts of the fields of charts.EffectRow. `{% pilot_effect_figure rows %}`."""
    labels = {
        "title": _("What the pilot changed"),
        "worse": _("worse"),
        "no_change": _("no change"),
        "better": _("better"),
        "improved": _("Improved"),
        "worse_verdict": _("Worsened"),
        "unclear": _("No clear change"),
    }
    svg = charts.pilot_effect_chart([charts.EffectRow(**row) for row in rows], labels, _language())
    return _figure(svg, labels["title"], _("Each row has its own scale."))
