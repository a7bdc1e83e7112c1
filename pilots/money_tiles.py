"""Money and time of a trial as tiles. Only demonstrated effects count; hours are capacity and never added to money."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number
from pilots.figures import whole

Json = Mapping[str, Any]
Tile = dict[str, Any]


def money_tiles(figures: Json, currency: str) -> list[Tile]:
    """Tiles of the stored money figures of an analysis; those without a figure are left out."""
    tiles = [
        _tile(_("Total cost"), money(whole(figures["total_cost_eur"]), currency, 0)),
        _tile(_("Own cost after the grant"), money(whole(figures["own_cost_eur"]), currency, 0)),
        _per_case(figures, currency),
        _hours(figures, currency),
        _saving(figures, currency),
        _revenue(figures, currency),
        _per_success(figures, currency),
    ]
    return [tile for tile in tiles if tile]


def _tile(label: str, value: str, note: str = "", kind: str = "") -> Tile:
    return {"label": label, "value": value, "note": note, "kind": kind}


def _per_case(figures: Json, currency: str) -> Tile | None:
    if figures["cost_per_case_eur"] is None:
        return None
    own = money(figures["own_cost_per_case_eur"], currency)
    note = _("%(cases)s cases; own cost %(own)s per case") % {"cases": number(str(figures["cases"])), "own": own}
    if figures["baseline_cost_per_case_eur"] is not None:
        before = money(figures["baseline_cost_per_case_eur"], currency)
        note = f"{note}; " + _("before the trial a case cost %(before)s") % {"before": before}
    return _tile(_("Cost of the trial per case"), money(figures["cost_per_case_eur"], currency), note)


def _hours(figures: Json, currency: str) -> Tile | None:
    if figures["staff_hours_shown"] is None:
        return None
    hours = Decimal(figures["staff_hours_shown"])
    if not hours:
        return _tile(_("Staff hours"), number("0"), _nothing_counted())
    worth = money(whole(figures["staff_value_shown_eur"]), currency, 0)
    note = _("Capacity, not cash: worth %(value)s at the hourly rate") % {"value": worth}
    if hours > 0:
        return _tile(_("Staff hours freed"), number(hours), note, "success")
    return _tile(_("Additional staff hours"), number(-hours), note, "danger")


def _saving(figures: Json, currency: str) -> Tile | None:
    if figures["cash_saving_shown_eur"] is None:
        return None
    saving = Decimal(figures["cash_saving_shown_eur"])
    value = money(abs(saving), currency)
    if not saving:
        return _tile(_("Cash saving"), value, _nothing_counted())
    note = _("Over all cases of the trial")
    if saving > 0:
        return _tile(_("Cash saving"), value, note, "success")
    return _tile(_("Additional cash cost"), value, note, "danger")


def _revenue(figures: Json, currency: str) -> Tile | None:
    if figures["revenue_change_shown_eur"] is None:
        return None
    shift = Decimal(figures["revenue_change_shown_eur"])
    value = money(abs(shift), currency)
    if not shift:
        return _tile(_("Change of revenue"), value, _nothing_counted())
    note = _("Over the months of the trial")
    if shift > 0:
        return _tile(_("Additional revenue"), value, note, "success")
    return _tile(_("Lost revenue"), value, note, "danger")


def _per_success(figures: Json, currency: str) -> Tile | None:
    if figures["cost_per_success_eur"] is None:
        return None
    low, high = (money(edge, currency) for edge in figures["cost_per_success_interval_eur"])
    between = _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _tile(_("Cost per additional success"), money(figures["cost_per_success_eur"], currency), between)


def _nothing_counted() -> str:
    return _("No effect is demonstrated, so nothing is counted.")
