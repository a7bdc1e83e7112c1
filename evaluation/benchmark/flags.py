"""Red flags of the Cardinal library and price screens over plain facts of lots: hints to look, never proof.

Indicator numbers as in Cardinal (Open Contracting Partnership); screens by Imhof (2017). A fence needs at least 20
comparable lots, else the flag says "too few data". Shares and quartiles are exact fractions.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from evaluation.benchmark.screens import benford, fence, price_screens

ENOUGH: Final = 20  # comparable lots for a fence
DAYS: Final = 15  # R003, or the legal minimum where it is longer
LOW_VARIATION: Final = 0.06  # screens: cartels in Imhof's cases lay near 0.03
DISTANT: Final = 1.0  # RD above: the winner alone, the others close together
FIRST_DIGITS: Final = 300
FEW_BIDDERS: Final = 4
LEAST_OUT: Final = 2  # R038: one excluded bid says nothing
ODD_DIGITS: Final = 0.015  # mean absolute deviation, Nigrini's last limit
State = Literal["flag", "fine", "few"]


@dataclass(frozen=True, slots=True)
class BidFacts:
    """One opened bid for one lot; `price` None where none was computed."""

    bid: str
    company: str
    price: Fraction | None
    valid: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class LotFacts:
    """One lot with its bids. `procedure` says which lots belong together; `winner` is a company; `estimate` and `value`
    are on the same basis; `group` = CPV."""

    lot: str
    buyer: str
    competitive: bool
    price_only: bool
    days: int | None
    bids: tuple[BidFacts, ...]
    winner: str = ""
    group: str = ""
    estimate: Fraction | None = None
    value: Fraction | None = None
    procedure: str = ""

    @property
    def prices(self) -> list[Fraction]:
        """The lowest price of a valid bid of each company, lowest first: own variants do not compete."""
        lowest: dict[str, Fraction] = {}
        for bid in self.bids:
            if bid.valid and bid.price is not None and bid.price > 0:
                lowest[bid.company] = min(bid.price, lowest.get(bid.company, bid.price))
        return sorted(lowest.values())

    @property
    def bidders(self) -> int:
        """How many companies bid for the lot."""
        return len({bid.company for bid in self.bids})

    @property
    def gap(self) -> Fraction | None:
        """(b2 - b1) / b1."""
        prices = self.prices
        return (prices[1] - prices[0]) / prices[0] if len(prices) > 1 else None

    @property
    def disqualified(self) -> Fraction | None:
        return Fraction(sum(not bid.valid for bid in self.bids), len(self.bids)) if self.bids else None


@dataclass(frozen=True, slots=True)
class Hint:
    """One indicator about one subject: its value, the fence it is held against, how many it was compared with."""

    code: str
    subject: str
    state: State
    value: Fraction | float | None = None
    fence: Fraction | float | None = None
    n: int = 0
    names: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.code, self.subject


def quartiles(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Q1 and Q3 by linear interpolation between order statistics (the usual default)."""
    ordered = sorted(values)

    def at(share: Fraction) -> Fraction:
        place = share * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (place - low) * (ordered[high] - ordered[low])

    return at(Fraction(1, 4)), at(Fraction(3, 4))


def _fenced(
    code: str, subject: str, value: Fraction | None, past: Sequence[Fraction], side: Literal["low", "high"],
    processes: int | None = None,
) -> Iterator[Hint]:  # fmt: skip
    """`processes` is how many lots stand behind the values, where that is not one each."""
    if value is None:
        return
    n = len(past) if processes is None else processes
    if n < ENOUGH:
        yield Hint(code, subject, "few", value, None, n)
        return
    found = fence(*quartiles(past), value, side)
    differs = value < found.fence if side == "low" else value > found.fence
    edge = found.flag and (differs or len(set(past)) > 1)
    yield Hint(code, subject, "flag" if edge else "fine", value, found.fence, n)


def while_drafting(lot: LotFacts, minimum_days: int, past: Sequence[LotFacts]) -> Iterator[Hint]:
    """R003 for the planned period; R018 as the share of earlier comparable lots that drew a single bid."""
    if lot.days is not None:
        needed = max(DAYS, minimum_days)
        yield Hint("R003", "", "flag" if lot.days < needed else "fine", Fraction(lot.days), Fraction(needed))
    if len(past) >= 3:
        single = Fraction(sum(one.bidders == 1 for one in past), len(past))
        state: State = "flag" if single >= Fraction(1, 2) else "fine"
        yield Hint("R018", lot.lot, state, single, Fraction(1, 2), len(past))


def hints(lot: LotFacts, past: Sequence[LotFacts], minimum_days: int = 0) -> list[Hint]:
    """All indicators of one lot against earlier lots (of all buyers, without this one)."""
    found: list[Hint] = []
    if lot.days is not None:
        needed = max(DAYS, minimum_days)
        found.append(Hint("R003", "", "flag" if lot.days < needed else "fine", Fraction(lot.days), Fraction(needed)))
    if not lot.bids:
        return found
    alike = [one for one in past if one.group == lot.group]
    found += [*_competition(lot), *_prices(lot, alike), *_outcome(lot), *_shares(lot, past)]
    return [*found, *_screens(lot)]


def _competition(lot: LotFacts) -> Iterator[Hint]:
    if lot.competitive:
        yield Hint("R018", lot.lot, "flag" if lot.bidders == 1 else "fine", Fraction(lot.bidders), Fraction(1))


def _prices(lot: LotFacts, alike: Sequence[LotFacts]) -> Iterator[Hint]:
    gaps = [one.gap for one in alike if one.gap is not None]
    yield from _fenced("R024", lot.lot, lot.gap, gaps, "low")
    yield from _fenced("R058", lot.lot, lot.gap, gaps, "high")
    by_price: dict[Fraction, set[str]] = {}
    for bid in lot.bids:
        if bid.price is not None and bid.price > 0:
            by_price.setdefault(bid.price, set()).add(bid.company)
    same = sorted({name for names in by_price.values() if len(names) > 1 for name in names})
    if len(lot.bids) > 1:
        yield Hint("R028", lot.lot, "flag" if same else "fine", Fraction(len(same)), Fraction(2), names=tuple(same))
    if lot.estimate and lot.value is not None:
        over = (lot.value - lot.estimate) / lot.estimate
        yield Hint("H01", lot.lot, "flag" if over > 0 else "fine", over, Fraction(0))


def _outcome(lot: LotFacts) -> Iterator[Hint]:
    won = [bid for bid in lot.bids if lot.winner and bid.company == lot.winner and bid.valid]
    if any(bid.late for bid in lot.bids):
        yield Hint("R030", lot.lot, "flag" if any(bid.late for bid in won) else "fine")
    others = [bid for bid in lot.bids if bid.company != lot.winner]
    if won and others:
        out = sum(not bid.valid for bid in others)
        yield Hint("R035", lot.lot, "flag" if out == len(others) else "fine", Fraction(out), Fraction(len(others)))
    priced = [bid for bid in lot.bids if bid.price is not None and bid.price > 0]
    if lot.price_only and len(priced) > 1:
        lowest = min(priced, key=lambda bid: bid.price or 0)
        yield Hint("R036", lot.lot, "fine" if lowest.valid else "flag", names=() if lowest.valid else (lowest.company,))


def _shares(lot: LotFacts, past: Sequence[LotFacts]) -> Iterator[Hint]:
    """R025 wins of each bidder, R038 disqualified here against the buyer's other lots, R048 variety of a bidder."""
    past = [one for one in past if one.buyer == lot.buyer]  # who bids where is told to no other buyer
    own = [one.disqualified for one in past if one.disqualified is not None]
    out = sum(not bid.valid for bid in lot.bids)
    if out >= LEAST_OUT:
        yield from _fenced("R038", lot.lot, lot.disqualified, own, "high")
    records = _records(past)
    rates = [Fraction(record.wins, record.bids) for record in records.values()]
    counts = [Fraction(record.bids) for record in records.values()]
    varieties = [Fraction(len(record.groups)) for record in records.values()]
    for company in dict.fromkeys(bid.company for bid in lot.bids):
        record = records.get(company)
        if record is None:
            continue
        if len(past) < ENOUGH or len(records) < 4:
            yield Hint("R025", f"{lot.lot} {company}", "few", Fraction(record.wins, record.bids), None, len(past))
            continue
        often = record.bids >= quartiles(counts)[1]
        low = quartiles(rates)[0]
        rate = Fraction(record.wins, record.bids)
        state: State = "flag" if often and rate <= low and record.bids > 2 else "fine"
        yield Hint("R025", f"{lot.lot} {company}", state, rate, low, len(past), (company,))
        if record.bids >= ENOUGH:
            yield from _fenced(
                "R048", f"{lot.lot} {company}", Fraction(len(record.groups)), varieties, "high", len(past)
            )


def disqualified(lots: Sequence[LotFacts], past: Sequence[LotFacts]) -> Iterator[Hint]:
    """R038 of a procedure with several lots, and of each bidder that is out at least twice at this buyer.

    A procedure is held against the buyer's earlier ones, a bidder against all bidders of the buyer's lots.
    """
    if not lots:
        return
    own = [one for one in past if one.buyer == lots[0].buyer]
    before: dict[str, list[LotFacts]] = {}
    for one in own:
        before.setdefault(one.procedure, []).append(one)
    if len(lots) > 1 and _out(lots)[0] >= LEAST_OUT:
        shares = [share for rows in before.values() if (share := _share(*_out(rows))) is not None]
        yield from _fenced("R038", "", _share(*_out(lots)), shares, "high")
    companies = {bid.company for one in [*own, *lots] for bid in one.bids}
    counts = {name: _out([*own, *lots], name) for name in companies}
    rates = {name: share for name, count in counts.items() if (share := _share(*count)) is not None}
    here = dict.fromkeys(bid.company for one in lots for bid in one.bids if not bid.valid)
    for name in here:
        if counts[name][0] >= LEAST_OUT:
            others = [share for other, share in rates.items() if other != name]
            processes = len(own) if len(others) >= FEW_BIDDERS else 0  # quartiles of two or three say nothing
            yield from _fenced("R038", name, rates[name], others, "high", processes)


def _out(lots: Iterable[LotFacts], company: str | None = None) -> tuple[int, int]:
    """How many bids are out, of how many; of one company, if one is named."""
    bids = [bid for one in lots for bid in one.bids if company is None or bid.company == company]
    return sum(not bid.valid for bid in bids), len(bids)


def _share(out: int, bids: int) -> Fraction | None:
    return Fraction(out, bids) if bids else None


@dataclass(slots=True)
class _Record:
    bids: int
    wins: int
    groups: set[str]


def _records(past: Iterable[LotFacts]) -> dict[str, _Record]:
    """By company: bids, wins, CPV groups over all earlier lots."""
    found: dict[str, _Record] = {}
    for one in past:
        for company in {bid.company for bid in one.bids}:
            record = found.setdefault(company, _Record(0, 0, set()))
            record.bids += 1
            record.wins += company == one.winner
            record.groups.add(one.group)
    return found


def _screens(lot: LotFacts) -> Iterator[Hint]:
    """Figures of the set of bids; marked only where variation is low and the winner stands alone."""
    prices = lot.prices
    if len(prices) < 3:
        if len(prices) > 1 and lot.gap is not None:
            yield Hint("DIFFP", lot.lot, "few", lot.gap, None, len(prices))
            yield Hint("SPD", lot.lot, "few", (prices[-1] - prices[0]) / prices[0], None, len(prices))
        return
    found, n = price_screens([float(price) for price in prices]), len(prices)
    close = found.variation <= LOW_VARIATION
    alone = found.relative_distance is not None and found.relative_distance > DISTANT
    yield Hint("CV", lot.lot, "flag" if close else "fine", found.variation, LOW_VARIATION, n)
    yield Hint("RD", lot.lot, "flag" if alone and close else "fine", found.relative_distance, DISTANT, n)
    more = {"SKEW": found.skewness, "KURTO": found.kurtosis, "DIFFP": found.difference, "SPD": found.spread,
            "RDNOR": found.normalised_distance, "RDALT": found.alternative_distance}  # fmt: skip
    yield from (Hint(code, lot.lot, "fine", value, None, n) for code, value in more.items())


def first_digits(amounts: Iterable[Fraction]) -> Hint:
    """Benford's law over many amounts; useless below 300."""
    digits = [int(next(letter for letter in f"{float(one):e}" if letter.isdigit())) for one in amounts if one > 0]
    if len(digits) <= FIRST_DIGITS:
        return Hint("BENFORD", "", "few", None, ODD_DIGITS, len(digits))
    found = benford([digits.count(digit) for digit in range(1, 10)])
    odd = found.deviation > ODD_DIGITS
    return Hint("BENFORD", "", "flag" if odd else "fine", found.deviation, ODD_DIGITS, len(digits))
