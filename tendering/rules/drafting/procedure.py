"""Is the chosen procedure allowed, and does it ask enough companies?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.regime import EU_PROFILE, Limit, national_limit
from tendering.rules.rows import OWN_STATUTE, Profile

ALWAYS_ALLOWED_EU = {"OPEN", "RESTRICTED"}
# Procedure code -> kind of national limit.
LIMITED = {
    "NATIONAL_RESTRICTED_WITHOUT_CALL": "restricted_without_call",
    "NATIONAL_NEGOTIATED_WITH_CALL": "negotiated",
    "NATIONAL_NEGOTIATED_WITHOUT_CALL": "negotiated",
    "DIRECT_ORDER": "direct_order",
}
MIN_INVITED = {"NATIONAL_NEGOTIATED_WITHOUT_CALL": 3, "NATIONAL_RESTRICTED_WITHOUT_CALL": 3}
WITH_CALL = {
    "RESTRICTED", "NEGOTIATED_WITH_CALL", "NATIONAL_RESTRICTED_WITH_CALL", "NATIONAL_NEGOTIATED_WITH_CALL",
}  # fmt: skip
MIN_CANDIDATES = {"RESTRICTED": 5, "NEGOTIATED_WITH_CALL": 3}


def grounds(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R10, R11, R12: a reason where the procedure is not always allowed; limits of the Land on the day."""
    if facts.procedure_reason.strip():
        return
    if profile.key == EU_PROFILE:
        if facts.procedure not in ALWAYS_ALLOWED_EU:
            yield Found("R10.reason", "procedure_type")
        return
    kind = LIMITED.get(facts.procedure)
    if kind is not None and facts.total is not None and profile.statutes:
        yield from _limit(facts, facts.total, national_limit(facts.calendar.land, facts.start, kind))


def _limit(facts: TenderFacts, total: Decimal, limit: Limit) -> Iterator[Found]:
    if limit.row is None or limit.amount is None:
        code = "R11.statute" if limit.kind == OWN_STATUTE else "R11.unknown"
        yield Found(code, "procedure_type", is_hint=True)
    elif limit.allows(total) is False:
        code = "R12.limit" if facts.procedure == "DIRECT_ORDER" else "R11.limit"
        params = {"limit": limit.amount, "value": total}
        yield Found(code, "procedure_type", params, limit.row.source, limit.row.confidence)


def competition(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R13, R14: enough companies invited, a call where the procedure has one, enough candidates let through."""
    needed = MIN_INVITED.get(facts.procedure)
    if needed is not None and facts.invited is not None and facts.invited < needed and not facts.procedure_reason:
        yield Found("R13.invited", "invitations", {"needed": needed, "invited": facts.invited})
    if facts.has_call is False and facts.procedure in WITH_CALL:  # without its call it is another procedure
        yield Found("R14.call", "procedure_type", source="" if profile.key == EU_PROFILE else "§ 8 UVgO")
    fewest = MIN_CANDIDATES.get(facts.procedure)
    if fewest is not None and facts.phase == "requests" and facts.min_candidates is None:
        yield Found("R14.missing", "min_candidates", {"needed": fewest})
    if fewest is not None and facts.min_candidates is not None and facts.min_candidates < fewest:
        yield Found("R14.candidates", "min_candidates", {"needed": fewest, "stated": facts.min_candidates})
