"""Checks of a tender while it is drafted and released."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tendering.rules.drafting import criteria, lots, people, periods, procedure, values
from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.findings import Finding, Level
from tendering.rules.messages import MESSAGES
from tendering.rules.rows import Check, Profile, rule_book

__all__ = ["check_tender"]

_CHECKS: tuple[Callable[[TenderFacts, Profile], Iterator[Found]], ...] = (
    values.estimate,
    values.regime,
    values.duties,
    procedure.grounds,
    procedure.competition,
    periods.minimum,
    periods.adequate,
    periods.questions,
    periods.binding,
    periods.convenient,
    lots.division,
    lots.limits,
    lots.framework,
    criteria.weights,
    criteria.kinds,
    criteria.guides,
    criteria.basis,
    people.release,
    people.opening,
)
# What concerns lots, prices and award criteria is checked with the bids, not with the call for candidates.
_OF_CALL = (
    values.estimate, values.regime, procedure.grounds, procedure.competition, periods.minimum, periods.adequate,
    periods.questions, periods.convenient, people.release, people.opening,
)  # fmt: skip
_ORDER: dict[Level, int] = {"stop": 0, "warn": 1, "hint": 2}


def check_tender(facts: TenderFacts, profile: Profile) -> list[Finding]:
    """All findings, what stops first. The same facts and rows give the same findings; no clock is read."""
    checks = _OF_CALL if facts.phase == "requests" else _CHECKS
    found = (one for check in checks for one in check(facts, profile))
    findings = [_finding(one, profile) for one in found if not _is_off(one, profile)]
    return sorted(findings, key=lambda finding: _ORDER[finding.level])


def _is_off(found: Found, profile: Profile) -> bool:
    return found.check_id in profile.off or found.code in profile.off


def _finding(found: Found, profile: Profile) -> Finding:
    check = rule_book().checks[found.check_id]
    # A profile without statutes speaks of its own rules, never of somebody else's law.
    source, confidence = found.source or check.source, found.confidence or check.confidence
    if not profile.statutes:
        source, confidence = profile.source, profile.confidence
    level = _level(found, check, profile, confidence)
    return Finding(
        check.id, found.code, level, MESSAGES[found.code], found.field, source, confidence, dict(found.params)
    )


def _level(found: Found, check: Check, profile: Profile, confidence: str) -> Level:
    """Only a hard and certain check stops; what we know from memory or incompletely is a hint."""
    if found.is_hint or check.severity == "info" or confidence in {"M", "check"} or check.id in profile.hints:
        return "hint"
    return "stop" if found.can_stop and check.hard and confidence == "V" else "warn"
