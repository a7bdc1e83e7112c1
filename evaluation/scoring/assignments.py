"""Search over assignments lot -> bid, exact: the result of complete enumeration, with hopeless branches cut.

Equal alternatives keep the order of enumeration: lots in order, bids in order, last lot fastest.
"""

from bisect import insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .exact import half_up
from .formulas import combination_discount, linear_points, weighted_total


@dataclass(frozen=True, slots=True)
class Option:
    """A valid bid for a lot: evaluated price, total points, performance points L. Limits count by provider."""

    bid_id: str
    provider_id: str
    price: Fraction
    points: Fraction
    performance: Fraction


Assignment = tuple[Option | None, ...]
Term = tuple[str, tuple[int, ...], Fraction]


@dataclass(frozen=True, slots=True)
class Valued:
    """An assignment under best_value_combination: cost after discounts, mean quality 0-100, value."""

    assignment: Assignment
    cost: Fraction
    quality: Fraction
    value: Fraction

    @property
    def rank(self) -> tuple[Fraction, Fraction]:
        """Sorts the better one first."""
        return (-self.value, self.cost)


class Search:
    """Assignments that fill as many lots as the providers' limits allow, with branches that cannot help left out.

    Candidates come in the order of enumeration; `hopeless` is asked for every beginning of an assignment.
    """

    def __init__(self, options: Sequence[Sequence[Option]], limits: Mapping[str, int]) -> None:
        self.limits = limits
        with_bids = sum(bool(lot) for lot in options)
        self.may_stay_empty = with_bids - most_filled(options, limits)
        spare: list[Option | None] = [None] if self.may_stay_empty else []
        self.options = [[*lot, *spare] if lot else [None] for lot in options]
        self.empty = [not lot for lot in options]

    def candidates(self, hopeless: Callable[[Sequence[Option | None]], bool]) -> Iterator[Assignment]:
        """Every assignment no beginning of which is hopeless."""
        return self._visit([], {}, 0, hopeless)

    def _visit(
        self,
        chosen: list[Option | None],
        taken: dict[str, int],
        skipped: int,
        hopeless: Callable[[Sequence[Option | None]], bool],
    ) -> Iterator[Assignment]:
        index = len(chosen)
        if index == len(self.options):
            yield tuple(chosen)
            return
        for option in self.options[index]:
            more = skipped + (option is None and not self.empty[index])
            if more > self.may_stay_empty or not self._free(option, taken):
                continue
            chosen.append(option)
            if not hopeless(chosen):
                following = {**taken, option.provider_id: taken.get(option.provider_id, 0) + 1} if option else taken
                yield from self._visit(chosen, following, more, hopeless)
            chosen.pop()

    def _free(self, option: Option | None, taken: Mapping[str, int]) -> bool:
        return option is None or taken.get(option.provider_id, 0) < self.limits[option.provider_id]


def most_filled(options: Sequence[Sequence[Option]], limits: Mapping[str, int]) -> int:
    """Most lots that can get a bid within the limits: a matching, improved along augmenting paths."""
    served: dict[str, list[int]] = {}

    def place(index: int, seen: set[str]) -> bool:
        for provider in (option.provider_id for option in options[index] if option.provider_id not in seen):
            seen.add(provider)
            lots = served.setdefault(provider, [])
            if len(lots) < limits[provider]:
                lots.append(index)
                return True
            for position, other in enumerate(lots):
                if place(other, seen):
                    lots[position] = index
                    return True
        return False

    return sum(place(index, set()) for index in range(len(options)))


def _suffix_sums(values: Sequence[Fraction]) -> list[Fraction]:
    """For every number of lots decided so far, the sum of `values` over the lots still open."""
    sums = [Fraction(0)]
    for value in reversed(values):
        sums.append(sums[-1] + value)
    return sums[::-1]


def total(assignment: Sequence[Option | None], attribute: str) -> Fraction:
    """Sum of an attribute over the assigned bids."""
    return sum((getattr(option, attribute) for option in assignment if option), Fraction(0))


def best_by_points(options: Sequence[Sequence[Option]], limits: Mapping[str, int]) -> list[Assignment]:
    """Assignments with the most total points, among them the lowest total price; several if still equal."""
    search = Search(options, limits)
    open_points = _suffix_sums([max((option.points for option in lot), default=Fraction(0)) for lot in options])
    best: list[Assignment] = []
    best_key: tuple[Fraction, Fraction] | None = None

    def hopeless(chosen: Sequence[Option | None]) -> bool:
        return best_key is not None and total(chosen, "points") + open_points[len(chosen)] < best_key[0]

    for item in search.candidates(hopeless):
        key = (total(item, "points"), -total(item, "price"))
        if best_key is None or key > best_key:
            best, best_key = [item], key
        elif key == best_key:
            best.append(item)
    return best


def discounted(assignment: Assignment, terms: Sequence[Term]) -> list[tuple[str, tuple[int, ...], Fraction]]:
    """Combination discounts that apply: (bid, lot indexes, amount off), the bid winning all lots named."""
    result = []
    for bid_id, indexes, percent in terms:
        named = [assignment[index] for index in indexes]
        prices = [option.price for option in named if option and option.bid_id == bid_id]
        if prices and len(prices) == len(indexes):
            result.append((bid_id, indexes, combination_discount(prices, percent)))
    return result


def cost(assignment: Assignment, terms: Sequence[Term]) -> Fraction:
    """Total evaluated price after combination discounts."""
    return total(assignment, "price") - sum((off for _, _, off in discounted(assignment, terms)), Fraction(0))


def mean_quality(assignment: Assignment, lot_weights: Sequence[Fraction]) -> Fraction:
    """Mean of L / 10 over the assigned lots, weighted, half up to 2 decimals."""
    pairs = [(weight, option) for weight, option in zip(lot_weights, assignment, strict=True) if option]
    weight = sum((weight for weight, _ in pairs), Fraction(0))
    if not weight:
        return Fraction(0)
    return half_up(sum((weight * option.performance / 10 for weight, option in pairs), Fraction(0)) / weight, 2)


class _Bounds:
    """What an unfinished assignment can reach at best: lowest cost and highest mean quality."""

    def __init__(
        self, options: Sequence[Sequence[Option]], terms: Sequence[Term], weights: Sequence[Fraction], may_skip: bool
    ) -> None:
        self.terms, self.weights, self.may_skip = terms, weights, may_skip
        self.slack = Fraction(len(terms), 200)  # every discount is rounded, by at most half a cent
        self.nets = [{option.bid_id: self._net(index, option) for option in lot} for index, lot in enumerate(options)]
        lowest = [list(nets.values()) for nets in self.nets]
        spare = [Fraction(0)] if may_skip else []
        self.open_cost = _suffix_sums([min([*lot, *spare], default=Fraction(0)) for lot in lowest])
        self.best = [max((option.performance / 10 for option in lot), default=Fraction(0)) for lot in options]
        self.filled = [bool(lot) for lot in options]

    def _net(self, index: int, option: Option) -> Fraction:
        percent = sum((pct for bid, lots, pct in self.terms if bid == option.bid_id and index in lots), Fraction(0))
        return min(option.price, option.price * (100 - percent) / 100)

    def cost(self, chosen: Sequence[Option | None]) -> Fraction:
        """No completion costs less."""
        decided = sum((self.nets[index][option.bid_id] for index, option in enumerate(chosen) if option), Fraction(0))
        return decided + self.open_cost[len(chosen)] - self.slack

    def quality(self, chosen: Sequence[Option | None]) -> Fraction:
        """No completion has a higher mean quality (0-100)."""
        if self.may_skip:
            return max(self.best)
        values = [option.performance / 10 if option else Fraction(0) for option in chosen] + self.best[len(chosen) :]
        weight = sum((weight for weight, full in zip(self.weights, self.filled, strict=True) if full), Fraction(0))
        if not weight:
            return Fraction(0)
        return sum((weight * value for weight, value in zip(self.weights, values, strict=True)), Fraction(0)) / weight


class _ValueSearch:
    """Search for the best assignments under best_value_combination."""

    def __init__(
        self,
        search: Search,
        bounds: _Bounds,
        terms: Sequence[Term],
        lot_weights: Sequence[Fraction],
        weights: tuple[Fraction, Fraction],
    ) -> None:
        self.search, self.bounds, self.terms = search, bounds, terms
        self.lot_weights, self.weights = lot_weights, weights
        self.lowest = self._lowest_cost()

    def _lowest_cost(self) -> Fraction:
        lowest: Fraction | None = None

        def hopeless(chosen: Sequence[Option | None]) -> bool:
            return lowest is not None and self.bounds.cost(chosen) >= lowest

        for item in self.search.candidates(hopeless):
            amount = cost(item, self.terms)
            lowest = amount if lowest is None else min(lowest, amount)
        assert lowest is not None, "the search always has at least one candidate"
        return lowest

    def _points(self, amount: Fraction) -> Fraction:
        return linear_points(amount, self.lowest, Fraction(2)) if self.lowest > 0 else Fraction(0)

    def _value(self, item: Assignment) -> Valued:
        amount = cost(item, self.terms)
        points, quality = half_up(self._points(amount), 2), mean_quality(item, self.lot_weights)
        value = half_up(weighted_total(self.weights[0], points, self.weights[1], quality), 2)
        return Valued(item, amount, quality, value)

    def _limit(self, chosen: Sequence[Option | None]) -> Fraction:
        """No completion has a higher value; one cent covers the three roundings to 2 decimals."""
        points, quality = self._points(self.bounds.cost(chosen)), self.bounds.quality(chosen)
        return weighted_total(self.weights[0], points, self.weights[1], quality) + Fraction(1, 100)

    def top(self, number: int) -> list[Valued]:
        """The best `number` assignments by value, then lower cost, then order, and all equal to the last of them."""
        found: list[Valued] = []

        def hopeless(chosen: Sequence[Option | None]) -> bool:
            return len(found) >= number and self._limit(chosen) < found[number - 1].value

        for item in self.search.candidates(hopeless):
            valued = self._value(item)
            if len(found) < number or valued.rank <= found[number - 1].rank:
                insort(found, valued, key=lambda entry: entry.rank)
                last = found[min(number, len(found)) - 1].rank
                found = [entry for entry in found if entry.rank <= last]
        return found


def best_by_value(
    options: Sequence[Sequence[Option]],
    limits: Mapping[str, int],
    terms: Sequence[Term],
    lot_weights: Sequence[Fraction],
    weights: tuple[Fraction, Fraction],
    keep: int,
) -> tuple[list[Valued], int]:
    """Best assignments (all equal best ones and `keep` more) by value, then lower cost; and how many are equal best.

    value = half_up(wP * max(0, half_up(100 * (2 - C / Cmin), 2)) + wQ * quality, 2), C after combination discounts.
    """
    values = _search_of(options, limits, terms, lot_weights, weights)
    best = values.top(1)
    return values.top(len(best) + keep)[: len(best) + keep], len(best)


def only_best_by_value(
    options: Sequence[Sequence[Option]],
    limits: Mapping[str, int],
    terms: Sequence[Term],
    lot_weights: Sequence[Fraction],
    weights: tuple[Fraction, Fraction],
) -> list[Assignment]:
    """The equal best assignments of `best_by_value`."""
    return [item.assignment for item in _search_of(options, limits, terms, lot_weights, weights).top(1)]


def _search_of(
    options: Sequence[Sequence[Option]],
    limits: Mapping[str, int],
    terms: Sequence[Term],
    lot_weights: Sequence[Fraction],
    weights: tuple[Fraction, Fraction],
) -> _ValueSearch:
    search = Search(options, limits)
    bounds = _Bounds(options, terms, lot_weights, may_skip=search.may_stay_empty > 0)
    return _ValueSearch(search, bounds, terms, lot_weights, weights)
