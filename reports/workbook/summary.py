"""The first sheet: what came out, whether it is official, and the ranking of each lot with a chart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts import practice
from evaluation.figures import number
from evaluation.method_words import method_names
from evaluation.reasons import reason_text
from evaluation.scoring.inputs import EvaluationSpec, LotBid
from evaluation.scoring.results import Allocation, Row
from reports.workbook.layout import Rows, Sheet, Value, at, lines_of
from reports.workbook.subject import Lot, Subject

if TYPE_CHECKING:
    from reports.workbook.economics import LotEconomics
    from reports.workbook.evaluation import Evaluation
    from reports.workbook.official import Official

SENTENCES = 5
CHART_ROWS = 18
MOST_MARKS = 250  # a chart of a spreadsheet takes 255 series; so many bids have formulas, too
WINNER, OTHER = "#0F8A5F", "#4A78D6"


def method_name(spec: EvaluationSpec) -> str:
    """Words for a method."""
    return {
        "weighted_linear": _("weighted points, price by straight line"),
        "inverse_proportional": _("weighted points, lowest price ÷ price"),
        "ratio_simple": _("performance points ÷ price"),
        "ratio_extended": _("performance points ÷ price, with a band of %(percent)s %%")
        % {"percent": number(spec.extended_swing_pct)},
        "price_only": _("lowest price"),
    }.get(spec.method) or method_names()[spec.method]


@dataclass(frozen=True, slots=True)
class Rule:
    """References of the tender-wide inputs."""

    price: str
    quality: str
    minimum: str
    price_cap: str


@dataclass(frozen=True, slots=True)
class Part:
    """The sheets of one lot."""

    lot: Lot
    evaluation: Evaluation
    economics: LotEconomics


class Summary:
    """The sheet "Summary"."""

    def __init__(self, sheet: Sheet, subject: Subject) -> None:
        self.sheet, self.subject, self.spec = sheet, subject, subject.spec
        self.rule_row = SENTENCES + len(subject.lots()) + 3
        cells = [sheet.ref(self.rule_row + 1, column) for column in (3, 4, 5, 6)]
        self.rule = Rule(*cells)

    def write(self, parts: list[Part], official: Official) -> None:
        sheet, subject = self.sheet, self.subject
        sheet.text(0, 0, subject.title or subject.inputs.tender_id, "title")
        origin = " · ".join(
            word
            for word in (
                practice.mark(),
                subject.inputs.tender_id,
                subject.buyer,
                subject.origin.computed_at,
                _alone(subject),
            )
            if word
        )
        sheet.text(1, 0, origin, "note")
        sheet.ws.set_row(0, 24)
        sheet.widths((0, 0, 7), (1, 1, 18), (2, 2, 36), (3, 15, 14))
        official.write_status(sheet, 3)
        self._sentences([part.lot for part in parts])
        self._rule_cells()
        rows = Rows(self.rule_row + 3)
        for part in parts:
            self._lot(rows, part)
        if subject.result.allocation and subject.result.allocation.rule != "best_per_lot":
            self._allocation(rows, subject.result.allocation)
        sheet.ws.set_first_sheet()
        sheet.ws.activate()

    def _sentences(self, lots: list[Lot]) -> None:
        """What came out, one sentence per lot, before anything else."""
        for row, lot in enumerate(lots, SENTENCES):
            sentence = f"{lot.id}: {lot.sentence}" if len(lots) > 1 else lot.sentence
            self.sheet.merged((row, 0), (row, 11), sentence, "lead!")
            self.sheet.tall(row, lines_of(sentence, 130), 17)
        allocation = self.subject.result.allocation
        if allocation and allocation.rule != "best_per_lot":
            given = (f"{lot_id} – {self.subject.naming.bids(bids)}" for lot_id, bids in allocation.assignment.items())
            row = SENTENCES + len(lots)
            words = _("All lots together: %(lots)s.") % {"lots": "; ".join(given)}
            self.sheet.merged((row, 0), (row, 11), words, "lead!")
            self.sheet.tall(row, lines_of(words, 130), 17)

    def _rule_cells(self) -> None:
        sheet, spec, row = self.sheet, self.spec, self.rule_row
        sheet.text(row - 1, 0, _("Published rule (yellow cells may be changed to see what would happen)"), "section")
        sheet.heads(row, 0, [_("Method"), "", ""], left=3)
        sheet.heads(row, 3, [_("Weight of the price"), _("Weight of the performance"), _("Minimum performance points"),
                             _("Highest price allowed"), _("Price basis")], left=0)  # fmt: skip
        sheet.ws.set_row(row, 42)
        sheet.merged((row + 1, 0), (row + 1, 2), method_name(spec), "cell")
        weighted = "total" in _own(spec)
        put = sheet.input if weighted else None
        if put:
            put(row + 1, 3, spec.weight_price, "plain", _("Weight of the price"))
            rest = f"ROUND(10000-ROUND({at(row + 1, 3)}*10000,0),0)/10000"
            sheet.live(row + 1, 4, rest, spec.weight_quality, "plain")
            sheet.book.file.define_name("weight_price", "=" + self.rule.price)
        else:
            sheet.text(row + 1, 3, "–", "right")
            sheet.text(row + 1, 4, "–", "right")
        sheet.input(row + 1, 5, spec.min_performance_points, "plain", _("Minimum performance points"))
        if spec.price_cap is not None:
            sheet.input(row + 1, 6, spec.price_cap, "money", _("Highest price allowed"))
        else:
            sheet.text(row + 1, 6, "–", "right")
        sheet.text(row + 1, 7, _("gross") if spec.price_basis == "gross" else _("net"), "right")

    def _lot(self, rows: Rows, part: Part) -> None:
        sheet, lot = self.sheet, part.lot
        sheet.text(rows.take(), 0, f"{lot.id} {lot.input.title}", "section")
        if lot.robustness_sentence:
            row = rows.take(2)
            sheet.merged((row, 0), (row, 11), lot.robustness_sentence, "lead")
            sheet.tall(row, lines_of(lot.robustness_sentence, 140), 16)
        columns = self._columns(part)
        head = rows.take()
        sheet.heads(head, 0, [_("Rank"), _("Bid"), _("Bidder"), *(title for title, *_rest in columns[:-1])], left=3)
        sheet.text(head, 2 + len(columns), columns[-1][0], "verdicthead")
        sheet.ws.set_row(head, 42)
        ordered = sorted(enumerate(lot.bids), key=lambda item: _order(lot.result.row(item[1].bid_id)))
        for index, bid in ordered:
            self._row(rows.take(), index, bid, part, columns)
        for bid in lot.others:
            self._other(rows.take(), bid, lot)
        rows.take()
        if lot.result.valid_rows:
            self._chart(rows.take(CHART_ROWS), part, [index for index, _bid in ordered])

    def _columns(self, part: Part) -> list[tuple[str, str, str, str]]:
        """(title, source sheet, figure, style) of the ranking table."""
        from reports.workbook.economics import headings
        from reports.workbook.evaluation import kind_name
        from reports.workbook.ranking import figure_title

        spec, lot = self.spec, part.lot
        words = headings(self.subject.currency)
        kinds = [kind for kind in ("cost", "efficiency", "quality") if kind in part.evaluation.kinds]
        titles = {"price_points": _("Price points"), "quality_points": _("Performance, 0 to 100"), "total": _("Total"),
                  "ratio": _("Points ÷ price × 10,000"), "figure": figure_title(spec.method)}  # fmt: skip
        places = {name: f"places{spec.places(name)}" for name in ("price_points", "quality_points", "total")}
        places["figure"] = f"places{spec.places('figure_display')}"
        places["ratio"] = f"places{spec.places('ratio_display')}"
        found = [(_("Evaluated price"), "result", "price", "money")]
        found += [(_("Points: %(kind)s") % {"kind": kind_name(kind)}, "kind", kind, "exact") for kind in kinds]
        found += [(titles[name], "result", name, places[name]) for name in _own(spec) if name != "in_band"]
        if lot.input.reference_quantity and lot.input.term_years:
            found.append((words["eur_per_case"], "economics", "eur_per_case", "money"))
            if lot.input.baseline_cost_per_case is not None:
                found.append((words["saving_per_year"], "economics", "saving_per_year", "money"))
        found.append((_("Would lead at a price of (engine)"), "robustness", "break_even", "money"))
        found.append((_("Result"), "result", "result", "verdict"))
        return found

    def _row(self, row: int, index: int, bid: LotBid, part: Part, columns: list[tuple[str, str, str, str]]) -> None:
        sheet, result = self.sheet, part.lot.result.row(bid.bid_id)
        rank = part.evaluation.result("rank", index)
        sheet.live(row, 0, rank, result.rank, "rank")
        sheet.text(row, 1, bid.bid_id)
        sheet.text(row, 2, part.lot.name(bid.bid_id), "text!" if bid.bid_id in part.lot.result.winner else "text")
        sheet.tall(row, lines_of(part.lot.name(bid.bid_id), 36))
        for offset, (_title, source, name, style) in enumerate(columns):
            column = 3 + offset
            if source == "robustness":
                sheet.number(row, column, _break_even(part.lot, bid), style)
            else:
                reference, value = self._source(part, index, bid, source, name)
                sheet.live(row, column, reference, value, style)
        self._remark(row, 3 + len(columns), result, part.lot)

    def _source(self, part: Part, index: int, bid: LotBid, source: str, name: str) -> tuple[str, Value]:
        result = part.lot.result.row(bid.bid_id)
        if source == "kind":
            return part.evaluation.kind_sum(name, index), part.evaluation.kind_value(name, bid)
        if source == "economics":
            value = getattr(result.economics, name, None) if result.economics else None
            return part.economics.cell(name, index), value
        if name == "result":
            return part.evaluation.result(name, index), part.evaluation.ranking.verdict_value(result)
        value = result.evaluation_price if name == "price" else getattr(result, name)
        return part.evaluation.result(name, index), value

    def _remark(self, row: int, column: int, result: Row, lot: Lot) -> None:
        """Why a bid is out, an open question about its price, and a lot that goes to another than the first."""
        words = [reason_text(reason) for reason in result.reasons]
        given = self.subject.result.awards().get(lot.id, ())
        if result.bid_id in given and given != lot.result.winner:
            words.append(_("Gets this lot when all lots are seen together (engine)."))
        if result.abnormally_low_outcome == "clarification_required":
            words.append(_("The price is surprisingly low and has to be clarified."))
        self.sheet.text(row, column, " ".join(words), "note")

    def _other(self, row: int, bid: LotBid, lot: Lot) -> None:
        result = lot.result.row(bid.bid_id)
        self.sheet.text(row, 0, "–", "rank")
        self.sheet.text(row, 1, bid.bid_id)
        self.sheet.text(row, 2, lot.name(bid.bid_id))
        self.sheet.text(row, 3, " ".join(reason_text(reason) for reason in result.reasons), "note")

    def _chart(self, row: int, part: Part, order: list[int]) -> None:
        """Price against performance, a mark per admissible bid (as many as a chart holds): the winner is a diamond."""
        lot, evaluation = part.lot, part.evaluation
        chart = self.sheet.book.file.add_chart({"type": "scatter"})
        valid = [index for index in order if lot.result.row(lot.bids[index].bid_id).status == "valid"]
        drawn = valid[:MOST_MARKS]
        sides = _sides([lot.result.row(lot.bids[index].bid_id) for index in drawn])
        for index, side in zip(drawn, sides, strict=True):
            chart.add_series(_series(evaluation, index, lot.bids[index].bid_id in lot.result.winner, side))
        title = _("Price and performance, %(lot)s") % {"lot": lot.id}
        if len(drawn) < len(valid):
            title = _("%(title)s: the first %(count)s bids") % {"title": title, "count": len(drawn)}
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_x_axis(
            {
                "name": _("Evaluated price, %(currency)s") % {"currency": self.subject.currency},
                "num_format": "#,##0",
                "major_gridlines": {"visible": True, "line": {"color": "#D9DDE7"}},
            }
        )
        least = min(int(lot.result.row(lot.bids[index].bid_id).performance_points or 0) for index in valid)
        chart.set_y_axis({"name": _("Performance points"), "num_format": "#,##0", "min": max(0, least // 100 - 1) * 100,
                          "major_gridlines": {"visible": True, "line": {"color": "#D9DDE7"}}})  # fmt: skip
        chart.set_legend({"none": True})
        chart.set_size({"width": 900, "height": 20 * (CHART_ROWS - 1)})
        words = _("Price and performance of the bids. %(sentence)s") % {"sentence": lot.sentence}
        self.sheet.ws.insert_chart(row, 1, chart, {"description": words, "object_position": 2})

    def _allocation(self, rows: Rows, allocation: Allocation) -> None:
        """Engine values: which lot goes to whom is searched over all combinations and does not recalculate."""
        sheet = self.sheet
        sheet.text(rows.take(), 0, _("Lots together (values from the engine; they do not recalculate)"), "section")
        sheet.heads(rows.take(), 0, [_("Lot"), _("Bid"), _("Bidder")], left=3)
        for lot_id, bids in allocation.assignment.items():
            row = rows.take()
            sheet.text(row, 0, lot_id, "text!")
            sheet.text(row, 1, ", ".join(bids))
            sheet.text(row, 2, ", ".join(self.subject.naming.bid(bid) for bid in bids))
        for label, value in (
            (_("Sum of the prices"), allocation.total_evaluation_price),
            (_("Sum of the points"), allocation.total_points),
            (_("Value of the combination"), allocation.value),
        ):
            if value is not None:
                row = rows.take()
                sheet.text(row, 2, label)
                sheet.number(row, 3, value, "money!")
        for text in _allocation_notes(allocation):
            sheet.text(rows.take(), 0, text, "note")


def _allocation_notes(allocation: Allocation) -> list[str]:
    found = []
    if allocation.limit_changed_result:
        found.append(_("A limit on lots or a combination discount changed the result of at least one lot."))
    if allocation.unresolved_tie:
        found.append(_("Several distributions are equal: lots must be drawn."))
    for item in allocation.combination_discounts:
        words = _("%(bid)s: %(money)s off for %(lots)s together.")
        values = {"bid": item.bid_id, "money": number(item.off), "lots": ", ".join(item.lot_ids)}
        found.append(words % values)
    return found


def _alone(subject: Subject) -> str:
    words = {"lot": subject.only, "count": len(subject.inputs.lots)}
    return _("lot %(lot)s alone, of %(count)s lots") % words if subject.only else ""


def _own(spec: EvaluationSpec) -> tuple[str, ...]:
    from reports.workbook.ranking import OWN_COLUMNS

    return OWN_COLUMNS[spec.method]


def _order(row: Row) -> tuple[bool, int, bool]:
    return row.rank is None, row.rank or 0, row.status != "valid"


def _break_even(lot: Lot, bid: LotBid) -> Value:
    loser = next((item for item in lot.robustness.losers if item.bid_id == bid.bid_id), None)
    if loser is None:
        return None
    return "–" if loser.break_even_price is None else loser.break_even_price


def _sides(rows: list[Row]) -> list[str]:
    """Where the name of each mark stands: left of a mark that has a near neighbour to its right."""
    points = [(float(row.evaluation_price or 0), float(row.performance_points or 0)) for row in rows]
    wide = max(x for x, _y in points) - min(x for x, _y in points) or 1
    high = max(y for _x, y in points) - min(y for _x, y in points) or 1
    return [
        "left" if any(0 < a - x < wide / 5 and abs(b - y) < high / 8 for a, b in points) else "right" for x, y in points
    ]


def _series(evaluation: Evaluation, index: int, is_winner: bool, side: str) -> dict[str, Any]:
    colour = WINNER if is_winner else OTHER
    return {
        "name": "=" + evaluation.sheet.ref(evaluation.row_of(index), 1),
        "categories": "=" + evaluation.result("price", index),
        "values": "=" + evaluation.result("performance", index),
        "marker": {"type": "diamond" if is_winner else "circle", "size": 13 if is_winner else 9,
                   "fill": {"color": colour}, "border": {"color": colour}},
        "data_labels": {"series_name": True, "value": False, "position": side, "font": {"size": 9}},
    }  # fmt: skip
