"""The evaluation of one lot: result, matrix of criteria by bids, every single score with its reason, curves."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evaluation.reasons import reason_text
from evaluation.scoring.formulas import performance_points
from evaluation.scoring.inputs import Criterion, CriterionScores, LotBid, Reason
from evaluation.scoring.performance import criterion_score, panel_score
from evaluation.scoring.results import Row
from reports.workbook import formulas
from reports.workbook.layout import Rows, Sheet, at, lines_of, span
from reports.workbook.life_cycle import LifeCycles
from reports.workbook.prices import decimals
from reports.workbook.ranking import Ranking
from reports.workbook.subject import Lot

if TYPE_CHECKING:
    from reports.workbook.prices import Prices
    from reports.workbook.summary import Rule

LIVE_REASONS = {"price_missing", "price_cap", "min_score", "min_performance"}
LOWEST_ROW, RESULT_HEAD = 3, 5
MATRIX_BID = 5  # columns: code, criterion, kind, weight, minimum, then a pair per bid
REASON_WIDTH = 6  # columns merged for a reason


def kind_name(kind: str) -> str:
    """Words for a kind of criterion."""
    return {"cost": _("Cost"), "efficiency": _("Efficiency"), "quality": _("Quality")}[kind]


class Evaluation:
    """The sheet of one lot. All addresses are known before anything is written: the sheets refer to each other."""

    def __init__(self, sheet: Sheet, lot: Lot) -> None:
        self.sheet, self.lot, self.bids, self.criteria = sheet, lot, lot.bids, lot.criteria
        self.promised = [criterion for criterion in self.criteria if criterion.is_promised]
        found = {who for bid in self.bids for scores in bid.scores.values() for who in scores.by_evaluator}
        self.evaluators = sorted(found)
        self.weight_places = max([2, *(decimals(criterion.weight) for criterion in self.criteria)])
        self.first = RESULT_HEAD + 1
        rows = Rows(self.first + len(self.bids) + 2)
        self.matrix_head = rows.take(2)
        self.matrix = rows.take(len(self.criteria))
        self.kinds: list[str] = list(dict.fromkeys(c.kind for c in self.criteria if c.is_scored))
        self.sums = rows.take(len(self.kinds) + 1)
        self.list_head = rows.take() + 2
        self.list = self.list_head + 1
        self.curve_head = self.list + len(self.bids) * len(self.criteria) + 2
        self.life_cycles = LifeCycles(sheet, lot, self.curve_head + 2 + len(self.promised) + 1)
        self.ranking = Ranking(self)
        self._scores: dict[tuple[str, str], Fraction | None] = {}

    # -- addresses --------------------------------------------------------------------------------------------
    @property
    def performance_places(self) -> int:
        """Decimals of L: weights times scores."""
        return self.weight_places + 2

    @property
    def consensus(self) -> int:
        """Column of the moderated score; the score, its minimum and the reason follow."""
        return 3 + len(self.evaluators)

    @property
    def score(self) -> int:
        return self.consensus + 1

    @property
    def last_column(self) -> int:
        """Last column any of the tables needs."""
        points = max((len(criterion.curve) for criterion in self.promised), default=0)
        return max(14, MATRIX_BID + 2 * len(self.bids), self.score + 1 + REASON_WIDTH, 3 + 2 * points)

    def row_of(self, index: int) -> int:
        return self.first + index

    @property
    def lowest(self) -> str:
        return self.sheet.ref(LOWEST_ROW, 3)

    def admissible(self, index: int) -> str:
        return self.sheet.ref(self.row_of(index), self.ranking.column["admissible"])

    def result(self, name: str, index: int) -> str:
        """Cell of the result table from any sheet."""
        return self.sheet.ref(self.row_of(index), self.ranking.column[name])

    def kind_sum(self, kind: str, index: int) -> str:
        return self.sheet.ref(self.sums + self.kinds.index(kind), MATRIX_BID + 2 * index + 1)

    def promised_cell(self, criterion: Criterion, index: int) -> str:
        """The promised number of a bid."""
        return self.sheet.ref(self._list_row(index, self.criteria.index(criterion)), 2)

    def _list_row(self, index: int, number: int) -> int:
        return self.list + index * len(self.criteria) + number

    def group_conditions(self, index: int) -> list[str]:
        """A published least share of several criteria: attained * 10 >= share in hundredths * weights, all whole."""
        places, column, found = self.weight_places, MATRIX_BID + 2 * index + 1, []
        for group in self.lot.subject.spec.group_minima or ():
            rows = [self.matrix + n for n, c in enumerate(self.criteria) if c.id in group.members and c.is_scored]
            if rows:
                got = formulas.whole(f"SUM({','.join(at(row, column, 'c') for row in rows)})", places + 2)
                weights = formulas.whole(f"SUM({','.join(at(row, 3, 'c') for row in rows)})", places)
                found.append(f"{got}*10>={int(group.min_share_pct * 100)}*{weights}")
        return found

    def weights(self) -> str:
        return self._column(3)

    def _column(self, column: int) -> str:
        """A column of the matrix over all criteria."""
        return span((self.matrix, column), (self.matrix + len(self.criteria) - 1, column), "rc")

    # -- values -------------------------------------------------------------------------------------------------
    def score_value(self, bid: LotBid, criterion: Criterion) -> Fraction | None:
        """The score of a bid as the engine gives it, also of bids that are out; asked for by several tables."""
        key = (bid.bid_id, criterion.id)
        if key not in self._scores:
            self._scores[key] = self._score_value(bid, criterion)
        return self._scores[key]

    def _score_value(self, bid: LotBid, criterion: Criterion) -> Fraction | None:
        spec = self.lot.subject.spec
        if criterion.is_promised:
            promised = bid.promised.get(criterion.id)
            return (
                criterion_score(criterion, Fraction(promised), spec)
                if promised is not None and criterion.curve
                else None
            )
        return panel_score(bid.scores.get(criterion.id, CriterionScores()), spec)

    def performance_value(self, bid: LotBid) -> Fraction | None:
        """L, unless a score is missing."""
        scores = {c.id: self.score_value(bid, c) for c in self.criteria if c.is_scored}
        given = {key: score for key, score in scores.items() if score is not None}
        weights = {c.id: Fraction(c.weight) for c in self.criteria if c.is_scored}
        return performance_points(weights, given) if len(given) == len(scores) else None

    # -- writing ------------------------------------------------------------------------------------------------
    def write(self, prices: Prices, rule: Rule) -> None:
        sheet = self.sheet
        sheet.text(0, 0, f"{_('Evaluation')} {self.lot.id}", "title")
        sheet.text(1, 0, self.lot.input.title, "note")
        sheet.text(
            2, 0, _("Yellow cells are inputs: change them to see what would happen. Nothing official changes."), "note"
        )
        sheet.widths(
            (0, 0, 18), (1, 1, 38), (2, self.last_column, 15), (self.last_column + 1, self.last_column + 12, 14)
        )
        sheet.ws.freeze_panes(0, 2)
        sheet.ws.print_area(0, 0, self.life_cycles.end, self.last_column)
        if not self.bids:
            sheet.text(LOWEST_ROW, 0, _("There is no bid with prices."))
            return
        self.ranking.write(prices, rule)
        if self.criteria:
            self._matrix()
            self._list()
        if self.promised:
            self._curves()
        self.life_cycles.write(prices)

    def fixed_reason(self, row: Row) -> str:
        """Why a bid is out by a decision of people; what the sheet finds by itself is not repeated."""
        found = [r for r in row.reasons if r.code not in LIVE_REASONS and not _is_unpromised(r)]
        return "; ".join(reason_text(reason) for reason in found)

    def _matrix(self) -> None:
        sheet, head = self.sheet, self.matrix_head
        sheet.text(head - 1, 0, _("Criteria by bids"), "section")
        names = [_("Criterion"), _("Name"), _("Kind"), _("Weight"), _("Minimum score")]
        sheet.heads(head + 1, 0, names, left=3)
        for index, bid in enumerate(self.bids):
            column = MATRIX_BID + 2 * index
            sheet.merged((head, column), (head, column + 1), f"{bid.bid_id} {self.lot.name(bid.bid_id)}", "head")
            sheet.heads(head + 1, column, [_("Score"), _("Weight × score")], left=0)
        sheet.tall(head, 3)
        for number, criterion in enumerate(self.criteria):
            self._matrix_row(self.matrix + number, number, criterion)
        self._matrix_sums()

    def _matrix_row(self, row: int, number: int, criterion: Criterion) -> None:
        sheet, words = self.sheet, f"{self.lot.id}, {criterion.id}"
        sheet.text(row, 0, criterion.id)
        sheet.text(row, 1, criterion.name)
        sheet.text(row, 2, kind_name(criterion.kind))
        sheet.tall(row, lines_of(criterion.name, 38))
        sheet.input(row, 3, criterion.weight, "plain", f"{words}, {_('weight')}")
        sheet.input(row, 4, criterion.minimum_score, "plain", f"{words}, {_('minimum score')}")
        for index, bid in enumerate(self.bids):
            column, score = MATRIX_BID + 2 * index, self.score_value(bid, criterion)
            source, cell = at(self._list_row(index, number), self.score), at(row, column)
            sheet.live(row, column, f'IF(ISNUMBER({source}),{source},"")', score, "points")
            product = formulas.weighted(at(row, 3, "c"), cell, self.weight_places)
            value = None if score is None else score * Fraction(criterion.weight)
            sheet.live(row, column + 1, f'IF(ISNUMBER({cell}),{product},"")', value, "exact")

    def _matrix_sums(self) -> None:
        sheet, last = self.sheet, self.sums + len(self.kinds)
        for offset, kind in enumerate(self.kinds):
            sheet.text(self.sums + offset, 1, _("Performance points: %(kind)s") % {"kind": kind_name(kind)}, "text!")
        sheet.text(last, 1, _("Sum of the weights; performance points (0 to 1,000)"), "text!")
        total = sum((Fraction(criterion.weight) for criterion in self.criteria), Fraction(0))
        sheet.live(last, 3, formulas.shown(formulas.whole(f"SUM({self._column(3)})", self.weight_places), 1,
                                           self.weight_places), total, "exact!")  # fmt: skip
        for index, bid in enumerate(self.bids):
            column = MATRIX_BID + 2 * index + 1
            for offset, kind in enumerate(self.kinds):
                self._kind_sum(self.sums + offset, column, kind, bid)
            reference = at(self.row_of(index), self.ranking.column["performance"])
            sheet.live(last, column, f'IF(ISNUMBER({reference}),{reference},"")', self.performance_value(bid), "exact!")

    def _kind_sum(self, row: int, column: int, kind: str, bid: LotBid) -> None:
        members = [number for number, c in enumerate(self.criteria) if c.kind == kind and c.is_scored]
        cells = ",".join(at(self.matrix + number, column) for number in members)
        places = self.performance_places
        total = formulas.shown(formulas.whole(f"SUM({cells})", places), 1, places)
        expression = f'IF(COUNT({cells})={len(members)},{total},"")'
        self.sheet.live(row, column, expression, self.kind_value(kind, bid), "exact!")

    def kind_value(self, kind: str, bid: LotBid) -> Fraction | None:
        """Performance points of one kind, unless a score is missing."""
        points = Fraction(0)
        for criterion in self.criteria:
            if criterion.kind == kind and criterion.is_scored:
                score = self.score_value(bid, criterion)
                if score is None:
                    return None
                points += Fraction(criterion.weight) * score
        return points

    def _list(self) -> None:
        sheet, head = self.sheet, self.list_head
        sheet.text(head - 1, 0, _("Scores of the panel and promised numbers, with reasons"), "section")
        names = [
            _("Bid"),
            _("Criterion"),
            _("Promised number"),
            *self.evaluators,
            _("Consensus"),
            _("Score"),
            _("Minimum met"),
        ]
        sheet.heads(head, 0, names)
        sheet.ws.set_row(head, 30)
        sheet.merged((head, self.score + 2), (head, self.score + 1 + REASON_WIDTH), _("Reasons"), "verdicthead")
        for index, bid in enumerate(self.bids):
            for number, criterion in enumerate(self.criteria):
                self._list_line(self._list_row(index, number), index, number, bid, criterion)

    def _list_line(self, row: int, index: int, number: int, bid: LotBid, criterion: Criterion) -> None:
        sheet, words = self.sheet, f"{self.lot.id}, {bid.bid_id}, {criterion.id}"
        sheet.text(row, 0, bid.bid_id)
        sheet.text(row, 1, f"{criterion.id} {criterion.name}")
        scores = bid.scores.get(criterion.id, CriterionScores())
        if criterion.is_promised:
            self._number(row, index, bid, criterion, f"{words}, {_('promised number')}")
            expression = self._by_curve(row, criterion)
        else:
            for offset, who in enumerate(self.evaluators):
                sheet.input(row, 3 + offset, scores.by_evaluator.get(who), "points", f"{words}, {who}")
            sheet.input(row, self.consensus, scores.consensus, "points", f"{words}, {_('consensus')}")
            expression = self._by_panel(row)
        score = self.score_value(bid, criterion)
        sheet.live(row, self.score, expression, score, "points!")
        self._minimum(row, number, criterion, score)
        self._reasons(row, bid, criterion)

    def _number(self, row: int, index: int, bid: LotBid, criterion: Criterion, words: str) -> None:
        """The promised number as it was typed, or the life-cycle cost worked out below."""
        value = bid.promised.get(criterion.id)
        if criterion.life_cycle is None:
            self.sheet.input(row, 2, value, "plain", words)
        else:
            cell = self.life_cycles.total_cell(criterion.id, index)
            self.sheet.live(row, 2, f'IF(ISNUMBER({cell}),{cell},"")', value)

    def _by_panel(self, row: int) -> str:
        cells, consensus = span((row, 3), (row, self.consensus - 1)), at(row, self.consensus)
        mean = f'IF(COUNT({cells})>0,{formulas.mean(cells, 2)},"")' if self.evaluators else '""'
        return f"IF(ISNUMBER({consensus}),{consensus},{mean})"

    def _by_curve(self, row: int, criterion: Criterion) -> str:
        value = at(row, 2)
        if not criterion.curve:
            return '""'
        place = self.curve_head + 2 + self.promised.index(criterion)
        points = [(at(place, 3 + 2 * n, "rc"), at(place, 4 + 2 * n, "rc")) for n in range(len(criterion.curve))]
        return f'IF(ISNUMBER({value}),{formulas.curve(value, points, self.curve_places(criterion))},"")'

    def curve_places(self, criterion: Criterion) -> int:
        """Decimals with which promised numbers of a criterion are read."""
        given = [decimals(value) for bid in self.bids if (value := bid.promised.get(criterion.id)) is not None]
        return max([2, *(decimals(value) for value, _points in criterion.curve), *given])

    def _minimum(self, row: int, number: int, criterion: Criterion, score: Fraction | None) -> None:
        """1 when the score is there and reaches its minimum; criteria without weight need none."""
        score_cell, at_least = at(row, self.score), at(self.matrix + number, 4, "rc")
        weight = at(self.matrix + number, 3, "rc")
        least = Fraction(criterion.minimum_score or 0)
        value = int(not criterion.is_scored) if score is None else int(score >= least)
        expression = f"IF(ISNUMBER({score_cell}),IF({score_cell}>=N({at_least}),1,0),IF({weight}>0,0,1))"
        self.sheet.live(row, self.score + 1, expression, value, "count")

    def _reasons(self, row: int, bid: LotBid, criterion: Criterion) -> None:
        said = self.lot.subject.comments.get((bid.bid_id, self.lot.id, criterion.id), ())
        unit = f"{_('Promised in')} {criterion.unit}" if criterion.is_promised and criterion.unit else ""
        reason = "\n".join(f"{who}: {comment}" if who else comment for who, comment in said) or unit
        first, last = self.score + 2, self.score + 1 + REASON_WIDTH
        self.sheet.merged((row, first), (row, last), reason, "reason")
        self.sheet.tall(row, max(lines_of(reason, 13 * REASON_WIDTH), lines_of(f"{criterion.id} {criterion.name}", 38)))

    def passed(self, index: int) -> str:
        """The "minimum met" cells of a bid."""
        column = self.score + 1
        return span((self._list_row(index, 0), column), (self._list_row(index, len(self.criteria) - 1), column), "rc")

    def products(self, index: int) -> str:
        """The "weight × score" cells of a bid."""
        return self._column(MATRIX_BID + 2 * index + 1)

    def scores(self, index: int) -> str:
        return self._column(MATRIX_BID + 2 * index)

    def criterion_cell(self, criterion_id: str, index: int) -> str | None:
        """Score of a bid for a criterion by its id, None for an unknown one."""
        ids = [criterion.id for criterion in self.criteria]
        if criterion_id not in ids:
            return None
        return at(self.matrix + ids.index(criterion_id), MATRIX_BID + 2 * index)

    def _curves(self) -> None:
        sheet, head = self.sheet, self.curve_head
        sheet.text(
            head,
            0,
            _("Published scoring curves: straight lines between the points, constant beyond both ends"),
            "section",
        )
        most = max(len(criterion.curve) for criterion in self.promised)
        pairs = [name for n in range(1, most + 1) for name in (f"{_('Value')} {n}", f"{_('Points')} {n}")]
        sheet.heads(head + 1, 0, [_("Criterion"), _("Name"), _("Unit"), *pairs], left=3)
        for number, criterion in enumerate(self.promised):
            row = head + 2 + number
            sheet.text(row, 0, criterion.id)
            sheet.text(row, 1, criterion.name)
            sheet.text(row, 2, criterion.unit)
            for n, pair in enumerate(criterion.curve):
                for column, value in zip((3 + 2 * n, 4 + 2 * n), pair, strict=True):
                    sheet.input(row, column, value, "plain", f"{self.lot.id}, {criterion.id}, {_('curve')}")


def _is_unpromised(reason: Reason) -> bool:
    return reason.code == "documents_missing" and "criterion" in reason.params
