"""The robustness of a lot as tables and sentences for the expert part of the result page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.results import LotView
from evaluation.scoring.analysis import EvaluatorOut, LotAnalysis, Simulated
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.inputs import Criterion


@dataclass(frozen=True, slots=True)
class Table:
    """A caption, heads (the first is the row's header) and rows of texts; `note` stands below."""

    caption: str
    heads: Sequence[Any]
    rows: Sequence[Sequence[str]]
    note: str = ""


def tables(lot: LotView, currency: str, *, with_people: bool, together: bool = False) -> list[Table]:
    """Everything the engine found out about the lot; people only for those who may read single scores.

    `together`: who gets the lot hangs on the other lots, too.
    """
    if not lot.robustness.losers:
        return []
    found = [_losers(lot, currency, together=together), _left_out(lot)]
    if (analysis := lot.robustness.analysis) is not None:
        found += _of_analysis(lot, analysis, with_people)
    return [table for table in found if table.rows]


def _of_analysis(lot: LotView, analysis: LotAnalysis, with_people: bool) -> Iterator[Table]:
    yield _weights(lot, analysis)
    if with_people:
        yield _people(lot, analysis.evaluators)
    if analysis.simulated is not None:
        yield _acceptability(lot, analysis.simulated)


def _names(lot: LotView) -> dict[str, str]:
    return {row.bid_id: row.bidder for row in lot.rows}


def _losers(lot: LotView, currency: str, *, together: bool) -> Table:
    names, needed = _names(lot), lot.robustness.analysis.needed_performance if lot.robustness.analysis else {}
    rows = [
        [
            names.get(item.bid_id, item.bid_id),
            money(item.break_even_price, currency),
            number(needed.get(item.bid_id)),
            ", ".join(f"{key} {number(shortest(score))}" for key, score in item.needed_scores.items() if score) or "–",
        ]
        for item in lot.robustness.losers
    ]
    heads = [
        _("Bidder"), (_("Would lead at a price of"), "number"), (_("Or with performance points of"), "number"),
        _("Or with one score of"),
    ]  # fmt: skip
    note = _("Each question alone, everything else unchanged; – means that nothing of this kind would be enough.")
    if together:
        more = _("It is about first place in this lot alone; the lots are handed out together by the published rule.")
        note = f"{note} {more}"
    return Table(_("What the others would have needed"), heads, rows, note)


def _left_out(lot: LotView) -> Table:
    names = _names(lot)
    rows = [
        [
            names.get(item.bid_id, item.bid_id),
            ", ".join(names.get(bid, bid) for bid in item.winner) if item.winner_changes else _("unchanged"),
            _("changes") if item.order_changes else _("unchanged"),
        ]
        for item in lot.robustness.left_out
    ]
    return Table(_("Without one of the bids"), [_("Without"), _("First place"), _("Order behind")], rows)


def _weights(lot: LotView, analysis: LotAnalysis) -> Table:
    titles = {criterion.id: criterion for criterion in lot.criteria}
    rows = [
        [
            _title(titles.get(item.criterion), item.criterion),
            number(shortest(item.points)),
            _("%(low)s to %(high)s") % {"low": number(shortest(item.low)), "high": number(shortest(item.high))},
            "–" if item.change_pct is None else _("%(percent)s %%") % {"percent": number(shortest(item.change_pct))},
        ]
        for item in analysis.criteria
    ]
    heads = [
        _("Criterion"), (_("Points"), "number"), (_("First place stays with"), "number"),
        (_("Smallest change for another winner"), "number"),
    ]  # fmt: skip
    note = _("The other criteria keep their proportions.")
    if analysis.critical:
        words = _("The result hangs most on the weight of %(criterion)s.")
        note = f"{words % {'criterion': _title(titles.get(analysis.critical), analysis.critical)}} {note}"
    return Table(_("Other weights of the criteria"), heads, rows, note)


def _title(criterion: Criterion | None, key: str) -> str:
    return f"{key} {criterion.name}" if criterion and criterion.name else key


def _people(lot: LotView, evaluators: Sequence[EvaluatorOut]) -> Table:
    names = _names(lot)
    rows = [
        [
            item.evaluator,
            ", ".join(names.get(bid, bid) for bid in item.winner) if item.winner_changes else _("unchanged"),
        ]
        for item in evaluators
    ]
    return Table(_("Without the scores of one person"), [_("Without"), _("First place")], rows)


def _acceptability(lot: LotView, found: Simulated) -> Table:
    names = _names(lot)
    rows = [
        [names.get(bid, bid), share(counts[0], found.draws), share(sum(counts[:2]), found.draws)]
        for bid, counts in found.ranks.items()
    ]
    words = _("%(draws)s random weightings of price and criteria (seed %(seed)s, %(generator)s, ± 1 percentage point).")
    note = words % {"draws": number(Decimal(found.draws)), "seed": found.seed, "generator": found.generator}
    if found.stays is not None:
        noise = _(
            "If every score moved by up to one point at random, the first place would stay in %(share)s of cases."
        )
        note = f"{note} {noise % {'share': share(found.stays, found.noise_draws)}}"
    heads = [_("Bidder"), (_("First"), "number"), (_("First or second"), "number")]
    return Table(_("Any other weights"), heads, rows, note)


def share(count: int, of: int) -> str:
    """A share in whole per cent; "under 1" and "over 99" where rounding would say never or always."""
    if 0 < count * 100 < of:
        return _("under 1 %%") % {}
    if of * 99 < count * 100 < of * 100:
        return _("over 99 %%") % {}
    return _("%(percent)s %%") % {"percent": number(as_decimal(Fraction(count * 100, of), 0))}
