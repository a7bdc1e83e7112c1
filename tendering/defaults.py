"""Lawful defaults of a new tender: what an officer gets without touching anything."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tendering.rules import profile as rules_of
from tendering.rules import rule_book

ALWAYS = ("next", "estimate")
MEASURES = (*ALWAYS, "mean", "median")  # what a surprisingly low price is measured by
TIE_CHAIN = ["higher_performance", "lower_price", "draw_lots"]


def default_evaluation(profile: str) -> dict[str, Any]:
    """The evaluation settings a draft starts with, in the shape of evaluation.scoring's EvaluationSpec JSON.

    Half price, half quality, linear points that reach zero at twice the lowest price. The profile says whether gross or
    net prices are compared and which VAT rate the estimate is compared with. Percentages are per cent.
    """
    rules = rules_of(profile) if profile in rule_book().profiles else None
    spec: dict[str, Any] = {
        "method": "weighted_linear",
        "weight_price": "0.5",
        "weight_quality": "0.5",
        "price_basis": rules.default_price_basis if rules else "net",
        "tie_chain": list(TIE_CHAIN),
        **low_price_gaps(rules.low_price_gaps if rules else {}),
    }
    if rules and rules.vat_rates:
        spec["estimate_vat_rate"] = format(max(rules.vat_rates).normalize(), "f")
    return spec


def low_price_gaps(gaps: Mapping[str, Decimal | None]) -> dict[str, str]:
    """Per cent by measure as a rule stores them. "0" = a price is not asked about by this measure; so without an entry
    for mean and median.
    """
    given = {name: gaps.get(name) or Decimal(0) for name in MEASURES}
    return {f"gap_to_{name}_pct": format(gap, "f") for name, gap in given.items() if gap or name in ALWAYS}


def gap(spec: Mapping[str, Any], measure: str) -> Decimal:
    """Per cent below a measure from which a price is asked about by a stored rule; 0 = not by this measure."""
    usual = {"next": "20", "estimate": "30"}.get(measure, "0")  # what a rule without an entry means
    return Decimal(str(spec.get(f"gap_to_{measure}_pct") or usual))
