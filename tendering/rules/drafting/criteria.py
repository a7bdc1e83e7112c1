"""Criteria, weights and the way of scoring."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tendering.rules.drafting.found import Found
from tendering.rules.facts import CriterionFacts, TenderFacts
from tendering.rules.rows import Profile

PRICE_ONLY = "price_only"
SCORED = {"quality", "efficiency", "cost"}
WEIGHTED = {"weighted_linear", "inverse_proportional"}


def _scored(facts: TenderFacts) -> list[CriterionFacts]:
    return [criterion for criterion in facts.criteria if criterion.kind in SCORED]


def weights(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R47: 100 points per lot, price and quality together 1. Without that no result can be computed."""
    scored = _scored(facts)
    if not scored and facts.method == PRICE_ONLY:
        return
    for lot in facts.lots:
        own = [one.weight or Decimal(0) for one in scored if not one.lots or lot.code in one.lots]
        total = sum(own, Decimal(0))
        if scored and total != 100:
            yield Found("R47.lot", "criteria", {"lot": lot.code, "total": total}, can_stop=True)
    if facts.method in WEIGHTED and facts.weight_price is not None and facts.weight_quality is not None:
        both = facts.weight_price + facts.weight_quality
        if both != 1:
            yield Found("R47.parts", "evaluation", {"total": both}, can_stop=True)


def kinds(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R46, R51, Q04: criteria and method fit each other and the profile."""
    scored = _scored(facts)
    if facts.method == PRICE_ONLY and scored:
        yield Found("R46.price_only", "criteria")
    if facts.method != PRICE_ONLY and not scored and facts.weight_quality != 0:
        yield Found("R46.no_quality", "criteria")
    if facts.method not in profile.methods:
        yield Found("Q04.method", "evaluation")
    if facts.variants_allowed and not facts.variant_requirements.strip():
        yield Found("R51.variants", "variants_allowed")


def guides(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R49: bidders and panel should know what earns points."""
    for criterion in _scored(facts):
        if not criterion.has_guide:
            yield Found("R49.guide", "criteria", {"criterion": criterion.code})


def basis(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R54: municipalities that cannot deduct VAT compare gross."""
    if profile.default_price_basis == "gross" and facts.price_basis == "net":
        yield Found("R54.basis", "evaluation")
