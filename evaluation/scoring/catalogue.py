"""Further published formulas, exact: weighted reference values, Kaden, rated criteria, and rules of other countries.

L = performance points, P = evaluated price. Sources: UfAB 2018 (reference values, Kaden), D.Lgs. 50/2016 art. 97
(Italian threshold), LCSP/RGLCAP art. 85 (Spain), World Bank Procurement Regulations (rated criteria, low bids).
A legality lint belongs to the caller: `span_points` exists to show why min-max interpolation is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Literal, Protocol

from .exact import half_up
from .formulas import mean

DIGITS = 60  # working precision of roots and powers, far beyond any published rounding
LOG_DECIMALS = 30


class Rated(Protocol):
    """A bid with performance (points, at least 0) and price (above 0)."""

    @property
    def performance(self) -> Fraction: ...
    @property
    def price(self) -> Fraction: ...


def median(values: Sequence[Fraction]) -> Fraction:
    """Middle value; of an even count the mean of the two in the middle. ValueError for none."""
    if not values:
        raise ValueError("The median needs a value.")
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def reference_values(bids: Sequence[Rated], kind: Literal["mean", "median"]) -> tuple[Fraction, Fraction]:
    """(L, P) that stand for the average bid of this very set: a hopeless bid moves them, hence the lint."""
    performance, price = [bid.performance for bid in bids], [bid.price for bid in bids]
    return (median(performance), median(price)) if kind == "median" else (mean(performance), mean(price))


def weighted_reference(
    bid: Rated, weights: tuple[Fraction, Fraction], reference: tuple[Fraction, Fraction]
) -> Fraction:
    """Z = GL * L / Lref - GP * P / Pref (gewichtete Richtwertmethode); a reference of zero counts its term as zero."""
    gain = weights[0] * bid.performance / reference[0] if reference[0] else Fraction(0)
    return gain - (weights[1] * bid.price / reference[1] if reference[1] else 0)


def power(base: Fraction, exponent: Fraction) -> Decimal:
    """base ** exponent with 60 digits; base above 0."""
    with localcontext(Context(prec=DIGITS)):
        return exact_decimal(base) ** exact_decimal(exponent)


def root(value: Fraction) -> Decimal:
    """Square root with 60 digits; value at least 0."""
    with localcontext(Context(prec=DIGITS)):
        return exact_decimal(value).sqrt()


def exact_decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


@lru_cache(maxsize=20_000)
def natural_log(value: Fraction) -> Decimal:
    """ln with 60 digits; value above 0. Kept, because the same bid is looked at many times."""
    with localcontext(Context(prec=DIGITS)):
        return exact_decimal(value).ln()


@lru_cache(maxsize=20_000)
def _log_ratio(performance: Fraction, price: Fraction, share: Fraction) -> tuple[Decimal, Fraction]:
    """(a * ln L - (1-a) * ln P, L^a / P^(1-a)) with 60 digits."""
    with localcontext(Context(prec=DIGITS)):
        gain = exact_decimal(share) * natural_log(performance) if share else Decimal(0)
        loss = exact_decimal(1 - share) * natural_log(price) if share != 1 else Decimal(0)
        return gain - loss, Fraction((gain - loss).exp())


def kaden_exponential(bid: Rated, share: Fraction) -> Fraction:
    """L^a / P^(1-a): the weight acts as exponent; 0 <= a <= 1. Without any performance 0."""
    return _log_ratio(bid.performance, bid.price, share)[1] if bid.performance > 0 else Fraction(0)


def kaden_key(bid: Rated, share: Fraction) -> tuple[Fraction, Fraction]:
    """What `kaden_exponential` is compared by: a * ln L - (1-a) * ln P, 60 digits, to 30 decimals; L = 0 is last."""
    if bid.performance <= 0:
        return Fraction(0), Fraction(0)
    with localcontext(Context(prec=DIGITS)):
        exponent = _log_ratio(bid.performance, bid.price, share)[0]
        return Fraction(1), Fraction(exponent.quantize(Decimal(1).scaleb(-LOG_DECIMALS)))


def kaden_surcharge(bid: Rated, surcharge: Fraction) -> Fraction:
    """(L + c) / P * 10^5: a surcharge on the performance points lowers their weight."""
    return (bid.performance + surcharge) / bid.price * 10**5


def indicator_points(value: Fraction, low: Fraction, high: Fraction, full: Fraction) -> Fraction:
    """full * (value - low) / (high - low), for published bounds low < high."""
    if low >= high:
        raise ValueError("The lower bound must be below the upper one.")
    return full * (value - low) / (high - low)


def span_points(prices: Sequence[Fraction], full: Fraction) -> list[Fraction]:
    """Min-max interpolation: the dearest bid gets nothing, however near it is. Unlawful as an award formula."""
    low, high = min(prices), max(prices)
    return [full if low == high else full * (high - price) / (high - low) for price in prices]


def rated_parts(bid: Rated, lowest: Fraction, best: Fraction) -> tuple[Fraction, Fraction]:
    """World Bank rated criteria, before weighting: 100 * Clow / C and 100 * T / Thigh (0 if nobody has any mark)."""
    return 100 * lowest / bid.price, 100 * bid.performance / best if best else Fraction(0)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Anomaly threshold over discounts in per cent; `anomalous` in rising order, at or above the threshold."""

    trimmed_each_side: int
    kept: int
    mean: Fraction
    mean_deviation: Fraction
    anomalous: tuple[Fraction, ...]

    @property
    def threshold(self) -> Fraction:
        return self.mean + self.mean_deviation


def italian_threshold(discounts: Sequence[Fraction], *, distinct: bool = False) -> Threshold:
    """Cut a tenth (rounded up) on each side, mean of the rest plus the mean of its positive deviations.

    `distinct`: equal discounts count once when cutting and go together. ValueError when nothing is left.
    """
    ordered = sorted(discounts)
    cut = ceil(Fraction(len(ordered), 10))
    if distinct:
        values = sorted(set(ordered))
        inside = set(values[cut : len(values) - cut])
        kept = [value for value in ordered if value in inside]
    else:
        kept = ordered[cut : len(ordered) - cut]
    if not kept:
        raise ValueError("Too few discounts: nothing is left after cutting both ends.")
    middle = mean(kept)
    above = [value - middle for value in kept if value > middle]
    deviation = mean(above) if above else Fraction(0)
    anomalous = tuple(value for value in ordered if value >= middle + deviation)
    return Threshold(cut, len(kept), middle, deviation, anomalous)


def bilinear_coefficients(discounts: Sequence[Fraction], knee: Fraction) -> tuple[Fraction, list[Fraction]]:
    """(mean discount, coefficient per discount): X * A / mean up to the mean, then the rest of the way to 1.

    Nothing for anybody if no bid gives a discount.
    """
    middle, top = mean(discounts), max(discounts)
    if not middle:
        return middle, [Fraction(0)] * len(discounts)

    def coefficient(value: Fraction) -> Fraction:
        return knee * value / middle if value <= middle else knee + (1 - knee) * (value - middle) / (top - middle)

    return middle, [coefficient(value) for value in discounts]


@dataclass(frozen=True, slots=True)
class Presumption:
    """Prices presumed abnormal, the mean they were compared with (None below three bids) and who was left out of it."""

    reference_mean: Fraction | None
    excluded_from_mean: tuple[Fraction, ...]
    presumed_abnormal: tuple[Fraction, ...]


def spanish_presumption(prices: Sequence[Fraction], budget: Fraction) -> Presumption:
    """Art. 85 RGLCAP: 25 units below the budget (one bid), 20 below the other (two), 10 below the mean (three or more).

    Bids more than 10 units above the mean leave the mean first; three bids are also measured against the budget.
    """
    ordered = sorted(prices)
    if len(ordered) == 1:
        return Presumption(None, (), tuple(price for price in ordered if price < budget * Fraction(3, 4)))
    if len(ordered) == 2:
        low, high = ordered
        return Presumption(None, (), (low,) if low < high * Fraction(4, 5) else ())
    first = mean(ordered)
    dear = tuple(price for price in ordered if price > first * Fraction(11, 10))
    rest = [price for price in ordered if price not in dear]
    if len(ordered) >= 4 and len(rest) < 3:
        rest = ordered[:3]
    reference = mean(rest) if dear else first
    low_to_budget = budget * Fraction(3, 4) if len(ordered) == 3 else Fraction(0)
    abnormal = (p for p in ordered if p < reference * Fraction(9, 10) or p < low_to_budget)
    return Presumption(reference, dear, tuple(abnormal))


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and both standard deviations of prices (60 digits)."""

    mean: Fraction
    sample: Fraction
    population: Fraction


def spread(prices: Sequence[Fraction]) -> Spread:
    """Spread of at least two prices; ValueError for fewer."""
    if len(prices) < 2:
        raise ValueError("A standard deviation needs two prices.")
    middle = mean(prices)
    squares = sum(((price - middle) ** 2 for price in prices), Fraction(0))
    sample, population = (Fraction(root(squares / count)) for count in (len(prices) - 1, len(prices)))
    return Spread(middle, sample, population)


def present_factor(rate: Fraction, year: int) -> Fraction:
    """(1 + i)^-n, exact: the end of year n seen from today."""
    return Fraction(1) / (1 + rate) ** year


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """Life-cycle cost of one alternative; unit costs are None when there is not a single case."""

    npv_cost: Fraction
    unit_cost_discounted: Fraction | None
    unit_cost_nominal: Fraction | None
    annuity: Fraction


def life_cycle_cost(costs: Sequence[Fraction], cases: Sequence[Fraction], rate: Fraction) -> LifeCycle:
    """Costs and cases at the ends of years 0..n (cost in money, cases in units), interest `rate` per year as a share.

    Discounted unit cost divides by discounted cases; the annuity spreads the present value over n years. ValueError
    when the two rows differ in length or hold less than one year.
    """
    if len(costs) != len(cases) or len(costs) < 2:
        raise ValueError("Costs and cases need one figure each for today and at least one year.")
    years = len(costs) - 1
    factors = [present_factor(rate, year) for year in range(years + 1)]
    worth = sum((cost * factor for cost, factor in zip(costs, factors, strict=True)), Fraction(0))
    served = sum((count * factor for count, factor in zip(cases, factors, strict=True)), Fraction(0))
    total = sum(cases, Fraction(0))
    annuity = worth * rate / (1 - factors[-1]) if rate else worth / years
    return LifeCycle(
        worth, worth / served if served else None, sum(costs, Fraction(0)) / total if total else None, annuity
    )


def rounded_factor(rate: Fraction, year: int, decimals: int | None) -> Fraction:
    """The factor as a table prints it, or exact when `decimals` is None."""
    factor = present_factor(rate, year)
    return factor if decimals is None else Fraction(half_up(factor, decimals))


def gap_of_extremes(prices: Sequence[Fraction]) -> Fraction:
    """By how many per cent the dearest price exceeds the cheapest."""
    return (max(prices) - min(prices)) / min(prices) * 100
