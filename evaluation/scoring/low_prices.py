"""Step 3 and 5: abnormally low prices. A flag opens a clarification; only an unsatisfactory answer excludes."""

from fractions import Fraction

from .exact import as_decimal, half_up
from .formulas import gap_pct
from .inputs import EvaluationSpec, LotInput, Reason
from .results import Flag, LowOutcome
from .standing import Standing

_REJECTED = Reason("abnormally_low", "abnormally low and not satisfactorily explained")


def estimate_on_basis(lot: LotInput, spec: EvaluationSpec) -> Fraction | None:
    """The net estimate on the price basis of the tender, half up to cents."""
    if not lot.estimated_value:
        return None
    estimate = Fraction(lot.estimated_value)
    if spec.price_basis == "gross":
        estimate = half_up(estimate * (100 + Fraction(spec.estimate_vat_rate)) / 100, 2)
    return estimate


def flag_low_prices(standings: list[Standing], lot: LotInput, spec: EvaluationSpec) -> None:
    """Flag valid bids; whoever is excluded keeps its flags, and the rest is tested again without it."""
    estimate = estimate_on_basis(lot, spec)
    while True:
        valid = [standing for standing in standings if standing.status == "valid"]
        for standing in valid:
            standing.flags = _next_flags(standing, valid, spec) + _estimate_flags(standing, estimate, spec)
            standing.outcome = _outcome(standing)
        rejected = [standing for standing in valid if standing.outcome == "not_explained"]
        if not rejected:
            return
        for standing in rejected:
            standing.exclude(_REJECTED)


def _outcome(standing: Standing) -> LowOutcome | None:
    if not standing.flags:
        return None
    answer = standing.bid.clarification
    return "clarification_required" if answer is None or answer == "open" else answer


def _next_flags(standing: Standing, valid: list[Standing], spec: EvaluationSpec) -> tuple[Flag, ...]:
    others = [other.amount for other in valid if other is not standing]
    if spec.gap_to_next_pct is None or not others or min(others) <= 0 or standing.amount >= min(others):
        return ()
    gap = gap_pct(standing.amount, min(others))
    return (Flag("abnormally_low", "next", as_decimal(gap, 2)),) if gap >= Fraction(spec.gap_to_next_pct) else ()


def _estimate_flags(standing: Standing, estimate: Fraction | None, spec: EvaluationSpec) -> tuple[Flag, ...]:
    if spec.gap_to_estimate_pct is None or not estimate:
        return ()
    gap = gap_pct(standing.amount, estimate)
    return (
        (Flag("abnormally_low", "estimate", as_decimal(gap, 2)),) if gap >= Fraction(spec.gap_to_estimate_pct) else ()
    )
