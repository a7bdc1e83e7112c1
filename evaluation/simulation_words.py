"""The answers of a simulation in sentences and tables of the active language."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.method_words import finding_words, method_names
from evaluation.robust_tables import Table, share
from evaluation.scoring.codec import decode
from evaluation.simulating import findings_of
from evaluation.simulation import Degenerate, Placed, Simulation
from evaluation.simulation_sentences import (
    bid_word,
    bid_words,
    exchange_table,
    method_sentence,
    order_sentences,
    weight_sentences,
    weights_table,
    worth_sentences,
)


def stored(result: Mapping[str, Any]) -> Simulation:
    """A stored result read back."""
    found = decode(Simulation, result)
    assert isinstance(found, Simulation)
    return found


def placed_table(result: Simulation, currency: str) -> Table:
    """The invented bids under the rule."""
    columns = [name for name in _titles() if any(getattr(row, name) is not None for row in result.placed)]
    heads = [
        _("Invented bid"), (_("Price"), "number"), (_("Performance points"), "number"),
        *((_titles()[name], "number") for name in columns), (_("Rank"), "number"),
    ]  # fmt: skip
    return Table(_("The invented bids under this rule"), heads, [_row(row, columns, currency) for row in result.placed])


def _titles() -> dict[str, str]:
    return {
        "price_points": _("Price points"), "quality_points": _("Quality points"), "total": _("Total"),
        "figure": _("Key figure"),
    }  # fmt: skip


def _row(row: Placed, columns: list[str], currency: str) -> list[str]:
    shown = [number(getattr(row, name)) for name in columns]
    rank = str(row.rank) if row.rank is not None else _("out")
    return [bid_word(row.name), money(row.price, currency), number(shortest(row.performance)), *shown, rank]


def sentences(result: Simulation, currency: str) -> list[str]:
    """What to know first: who wins, what a point is worth, what the weight would change, what misleads."""
    return [text for text in _sentences(result, currency) if text]


def _sentences(result: Simulation, currency: str) -> Iterator[str]:
    if len(result.winner) == 1:
        yield _("Of the invented bids %(bid)s comes first.") % {"bid": bid_word(result.winner[0])}
    elif result.winner:
        yield _("Several of the invented bids are equal.")
    else:
        yield _("None of the invented bids would be admissible.")
    if result.worth:
        yield from worth_sentences(result, currency)
    else:
        yield from _worth_of_the_middle(result, currency)
    if result.weighings:
        yield from weight_sentences(result)
    elif result.price_weight is not None:
        low, high = (number(shortest(end)) for end in result.price_weight)
        text = _("The first place would stay for a price weight from %(low)s to %(high)s %%.")
        yield text % {"low": low, "high": high}
    yield method_sentence(result)
    yield _reversals(result)


def _worth_of_the_middle(result: Simulation, currency: str) -> Iterator[str]:
    """What trials say that were kept before every bid was asked."""
    if result.point_worth:
        text = _("For one more quality point (of 100) the bid in the middle may cost %(money)s more.")
        yield text % {"money": money(result.point_worth, currency)}
    elif result.point_worth is not None:
        yield _("One more quality point is worth nothing: only the price decides.")


def _reversals(result: Simulation) -> str:
    if not result.winner_changes:
        return _("In none of the %(sets)s random sets does a losing bid decide who wins.") % {"sets": result.sets}
    text = _("In %(count)s of %(sets)s random sets another bid would win if one losing bid were not there.")
    return text % {"count": result.winner_changes, "sets": result.sets}


def reversal_table(result: Simulation, currency: str) -> Table | None:
    """The smallest example of a losing bid that decides."""
    found = result.reversal
    if found is None:
        return None
    rows = [[name, money(price, currency), number(shortest(points))] for name, price, points in found.bids]
    note = _("%(before)s wins; without %(out)s it is %(after)s.") % {
        "before": ", ".join(found.before), "out": found.left_out, "after": ", ".join(found.after),
    }  # fmt: skip
    heads = [_("Bid"), (_("Price"), "number"), (_("Performance points"), "number")]
    return Table(_("The smallest example: a losing bid decides"), heads, rows, note)


def worth_table(result: Simulation, currency: str) -> Table:
    """Pairs of performance and price that rank level with the middle bid."""
    rows = [[number(shortest(points)), money(price, currency)] for points, price in result.indifferent]
    heads = [(_("Performance points"), "number"), (_("Price at which it is level with the middle bid"), "number")]
    return Table(_("What quality may cost"), heads, rows)


def methods_table(result: Simulation) -> Table:
    """How often, and for the invented bids, another method gives another first place."""
    labels = method_names()
    counts = result.other_methods
    rows = [
        [labels[method], bid_words(winner) or "–", share(counts[method], result.sets) if method in counts else "–"]
        for method, winner in result.other_winners.items()
    ]
    heads = [_("Method"), _("First of the invented bids"), (_("Another first place in the random sets"), "number")]
    return Table(_("Other methods on the same bids"), heads, rows)


def degenerate_table(result: Simulation) -> Table:
    """Extreme situations."""
    rows = [[_situation(item), _outcome(item)] for item in result.degenerate]
    return Table(_("Extreme situations"), [_("Situation"), _("First place")], rows)


def _situation(item: Degenerate) -> str:
    return {
        "single": _("a single bid"),
        "equal": _("two equal bids"),
        "all_far_above": _("all others at more than twice the lowest price (A very cheap, 3 of 10 points)"),
        "cheapest_is_worst": _("the cheaper bid is nearly worthless (A: 1 of 10 points)"),
        "no_points": _("nobody gets any points (A is cheaper)"),
    }[item.code]


def _outcome(item: Degenerate) -> str:
    if not item.winner:
        return _("no admissible bid")
    return ", ".join(item.winner) if len(item.winner) == 1 else _("equal, the rule for ties decides")


def warnings(result: Simulation) -> list[str]:
    """Dead criteria and rounding that decides."""
    return [finding_words(finding) for finding in findings_of(result)]


def context(result: Simulation, currency: str) -> dict[str, Any]:
    """Everything the page shows about a result."""
    tables = [
        exchange_table(result, currency), worth_table(result, currency), weights_table(result), methods_table(result),
        degenerate_table(result),
    ]  # fmt: skip
    example = reversal_table(result, currency)
    return {
        "placed": placed_table(result, currency),
        "sentences": sentences(result, currency),
        "order": order_sentences(result, currency),
        "warnings": warnings(result),
        "tables": [table for table in ([example] if example else []) + tables if table.rows],
        "drawn": _("%(sets)s random sets, seed %(seed)s, %(generator)s.")
        % {"sets": number(Decimal(result.sets)), "seed": result.seed, "generator": result.generator},
    }
