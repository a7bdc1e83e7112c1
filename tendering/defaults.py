"""Lawful defaults of a new tender: what an officer gets without touching anything."""

from typing import Any

TIE_CHAIN = ["higher_performance", "lower_price", "draw_lots"]


def default_evaluation(profile: str) -> dict[str, Any]:
    """The evaluation settings a draft starts with, in the shape of evaluation.scoring's EvaluationSpec JSON.

    Half price, half quality, linear points that reach zero at twice the lowest price; German municipalities compare
    gross prices because they cannot deduct VAT, the generic profile compares net prices. Percentages are per cent.
    """
    spec: dict[str, Any] = {
        "method": "weighted_linear",
        "weight_price": "0.5",
        "weight_quality": "0.5",
        "price_basis": "net" if _is_generic(profile) else "gross",
        "tie_chain": list(TIE_CHAIN),
        "gap_to_next_pct": "20",
        "gap_to_estimate_pct": "30",
    }
    if not _is_generic(profile):
        spec["estimate_vat_rate"] = "19"
    return spec


def _is_generic(profile: str) -> bool:
    """Profiles without statutes: `generic`, `generic_en` …"""
    return profile.startswith("generic")
