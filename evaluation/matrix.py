"""Bids beside one another: criteria down, bids across, the best and the worst of each line marked by a word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from evaluation.scorebook import Cell, OwnScore, Spread
from tendering.models import Tender

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Place:
    """One cell: the score, its reason, "best" or "worst" of the line or nothing."""

    value: Decimal | None
    note: str = ""
    mark: str = ""
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One criterion over all bids of a lot; None where the bid is not for it."""

    code: str
    name: str
    weight: Decimal
    places: list[Place | None]

    @property
    def differs(self) -> bool:
        """Whether the bids differ here, or something is still missing."""
        return len({place.value for place in self.places if place is not None}) > 1


@dataclass(frozen=True, slots=True)
class Bidder:
    """A column."""

    bid_id: UUID
    name: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """One lot."""

    code: str
    title: str
    bidders: list[Bidder]
    rows: list[CompareRow]
    sums: list[Decimal | None]

    def only_differences(self) -> "Compare":
        """Without the criteria in which all bids are the same."""
        return replace(self, rows=[row for row in self.rows if row.differs])

    @property
    def cards(self) -> list[tuple[Bidder, list[tuple[CompareRow, Place | None]]]]:
        """The same for small screens: a card for each bid."""
        return [(bidder, [(row, row.places[at]) for row in self.rows]) for at, bidder in enumerate(self.bidders)]


Filled = tuple[Cell, Decimal | None, str]


def of_own(rows: Sequence[OwnScore]) -> list[Filled]:
    """The cells of an evaluator's own sheet."""
    return [(row.cell, row.value, row.comment) for row in rows]


def of_panel(found: Sequence[Spread]) -> list[Filled]:
    """The panel's: the agreed score with its reason, else the mean of the single ones, rounded half up."""
    return [(one.cell, *_panel(one)) for one in found]


def _panel(one: Spread) -> tuple[Decimal, str]:
    if one.consensus is not None:
        return one.consensus, one.consensus_reason
    values = [given.value for given in one.given]
    cents, count = int(sum(values) * 100), len(values)
    mean = Decimal((2 * cents + count) // (2 * count)) * CENT
    return mean, _("Mean of %(number)d evaluators") % {"number": count} if count > 1 else one.given[0].comment


def compared(filled: Sequence[Filled], tender: Tender) -> list[Compare]:
    """One table per lot, in the order of the cells. Two queries."""
    titles = dict(tender.lots.values_list("code", "title"))
    criteria = {code: (name, weight) for code, name, weight in tender.criteria.values_list("code", "name", "weight")}
    lots = dict.fromkeys(cell.lot for cell, _value, _note in filled)
    return [_compare(code, titles[code], [one for one in filled if one[0].lot == code], criteria) for code in lots]


def _compare(
    code: str, title: str, filled: Sequence[Filled], criteria: dict[str, tuple[str, Decimal | None]]
) -> Compare:
    bidders = {cell.bid_id: Bidder(cell.bid_id, cell.company, cell.is_out) for cell, _value, _note in filled}
    table = {(cell.bid_id, cell.criterion): (value, note) for cell, value, note in filled}
    rows = []
    for criterion in dict.fromkeys(cell.criterion for cell, _value, _note in filled):
        name, weight = criteria[criterion]
        cells = [_place(table.get((bid, criterion)), bidders[bid].is_out) for bid in bidders]
        rows.append(CompareRow(criterion, name, weight or Decimal(0), _marked(cells)))
    sums = [_sum(rows, at) for at in range(len(bidders))]
    return Compare(code, title, list(bidders.values()), rows, sums)


def _place(found: tuple[Decimal | None, str] | None, is_out: bool) -> Place | None:
    return None if found is None else Place(found[0], found[1], is_out=is_out)


def _marked(places: list[Place | None]) -> list[Place | None]:
    """Best and worst among the bids still in, where they differ."""
    values = [place.value for place in places if place is not None and place.value is not None and not place.is_out]
    if len(set(values)) < 2:
        return places
    names = {max(values): "best", min(values): "worst"}
    return [
        replace(place, mark=names.get(place.value, "")) if place is not None and place.value is not None
        and not place.is_out else place
        for place in places
    ]  # fmt: skip


def _sum(rows: Sequence[CompareRow], at: int) -> Decimal | None:
    """Weight times score over the criteria of a bid; None while a score is missing."""
    places = [(row.weight, row.places[at]) for row in rows if row.places[at] is not None]
    if any(place is None or place.value is None for _weight, place in places):
        return None
    return sum((weight * place.value for weight, place in places if place and place.value is not None), Decimal(0))
