"""Whether live formulas can promise the engine's digits for a tender; if not, why not, in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from evaluation.scoring.inputs import EvaluationSpec, Rounding
from reports.workbook.economics import term_in_months
from reports.workbook.life_cycle import too_large
from reports.workbook.prices import decimals, price_places
from reports.workbook.ranking import ENGINE_DECIDES, OWN_COLUMNS
from reports.workbook.subject import Lot, Subject

EXACT = 10**15  # numerators stay below: safe for binary numbers and for programs that compare 15 digits
HIGHEST_PRICE = 500_000_000
MOST_BIDS = 250  # arguments of one function in a spreadsheet
MONEY_STAGES = ("line", "sum", "discount", "vat", "evaluator_mean", "criterion_score")
POINT_STAGES = ("price_points", "quality_points", "total", "ratio_display")


class BeyondLimits(ValueError):
    """Live formulas would not be sure to show the official digits; `reasons` says why, in the reader's language."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def beyond_limits(subject: Subject) -> list[str]:
    """Sentences, empty when every formula is exact."""
    found = list(_rule(subject.spec))
    for lot in subject.lots():
        found += [f"{lot.id}: {reason}" for reason in dict.fromkeys(_lot(lot))]
    return found


def _rule(spec: EvaluationSpec) -> Iterator[str]:
    if spec.method not in OWN_COLUMNS:
        yield _("The method %(method)s has no formulas yet.") % {"method": spec.method}
        return
    two = Rounding("half_up", 2)
    if any(spec.rule(stage) != two for stage in MONEY_STAGES):
        yield _("Amounts or scores are rounded in another way than half up to two decimals.")
    if any(spec.rule(stage).mode != "half_up" or spec.places(stage) > 4 for stage in POINT_STAGES):
        yield _("Points are rounded in a way that a spreadsheet cannot repeat exactly.")
    yield from _figures(spec)
    if "total" in OWN_COLUMNS[spec.method] and spec.compare == "exact" and spec.method not in ENGINE_DECIDES:
        yield _("Totals are compared without rounding, which a spreadsheet cannot do exactly.")
    rounded = spec.scale is not None or (spec.compare == "rounded" and spec.rule("ratio").mode != "none")
    if "ratio" in OWN_COLUMNS[spec.method] and rounded:
        yield _("Ratios are rounded before they are compared.")
    if decimals(spec.weight_price) > 4:
        yield _("The weights have more than four decimals.")


def _figures(spec: EvaluationSpec) -> Iterator[str]:
    """Key figures and published numbers that formulas read with two decimals."""
    shown, compared = spec.rule("figure_display"), spec.rule("figure")
    two = Rounding("half_up", 2)
    exact = compared.mode == "none" or spec.compare == "exact"
    if spec.method == "kaden_surcharge" and (not exact or shown.mode != "half_up" or (shown.decimals or 0) > 4):
        yield _("The key figure is rounded in a way that a spreadsheet cannot repeat exactly.")
    if spec.method == "monetised" and (compared != two or shown != two or spec.compare == "exact"):
        yield _("The key figure is rounded in a way that a spreadsheet cannot repeat exactly.")
    published = [*(spec.params or {}).values(), *(group.min_share_pct for group in spec.group_minima or ())]
    if any(decimals(value) > 2 for value in published):
        yield _("A published number has more than two decimals.")


def _lot(lot: Lot) -> Iterator[str]:
    spec, bids = lot.subject.spec, lot.bids
    if len(bids) > MOST_BIDS:
        yield _("There are more than %(count)s bids.") % {"count": MOST_BIDS}
    prices = [Fraction(row.evaluation_price or 0) for row in lot.result.rows]
    highest = max([Fraction(0), *map(abs, prices)])
    if highest >= HIGHEST_PRICE:
        yield _("A price is 500 million or more.")
    if spec.method in OWN_COLUMNS and _points_numerator(lot, highest) >= EXACT:
        yield _("The prices are too large for exact price points.")
    if any(_line_numerators(lot)):
        yield _("A quantity times a unit price has too many digits.")
    if any(too_large(lot)):
        yield _("The amounts of a life-cycle cost are too large for exact formulas.")
    if any(_percent_numerators(lot, highest)):
        yield _("A percentage has too many decimals for such a price.")
    if any(too_fine(lot)):
        yield _("A score, weight or curve has too many decimals.")
    if _economics_numerator(lot, highest) >= EXACT:
        yield _("The number of cases is too large for exact figures per case.")


def _points_numerator(lot: Lot, highest: Fraction) -> Fraction:
    """Largest numerator of price points, of a ratio, or of the comparison of ratios."""
    spec, cents = lot.subject.spec, highest * 100
    factor = Fraction(spec.zero_at_factor)
    ends = factor.numerator + factor.denominator if spec.method == "weighted_linear" else 1
    points = 100 * 10 ** spec.places("price_points") * ends * cents
    scale = max([2, *(decimals(c.weight) for c in lot.criteria)]) + 2
    largest = 1000 * 10**scale
    if spec.method == "ratio_extended":
        share = 1 - Fraction(spec.extended_swing_pct) / 100
        largest *= share.denominator
    own = Fraction(0)
    if spec.method == "kaden_surcharge":
        largest = (1000 + spec.param("surcharge")) * 10**scale
        own = largest * 10 ** max(0, spec.places("figure_display") + 7 - scale)
    if spec.method == "monetised":
        own = cents * 10 ** (scale + 1) + spec.param("per_point") * 100 * largest
    head = largest * (cents / 100_000 + 1)
    tail = largest * 100_000
    shown = largest * 10 ** max(0, spec.places("ratio_display") + 6 - scale)
    return max(points, Fraction(head), Fraction(tail), Fraction(shown), Fraction(own))


def _line_numerators(lot: Lot) -> Iterator[bool]:
    for position in lot.input.positions:
        a, b = decimals(position.quantity), price_places(position, lot.bids)
        for bid in lot.bids:
            price = bid.prices.get(position.ref)
            if price is not None:
                yield abs(Fraction(position.quantity) * Fraction(price)) * 10 ** (a + b) >= EXACT


def _percent_numerators(lot: Lot, highest: Fraction) -> Iterator[bool]:
    largest = max([highest, *(abs(Fraction(row.line_sum or 0)) for row in lot.result.rows)]) * 100
    for bid in lot.bids:
        for percent in (bid.discount_pct, bid.vat_rate):
            yield largest * 200 * 10 ** max(2, decimals(percent)) >= EXACT


def too_fine(lot: Lot) -> Iterator[bool]:
    """True for each score, weight, minimum or curve that has more decimals than the formulas read."""
    for criterion in lot.criteria:
        yield decimals(criterion.weight) > 3
        yield decimals(criterion.minimum_score or Decimal(0)) > 2
        yield any(decimals(points) > 2 or decimals(value) > 4 for value, points in criterion.curve)
    for bid in lot.bids:
        for scores in bid.scores.values():
            given = [*scores.by_evaluator.values(), scores.consensus or Decimal(0)]
            yield any(decimals(score) > 2 for score in given)
        worked_out = {criterion.id for criterion in lot.criteria if criterion.life_cycle}
        for code, value in bid.promised.items():
            fine = decimals(value) > (4 if code in worked_out else 6)
            yield fine or abs(value) >= (10**7 if code in worked_out else 10**6)


def _economics_numerator(lot: Lot, highest: Fraction) -> Fraction:
    """Largest numerator of the figures per case; the percentage saved, 10,000 times larger, has its own way out."""
    quantity, years = lot.input.reference_quantity, lot.input.term_years
    if not quantity or not years:
        return Fraction(0)
    fine = 12 * 10 ** (decimals(quantity) + decimals(term_in_months(lot.input) or Decimal(0)))
    cost = lot.input.baseline_cost_per_case or Decimal(0)
    today = Fraction(cost) * 10 ** max(2, decimals(cost)) * Fraction(quantity) * Fraction(years) * fine
    own = highest * 100 * fine * 10 ** (max(2, decimals(cost)) - 2)
    return max(today, own)
