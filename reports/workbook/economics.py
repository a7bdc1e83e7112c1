"""Cost and efficiency: what a case costs, how much quality the money buys, what is saved against today."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from evaluation.scoring.economics import promised_minutes
from evaluation.scoring.inputs import LotBid, LotInput
from evaluation.scoring.results import Economics
from reports.workbook.evaluation import Evaluation
from reports.workbook.formulas import whole
from reports.workbook.layout import Rows, Sheet, Value, lines_of
from reports.workbook.prices import decimals
from reports.workbook.subject import Lot

COLUMNS = (
    "bid", "bidder", "price", "cases", "eur_per_case", "quality_points_per_1000_eur", "saving_per_case",
    "saving_per_year", "saving_over_term", "saving_pct", "minutes_per_case", "hours_saved_per_year", "time_saved_pct",
)  # fmt: skip
STYLES = {
    "cases": "plain", "quality_points_per_1000_eur": "ratio", "saving_pct": "points", "minutes_per_case": "plain",
    "hours_saved_per_year": "places1", "time_saved_pct": "points",
}  # fmt: skip


def term_in_months(lot: LotInput) -> Decimal | None:
    """The term as contracts state it; years are often a fraction without end (7 months = 0.58333… years)."""
    if not lot.term_years:
        return None
    months = lot.term_years * 12
    nearest = months.to_integral_value()
    return nearest if abs(months - nearest) < Decimal("1e-9") else months


def headings(currency: str) -> dict[str, str]:
    """Words for the columns."""
    return {
        "bid": _("Bid"), "bidder": _("Bidder"), "price": _("Evaluated price"),
        "cases": _("Cases over the term"), "eur_per_case": _("%(currency)s per case") % {"currency": currency},
        "quality_points_per_1000_eur": _("Quality points per %(currency)s 1,000") % {"currency": currency},
        "saving_per_case": _("Saving per case"), "saving_per_year": _("Saving per year"),
        "saving_over_term": _("Saving over the term"), "saving_pct": _("Saving, %"),
        "minutes_per_case": _("Minutes per case, promised"), "hours_saved_per_year": _("Hours saved per year"),
        "time_saved_pct": _("Time saved, %"),
    }  # fmt: skip


class LotEconomics:
    """The block of one lot on the sheet: four inputs, then a row per bid."""

    def __init__(self, sheet: Sheet, lot: Lot, evaluation: Evaluation, start: int) -> None:
        self.sheet, self.lot, self.evaluation, self.start = sheet, lot, evaluation, start
        self.first = start + 8
        given = lot.input
        minutes = [promised_minutes(given, bid.promised) or Decimal(0) for bid in lot.bids]
        self.fine = {
            "quantity": decimals(given.reference_quantity or Decimal(0)),
            "months": decimals(term_in_months(given) or Decimal(0)),
            "cost": max(2, decimals(given.baseline_cost_per_case or Decimal(0))),
            "minutes": max([2, decimals(given.baseline_minutes_per_case or Decimal(0)), *map(decimals, minutes)]),
        }

    @property
    def end(self) -> int:
        return self.first + max(1, len(self.lot.bids)) + 2

    def cell(self, name: str, index: int) -> str:
        """A figure of a bid from any sheet."""
        return self.sheet.ref(self.first + index, COLUMNS.index(name))

    def write(self) -> None:
        sheet, rows, given = self.sheet, Rows(self.start), self.lot.input
        sheet.text(rows.take(), 0, f"{self.lot.id} {given.title}", "section")
        unit = f" ({given.reference_unit})" if given.reference_unit else ""
        self.inputs = {
            name: self._input(rows.take(), name, label, value)
            for name, label, value in (
                ("quantity", _("Reference quantity per year") + unit, given.reference_quantity),
                ("months", _("Term in months"), term_in_months(given)),
                ("cost", _("Today's cost per case"), given.baseline_cost_per_case),
                ("minutes", _("Today's minutes per case"), given.baseline_minutes_per_case),
            )
        }
        if not given.reference_quantity:
            sheet.text(rows.row, 0, _("No reference quantity is stated: there are no figures per case."), "note")
        elif given.baseline_cost_per_case is None:
            sheet.text(rows.row, 0, _("Today's cost is not stated: there is no saving to show."), "note")
        head = headings(self.lot.subject.currency)
        sheet.heads(self.first - 1, 0, [head[name] for name in COLUMNS])
        sheet.ws.set_row(self.first - 1, 42)
        for index, bid in enumerate(self.lot.bids):
            self._bid(index, bid)

    def _input(self, row: int, name: str, label: str, value: Decimal | None) -> str:
        words = f"{self.lot.id}, "
        self.sheet.text(row, 0, label, "cell")
        return self.sheet.input(row, 2, value, "cost" if name == "cost" else "plain", words + label)

    def _bid(self, index: int, bid: LotBid) -> None:
        sheet, row = self.sheet, self.first + index
        result = self.lot.result.row(bid.bid_id)
        figures = result.economics or Economics()
        sheet.text(row, 0, bid.bid_id, "text!")
        sheet.text(row, 1, self.lot.name(bid.bid_id))
        sheet.tall(row, lines_of(self.lot.name(bid.bid_id), 36))
        price = self.evaluation.result("price", index)
        sheet.live(row, 2, price, result.evaluation_price)
        values = {**{name: getattr(figures, name, None) for name in COLUMNS[3:]}, "cases": figures.cases_over_term}
        for name, expression in self._expressions(index, bid).items():
            self._figure(index, name, expression, values[name])

    def _figure(self, index: int, name: str, expression: tuple[list[str], str], value: Value) -> None:
        """Only for admissible bids, and only where everything it needs is stated."""
        needed, formula = expression
        if name == "saving_pct" and not self._percent_is_exact(index):
            self.sheet.number(self.first + index, COLUMNS.index(name), value, STYLES[name])
            return
        conditions = [f"{self.evaluation.admissible(index)}=1", *(f"N({ref})>0" for ref in needed)]
        guarded = f'IF(AND({",".join(conditions)}),{formula},"")'
        words = f"{self.lot.id}, {self.lot.bids[index].bid_id}, {name}"
        column, style = COLUMNS.index(name), STYLES.get(name, "money")
        put = self.sheet.result if name in ("eur_per_case", "saving_per_year") else None
        if put:
            put(self.first + index, column, guarded, value, style, words)
        else:
            self.sheet.live(self.first + index, column, guarded, value, style)

    def _percent_is_exact(self, index: int) -> bool:
        """Else the engine's value stands there as a fixed number."""
        given, fine = self.lot.input, self.fine
        price = Decimal(self.lot.result.row(self.lot.bids[index].bid_id).evaluation_price or 0)
        zero = Decimal(0)
        today = (given.baseline_cost_per_case or zero) * (given.reference_quantity or zero) * (given.term_years or zero)
        scale = 12 * 10 ** (fine["quantity"] + fine["months"] + fine["cost"])
        return 10_000 * max(abs(today), abs(price)) * scale < 10**15

    def _expressions(self, index: int, bid: LotBid) -> dict[str, tuple[list[str], str]]:
        """Needed cells and formula by figure. Money in cents, p = price, q = quantity, m = months, b = cost today."""
        inputs, fine = self.inputs, self.fine
        scale = 12 * 10 ** (fine["quantity"] + fine["months"])
        lift = 10 ** (fine["cost"] - 2)
        q, m, b = (whole(inputs[name], fine[name]) for name in ("quantity", "months", "cost"))
        p = whole(self.evaluation.result("price", index), 2)
        cases, lifted = f"({q}*{m})", scale * lift
        saved = f"({b}*{q}*{m}-{lifted}*{p})"
        per_case, today = [inputs["quantity"], inputs["months"]], [inputs["quantity"], inputs["months"], inputs["cost"]]
        quality = whole(self.evaluation.result("performance", index), self.evaluation.performance_places)
        raised = 10 ** (8 - self.evaluation.performance_places)
        found = {
            "cases": (per_case, f"{cases}/{scale}"),
            "eur_per_case": (per_case, f"ROUND({scale}*{p}/{cases},0)/100"),
            "quality_points_per_1000_eur": (
                [self.evaluation.result("price", index)], f"ROUND({raised}*{quality}/{p},0)/10000"),
            "saving_per_case": (today, f"ROUND({saved}/({lift}*{cases}),0)/100"),
            "saving_per_year": (today, f"ROUND({saved}/({10 ** fine['quantity'] * lift}*{m}),0)/100"),
            "saving_over_term": (today, f"ROUND({saved}/{lifted},0)/100"),
            "saving_pct": (today, f"ROUND(10000*{saved}/({b}*{cases}),0)/100"),
        }  # fmt: skip
        return found | self._time(index, bid)

    def _time(self, index: int, bid: LotBid) -> dict[str, tuple[list[str], str]]:
        """Figures of the promised handling time, where the lot asks for one."""
        criterion = next((c for c in self.lot.criteria if c.measures == "minutes_per_case"), None)
        if criterion is None:
            return {}
        promised, fine = self.evaluation.promised_cell(criterion, index), self.fine
        today = self.inputs["minutes"]
        gap = f"({whole(today, fine['minutes'])}-{whole(promised, fine['minutes'])})"
        quantity = whole(self.inputs["quantity"], fine["quantity"])
        divisor = 6 * 10 ** (fine["minutes"] + fine["quantity"])
        given = f"ISNUMBER({promised})"
        hours = f'IF({given},ROUND({gap}*{quantity}/{divisor},0)/10,"")'
        percent = f'IF({given},ROUND(10000*{gap}/{whole(today, fine["minutes"])},0)/100,"")'
        return {
            "minutes_per_case": ([], f'IF({given},{promised},"")'),
            "hours_saved_per_year": ([today, self.inputs["quantity"]], hours),
            "time_saved_pct": ([today], percent),
        }


def write_sheet(sheet: Sheet, blocks: list[LotEconomics]) -> None:
    """All lots below each other."""
    sheet.text(0, 0, _("Cost and efficiency"), "title")
    basis = _("gross") if blocks[0].lot.subject.spec.price_basis == "gross" else _("net")
    words = _("All prices %(basis)s, as evaluated. Savings compare with what a case costs the municipality today.")
    sheet.text(1, 0, words % {"basis": basis}, "note")
    sheet.widths((0, 0, 18), (1, 1, 36), (2, len(COLUMNS) - 1, 14))
    for block in blocks:
        block.write()
    _write_own(sheet, blocks)


def _write_own(sheet: Sheet, blocks: list[LotEconomics]) -> None:
    """Below all lots: the comparison with the own provision as it was computed; fixed numbers, no what-if."""
    rows, subject = Rows(blocks[-1].end + 1), blocks[0].lot.subject
    if not subject.own:
        return
    sheet.text(rows.take(), 0, _("Compared with own provision"), "section")
    sheet.text(rows.take(), 0, _("Computed on the page of the same name from the amounts entered there."), "note")
    heads = (_("Lot"), _("Bidder"), _("Own provision, per year"), _("Bought, per year"), _("Saving per year"),
             _("Saving per case"), _("Saving over the term"), _("Cases a year at which both cost the same"),
             _("Real saving per year"), _("Months of delivery"))  # fmt: skip
    sheet.heads(rows.take(), 0, list(heads))
    for code, one in subject.own.items():
        row, real = rows.take(), one.real
        sheet.text(row, 0, code, "text!")
        sheet.text(row, 1, one.bidder)
        figures = (one.own_per_year, one.bought_per_year, one.saving_per_year, one.saving_per_case,
                   one.saving_over_term)  # fmt: skip
        for column, value in enumerate(figures, 2):
            sheet.number(row, column, value, "money")
        sheet.number(row, 7, one.break_even, "plain")
        sheet.number(row, 8, real.saving_per_year if real else None, "money")
        sheet.number(row, 9, Decimal(real.months) if real else None, "plain")
        if one.missing:
            words = _("Not in the comparison of lot %(lot)s: %(items)s")
            sheet.text(rows.take(), 0, words % {"lot": code, "items": "; ".join(one.missing)}, "note")
