"""Tables and pictures of an award paper. Tables that name other bids are fields which the public never reads."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation import result_tables
from evaluation.figures import number, shortest
from evaluation.result_tables import whole
from evaluation.results import LotView, RowView
from pilots.papers.award_money import saving_per_year, today_per_year
from pilots.papers.award_read import Award, Values, plain


def pictures(award: Award) -> Values:
    found: Values = {}
    points = result_tables.chart_points(award.single) if award.single else []
    if award.single and len(points) > 1:
        found["picture_bids"] = {
            "currency": award.tender.currency,
            "points": [{**p, "price": plain(p["price"]), "performance": plain(p["performance"])} for p in points],
        }
        if (today := result_tables.cost_today(award.single)) is not None:
            found["picture_bids"]["today"] = plain(today)
    today_cost, saving = today_per_year(award), saving_per_year(award)
    if today_cost is not None and saving is not None:
        bars = [(_("Today"), today_cost, False), (_("With this bid"), today_cost - saving, True)]
        found["picture_cost"] = {
            "title": _("Cost per year: today and with this bid"),
            "unit": _("%(currency)s per year") % {"currency": award.tender.currency},
            "rows": [
                {"label": label, "value": plain(value), "text": whole(value, award.tender.currency), "winner": proposed}
                for label, value, proposed in bars
            ],
        }
    return found


def tables(award: Award) -> Values:
    if award.single:
        return {"result": [_result(award, award.single)], "bids": [_bids(award, award.single)]}
    return {"lots": [_lots(award)], "bids_by_lot": [_bids(award, lot) for lot in award.view.lots]}


def _heads(award: Award, lots: Sequence[LotView]) -> list[list[str]]:
    heads = [[_("Price"), "number"], [points_word(award), "number"]]
    if any(lot.input.reference_quantity is not None for lot in lots):
        heads.append([_("Per case"), "number"])
        if any(lot.has_baseline for lot in lots):
            heads.append([_("Saving per year"), "number"])
    return [head for head in heads if head[0]]


def points_word(award: Award) -> str:
    """What bids are compared by beside the price; "" where the lowest price wins."""
    if award.view.spec.method == "price_only":
        return ""
    return _("Performance points") if award.view.spec.method.startswith("ratio") else _("Points")


def _cells(award: Award, lots: Sequence[LotView], row: RowView | None) -> list[str]:
    """Price, points, per case, saving, as far as the heads name them."""
    if row is None:
        return ["–" for _head in _heads(award, lots)]
    points = row.performance_points if award.view.spec.method.startswith("ratio") else row.total
    cells = {
        _("Price"): award.money(row.price),
        points_word(award): number(None if points is None else shortest(points)),
        _("Per case"): award.money(row.eur_per_case),
        _("Saving per year"): whole(row.saving_per_year, award.tender.currency),
    }
    return [cells[head] for head, _side in _heads(award, lots)]


def _result(award: Award, lot: LotView) -> Values:
    """The proposed bid; the others are counted, neither named nor priced."""
    row, heads = award.chosen[0], _heads(award, [lot])
    rows: list[Values] = []
    if row is not None:
        rows.append({"cells": [row.bidder, *_cells(award, [lot], row)], "mark": "winner"})
    if others := len(lot.valid_rows) - len(rows):
        text = ngettext("%(n)s further admissible bid", "%(n)s further admissible bids", others) % {"n": others}
        rows.append({"cells": [text, *(_("not public") for _head in heads)], "mark": "muted"})
    return {"caption": _("The bid in first place"), "heads": [[_("Bid"), "text"], *heads], "rows": rows}


def _bids(award: Award, lot: LotView) -> Values:
    rows: list[Values] = [
        {
            "cells": [row.bidder, "–" if row.rank is None else str(row.rank), *_cells(award, [lot], row)],
            "mark": "winner" if row in award.chosen else "",
        }
        for row in lot.valid_rows
    ]
    rows += [
        {"cells": [out.bidder, "–", out.status, *("–" for _head in _heads(award, [lot])[1:])], "mark": "muted"}
        for out in result_tables.left_out(lot)
    ]
    caption = _("All bids") if award.single else f"{lot.lot_id} {lot.title}"
    heads = [[_("Bidder"), "text"], [_("Rank"), "number"], *_heads(award, [lot])]
    return {"caption": caption, "heads": heads, "rows": rows}


def _lots(award: Award) -> Values:
    lots = award.view.lots
    rows = [
        {
            "cells": [
                f"{lot.lot_id} {lot.title}", _goes_to(lot, row), *_cells(award, lots, row),
            ],
            "mark": "",
        }
        for lot, row in zip(lots, award.chosen, strict=True)
    ]  # fmt: skip
    heads = [[_("Lot"), "text"], [_("Goes to"), "text"], *_heads(award, lots)]
    return {"caption": _("Who gets which lot"), "heads": heads, "rows": rows}


def _goes_to(lot: LotView, row: RowView | None) -> str:
    if lot.blocked:
        return _("not decided yet")
    return row.bidder if row else _("nobody")
