"""Robustness: what the others would have needed. The engine searched for these figures; they do not recalculate."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from evaluation.figures import number
from evaluation.scoring.analysis import LotAnalysis, Simulated
from evaluation.scoring.exact import half_up
from evaluation.scoring.results import LotResult
from reports.workbook import formulas
from reports.workbook.evaluation import Evaluation
from reports.workbook.layout import Rows, Sheet, at, lines_of
from reports.workbook.ranking import OWN_COLUMNS
from reports.workbook.subject import Lot
from reports.workbook.summary import Rule

STEPS = tuple(Decimal(step) / 10 for step in range(11))


def write_sheet(sheet: Sheet, parts: list[tuple[Lot, Evaluation]], rule: Rule) -> None:
    """A block per lot."""
    sheet.text(0, 0, _("Robustness"), "title")
    note = _("Values from the engine: it scored the lot again for each question. They belong to the official result.")
    sheet.text(1, 0, note, "note")
    sheet.widths((0, 0, 18), (1, 1, 36), (2, 14, 15))
    rows = Rows(3)
    for lot, evaluation in parts:
        _lot(sheet, rows, lot, evaluation, rule)


def _lot(sheet: Sheet, rows: Rows, lot: Lot, evaluation: Evaluation, rule: Rule) -> None:
    sheet.text(rows.take(), 0, f"{lot.id} {lot.input.title}", "section")
    sentence = lot.robustness_sentence or _("There is nothing to compare.")
    row = rows.take(2)
    sheet.merged((row, 0), (row, 9), sentence, "lead")
    sheet.tall(row, lines_of(sentence, 130), 16)
    if lot.robustness.losers:
        _losers(sheet, rows, lot)
        _left_out(sheet, rows, lot)
    if lot.robustness.analysis is not None:
        _analysis(sheet, rows, lot, lot.robustness.analysis)
    if lot.robustness.price_weight is not None and "total" in OWN_COLUMNS[lot.subject.spec.method]:
        _weights(sheet, rows, lot, evaluation, rule)
    _methods(sheet, rows, lot)


def _losers(sheet: Sheet, rows: Rows, lot: Lot) -> None:
    """Price and scores with which each of the others would have come first."""
    criteria = [criterion for criterion in lot.criteria if criterion.is_scored]
    head = rows.take()
    sheet.heads(head, 0, [
        _("Bid"), _("Bidder"), _("Price with which it would lead"), _("Reduction"), _("Reduction, %"),
        *(_("Score needed in %(criterion)s") % {"criterion": criterion.id} for criterion in criteria),
    ])  # fmt: skip
    sheet.ws.set_row(head, 42)
    for loser in lot.robustness.losers:
        row = rows.take()
        sheet.text(row, 0, loser.bid_id, "text!")
        sheet.text(row, 1, lot.name(loser.bid_id))
        for offset, value in enumerate((loser.break_even_price, loser.reduction, loser.reduction_pct)):
            sheet.number(row, 2 + offset, value if value is not None else "–", "money")
        for offset, criterion in enumerate(criteria):
            needed = loser.needed_scores.get(criterion.id)
            sheet.number(row, 5 + offset, needed if needed is not None else "–", "points")
    sheet.text(rows.take(2), 0, _("– means: not reachable by this alone, everything else unchanged."), "note")


def _left_out(sheet: Sheet, rows: Rows, lot: Lot) -> None:
    """Whether the order hangs on a bid that loses."""
    sheet.heads(rows.take(), 0, [_("Without"), _("Bidder"), _("First place"), _("Order behind")], left=4)
    for item in lot.robustness.left_out:
        row = rows.take()
        sheet.text(row, 0, item.bid_id, "text!")
        sheet.text(row, 1, lot.name(item.bid_id))
        sheet.text(row, 2, ", ".join(item.winner) if item.winner_changes else _("unchanged"), "cell")
        sheet.text(row, 3, _("changes") if item.order_changes else _("unchanged"), "cell")
    rows.take()


def _analysis(sheet: Sheet, rows: Rows, lot: Lot, found: LotAnalysis) -> None:
    """Weights of the criteria, people left out, random weights and scores."""
    if found.criteria:
        heads = [_("Criterion"), _("Points"), _("First place stays from"), _("to"), _("Smallest change, %")]
        sheet.heads(rows.take(), 0, heads, left=1)
        for item in found.criteria:
            row = rows.take()
            sheet.text(row, 0, item.criterion, "text!")
            for offset, value in enumerate((item.points, item.low, item.high, item.change_pct)):
                sheet.number(row, 1 + offset, "–" if value is None else value, "points")
        rows.take()
    if found.evaluators:
        sheet.heads(rows.take(), 0, [_("Without the scores of"), _("First place")], left=2)
        for person in found.evaluators:
            row = rows.take()
            sheet.text(row, 0, person.evaluator, "text!")
            sheet.text(row, 1, ", ".join(person.winner) if person.winner_changes else _("unchanged"))
        rows.take()
    if found.simulated is not None:
        _simulated(sheet, rows, lot, found.simulated)


def _simulated(sheet: Sheet, rows: Rows, lot: Lot, found: Simulated) -> None:
    count = len(next(iter(found.ranks.values()), ()))
    ranks = [_("Rank %(rank)s, %%") % {"rank": rank} for rank in range(1, count + 1)]
    sheet.heads(rows.take(), 0, [_("Bid"), _("Random weights"), *ranks], left=2)
    for bid, counts in found.ranks.items():
        row = rows.take()
        sheet.text(row, 0, bid, "text!")
        sheet.text(row, 1, lot.name(bid))
        for offset, number_of in enumerate(counts):
            sheet.number(row, 2 + offset, half_up(Fraction(number_of * 100, found.draws), 1), "points")
    words = _("%(draws)s draws, seed %(seed)s, %(generator)s. With scores that move by up to one point the first place "
              "stays in %(stays)s of %(noise)s draws.")  # fmt: skip
    values = {"draws": found.draws, "seed": found.seed, "generator": found.generator, "stays": found.stays,
              "noise": found.noise_draws}  # fmt: skip
    sheet.text(rows.take(2), 0, words % values, "note")


def _weights(sheet: Sheet, rows: Rows, lot: Lot, evaluation: Evaluation, rule: Rule) -> None:
    """Totals for price weights from 0 to 100 %, live: they follow changed prices and scores."""
    assert lot.robustness.price_weight is not None
    low, high = (half_up(end * 100, 2) for end in lot.robustness.price_weight)
    words = _(
        "The first place stays for a price weight from %(low)s %% to %(high)s %% (engine). Totals by weight, live:"
    )
    shown = words % {"low": number(_text(low)), "high": number(_text(high))}
    sheet.text(rows.take(), 0, shown, "cell")
    head = rows.take()
    sheet.heads(head, 0, [_("Price weight"), "", *(bid.bid_id for bid in lot.bids)], left=2)
    for step in STEPS:
        row = rows.take()
        sheet.number(row, 0, step, "points")
        for index in range(len(lot.bids)):
            _total(sheet, row, 2 + index, (lot, evaluation, index), step)
    rows.take()


def _total(sheet: Sheet, row: int, column: int, which: tuple[Lot, Evaluation, int], step: Decimal) -> None:
    lot, evaluation, index = which
    spec, result = lot.subject.spec, lot.result.row(lot.bids[index].bid_id)
    places = tuple(spec.places(name) for name in ("price_points", "quality_points", "total"))
    price, quality = (evaluation.result(name, index) for name in ("price_points", "quality_points"))
    weight = at(row, 0, "c")
    total = formulas.weighted_total(weight, price, f"(1-{weight})", quality, (places[0], places[1], places[2]))
    value = None
    if result.price_points is not None and result.quality_points is not None:
        exact = Fraction(step) * Fraction(result.price_points) + (1 - Fraction(step)) * Fraction(result.quality_points)
        value = half_up(exact, places[2])
    sheet.live(row, column, f'IF({evaluation.admissible(index)}=1,{total},"")', value, f"places{places[2]}")


def _text(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _methods(sheet: Sheet, rows: Rows, lot: Lot) -> None:
    """Who would come first under other usual methods: for information, only the published one decides."""
    if not lot.result.comparison:
        rows.take()
        return
    sheet.heads(rows.take(), 0, [_("Method"), _("First place (for information)")], left=2)
    words = {
        "weighted_linear": _("weighted, linear"), "ratio_simple": _("points ÷ price"),
        "ratio_extended": _("points ÷ price, with band"),
    }  # fmt: skip
    for comparison in lot.result.comparison.values():
        row = rows.take()
        sheet.text(row, 0, words[comparison.method])
        sheet.text(row, 1, _winners(lot.result, comparison.winner))
        sheet.tall(row, lines_of(words[comparison.method], 18))
    rows.take(2)


def _winners(result: LotResult, winners: tuple[str, ...]) -> str:
    same = _(" (as published)") if set(winners) == set(result.winner) else ""
    return ", ".join(winners) + same
