"""Estimated value and the regime that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.findings import Param
from tendering.rules.regime import EU_PROFILE, NATIONAL_PROFILES, duty, legal_regime
from tendering.rules.rows import Profile, rule_book

LONGEST_ESTIMATE_MONTHS = 48


def estimate(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R01, R05: stated, explained, equal to the lots, and to the months when only a monthly price is known."""
    if facts.total is None:
        yield Found("R01.missing", "value")
        return
    if not facts.estimate_method.strip():
        yield Found("R01.method", "value_method", is_hint=True)
    values = [lot.value for lot in facts.lots if lot.value is not None]
    lots = sum(values, Decimal(0))
    if values and len(values) == len(facts.lots) and lots != facts.total:
        yield Found("R01.lots_sum", "value", {"lots": lots, "estimate": facts.total})
    if facts.option_months:
        yield Found("R01.options", "value", {"months": facts.option_months}, is_hint=True)
    yield from _monthly(facts, facts.total)


def _monthly(facts: TenderFacts, total: Decimal) -> Iterator[Found]:
    if facts.monthly_value is None:
        return
    months = min(facts.contract_months + facts.option_months, LONGEST_ESTIMATE_MONTHS)
    expected = facts.monthly_value * months
    if expected != total:
        params: dict[str, Param] = {"months": months, "monthly": facts.monthly_value}
        params |= {"expected": expected, "estimate": total}
        yield Found("R05.monthly", "value", params)


def regime(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R06, R07, R09: does the profile fit the value, the day, the Land and the kind of service?"""
    total = facts.total
    if total is None or profile.is_generic:
        return
    found = legal_regime(total, facts.start, facts.calendar.land, facts.main_cpv)
    if found.threshold is None:
        yield Found("R06.unknown", "profile", {"day": facts.start}, is_hint=True)
        return
    limit = found.threshold.value
    if found.is_special:
        yield Found("R07.special", "cpv_main", {"threshold": limit}, is_hint=True)
    source, confidence = found.threshold.source, found.threshold.confidence
    params = {"threshold": limit, "value": total}
    if found.is_above_threshold and profile.key != EU_PROFILE:
        yield Found("R06.above", "profile", params, source, confidence)
    elif not found.is_above_threshold and profile.key == EU_PROFILE:
        yield Found("R06.below", "profile", params, source, confidence, is_hint=True)
    elif not found.is_above_threshold and found.profile_key != profile.key:
        yield from _national_profile(found.profile_key, profile)


def _national_profile(expected: str, profile: Profile) -> Iterator[Found]:
    """Only where a Land has a profile of its own on either side."""
    if {expected, profile.key} & set(NATIONAL_PROFILES.values()):
        usual = rule_book().profiles[expected]
        yield Found("R09.profile", "profile", {"expected": usual.name_en, "used": profile.name_en})


def duties(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R44: what will be due later because of the value."""
    row = duty("wettbewerbsregister_query", facts.total, facts.start) if facts.total is not None else None
    if row is not None:
        yield Found("R44.register", "value", {}, row.source, row.confidence, is_hint=True)
