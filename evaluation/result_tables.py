"""The result as the page shows it: overview of the lots, ranking, figures, chart points; texts ready to print."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.method_words import method_names
from evaluation.results import LotView, ResultView, RowView


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a wide table; `label` says on a phone what it is, `note` stands small below.

    `step` is the place on the bid's page where the number is worked out.
    """

    label: str
    text: str
    note: str = ""
    numeric: bool = True
    url_bid: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of the ranking: the bidder as header, the rest as cells."""

    rank: str
    bidder: str
    bid_id: str
    cells: Sequence[Cell]
    mark: str = ""
    badges: Sequence[tuple[str, str]] = field(default=())


def whole(value: Decimal | None, currency: str) -> str:
    """Money without cents, rounded half up."""
    rounded = None if value is None else value.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return money(rounded, currency, 0)


def fine(value: Decimal, currency: str) -> str:
    """Money per case: at least two decimals, more where they were stated."""
    short = shortest(value, 2)
    exponent = short.as_tuple().exponent
    return money(short, currency, -exponent if isinstance(exponent, int) else 2)


def basis_word(view: ResultView) -> str:
    """Whether prices include VAT."""
    return _("gross, including VAT") if view.spec.price_basis == "gross" else _("net, without VAT")


def ranking(view: ResultView, lot: LotView) -> list[Ranked]:
    """The valid bids by rank, with a column for each kind of points that was used."""
    return [
        Ranked(
            rank=str(row.rank) if row.rank is not None else "–",
            bidder=row.bidder,
            bid_id=row.bid_id,
            cells=list(_cells(row, view, lot)),
            mark="winner" if row.is_winner else "",
            badges=_badges(row),
        )
        for row in lot.valid_rows
    ]


def _badges(row: RowView) -> list[tuple[str, str]]:
    found = []
    if row.is_awarded:
        found.append(("success", _("Awarded")))
    elif row.is_winner:
        found.append(("success", _("First place")))
    if row.low_price_outcome == "clarification_required":
        found.append(("warning", _("Price to be clarified")))
    elif row.low_price_outcome == "explained":
        found.append(("info", _("Low price explained")))
    elif row.low_price_outcome == "accepted":
        found.append(("info", _("Low price accepted")))
    return found


def _cells(row: RowView, view: ResultView, lot: LotView) -> Iterator[Cell]:
    currency = view.currency
    yield Cell(_("Price"), money(row.price, currency), step=_price_step(row))
    if row.price_points is not None:
        yield Cell(_("Price points"), number(row.price_points), step="price_points")
    for kind in ("cost", "efficiency", "quality"):
        if kind in lot.kinds:
            yield Cell(kind_names()[kind], _points(row.subtotals.get(kind)), step=kind)
    if row.ratio is not None:
        yield Cell(_("Ratio"), number(row.ratio), step="ratio")
    elif row.figure is not None:
        yield Cell(_("Key figure"), number(row.figure), step="figure")
    elif row.total is not None:
        yield Cell(_("Total"), number(row.total), step="total")
    elif row.quality_points is not None:
        yield Cell(_("Quality points"), number(row.quality_points), step="quality_points")
    if lot.input.reference_quantity is not None:
        yield Cell(_("Per case"), money(row.eur_per_case, currency), step="eur_per_case")
        if lot.has_baseline:
            yield _saving(row, currency)
    if len(lot.valid_rows) > 1:
        yield _break_even(row, currency)


def _price_step(row: RowView) -> str:
    """The last step the price went through: tax, discount or the sum."""
    return next((key for key in ("gross", "net", "line_sum") if key in row.explain), "")


def _points(value: Decimal | None) -> str:
    return number(None if value is None else shortest(value))


def _saving(row: RowView, currency: str) -> Cell:
    percent = row.economics.saving_pct if row.economics else None
    note = _("%(percent)s %%") % {"percent": number(percent)} if percent is not None else ""
    return Cell(_("Saving per year"), whole(row.saving_per_year, currency), note, step="saving_per_year")


def _break_even(row: RowView, currency: str) -> Cell:
    label = _("Would lead at")
    if row.break_even_reduction is None or row.price is None:
        return Cell(label, "–", _("not by price alone") if row.break_even else "")
    note = _("%(percent)s %% less") % {"percent": number(row.break_even_pct)}
    return Cell(label, money(row.price - row.break_even_reduction, currency), note, step="break_even")


def kind_names() -> dict[str, str]:
    """The kinds of award criteria in words."""
    return {"price": _("Price"), "cost": _("Cost"), "efficiency": _("Efficiency"), "quality": _("Quality")}


def points_note(lot: LotView) -> str:
    """What the columns of points mean."""
    if not lot.kinds:
        return ""
    return _("Cost, efficiency and quality are shown in performance points (weight × score, at most 1,000 together).")


@dataclass(frozen=True, slots=True)
class Out:
    """A bid that is not in the ranking, and why."""

    bidder: str
    bid_id: str
    status: str
    kind: str
    reasons: Sequence[str]


def left_out(lot: LotView) -> list[Out]:
    """Excluded, withdrawn and late bids with their reasons."""
    words = {
        "excluded": ("danger", _("Excluded")),
        "withdrawn": ("neutral", _("Withdrawn")),
        "late": ("warning", _("Late, unopened")),
    }
    return [
        Out(row.bidder, row.bid_id, words[row.status][1], words[row.status][0], row.reasons)
        for row in lot.rows
        if row.status != "valid"
    ]


def leading(lot: LotView) -> RowView | None:
    """The bid whose figures stand on the tiles: who gets the lot, otherwise who comes first."""
    names = [lot.drawn] if lot.drawn else [*lot.awards, *lot.winner]
    return next((row for name in names for row in lot.rows if row.bid_id == name), None)


def tiles(view: ResultView, lot: LotView) -> list[dict[str, str]]:
    """Cost and efficiency of the leading bid against today."""
    row = leading(lot)
    if row is None:
        return []
    price = {"label": _("Price of %(bidder)s") % {"bidder": row.bidder}, "value": money(row.price, view.currency)}
    return [{**price, "note": basis_word(view)}, *_case_tiles(row, view, lot), *_worth_tiles(row, view)]


def _case_tiles(row: RowView, view: ResultView, lot: LotView) -> Iterator[dict[str, str]]:
    today = lot.input.baseline_cost_per_case
    if row.eur_per_case is None:
        yield {"label": _("Per case"), "value": "–", "note": _("cases per year not stated")}
        return
    note = _("today %(money)s") % {"money": fine(today, view.currency)} if today is not None else ""
    yield {
        "label": _("Per case"), "value": money(row.eur_per_case, view.currency),
        "note": note or _("today's cost not stated"),
    }  # fmt: skip
    figures = row.economics
    if figures and figures.saving_per_year is not None:
        less = figures.saving_per_year >= 0
        yield {
            "label": _("Saving per year") if less else _("Extra cost per year"),
            "value": whole(abs(figures.saving_per_year), view.currency),
            "note": _("%(percent)s %% of today; %(money)s over the term") % {
                "percent": number(figures.saving_pct), "money": whole(figures.saving_over_term, view.currency),
            },
            "kind": "success" if less else "warning",
        }  # fmt: skip


def _worth_tiles(row: RowView, view: ResultView) -> Iterator[dict[str, str]]:
    figures = row.economics
    if figures is None:
        return
    if figures.quality_points_per_1000_eur:  # none are given where the price alone decides
        label = _("Points per %(money)s") % {"money": money(Decimal(1000), view.currency, 0)}
        note = _("quality points, scale 0 to 100")
        yield {"label": label, "value": number(figures.quality_points_per_1000_eur), "note": note}
    if figures.hours_saved_per_year is not None:
        less = figures.hours_saved_per_year >= 0
        minutes = number(shortest(figures.minutes_per_case or Decimal(0)))
        yield {
            "label": _("Hours saved per year") if less else _("Extra hours per year"),
            "value": number(abs(figures.hours_saved_per_year)),
            "note": _("%(minutes)s minutes per case") % {"minutes": minutes},
            "kind": "success" if less else "warning",
        }  # fmt: skip


def chart_points(lot: LotView) -> list[dict[str, Any]]:
    """For the price-efficiency chart; empty where no performance is scored."""
    if not lot.kinds:
        return []
    return [
        {
            "label": row.bidder, "price": row.price, "performance": row.performance_points,
            "winner": row.is_winner, "valid": row.status == "valid",
        }
        for row in lot.rows
        if row.price is not None and row.performance_points is not None
    ]  # fmt: skip


def cost_today(lot: LotView) -> Decimal | None:
    """Today's cost over the term, to be compared with the prices; None when not stated."""
    per_case, cases = lot.input.baseline_cost_per_case, lot.input.reference_quantity
    years = lot.input.term_years
    if per_case is None or cases is None or years is None:
        return None
    return (per_case * cases * years).quantize(Decimal("0.01"))


def overview(view: ResultView) -> list[list[Cell]]:
    """One line per lot: who gets it, who came first without the rule for several lots, price, per case, saving."""
    return [list(_overview_row(view, lot)) for lot in view.lots]


def _overview_row(view: ResultView, lot: LotView) -> Iterator[Cell]:
    row, names = leading(lot), {row.bid_id: row.bidder for row in lot.rows}
    chosen = [lot.drawn] if lot.drawn else list(lot.awards)
    first = [name for name in lot.winner if name]
    yield Cell(_("Lot"), f"{lot.lot_id} {lot.title}", numeric=False, url_bid=lot.lot_id)
    gets = ", ".join(names.get(bid, bid) for bid in chosen) or _("nobody")
    yield Cell(_("Goes to"), gets, _("lots to be drawn") if lot.unresolved_tie and not lot.drawn else "", numeric=False)
    if view.allocation is not None:
        beside = ", ".join(names.get(bid, bid) for bid in first) or "–"
        yield Cell(_("First without the rule for several lots"), beside, numeric=False)
    gets_it = row if chosen else None
    yield Cell(_("Price"), money(gets_it.price if gets_it else None, view.currency))
    yield Cell(_("Per case"), money(gets_it.eur_per_case if gets_it else None, view.currency))
    yield Cell(_("Saving per year"), whole(gets_it.saving_per_year if gets_it else None, view.currency))


def award_lines(view: ResultView, chosen: Mapping[str, str | None]) -> list[dict[str, str]]:
    """What is proposed: lot, bidder, price, per case, saving; "nobody" where no bid is admissible."""
    return [_award_line(view, view.lot(code), name or "") for code, name in chosen.items()]


def _award_line(view: ResultView, lot: LotView, name: str) -> dict[str, str]:
    row = next((row for row in lot.rows if row.bid_id == name), None)
    return {
        "lot": lot.lot_id,
        "title": lot.title,
        "bidder": row.bidder if row else "",
        "price": money(row.price, view.currency) if row else "",
        "net": money(row.net, view.currency) if row else "",
        "per_case": money(row.eur_per_case, view.currency) if row and row.eur_per_case is not None else "",
        "saving": _saving_words(row, view.currency) if row else "",
        "sentence": lot.sentence,
        "note": lot.allocation_note,
    }


def _saving_words(row: RowView, currency: str) -> str:
    """What the bid saves or costs more per year; "" without today's cost."""
    if row.saving_per_year is None:
        return ""
    text = _("saving %(money)s per year") if row.saving_per_year >= 0 else _("extra cost of %(money)s per year")
    return text % {"money": whole(abs(row.saving_per_year), currency)}


def allocation_words(view: ResultView) -> list[str]:
    """How the lots were handed out."""
    found = view.allocation
    if found is None:
        return []
    words = []
    if found.max_lots_awarded:
        words.append(_("One bidder gets at most %(number)s lots.") % {"number": found.max_lots_awarded})
    if found.limit_changed_result:
        words.append(_("This limit changed the result."))
    for discount in found.combination_discounts:
        values = {
            "bid": next(
                (row.bidder for lot in view.lots for row in lot.rows if row.bid_id == discount.bid_id), discount.bid_id
            ),
            "lots": ", ".join(discount.lot_ids),
            "money": money(discount.off, view.currency),
        }
        words.append(_("%(bid)s takes off %(money)s because it wins %(lots)s together.") % values)
    if found.total_evaluation_price is not None:
        words.append(
            _("All lots together cost %(money)s.") % {"money": money(found.total_evaluation_price, view.currency)}
        )
    return words


def comparison(lot: LotView) -> list[dict[str, Any]]:
    """Who would come first under the other methods; only the published one decides."""
    names = {row.bid_id: row.bidder for row in lot.rows}
    labels = method_names()
    rows = []
    for one in lot.result.comparison.values():
        first = ", ".join(names.get(bid, bid) for bid in one.winner) or "–"
        same = set(one.winner) == set(lot.winner)
        rows.append(
            {"cells": [labels.get(one.method, one.method), first, _("as decided") if same else _("another bid")]}
        )
    return rows
