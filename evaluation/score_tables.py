"""Scores as tables: an evaluator's own sheet and the whole panel's, one table per lot, bids as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import Http404

from evaluation.scorebook import Cell, OwnScore, Spread
from tendering.models import Tender


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One criterion with a score, or None, for each bid; None instead of a line where the bid is not for it."""

    code: str
    name: str
    scores: list[OwnScore | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One lot: names of the bidders across, criteria down."""

    code: str
    title: str
    bidders: list[str]
    rows: list[MatrixRow]


def matrices(rows: Sequence[OwnScore], tender: Tender) -> list[Matrix]:
    """The own sheet by lot; two queries for the titles."""
    titles = dict(tender.lots.values_list("code", "title"))
    names = dict(tender.criteria.values_list("code", "name"))
    return [_matrix(code, titles[code], [row for row in rows if row.cell.lot == code], names) for code in _lots(rows)]


def _lots(rows: Sequence[OwnScore]) -> list[str]:
    return list(dict.fromkeys(row.cell.lot for row in rows))


def _matrix(code: str, title: str, rows: Sequence[OwnScore], names: dict[str, str]) -> Matrix:
    bidders = dict.fromkeys((row.cell.bid_id, row.cell.company) for row in rows)
    table = {(row.cell.bid_id, row.cell.criterion): row for row in rows}
    criteria = dict.fromkeys(row.cell.criterion for row in rows)
    return Matrix(
        code=code,
        title=title,
        bidders=[company for _bid, company in bidders],
        rows=[
            MatrixRow(criterion, names.get(criterion, ""), [table.get((bid, criterion)) for bid, _name in bidders])
            for criterion in criteria
        ],
    )


def place_of(rows: Sequence[OwnScore], bid_id: UUID, lot: str, criterion: str) -> int:
    """Where a cell stands in the own sheet; Http404 when there is nothing to score there."""
    for index, row in enumerate(rows):
        if (row.cell.bid_id, row.cell.lot, row.cell.criterion) == (bid_id, lot, criterion):
            return index
    raise Http404


@dataclass(frozen=True, slots=True)
class PanelRow:
    """All scores of one cell beside one another, in the order of the evaluators."""

    cell: Cell
    values: list[Decimal | None]
    spread: Spread


@dataclass(frozen=True, slots=True)
class PanelTable:
    """One bid in one lot."""

    lot: str
    bid: str
    company: str
    is_out: bool
    rows: list[PanelRow]


def panel_tables(found: Sequence[Spread]) -> tuple[list[str], list[PanelTable]]:
    """(names of the evaluators, tables by lot and bid)."""
    names = {given.evaluator: given.name for spread in found for given in spread.given}
    people = sorted(names)
    keys = dict.fromkeys((s.cell.lot, s.cell.bid, s.cell.company, s.cell.is_out) for s in found)
    return [names[code] for code in people], [
        PanelTable(*key, [_panel_row(s, people) for s in found if (s.cell.lot, s.cell.bid) == key[:2]]) for key in keys
    ]


def _panel_row(spread: Spread, people: Sequence[str]) -> PanelRow:
    values = {given.evaluator: given.value for given in spread.given}
    return PanelRow(spread.cell, [values.get(name) for name in people], spread)
