"""Lots, limits on lots, framework terms."""

from __future__ import annotations

from collections.abc import Iterator

from tendering.rules.drafting.found import Found
from tendering.rules.facts import TenderFacts
from tendering.rules.periods import framework_years
from tendering.rules.regime import is_special_service
from tendering.rules.rows import Profile

RULE_WITHOUT_LIMIT = "best_per_lot"
RULE_WITH_COMBINATIONS = "best_value_combination"


def division(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R26: one lot only needs a reason in the file; direct orders are too small for it."""
    if len(facts.lots) == 1 and not facts.lot_waiver_reason.strip() and facts.procedure != "DIRECT_ORDER":
        yield Found("R26.reason", "lot_waiver_reason")


def limits(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """R27, R28: a limit and combined discounts only with a published rule that can carry them."""
    limit, rule = facts.max_lots_awarded, facts.allocation_rule
    if limit is not None and limit < len(facts.lots) and rule in {"", RULE_WITHOUT_LIMIT}:
        yield Found("R27.rule", "allocation_rule")
    if facts.combination_discounts_allowed and rule != RULE_WITH_COMBINATIONS:
        yield Found("R28.combinations", "allocation_rule")


def framework(facts: TenderFacts, profile: Profile) -> Iterator[Found]:
    """Q01: longest term of a framework agreement, options included."""
    row = framework_years(profile, facts.start, is_special=is_special_service(facts.main_cpv))
    months = facts.contract_months + facts.option_months
    if not facts.is_framework or facts.framework_reason.strip() or row is None or row.days is None:
        return
    # The table's number is years here.
    if months > 12 * row.days:
        params = {"years": row.days, "months": months}
        yield Found("Q01.term", "contract_months", params, row.source, row.confidence)
