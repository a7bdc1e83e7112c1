"""The result table of a lot: who is admissible, points, rank and place after the tie rule, all live.

Helper columns to the right hold whole numbers (cents, ten-thousandths of points): ranks compare those, so that no
rounding of a spreadsheet decides. A place that only drawing lots could decide stays shared.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from evaluation.scoring.inputs import LotBid
from evaluation.scoring.results import Row
from reports.workbook import formulas
from reports.workbook.formulas import SPLIT
from reports.workbook.layout import Value, at, lines_of, quoted, span

if TYPE_CHECKING:
    from reports.workbook.evaluation import Evaluation
    from reports.workbook.prices import Prices
    from reports.workbook.summary import Rule

POINTS = ("price_points", "quality_points", "total")
OWN_COLUMNS: dict[str, tuple[str, ...]] = {
    "weighted_linear": POINTS,
    "inverse_proportional": POINTS,
    "absolute_scale": POINTS,
    "qcbs": POINTS,
    "wb_rated": POINTS,
    "italy_bilinear": POINTS,
    "ratio_simple": ("ratio",),
    "ratio_extended": ("ratio", "in_band"),
    "kaden_surcharge": ("figure",),
    "monetised": ("figure",),
    "kaden_exponential": ("figure",),
    "ratio_weighted_fixed": ("figure",),
    "ratio_weighted_median": ("figure",),
    "ratio_weighted_mean": ("figure",),
    "external": ("figure",),
    "quality_fixed_price": ("quality_points",),
    "qbs": ("quality_points",),
    "fbs": ("quality_points",),
    "price_only": (),
    "lcs": (),
}
# methods no formula repeats exactly: these columns, and the ranks, carry the values of the engine
ENGINE_DECIDES: dict[str, frozenset[str]] = {
    "qcbs": frozenset({"total"}),
    "wb_rated": frozenset({"quality_points", "total"}),
    "italy_bilinear": frozenset({"price_points", "total"}),
    "kaden_exponential": frozenset({"figure"}),
    "ratio_weighted_fixed": frozenset({"figure"}),
    "ratio_weighted_median": frozenset({"figure"}),
    "ratio_weighted_mean": frozenset({"figure"}),
    "external": frozenset({"figure"}),
}
ANY_PRICE = frozenset({
    "price_only", "lcs", "quality_fixed_price", "qbs", "fbs", "absolute_scale", "monetised", "external",
})  # fmt: skip
TEXTS = ("bid", "bidder", "result", "reason")
HELPERS = ("cents", "head", "tail", "whole", "valid_price", "key")


def figure_title(method: str) -> str:
    """Words for the key figure of a method."""
    return {
        "kaden_surcharge": _("(Points + surcharge) ÷ price × 100,000"),
        "monetised": _("Comparison price"),
    }.get(method, _("Key figure"))


class Ranking:
    """Result table of the evaluation sheet; `column` gives the column of each figure."""

    def __init__(self, sheet: Evaluation) -> None:
        self.of, self.lot, self.spec = sheet, sheet.lot, sheet.lot.subject.spec
        names = ("bid", "bidder", "admissible", "price", "performance", *OWN_COLUMNS[self.spec.method])
        self.column = {name: index for index, name in enumerate((*names, "rank", "place", "result", "reason"))}
        self.fixed = ENGINE_DECIDES.get(self.spec.method)
        self.named = [step.partition(":")[2] for step in self._steps() if ":" in step]

    def _steps(self) -> list[str]:
        """What tells equal bids apart, most important first; for the extended ratio also what decides in the band."""
        chosen = self.spec.extended_criterion
        first = []
        if self.spec.method == "ratio_extended":
            pairs = {"performance_points": ["higher_performance", "lower_price"],
                     "price": ["lower_price", "higher_performance"]}  # fmt: skip
            first = pairs.get(chosen, [f"named_criterion:{chosen}"])
        return first + [step for step in self.spec.tie_chain if step != "draw_lots"]

    @property
    def helpers(self) -> dict[str, int]:
        """Columns of the helpers, right of everything else."""
        names = (*HELPERS, *(f"score:{name}" for name in self.named))
        return {name: self.of.last_column + 2 + index for index, name in enumerate(names)}

    # -- addresses on the sheet -----------------------------------------------------------------------------------
    def cell(self, name: str, row: int) -> str:
        column = self.column.get(name)
        return at(row, self.helpers[name] if column is None else column, "c")

    def all(self, name: str) -> str:
        """The column of a figure over all bids."""
        column = self.column.get(name)
        column = self.helpers[name] if column is None else column
        return span((self.of.first, column), (self.of.first + len(self.of.bids) - 1, column), "rc")

    # -- writing ----------------------------------------------------------------------------------------------------
    def write(self, prices: Prices, rule: Rule) -> None:
        self._heads()
        least = [Fraction(row.evaluation_price or 0) for row in self.lot.result.valid_rows]
        sheet, row = self.of.sheet, 3
        sheet.text(row, 0, _("Lowest admissible price"), "text!")
        sheet.ws.set_row(row, 30)
        sheet.live(row, 3, f"MIN({self.all('valid_price')})", min(least, default=Fraction(0)), "money!")
        for index, bid in enumerate(self.of.bids):
            self._row(index, bid, prices, rule)

    def _heads(self) -> None:
        words = {
            "bid": _("Bid"), "bidder": _("Bidder"), "admissible": _("Admissible (1 = yes)"),
            "price": _("Evaluated price"), "performance": _("Performance points"), "price_points": _("Price points"),
            "quality_points": _("Quality points"), "total": _("Total"), "ratio": _("Points ÷ price × 10,000"),
            "in_band": _("Within the band (1 = yes)"), "rank": _("Rank"), "place": _("Place after the tie rule"),
            "result": _("Result"), "reason": _("Excluded because (empty = not excluded)"),
        }  # fmt: skip
        sheet, row = self.of.sheet, self.of.first - 1
        words["figure"] = figure_title(self.spec.method)
        for name in (*(self.fixed or ()), *(("rank", "place") if self.fixed else ())):
            words[name] = _("%(column)s (decided by the engine)") % {"column": words[name]}
        for name, column in self.column.items():
            style = "verdicthead" if name == "result" else "head" if name in TEXTS else "headright"
            sheet.text(row, column, words[name], style)
        helpers = {"cents": _("Price in cents"), "head": _("Cents, leading digits"),
                   "tail": _("Cents, last 5 digits"), "whole": _("Performance points as a whole number"),
                   "valid_price": _("Price if admissible"), "key": _("What is ranked, as a whole number")}  # fmt: skip
        for name, column in self.helpers.items():
            sheet.text(row, column, helpers.get(name, name.replace("score:", "")), "headright")
        sheet.text(row - 1, self.of.last_column + 2, _("Helper columns: ranks compare whole numbers"), "note")
        sheet.ws.set_row(row, 42)

    def _row(self, index: int, bid: LotBid, prices: Prices, rule: Rule) -> None:
        sheet, row, result = self.of.sheet, self.of.row_of(index), self.lot.result.row(bid.bid_id)
        words = f"{self.lot.id}, {bid.bid_id}"
        sheet.text(row, 0, bid.bid_id, "text!")
        sheet.text(row, 1, self.lot.name(bid.bid_id))
        reason = self.of.fixed_reason(result)
        sheet.input(row, self.column["reason"], reason, "cell", f"{words}, {_('excluded because')}")
        sheet.tall(row, lines_of(self.lot.name(bid.bid_id), 38))
        admissible = self._admissible(index, row, prices, rule)
        sheet.result(row, self.column["admissible"], admissible, int(result.status == "valid"), "count",
                     f"{words}, {_('admissible')}")  # fmt: skip
        sheet.live(row, self.column["price"], prices.evaluated(index), result.evaluation_price)
        performance = self.of.performance_value(bid)
        sheet.live(row, self.column["performance"], self._performance(index), performance, "exact")
        self._points(row, result, words, rule)
        self._places(row, bid, result, words)
        self._helpers(index, row, bid, result)

    def _admissible(self, index: int, row: int, prices: Prices, rule: Rule) -> str:
        """Not excluded by people, all essential prices and scores there, every published limit kept."""
        price, performance = self.cell("price", row), self.cell("performance", row)
        conditions = [f"LEN({self.cell('reason', row)})=0", f"{prices.missing(index)}=0"]
        if self.of.criteria:
            conditions.append(f"SUM({self.of.passed(index)})={len(self.of.criteria)}")
        conditions += self.of.group_conditions(index)
        if self.spec.method not in ANY_PRICE:
            conditions.append(f"{price}>0")
        if self.spec.price_cap is not None:
            conditions.append(f"{price}<={rule.price_cap}")
        valid = f"AND({','.join(conditions)})"
        least = rule.minimum
        enough = f"IF(ISNUMBER({least}),IF(N({performance})>={least},1,0),1)"
        return f"IF({valid},{enough},0)"

    def _performance(self, index: int) -> str:
        """L, as soon as every weighted criterion has a score."""
        if not self.of.criteria:
            return "0"
        places = self.of.performance_places
        total = formulas.shown(formulas.whole(f"SUM({self.of.products(index)})", places), 1, places)
        lacking = f"SUMPRODUCT(({self.of.weights()}>0)*(1-ISNUMBER({self.of.scores(index)})))"
        return f'IF({lacking}=0,{total},"")'

    def _points(self, row: int, result: Row, words: str, rule: Rule) -> None:
        spec, price = self.spec, self.cell("price", row)
        performance, lowest = self.cell("performance", row), at(3, 3, "rc")
        places = {name: spec.places(name) for name in ("price_points", "quality_points", "total", "ratio_display")}
        scale = self.of.performance_places
        by_method = {
            "weighted_linear": lambda: formulas.linear_points(
                price, lowest, Fraction(spec.zero_at_factor), places["price_points"]
            ),
            "inverse_proportional": lambda: formulas.inverse_points(price, lowest, places["price_points"]),
            "qcbs": lambda: formulas.inverse_points(price, lowest, places["price_points"]),
            "wb_rated": lambda: formulas.inverse_points(price, lowest, places["price_points"]),
            "absolute_scale": lambda: formulas.scale_points(
                price, (spec.param("full_at"), spec.param("zero_at")), places["price_points"]
            ),
        }
        for name in OWN_COLUMNS[spec.method]:
            if self.fixed and name in self.fixed:
                style = f"places{spec.places('figure_display' if name == 'figure' else name)}"
                self._by_engine(row, name, getattr(result, name), style)
            elif name == "figure":
                places_shown = spec.places("figure_display")
                self._figure(row, name, self._key_figure(row), result.figure, places_shown, words)
            elif name == "price_points":
                self._figure(row, name, by_method[spec.method](), result.price_points, places[name], words)
            elif name == "quality_points":
                expression = formulas.quality_points(performance, scale, places[name])
                self._figure(row, name, expression, result.quality_points, places[name], words)
            elif name == "total":
                decimals = (places["price_points"], places["quality_points"], places["total"])
                cells = (self.cell("price_points", row), self.cell("quality_points", row))
                expression = formulas.weighted_total(rule.price, cells[0], rule.quality, cells[1], decimals)
                self._figure(row, name, expression, result.total, places[name], words)
            elif name == "ratio":
                expression = formulas.ratio(performance, price, scale, places["ratio_display"])
                self._figure(row, name, expression, result.ratio, places["ratio_display"], words)
            else:
                self._figure(row, name, self._in_band(row), self._band_value(result), 0, words)

    def _by_engine(self, row: int, name: str, value: Value, style: str) -> None:
        """A fixed value; an empty text where there is none, because a reference to a blank cell shows 0."""
        if value is None:
            self.of.sheet.live(row, self.column[name], '""', None, style)
        else:
            self.of.sheet.number(row, self.column[name], value, style)

    def _key_figure(self, row: int) -> str:
        """Points with a surcharge divided by price, or the price less the worth of the points."""
        price, performance, scale = self.cell("price", row), self.cell("performance", row), self.of.performance_places
        if self.spec.method == "kaden_surcharge":
            places = self.spec.places("figure_display")
            return formulas.surcharge_ratio(performance, price, self.spec.param("surcharge"), scale, places)
        return formulas.comparison_price(price, performance, self.spec.param("per_point"), scale)

    def _figure(self, row: int, name: str, expression: str, value: Value, places: int, words: str) -> None:
        """A figure that only admissible bids have."""
        guarded = f'IF({self.cell("admissible", row)}=1,{expression},"")'
        self.of.sheet.result(row, self.column[name], guarded, value, f"places{places}", f"{words}, {name}")

    def _compare_ratios(self, row: int, added: int = 0) -> str:
        """Sign of the others' ratios less the own; `added` is a surcharge in the whole numbers of the points."""
        more = f"+{added}" if added else ""
        every, own = (f"({self.all('whole')}{more})", f"({self.cell('whole', row)}{more})")
        if not added:
            every, own = self.all("whole"), self.cell("whole", row)
        return formulas.cross(
            (every, self.all("head"), self.all("tail")), (own, self.cell("head", row), self.cell("tail", row))
        )

    def _in_band(self, row: int) -> str:
        """1 unless some admissible bid's ratio, less the swing, is still higher."""
        share = 1 - Fraction(self.spec.extended_swing_pct) / 100
        up, down = share.numerator, share.denominator
        lead = (f"{up}*{self.all('whole')}", self.all("head"), self.all("tail"))
        own = (f"{down}*{self.cell('whole', row)}", self.cell("head", row), self.cell("tail", row))
        return f"IF(SUMPRODUCT({self.all('admissible')}*({formulas.cross(lead, own)}>0))=0,1,0)"

    def _band_value(self, result: Row) -> int | None:
        return int(result.rank is not None) if result.status == "valid" else None

    def _key_steps(self, row: int) -> list[tuple[str, str]]:
        """(better, equal) of the published method, before the tie rule."""
        if self.spec.method == "ratio_simple":
            sign = self._compare_ratios(row)
            return [(f"({sign}>0)", f"({sign}=0)")]
        if self.spec.method == "ratio_extended":
            return [self._step(step, row) for step in self._steps()[: 2 - (":" in self._steps()[0])]]
        if self.spec.method == "kaden_surcharge":
            added = int(self.spec.param("surcharge") * 10**self.of.performance_places)
            sign = self._compare_ratios(row, added)
            return [(f"({sign}>0)", f"({sign}=0)")]
        if self.spec.method in ("price_only", "lcs"):
            return [self._step("lower_price", row)]
        if self.spec.method == "monetised":
            return [self._compare("key", "<", row)]
        if "quality_points" in self.column and "total" not in self.column and self.spec.compare == "exact":
            return [self._step("higher_performance", row)]
        return [self._compare("key", ">", row)]

    def _compare(self, name: str, better: str, row: int) -> tuple[str, str]:
        every, own = self.all(name), self.cell(name, row)
        return f"({every}{better}{own})", f"({every}={own})"

    def _step(self, step: str, row: int) -> tuple[str, str]:
        """(better, equal) of one step of the tie rule."""
        if step == "higher_performance":
            return self._compare("whole", ">", row)
        if step == "lower_price":
            return self._compare("cents", "<", row)
        return self._compare(f"score:{step.partition(':')[2]}", ">", row)

    def _places(self, row: int, bid: LotBid, result: Row, words: str) -> None:
        if self.fixed:
            for name, value in (("rank", result.rank), ("place", self._place(bid.bid_id))):
                self._by_engine(row, name, value, "count")
            self._verdict(row, result)
            return
        flag = "in_band" if self.spec.method == "ratio_extended" else "admissible"
        key = self._key_steps(row)
        tie = [self._step(step, row) for step in self.spec.tie_chain if step != "draw_lots"]
        # N() of a range is not an array, so the flag is compared with 1: empty cells of bids that are out count 0
        counted = f"({self.all(flag)}=1)"
        own = f"N({self.cell(flag, row)})=1"
        for name, steps, value in (("rank", key, result.rank), ("place", key + tie, self._place(bid.bid_id))):
            expression = f'IF({own},1+SUMPRODUCT({counted}*{formulas.chain(steps)}),"")'
            self.of.sheet.result(row, self.column[name], expression, value, "count", f"{words}, {name}")
        self._verdict(row, result)

    def _place(self, bid_id: str) -> int | None:
        """1 + bids in groups before its own; none for bids without a rank."""
        before = 1
        for group in self.lot.result.order:
            if bid_id in group:
                return before if self.lot.result.row(bid_id).rank is not None else None
            before += len(group)
        return None

    def verdict_value(self, result: Row) -> str:
        """The word in the column "Result"."""
        if result.status != "valid":
            return _("excluded")
        if result.bid_id not in self.lot.result.winner:
            return ""
        return _("first") if len(self.lot.result.winner) == 1 else _("equal: draw lots")

    def _verdict(self, row: int, result: Row) -> None:
        out, first, tie = _("excluded"), _("first"), _("equal: draw lots")
        place, places = self.cell("place", row), self.all("place")
        text = (
            f"IF({self.cell('admissible', row)}=0,{quoted(out)},IF(N({place})=1,"
            f'IF(COUNTIF({places},1)>1,{quoted(tie)},{quoted(first)}),""))'
        )
        self.of.sheet.live(row, self.column["result"], text, self.verdict_value(result), "verdict")

    def _helpers(self, index: int, row: int, bid: LotBid, result: Row) -> None:
        put, column = self.of.sheet.live, self.helpers
        cents = int((result.evaluation_price or 0) * 100)
        put(row, column["cents"], f"ROUND({self.cell('price', row)}*100,0)", cents, "count")
        whole, tail = self.cell("cents", row), self.cell("tail", row)
        put(row, column["head"], f"ROUND(({whole}-{tail})/{SPLIT},0)", (cents - cents % SPLIT) // SPLIT, "count")
        put(row, column["tail"], f"MOD({whole},{SPLIT})", cents % SPLIT, "count")
        scale = self.of.performance_places
        performance = self.of.performance_value(bid)
        points = (
            f"IF(ISNUMBER({self.cell('performance', row)}),{formulas.whole(self.cell('performance', row), scale)},0)"
        )
        put(row, column["whole"], points, int((performance or 0) * 10**scale), "count")
        valid = result.status == "valid"
        price = f'IF({self.cell("admissible", row)}=1,{self.cell("price", row)},"")'
        put(row, column["valid_price"], price, result.evaluation_price if valid else None)
        self._key(row, result, column["key"])
        for name in self.named:
            source = self.of.criterion_cell(name, index)
            score = next((self.of.score_value(bid, c) for c in self.of.criteria if c.id == name), None)
            value = int((score or 0) * 100)
            expression = f"IF(ISNUMBER({source}),{formulas.whole(source, 2)},0)" if source else "0"
            put(row, column[f"score:{name}"], expression, value, "count")

    def _key(self, row: int, result: Row, column: int) -> None:
        valid = result.status == "valid"
        if "total" in self.column and not self.fixed:
            places = self.spec.places("total")
            cell = formulas.whole(self.cell("total", row), places)
            value: int | None = int((result.total or 0) * 10**places)
        elif self.fixed or "ratio" in self.column or self.spec.method == "kaden_surcharge":
            cell, value = "0", 0
        elif self.spec.method == "monetised":
            cell, value = formulas.whole(self.cell("figure", row), 2), int((result.figure or 0) * 100)
        elif "quality_points" in self.column:
            places = self.spec.places("quality_points")
            cell = formulas.whole(self.cell("quality_points", row), places)
            value = int((result.quality_points or 0) * 10**places)
        else:
            cell, value = self.cell("cents", row), int((result.evaluation_price or 0) * 100)
        expression = f"IF({self.cell('admissible', row)}=1,{cell},-1)"
        self.of.sheet.live(row, column, expression, value if valid else -1, "count")
