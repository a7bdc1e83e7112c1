"""The money of an award paper: competence, saving, funds, own provision, and what else could be done at which cost."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation import award_rules, result_tables
from evaluation.figures import number, shortest
from evaluation.provision import break_even_words, finding
from evaluation.result_tables import fine, whole
from pilots.papers.award_read import Award, Values, prefix


def saving_sentence(award: Award) -> str:
    saving = saving_per_year(award)
    if saving is None:
        return ""
    words = {"money": whole(abs(saving), award.tender.currency)}
    if saving >= 0:
        return _("That saves %(money)s a year against today.") % words
    return _("That costs %(money)s a year more than today.") % words


def saving_per_year(award: Award) -> Decimal | None:
    """Sum over the lots; None unless every proposed lot states today's cost."""
    savings = [row.saving_per_year for _lot, row in award.winners]
    found = [saving for saving in savings if saving is not None]
    return sum(found, Decimal(0)) if found and len(found) == len(savings) else None


def today_per_year(award: Award) -> Decimal | None:
    """What the proposed lots cost today in a year; None unless every one states it."""
    costs = [
        lot.input.baseline_cost_per_case * lot.input.reference_quantity
        for lot, _row in award.winners
        if lot.input.baseline_cost_per_case is not None and lot.input.reference_quantity
    ]
    return sum(costs, Decimal(0)) if costs and len(costs) == len(award.winners) else None


def competence(award: Award) -> str:
    """Mayor, committee or council for all lots awarded before and proposed now; by the rule the award itself asks."""
    chosen = {lot.lot_id: row.bid_id for lot, row in award.winners}
    if not chosen:
        return ""
    value = award_rules.award_value(award.tender, award.view.result, chosen)
    found = award_rules.competence(award.tender, value)
    if found is None:
        return ""
    words = {"value": whole(found.value, award.tender.currency)}
    if found.limit is None:
        return _("Net value %(value)s: whatever the value, the council decides.") % words
    words["limit"] = whole(found.limit, award.tender.currency)
    if found.body == "mayor":
        return _("Net value %(value)s: up to %(limit)s the mayor may decide alone.") % words
    if found.body == "committee":
        return _("Net value %(value)s: up to %(limit)s the committee decides.") % words
    return _("Net value %(value)s: above %(limit)s the council decides.") % words


def _net_value(award: Award) -> Decimal | None:
    nets = [row.net for _lot, row in award.winners if row.net is not None]
    return sum(nets, Decimal(0)) if nets else None


def figures(award: Award) -> list[Values]:
    if award.single:
        return [
            {key: text for key, text in tile.items() if text} for tile in result_tables.tiles(award.view, award.single)
        ]
    if not award.winners:
        return []
    total = sum((row.price for _lot, row in award.winners if row.price is not None), Decimal(0))
    tiles = [
        {"label": _("All lots together"), "value": award.money(total), "note": result_tables.basis_word(award.view)}
    ]
    saving, terms = saving_per_year(award), [row.economics for _lot, row in award.winners]
    if saving is not None:
        over = sum((t.saving_over_term for t in terms if t and t.saving_over_term is not None), Decimal(0))
        tiles.append({
            "label": _("Saving per year") if saving >= 0 else _("Extra cost per year"),
            "value": whole(abs(saving), award.tender.currency),
            "note": _("%(money)s over the term") % {"money": whole(over, award.tender.currency)},
            "kind": "success" if saving >= 0 else "warning",
        })  # fmt: skip
    return tiles


def funds(award: Award) -> list[str]:
    """The proposal against the estimate the office made before."""
    estimate, value = award.tender.value, _net_value(award)
    if not estimate or value is None:
        return []
    words = {"estimate": award.money(estimate), "value": award.money(value)}
    percent = (abs(value - estimate) / estimate * 100).quantize(Decimal("0.1"))
    words["percent"] = number(percent)
    if value > estimate:
        return [_("Estimated %(estimate)s net; the proposal is %(value)s net, %(percent)s %% more.") % words]
    return [_("Estimated %(estimate)s net; the proposal is %(value)s net, %(percent)s %% less.") % words]


def alternatives(award: Award) -> list[Values]:
    options = [_as_proposed(award)] if award.winners and not award.is_awarded else []
    return [*options, _by_ourselves(award), *([] if award.is_awarded else [_again(award)])]


def _as_proposed(award: Award) -> Values:
    saving = saving_per_year(award)
    cost = award.money(sum((row.price for _lot, row in award.winners if row.price is not None), Decimal(0)))
    text = _("The contract can be concluded as soon as every waiting period has ended.")
    option = {"code": "award", "title": _("Award as proposed"), "text": text}
    option["cost"] = _("%(cost)s over the term.") % {"cost": cost}
    if saving is not None:
        option["cost"] += f" {saving_sentence(award)}"
    return option


def own_provision(award: Award) -> Iterator[str]:
    """Lot by lot what buying saves against the full own cost, from how many cases on, and what is missing."""
    for lot, _row in award.winners:
        one = award.own.get(lot.lot_id)
        if one is None:
            continue
        yield f"{prefix(award, lot)}{finding(one, award.tender.currency)} {break_even_words(one)}"
        if one.missing:
            yield _("Not in the own costs: %(items)s.") % {"items": "; ".join(one.missing)}


def _own_per_year(award: Award) -> tuple[Decimal, Decimal] | None:
    """(full own cost, saving by the proposal) of a year over all proposed lots; None unless every one is compared."""
    found = [award.own.get(lot.lot_id) for lot, _row in award.winners]
    whole_ones = [one for one in found if one is not None and not one.missing]
    if not found or len(whole_ones) < len(found):
        return None
    zero = Decimal(0)
    return (
        sum((one.own_per_year for one in whole_ones), zero), sum((one.saving_per_year for one in whole_ones), zero)
    )  # fmt: skip


def _by_ourselves(award: Award) -> Values:
    """Today's way of doing it: at the full cost of the own provision where it is known, else at today's cost."""
    today, saving = today_per_year(award), saving_per_year(award)
    if (own := _own_per_year(award)) is not None:
        return _at_full_cost(award, *own)
    option = {"code": "before", "title": _("Keep doing it as today")}
    if today is None:
        return {**option, "text": _("Today's cost was not stated, so the two cannot be compared.")}
    words = {"money": whole(today, award.tender.currency), "cases": "; ".join(_cases(award))}
    option["cost"] = _("About %(money)s a year (%(cases)s).") % words
    if saving is None:
        return {**option, "text": _("Everything stays as it is.")}
    words["money"] = whole(abs(saving), award.tender.currency)
    if saving >= 0:
        return {**option, "text": _("That is %(money)s a year more than the bid in first place.") % words}
    return {**option, "text": _("That is %(money)s a year less than the bid in first place.") % words}


def _at_full_cost(award: Award, own: Decimal, saving: Decimal) -> Values:
    words = {"money": whole(abs(saving), award.tender.currency)}
    text = _("That is %(money)s a year more than the bid in first place.")
    if saving < 0:
        text = _("That is %(money)s a year less than the bid in first place.")
    cost = _("%(money)s a year at full cost.") % {"money": whole(own, award.tender.currency)}
    return {"code": "before", "title": _("Keep doing it ourselves"), "cost": cost, "text": text % words}


def _cases(award: Award) -> Iterator[str]:
    for lot, _row in award.winners:
        cost, cases = lot.input.baseline_cost_per_case, lot.input.reference_quantity
        if cost is not None and cases:
            words = {"cost": fine(cost, award.tender.currency), "cases": number(shortest(cases))}
            yield _("%(cases)s cases at %(cost)s") % words


def _again(award: Award) -> Values:
    text = _("Needs a legal ground; without one the bidders may ask for their costs.")
    option = {"code": "cancel", "title": _("Cancel and tender again"), "text": text}
    if award.tender.published_at:
        weeks = max(1, (award.view.created_at - award.tender.published_at).days // 7)
        text = ngettext(
            "From publication to the result this procedure took %(n)s week.",
            "From publication to the result this procedure took %(n)s weeks.",
            weeks,
        )
        option["cost"] = text % {"n": weeks}
    return option
