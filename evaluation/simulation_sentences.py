"""What a trial of the rule says about euros, weights, methods and the order, in sentences of the active language."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.method_words import method_names
from evaluation.robust_tables import Table
from evaluation.simulation import Simulation
from evaluation.simulation_order import Swap
from evaluation.simulation_weights import PRICE, Weighing
from evaluation.simulation_worth import Worth

LEAST_POINTS = Decimal("0.1")  # a step of money is named that is worth at least as much
MOST_SWAPS = 4  # of each cause


def bid_word(name: str) -> str:
    """ "the cheap bid", or "bid 3"."""
    words = {"cheap": _("the cheap bid"), "middle": _("the middle bid"), "strong": _("the strong bid")}
    return words.get(name) or _("bid %(name)s") % {"name": name}


def bid_words(names: Iterable[str]) -> str:
    return ", ".join(map(bid_word, names))


def points_word(value: Decimal) -> str:
    """Three digits that say something: 0.000588235 -> 0.000588."""
    if not value:
        return number(Decimal(0))
    return number(shortest(value.quantize(Decimal(1).scaleb(max(value.adjusted() - 2, -9)))))


# -- what a euro is worth ---------------------------------------------------------------------------------------------
def worth_sentences(result: Simulation, currency: str) -> Iterator[str]:
    """About the bid in front."""
    leading = next((one for one in result.worth if one.bid in result.winner), None)
    if leading is None:
        return
    words = {"bid": bid_word(leading.bid)}
    if leading.per_point == 0:
        yield _("One more quality point is worth nothing: only the price decides.")
    elif leading.per_point is not None:
        words["money"] = money(leading.per_point, currency)
        yield _("In comparison with %(bid)s one more quality point (of 100) may cost %(money)s.") % words
    yield from _percent(leading, words, currency)


def _percent(one: Worth, words: dict[str, str], currency: str) -> Iterator[str]:
    if one.percent_in_quality == 0:
        yield _("A price that is 1 %% higher changes nothing there.") % {}
    elif one.per_percent and one.per_unit:
        step = Decimal(1)
        while abs(one.per_unit) * step < LEAST_POINTS:
            step *= 10
        words |= {
            "percent": points_word(one.per_percent), "points": points_word(one.per_unit * step),
            "money": money(step, currency, 0),
        }  # fmt: skip
        yield _("There 1 %% of the price is worth %(percent)s points; %(money)s are worth %(points)s points.") % words
    elif one.percent_in_quality is not None:
        words["points"] = points_word(one.percent_in_quality)
        yield _("There a price that is 1 %% higher is made up for by %(points)s quality points (of 100).") % words


def exchange_table(result: Simulation, currency: str) -> Table:
    """What a euro, a per cent and a quality point are worth at each bid."""
    one = money(Decimal(1), currency, 0)
    columns = [
        ("per_unit", _("%(money)s is worth (points)") % {"money": one}),
        ("per_percent", _("1 %% of the price is worth (points)") % {}),
        ("percent_in_quality", _("1 %% more is made up for by (quality points of 100)") % {}),
        ("per_point", _("One more quality point may cost")),
    ]
    shown = [(name, head) for name, head in columns if any(getattr(row, name) is not None for row in result.worth)]
    rows = [[bid_word(row.bid), *(_worth_cell(row, name, currency) for name, _head in shown)] for row in result.worth]
    heads = [_("Invented bid"), *((head, "number") for _name, head in shown)]
    note = _("Each time against a bid that is equal but for this; – means that there is no such figure here.")
    return Table(_("What a euro and a point are worth"), heads, rows, note)


def _worth_cell(row: Worth, name: str, currency: str) -> str:
    value: Decimal | None = getattr(row, name)
    if value is None:
        return "–"
    return money(value, currency) if name == "per_point" else points_word(value)


# -- other weights and methods ----------------------------------------------------------------------------------------
def weight_sentences(result: Simulation) -> Iterator[str]:
    """Which weight of the price, and of which criterion, would change the first place."""
    for one in result.weighings:
        if one.what == PRICE:
            yield _price_weight(one)
    others = [one for one in result.weighings if one.what != PRICE]
    turning = [criterion_word(result, one.what) for one in others if len(one.ranges) > 1]
    if turning:
        yield _("Another weight of these criteria would change the first place: %(criteria)s.") % {
            "criteria": ", ".join(turning)
        }
    elif others:
        yield _("No other weight of a single criterion would change the first place.")


def _price_weight(one: Weighing) -> str:
    at = next(n for n, found in enumerate(one.ranges) if found.low <= one.published <= found.high)
    here, words = one.ranges[at], {"published": number(shortest(one.published))}
    below, above = one.ranges[at - 1] if at else None, one.ranges[at + 1] if at + 1 < len(one.ranges) else None
    if below is not None:
        words |= {"low": percent_word(here.low), "lower": bid_words(below.winner)}
    if above is not None:
        words |= {"high": percent_word(here.high), "upper": bid_words(above.winner)}
    if below and above:
        text = _("With a price weight below %(low)s %% %(lower)s would come first, above %(high)s %% %(upper)s "
                 "(in the draft: %(published)s %%).")  # fmt: skip
    elif below:
        text = _("With a price weight below %(low)s %% %(lower)s would come first (in the draft: %(published)s %%).")
    elif above:
        text = _("With a price weight above %(high)s %% %(upper)s would come first (in the draft: %(published)s %%).")
    else:
        text = _("No other price weight would change the first place (in the draft: %(published)s %%).")
    return text % words


def percent_word(value: Decimal) -> str:
    """Two decimals are enough to read; the file has four."""
    return number(shortest(value.quantize(Decimal("0.01"))))


def criterion_word(result: Simulation, key: str) -> str:
    """ "B1 Concept", or the code alone."""
    return f"{key} {result.names[key]}" if key in result.names else key


def weights_table(result: Simulation) -> Table:
    """Every range of weights with who would come first in it."""
    rows = [
        [
            _("Price (per cent)") if one.what == PRICE else criterion_word(result, one.what),
            number(shortest(one.published)),
            _("%(low)s to %(high)s") % {"low": percent_word(found.low), "high": percent_word(found.high)},
            bid_words(found.winner),
        ]
        for one in result.weighings
        for found in one.ranges
    ]
    heads = [_("Weight of"), (_("In the draft"), "number"), (_("If it were"), "number"), _("First place")]
    note = _("Criteria in points of 100; the others keep their proportions.")
    return Table(_("Which weight would change the first place"), heads, rows, note)


def method_sentence(result: Simulation) -> str:
    """Which other method would bring another of the typed bids to the front."""
    names = method_names()
    changing = [
        _("%(method)s: %(bid)s") % {"method": names[method], "bid": bid_words(winner)}
        for method, winner in result.other_winners.items()
        if winner and set(winner) != set(result.winner)
    ]
    if not changing:
        return _("None of the other methods would change the first place.") if result.other_winners else ""
    return _("Another method would change the first place (%(methods)s).") % {"methods": "; ".join(changing)}


# -- the order --------------------------------------------------------------------------------------------------------
def order_sentences(result: Simulation, currency: str) -> list[str]:
    """Which pairs change places; one sentence when none does; nothing for a trial kept before this was asked."""
    if result.swaps is None or len(result.placed) < 2:
        return []
    if not result.swaps:
        return [_("No pair changes places when one of these bids is left out, when another one comes in, or when "
                  "the bids are measured against another reference value.")]  # fmt: skip
    found = []
    for cause in ("left_out", "added", "reference"):
        found += [one for one in result.swaps if one.cause == cause][:MOST_SWAPS]
    return [_swap(one, result, currency) for one in found]


def _swap(one: Swap, result: Simulation, currency: str) -> str:
    words = {"ahead": bid_word(one.ahead), "behind": bid_word(one.behind), "out": bid_word(one.what)}
    if one.cause == "added":
        words["price"] = money(one.price, currency)
        words["points"] = number(shortest(one.performance)) if one.performance is not None else "–"
    text = _swap_texts()[one.cause if one.cause != "reference" else one.what] % words
    if one.winner and set(one.winner) != set(result.winner):
        text = f"{text} {_('%(bid)s would then come first.') % {'bid': _upper(bid_words(one.winner))}}"
    return text


def _swap_texts() -> dict[str, str]:
    return {
        "left_out": _("Without %(out)s, %(ahead)s would stand before %(behind)s."),
        "added": _("If a bid at %(price)s with %(points)s performance points came in, %(ahead)s would stand before "
                   "%(behind)s."),
        "mean_price": _("Measured against the mean of the prices instead of the lowest price, %(ahead)s would stand "
                        "before %(behind)s."),
        "median_price": _("Measured against the price in the middle instead of the lowest price, %(ahead)s would "
                          "stand before %(behind)s."),
        "mean": _("Measured against the means of the bids, %(ahead)s would stand before %(behind)s."),
        "median": _("Measured against the medians of the bids, %(ahead)s would stand before %(behind)s."),
    }  # fmt: skip


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
