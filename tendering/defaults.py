"""Lawful defaults of a new tender: what an officer gets without touching anything."""

from typing import Any

from tendering.rules import profile as rules_of
from tendering.rules import rule_book

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
        "gap_to_next_pct": "20",
        "gap_to_estimate_pct": "30",
    }
    if rules and rules.vat_rates:
        spec["estimate_vat_rate"] = format(max(rules.vat_rates).normalize(), "f")
    return spec
