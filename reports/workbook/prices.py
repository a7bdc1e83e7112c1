"""The price comparison (Preisspiegel): positions by bids, unit price and total, what is lowest and what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evaluation.reasons import reason_text
from evaluation.scoring.exact import half_up
from evaluation.scoring.inputs import LotBid, Position
from evaluation.scoring.results import Row
from reports.workbook import formulas
from reports.workbook.layout import Sheet, at, lines_of, span
from reports.workbook.subject import Lot

if TYPE_CHECKING:
    from reports.workbook.evaluation import Evaluation

FIRST_BID = 4  # columns: position, text, unit, quantity, then a pair per bid
HEADS, FIRST_ROW = 6, 7
GREEN, RED, ORANGE = "#DDF0E4", "#F9DEDC", "#FBE6CF"


def decimals(value: Decimal) -> int:
    """How many decimals a number needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price_places(position: Position, bids: Sequence[LotBid]) -> int:
    """Decimals of the unit prices of a position, at least two."""
    given = [decimals(price) for bid in bids if (price := bid.prices.get(position.ref)) is not None]
    return max(2, position.price_decimals, *given)


def percent_places(values: Sequence[Decimal]) -> int:
    """Decimals that percentages are read with, at least two."""
    return max([2, *map(decimals, values)])


class Prices:
    """The sheet of one lot: evaluated positions, what becomes of their sum, positions for information."""

    def __init__(self, sheet: Sheet, lot: Lot) -> None:
        self.sheet, self.lot, self.bids = sheet, lot, lot.bids
        positions = lot.input.positions
        self.counted = [position for position in positions if position.in_evaluation]
        self.listed = [position for position in positions if not position.in_evaluation]
        after = FIRST_ROW + len(self.counted)
        names = (
            "sum",
            "stated",
            "difference",
            "discount",
            "net",
            "vat",
            "gross",
            "price",
            "above",
            "missing",
            "remark",
        )
        self.rows = {name: after + index for index, name in enumerate(names)}
        self.first_listed = after + len(names) + 2
        self.rate = percent_places([bid.vat_rate for bid in self.bids])
        self.cut = percent_places([bid.discount_pct for bid in self.bids])

    def unit(self, index: int) -> int:
        return FIRST_BID + 2 * index

    def total(self, index: int) -> int:
        return FIRST_BID + 2 * index + 1

    @property
    def statistics(self) -> int:
        """First of the four columns behind the bids."""
        return FIRST_BID + 2 * len(self.bids)

    def evaluated(self, index: int) -> str:
        return self.sheet.ref(self.rows["price"], self.total(index))

    def missing(self, index: int) -> str:
        return self.sheet.ref(self.rows["missing"], self.total(index))

    def gross_prices(self) -> str:
        """All evaluated prices, for the check of the range."""
        row = self.rows["price"]
        return self.sheet.block((row, FIRST_BID), (row, max(FIRST_BID, self.statistics - 1)))

    def place(self, position: Position) -> int:
        """Row of a position."""
        if position in self.counted:
            return FIRST_ROW + self.counted.index(position)
        return self.first_listed + self.listed.index(position)

    def write(self, evaluation: Evaluation) -> None:
        self._head()
        for position in (*self.counted, *self.listed):
            self._position(position)
        self._labels()
        for index, bid in enumerate(self.bids):
            self._bid(index, bid, self.lot.result.row(bid.bid_id), evaluation)
        if self.bids and self.counted:
            self._marks()

    def _head(self) -> None:
        sheet = self.sheet
        sheet.text(0, 0, f"{_('Price comparison')} {self.lot.id}", "title")
        sheet.text(1, 0, self.lot.input.title, "note")
        sheet.text(2, 0, _("Net unit prices as bid. ▼ lowest, ▲ highest, ◆ more than 30 % away from the mean."), "note")
        sheet.heads(HEADS, 0, [_("No."), _("Service"), _("Unit"), _("Quantity")], left=3)
        for index, bid in enumerate(self.bids):
            sheet.merged((4, self.unit(index)), (4, self.total(index)), bid.bid_id, "head")
            sheet.merged((5, self.unit(index)), (5, self.total(index)), self.lot.name(bid.bid_id), "head")
            sheet.heads(HEADS, self.unit(index), [_("Unit price"), _("Total")], left=0)
        sheet.merged((4, self.statistics), (4, self.statistics + 3), _("Unit prices of the admissible bids"), "head")
        sheet.heads(HEADS, self.statistics, [_("Lowest"), _("Mean"), _("Highest"), _("Spread %")], left=0)
        sheet.tall(5, 2)
        sheet.widths((0, 0, 8), (1, 1, 40), (2, 2, 12), (3, 3, 12), (FIRST_BID, self.statistics + 3, 13))
        sheet.ws.freeze_panes(FIRST_ROW, FIRST_BID)
        sheet.ws.repeat_rows(4, HEADS)
        sheet.ws.repeat_columns(0, 1)
        if self.listed:
            sheet.text(self.first_listed - 1, 0, _("For information only, not part of the evaluated price"), "section")

    def _position(self, position: Position) -> None:
        sheet, row = self.sheet, self.place(position)
        places, words = price_places(position, self.bids), f"{self.lot.id}, {_('position')} {position.ref}"
        sheet.text(row, 0, position.ref)
        sheet.text(row, 1, position.text)
        sheet.text(row, 2, position.unit)
        sheet.tall(row, max(lines_of(position.text, 40), lines_of(position.unit, 12)))
        sheet.input(row, 3, position.quantity, "plain", f"{words}, {_('quantity')}")
        for index, bid in enumerate(self.bids):
            price = bid.prices.get(position.ref)
            sheet.input(row, self.unit(index), price, f"places{places}", f"{words}, {bid.bid_id}")
            line = next(line for line in self.lot.result.row(bid.bid_id).lines if line.ref == position.ref)
            product = formulas.line(at(row, 3, "c"), at(row, self.unit(index)), decimals(position.quantity), places)
            sheet.live(row, self.total(index), product, line.line_total)
        self._statistics(position, row, places)

    def _statistics(self, position: Position, row: int, places: int) -> None:
        """Of the bids that are admissible in the official result."""
        valid = [index for index, bid in enumerate(self.bids) if self.lot.result.row(bid.bid_id).status == "valid"]
        if not valid:
            return
        cells = ",".join(at(row, self.unit(index)) for index in valid)
        prices = [Fraction(p) for i in valid if (p := self.bids[i].prices.get(position.ref)) is not None]
        low, _mid, high, _gap = (at(row, self.statistics + offset, "c") for offset in range(4))
        style, column = f"places{places}", self.statistics
        put = self.sheet.live

        def given(expression: str) -> str:
            return f'IF(COUNT({cells})>0,{expression},"")'

        put(row, column, given(f"MIN({cells})"), min(prices, default=None), style)
        put(row, column + 1, given(formulas.mean(cells, places)), _mean(prices, places), style)
        put(row, column + 2, given(f"MAX({cells})"), max(prices, default=None), style)
        gap = formulas.share_of(
            f"{formulas.whole(high, places)}-{formulas.whole(low, places)}", formulas.whole(low, places), 1
        )
        value = half_up((max(prices) - min(prices)) / min(prices) * 100, 1) if prices and min(prices) > 0 else None
        put(row, column + 3, f'IF(COUNT({low})>0,IF({low}>0,{gap},""),"")', value, "places1")

    def _labels(self) -> None:
        words = {
            "sum": _("Sum, checked"), "stated": _("Sum as stated by the bidder"),
            "difference": _("Checked minus stated"), "discount": _("Discount without condition, %"), "net": _("Net"),
            "vat": _("VAT, %"), "gross": _("Gross"), "price": _("Evaluated price"),
            "above": _("Above the lowest admissible price, %"), "missing": _("Missing essential prices"),
            "remark": _("Remarks"),
        }  # fmt: skip
        bold = ("sum", "net", "gross", "price")
        for name, row in self.rows.items():
            self.sheet.text(row, 1, words[name], "text!" if name in bold else "text")
        basis = _("gross") if self.lot.subject.spec.price_basis == "gross" else _("net")
        self.sheet.text(self.rows["price"], 2, basis, "unit")

    def _bid(self, index: int, bid: LotBid, row: Row, evaluation: Evaluation) -> None:
        sheet, column, rows = self.sheet, self.total(index), self.rows
        cell = {name: at(number, column) for name, number in rows.items()}
        words = f"{self.lot.id}, {bid.bid_id}"
        lines = span((FIRST_ROW, column), (max(FIRST_ROW, rows["sum"] - 1), column))
        total = formulas.total_of(lines) if self.counted else "0"
        sheet.live(rows["sum"], column, total, row.line_sum, "money!")
        sheet.number(rows["stated"], column, row.stated_total, "money")
        if row.stated_total is not None:
            sheet.live(
                rows["difference"], column, f"ROUND({cell['net']}*100-{cell['stated']}*100,0)/100",
                Fraction(row.net or 0) - Fraction(row.stated_total),
            )  # fmt: skip
        discount = bid.discount_pct or None
        sheet.input(rows["discount"], column, discount, "plain", f"{words}, {_('discount')}")
        less = formulas.less(cell["sum"], cell["discount"], self.cut)
        sheet.live(rows["net"], column, f"IF(ISNUMBER({cell['discount']}),{less},{cell['sum']})", row.net, "money!")
        sheet.input(rows["vat"], column, bid.vat_rate, "plain", f"{words}, {_('VAT')}")
        sheet.live(rows["gross"], column, formulas.plus(cell["net"], cell["vat"], self.rate), row.gross, "money!")
        basis = cell["gross"] if self.lot.subject.spec.price_basis == "gross" else cell["net"]
        sheet.result(rows["price"], column, basis, row.evaluation_price, "money!", f"{words}, {_('evaluated price')}")
        self._above(index, row, evaluation)
        sheet.live(rows["missing"], column, self._missing(index), self._count_missing(bid), "count")
        remarks = "; ".join(reason_text(item) for item in (*row.reasons, *row.notes))
        sheet.merged((rows["remark"], self.unit(index)), (rows["remark"], column), remarks, "small")

    def _above(self, index: int, row: Row, evaluation: Evaluation) -> None:
        """Distance to the lowest admissible price; only for admissible bids above zero."""
        price, lowest = at(self.rows["price"], self.total(index)), evaluation.lowest
        gap = formulas.share_of(f"{formulas.whole(price, 2)}-{formulas.whole(lowest, 2)}", formulas.whole(lowest, 2), 2)
        least, value = self._least, None
        if row.status == "valid" and least > 0:
            value = half_up((Fraction(row.evaluation_price or 0) - least) / least * 100, 2)
        expression = f'IF(AND({evaluation.admissible(index)}=1,N({lowest})>0),{gap},"")'
        self.sheet.live(self.rows["above"], self.total(index), expression, value, "points")

    @cached_property
    def _least(self) -> Fraction:
        """The lowest admissible price; 0 where no bid is admissible."""
        return min((Fraction(r.evaluation_price or 0) for r in self.lot.result.valid_rows), default=Fraction(0))

    def _missing(self, index: int) -> str:
        """Essential positions without a number, counted over runs of neighbouring rows."""
        rows = sorted(self.place(position) for position in (*self.counted, *self.listed) if position.essential)
        runs: list[list[int]] = []
        for row in rows:
            if runs and row == runs[-1][-1] + 1:
                runs[-1].append(row)
            else:
                runs.append([row])
        column = self.unit(index)
        return "+".join(f"{len(run)}-COUNT({span((run[0], column), (run[-1], column))})" for run in runs) or "0"

    def _count_missing(self, bid: LotBid) -> int:
        return sum(p.essential and bid.prices.get(p.ref) is None for p in self.lot.input.positions)

    def _marks(self) -> None:
        """Shape and colour of the lowest, the highest and what lies far from the mean."""
        sheet, last = self.sheet, self.rows["sum"] - 1
        low, mean, high = (at(FIRST_ROW, self.statistics + offset, "c") for offset in range(3))
        price = at(FIRST_ROW, self.unit(0))  # of the first bid: in every other column it moves along
        known = f"ISNUMBER({price}),ISNUMBER({low})"
        rules = (
            (f"=AND({known},{price}={low})", GREEN, '"▼ "' + "#,##0.00"),
            (f"=AND({known},{price}={high})", RED, '"▲ "' + "#,##0.00"),
            (f"=AND({known},10*{price}>13*{mean})", ORANGE, '"◆ "' + "#,##0.00"),
            (f"=AND({known},10*{price}<7*{mean})", ORANGE, '"◆ "' + "#,##0.00"),
        )
        columns = [self.total(index) for index in range(len(self.bids))]
        everywhere = " ".join(
            at(FIRST_ROW, column) if last == FIRST_ROW else span((FIRST_ROW, column), (last, column))
            for column in columns
        )
        for criteria, colour, shape in rules:
            mark = sheet.book.file.add_format({"bg_color": colour, "num_format": shape})
            options = {"type": "formula", "criteria": criteria, "format": mark, "stop_if_true": True}
            sheet.ws.conditional_format(FIRST_ROW, columns[0], last, columns[0], {**options, "multi_range": everywhere})


def _mean(prices: list[Fraction], places: int) -> Fraction | None:
    return half_up(sum(prices, Fraction(0)) / len(prices), places) if prices else None
