"""Step 3 and 5: abnormally low prices. A measure opens a clarification; only what two people decided excludes."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from heapq import nsmallest
from statistics import median
from typing import Final, Literal

from .exact import as_decimal, half_up
from .formulas import gap_pct
from .inputs import EvaluationSpec, LotInput, Reason
from .results import REJECTED, Flag, LowOutcome
from .standing import Standing

ENOUGH: Final = 3  # valid bids from which mean and median say something
_REASONS: Mapping[str, Reason] = {
    "not_explained": Reason("abnormally_low", "abnormally low and not satisfactorily explained"),
    "law_breached": Reason(
        "abnormally_low", "abnormally low because environmental, social or labour law is not kept",
        {"cause": "law_breached"},
    ),
    "aid_unlawful": Reason(
        "abnormally_low", "abnormally low because of State aid not shown to be lawful in time",
        {"cause": "aid_unlawful"},
    ),
}  # fmt: skip


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
        mean, middle = _mean_and_median(sorted(standing.amount for standing in valid))
        lowest = _lowest_by_provider(valid)
        for standing in valid:
            against = (_next(standing, lowest), estimate, mean, middle)
            standing.flags = tuple(_flags(standing.amount, against, spec))
            standing.outcome = _outcome(standing)
        rejected = [standing for standing in valid if standing.outcome in REJECTED]
        if not rejected:
            return
        flagged = [standing for standing in rejected if standing.flags]  # first, so that the next one shows its own
        for standing in flagged or rejected:
            standing.exclude(_REASONS[str(standing.outcome)])


def _outcome(standing: Standing) -> LowOutcome | None:
    """What was decided; a price asked about by hand counts like a flagged one."""
    answer = standing.bid.clarification
    if answer is None:
        return "clarification_required" if standing.flags else None
    return "clarification_required" if answer == "open" else answer


def _flags(
    price: Fraction, against: tuple[Fraction | None, Fraction | None, Fraction | None, Fraction | None],
    spec: EvaluationSpec,
) -> Iterator[Flag]:  # fmt: skip
    """By every published measure: the lowest against the next bidder, each against estimate, mean and median."""
    next_price, estimate, mean, middle = against
    yield from _flag("next", price, next_price, spec.gap_to_next_pct)
    yield from _flag("estimate", price, estimate, spec.gap_to_estimate_pct)
    yield from _flag("mean", price, mean, spec.gap_to_mean_pct)
    yield from _flag("median", price, middle, spec.gap_to_median_pct)


def _lowest_by_provider(valid: list[Standing]) -> list[tuple[Fraction, str]]:
    """The two lowest bidders with their lowest prices, ascending."""
    found: dict[str, Fraction] = {}
    for standing in valid:
        provider = standing.bid.provider_id
        found[provider] = min(standing.amount, found.get(provider, standing.amount))
    return nsmallest(2, ((price, provider) for provider, price in found.items()))


def _next(standing: Standing, lowest: list[tuple[Fraction, str]]) -> Fraction | None:
    """The lowest price of another bidder, for a bid that is lower than all of the others.

    A bidder's own variant beside the main bid is no rival: it cannot hide how far the others are away.
    """
    rivals = [price for price, provider in lowest if provider != standing.bid.provider_id]
    return rivals[0] if rivals and standing.amount < rivals[0] else None


def _mean_and_median(prices: list[Fraction]) -> tuple[Fraction | None, Fraction | None]:
    """Of all valid bids; None while they are too few. The same for every bid, so worked out once."""
    if len(prices) < ENOUGH:
        return None, None
    return sum(prices, Fraction(0)) / len(prices), Fraction(median(prices))


def _flag(
    base: Literal["next", "estimate", "mean", "median"], price: Fraction, against: Fraction | None, limit: object
) -> Iterator[Flag]:
    if not limit or not against or against <= 0:
        return
    gap = gap_pct(price, against)
    if gap >= Fraction(str(limit)):
        yield Flag("abnormally_low", base, as_decimal(gap, 2))
