"""One bid in full: every number with its formula and values put in, positions, promises, scores with their reasons."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.figures import money, number, shortest
from evaluation.result_tables import kind_names
from evaluation.results import LotView, ResultView, RowView
from evaluation.scorebook import Spread
from evaluation.scoring.inputs import EvaluationSpec, Rounding
from evaluation.scoring.trace import CriterionTrace, criterion_trace, kind_formulas
from tendering.spreadsheets.price_sheet import price_cell

NUMBER = re.compile(r"\d+(?:\.\d+)?")


STAGES = {
    "line_sum": "sum", "net": "discount", "gross": "vat", "price_points": "price_points",
    "quality_points": "quality_points", "total": "total",
}  # fmt: skip
"""Which published rounding stands behind a step of the calculation."""
INFORMED = {
    "eur_per_case": 2, "saving_per_case": 2, "saving_per_year": 2, "hours_saved_per_year": 1,
    "quality_points_per_1000_eur": 4, "ratio": 4,
}  # fmt: skip
"""Figures that inform and decide nothing (the ratio decides unrounded), with the decimals they are shown in."""


@dataclass(frozen=True, slots=True)
class Step:
    """A number with how it came about; `key` is its address on the page, `rounding` the published step in words."""

    key: str
    name: str
    formula: str
    rounding: str = ""


def localized(formula: str) -> str:
    """A formula of the calculation with numbers and signs as people of the language write them."""
    text = formula.replace("max(0, ", "max(0; ").replace(" / ", " ÷ ")
    return NUMBER.sub(lambda found: number(Decimal(found.group())), text)


def rounding_words(rule: Rounding | None) -> str:
    """A published rounding; "" where nothing is rounded."""
    if rule is None or rule.mode == "none":
        return _("not rounded")
    places = rule.decimals or 0
    words = {
        "half_up": ngettext("rounded half up to %(n)s decimal", "rounded half up to %(n)s decimals", places),
        "half_even": ngettext("rounded half even to %(n)s decimal", "rounded half even to %(n)s decimals", places),
        "down": ngettext("cut off after %(n)s decimal", "cut off after %(n)s decimals", places),
    }
    return words[rule.mode] % {"n": places}


def steps(row: RowView, view: ResultView, lot: LotView) -> list[Step]:
    """The calculation of one bid step by step; the positions stand in a table of their own."""
    names, found = _step_names(), []
    for key, text in row.explain.items():
        if ":" in key:
            continue
        if key == "performance_points":
            found += _kinds(row, lot)
        words = rounding_words(view.spec.rule(STAGES[key])) if key in STAGES else ""
        if key in INFORMED:
            words = _("shown %(rounding)s") % {"rounding": rounding_words(Rounding("half_up", INFORMED[key]))}
        found.append(Step(key, names.get(key, key), localized(text), words))
    return [*found, *_break_even(row, view)]


def _kinds(row: RowView, lot: LotView) -> list[Step]:
    """Points by kind of criterion, as the columns of the ranking show them."""
    formulas = kind_formulas(lot.input, row.criterion_scores)
    return [
        Step(kind, _("%(kind)s: weight × score") % {"kind": kind_names()[kind]}, localized(text))
        for kind, text in formulas.items()
    ]


def _break_even(row: RowView, view: ResultView) -> list[Step]:
    """The price at which this bid would lead: found by scoring the lot again, cent by cent."""
    if row.break_even_price is None:
        return []
    words = _("scored again at %(price)s: first; at %(more)s, one cent more: not first") % {
        "price": money(row.break_even_price, view.currency),
        "more": money(row.break_even_price + Decimal("0.01"), view.currency),
    }
    return [Step("break_even", _("Would have led at"), words)]


def _step_names() -> dict[str, str]:
    return {
        "line_sum": _("Sum of the positions"),
        "net": _("Price net, after the discount"),
        "gross": _("Price including VAT"),
        "performance_points": _("Performance points: weight × score"),
        "price_points": _("Price points"),
        "quality_points": _("Quality points"),
        "total": _("Total"),
        "ratio": _("Ratio: points ÷ price × 10,000"),
        "figure": _("Key figure"),
        "eur_per_case": _("Per case: price ÷ cases over the term"),
        "saving_per_case": _("Saving per case against today"),
        "saving_per_year": _("Saving per year against today"),
        "hours_saved_per_year": _("Hours saved per year against today"),
        "quality_points_per_1000_eur": _("Quality points per 1,000 of money"),
    }


def positions(row: RowView, lot: LotView, currency: str) -> list[list[str]]:
    """Every position: text, quantity, unit price, total, and the cell of the bidder's sheet the price stands in."""
    texts = {position.ref: position for position in lot.input.positions}
    cells = {position.ref: price_cell(place) for place, position in enumerate(lot.input.positions)}
    return [
        [
            line.ref,
            texts[line.ref].text if line.ref in texts else "",
            number(shortest(line.quantity)),
            _unit_price(line.unit_price, currency),
            money(line.line_total, currency) if line.in_evaluation else _("not evaluated"),
            cells.get(line.ref, ""),
        ]
        for line in row.result.lines
    ]


def _unit_price(value: Decimal | None, currency: str) -> str:
    if value is None:
        return _("left empty")
    short = shortest(value, 2)
    exponent = short.as_tuple().exponent
    return money(short, currency, -exponent if isinstance(exponent, int) else 2)


def arithmetic(row: RowView, currency: str) -> str:
    """What the bidder's own total said, when it differs."""
    if not row.arithmetic_difference:
        return ""
    return _("The bidder stated %(stated)s. Recalculated from the unit prices the difference is %(difference)s.") % {
        "stated": money(row.stated_total, currency),
        "difference": money(row.arithmetic_difference, currency),
    }


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion of a bid: weight, what was promised or how it was scored, each score with its reason."""

    code: str
    name: str
    kind: str
    weight: str
    score: str
    needed: str
    promised: str
    given: tuple[Any, ...]
    consensus: str
    consensus_reason: str
    origin: str = ""
    formula: str = ""
    rounding: str = ""
    points: str = ""
    before: tuple[str, ...] = ()


def scored(row: RowView, lot: LotView, spec: EvaluationSpec, spreads: list[Spread] | None) -> Iterator[Scored]:
    """Criteria in the published order; single scores only where `spreads` are given."""
    key = (row.bid_id, lot.lot_id)
    bid = next(bid for bid in lot.input.bids if bid.bid_id == row.bid_id)
    mine = {one.cell.criterion: one for one in spreads or [] if (one.cell.bid, one.cell.lot) == key}
    for criterion in lot.criteria:
        if not criterion.is_scored:
            continue
        spread = mine.get(criterion.id)
        needed = row.needed_scores.get(criterion.id)
        yield Scored(
            code=criterion.id,
            name=criterion.name,
            kind=kind_names()[criterion.kind],
            weight=number(shortest(criterion.weight)),
            score=number(row.criterion_scores.get(criterion.id)),
            needed=number(needed) if needed is not None else "",
            promised=_promised(row, criterion),
            given=spread.given if spread else (),
            consensus=number(spread.consensus) if spread and spread.consensus is not None else "",
            consensus_reason=spread.consensus_reason if spread else "",
            **_traced(criterion_trace(criterion, bid, spec, lot.input)),
        )


def _traced(trace: CriterionTrace | None) -> dict[str, Any]:
    if trace is None:
        return {}
    origins = {
        "agreed": _("agreed by the panel, instead of the mean"),
        "mean": _("mean of the scores the panel handed in"),
        "curve": _("number promised in the bid, on the published curve"),
    }
    return {
        "origin": origins[trace.origin],
        "formula": localized(trace.formula),
        "rounding": rounding_words(trace.rounding) if trace.rounding else "",
        "points": localized(trace.points),
        "before": tuple(localized(line) for line in trace.before),
    }


def _promised(row: RowView, criterion: Any) -> str:
    value = row.promised.get(criterion.id)
    return "" if value is None else f"{number(shortest(value))} {criterion.unit or ''}".strip()


def key_figures(row: RowView, view: ResultView) -> list[tuple[str, str]]:
    """Rank and amounts of a bid in a lot."""
    rows = [
        (_("Rank"), str(row.rank) if row.rank is not None else ""),
        (_("Price net"), money(row.net, view.currency) if row.net is not None else ""),
        (_("Price including VAT"), money(row.gross, view.currency) if row.gross is not None else ""),
        (_("Would have led at"), row.break_even),
        (_("Surprisingly low"), "; ".join(row.flags)),
        (_("Notes"), " ".join(row.notes)),
    ]
    return [(label, value) for label, value in rows if value and value != "–"]
