"""Law and practice as dated, sourced data, and the checks that use them. Plain Python: no Django, no clock."""

from tendering.rules.days import (
    Calendar,
    bid_deadline_ok,
    earliest_contract_date,
    latest_answer_day,
    period_end,
    standstill_is_short,
)
from tendering.rules.drafting import check_tender
from tendering.rules.facts import CriterionFacts, LotFacts, TenderFacts
from tendering.rules.findings import Finding
from tendering.rules.periods import Period, Phase, answer_day, minimum_period
from tendering.rules.regime import Limit, Regime, choose_profile, duty, legal_regime, national_limit
from tendering.rules.rows import (
    Check,
    NationalLimit,
    PeriodRow,
    Profile,
    RuleBookFault,
    Threshold,
    profile,
    rule_book,
    rule_version,
)

__all__ = [
    "Calendar",
    "Check",
    "CriterionFacts",
    "Finding",
    "Limit",
    "LotFacts",
    "NationalLimit",
    "Period",
    "PeriodRow",
    "Phase",
    "Profile",
    "Regime",
    "RuleBookFault",
    "TenderFacts",
    "Threshold",
    "answer_day",
    "bid_deadline_ok",
    "check_tender",
    "choose_profile",
    "duty",
    "earliest_contract_date",
    "latest_answer_day",
    "legal_regime",
    "minimum_period",
    "national_limit",
    "period_end",
    "profile",
    "rule_book",
    "rule_version",
    "standstill_is_short",
]
