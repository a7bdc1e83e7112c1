"""Life-cycle costs of one lot, live: what each bid states, published prices and factors, amounts, the sum."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evaluation.scoring.inputs import Criterion, LotBid
from reports.workbook import formulas
from reports.workbook.layout import Sheet, at, lines_of
from reports.workbook.prices import decimals
from tendering.rules.life_cycle import CostPart, LifeCycle

if TYPE_CHECKING:
    from reports.workbook.prices import Prices
    from reports.workbook.subject import Lot

FIRST_BID, MOST_DIGITS = 5, 10**15  # columns: criterion, part, unit, price per unit, factor, then a pair per bid


class LifeCycles:
    """The blocks of all criteria with a calculation, one below the other from row `start` on."""

    def __init__(self, sheet: Sheet, lot: Lot, start: int) -> None:
        self.sheet, self.lot, self.bids = sheet, lot, lot.bids
        self.criteria = [criterion for criterion in lot.criteria if criterion.life_cycle]
        self.starts: dict[str, int] = {}
        for criterion in self.criteria:
            self.starts[criterion.id] = start
            start += len(_rule(criterion).parts) + 5  # title, heads, price, sum, a free row
        self.end = start

    def total_cell(self, criterion_id: str, index: int) -> str:
        """The worked-out cost of a bid."""
        return at(self._sum_row(criterion_id), FIRST_BID + 2 * index + 1, "rc")

    def _sum_row(self, criterion_id: str) -> int:
        rule = next(_rule(criterion) for criterion in self.criteria if criterion.id == criterion_id)
        return self.starts[criterion_id] + 3 + len(rule.parts)

    def write(self, prices: Prices) -> None:
        for criterion in self.criteria:
            self._block(criterion, prices)

    def _block(self, criterion: Criterion, prices: Prices) -> None:
        sheet, rule, row = self.sheet, _rule(criterion), self.starts[criterion.id]
        words = _("Life-cycle cost over %(years)s years, %(rate)s %% per year") % {
            "years": rule.years, "rate": format(rule.rate_pct, "f"),
        }  # fmt: skip
        sheet.text(row, 0, f"{criterion.id}: {words}", "section")
        sheet.heads(row + 1, 0, [_("Criterion"), _("Kind of cost"), _("Unit"), _("Price per unit"), _("Factor")], 3)
        for index, bid in enumerate(self.bids):
            sheet.heads(row + 1, FIRST_BID + 2 * index, [bid.bid_id, _("Amount")], left=0)
        self._price(criterion, row + 2, prices)
        for offset, part in enumerate(rule.parts):
            self._part(criterion, part, row + 3 + offset)
        sheet.text(self._sum_row(criterion.id), 1, _("Life-cycle cost"), "text!")
        for index, bid in enumerate(self.bids):
            self._sum(criterion, index, bid)

    def _price(self, criterion: Criterion, row: int, prices: Prices) -> None:
        """The evaluated price where it is part of the cost, else an empty row."""
        if not _rule(criterion).with_price:
            return
        self.sheet.text(row, 0, criterion.id)
        self.sheet.text(row, 1, _("Evaluated price"))
        for index, bid in enumerate(self.bids):
            value = next(item.evaluation_price for item in self.lot.result.rows if item.bid_id == bid.bid_id)
            self.sheet.live(row, FIRST_BID + 2 * index + 1, prices.evaluated(index), value)

    def _part(self, criterion: Criterion, part: CostPart, row: int) -> None:
        sheet, words, rule = self.sheet, f"{self.lot.id}, {criterion.id}, {part.text}", _rule(criterion)
        sheet.text(row, 0, criterion.id)
        sheet.text(row, 1, part.text)
        sheet.text(row, 2, part.unit)
        sheet.tall(row, max(lines_of(part.text, 38), lines_of(part.unit, 14)))
        sheet.input(row, 3, part.unit_price, "plain", f"{words}, {_('price per unit')}")
        sheet.input(row, 4, rule.factor(part), "plain", f"{words}, {_('factor')}")
        places = (self._places(criterion, part), decimals(part.unit_price), rule.factor_decimals)
        for index, bid in enumerate(self.bids):
            column = FIRST_BID + 2 * index
            number = _numbers(criterion, bid).get(part.id)
            sheet.input(row, column, number, "plain", f"{words}, {bid.bid_id}")
            cells = (at(row, column), at(row, 3, "c"), at(row, 4, "c"))
            found = {one.part.id: one.amount for one in rule.amounts(_numbers(criterion, bid))}
            expression = formulas.present_value(*cells, places, negative=part.kind == "residual")
            sheet.live(row, column + 1, expression, found.get(part.id))

    def _places(self, criterion: Criterion, part: CostPart) -> int:
        given = (_numbers(criterion, bid).get(part.id, Decimal(0)) for bid in self.bids)
        return max([2, *map(decimals, given)])

    def _sum(self, criterion: Criterion, index: int, bid: LotBid) -> None:
        rule, column = _rule(criterion), FIRST_BID + 2 * index
        first, last = self.starts[criterion.id] + 3, self._sum_row(criterion.id) - 1
        numbers = f"{at(first, column)}:{at(last, column)}"
        total = formulas.total_of(f"{at(first - 1, column + 1)}:{at(last, column + 1)}")
        expression = f'IF(COUNT({numbers})={len(rule.parts)},{total},"")'
        self.sheet.live(last + 1, column + 1, expression, bid.promised.get(criterion.id), "money!")


def too_large(lot: Lot) -> Iterator[bool]:
    """True for each amount whose formula would need more digits than are exact."""
    for criterion in lot.criteria:
        rule = criterion.life_cycle
        for bid in lot.bids if rule else ():
            assert rule is not None
            for one in rule.amounts(_numbers(criterion, bid)):
                places = max(2, decimals(one.number)) + decimals(one.part.unit_price) + rule.factor_decimals
                worth = Fraction(one.number) * Fraction(one.part.unit_price) * Fraction(one.factor)
                yield worth * 2 * 10**places >= MOST_DIGITS


def _rule(criterion: Criterion) -> LifeCycle:
    assert criterion.life_cycle is not None
    return criterion.life_cycle


def _numbers(criterion: Criterion, bid: LotBid) -> dict[str, Decimal]:
    return dict((bid.life_cycle or {}).get(criterion.id, {}))
