"""Where every number comes from and how to read the workbook."""

from __future__ import annotations

from django.utils.translation import gettext as _

from evaluation import sentences
from evaluation.scoring.inputs import DEFAULT_ROUNDING, EvaluationSpec
from reports.workbook import limits
from reports.workbook.layout import Rows, Sheet, lines_of, quoted
from reports.workbook.prices import Prices
from reports.workbook.subject import Subject

WIDTH = 110


def write_sheet(sheet: Sheet, subject: Subject, prices: list[Prices], reasons: list[str]) -> None:
    """`reasons`: why the workbook holds fixed values, empty when it is live."""
    sheet.text(0, 0, _("Sources"), "title")
    sheet.widths((0, 0, 34), (1, 1, WIDTH))
    rows = Rows(2)
    for label, value in _origin(subject):
        _pair(sheet, rows.take(), label, value)
    rows.take()
    sheet.text(rows.take(), 0, _("How it is computed"), "section")
    for sentence in sentences.formula_sentences(subject.spec):
        _pair(sheet, rows.take(), "", sentence)
    for label, value in _rounding(subject.spec):
        _pair(sheet, rows.take(), label, value)
    rows.take()
    sheet.text(rows.take(), 0, _("How to read this workbook"), "section")
    for sentence in [*_guide(), *reasons]:
        _pair(sheet, rows.take(), "", sentence)
    if sheet.book.live:
        _range_check(sheet, rows.take(), prices)


def _pair(sheet: Sheet, row: int, label: str, value: str) -> None:
    sheet.text(row, 0, label, "text!")
    sheet.text(row, 1, value)
    sheet.tall(row, max(lines_of(label, 34), lines_of(value, WIDTH)))


def _origin(subject: Subject) -> list[tuple[str, str]]:
    origin, result = subject.origin, subject.result
    pairs = [
        (_("Tender"), f"{subject.inputs.tender_id} {subject.title}".strip()),
        (_("Municipality"), subject.buyer),
        (_("Computed at"), origin.computed_at),
        (_("Computed by"), origin.computed_by),
        (_("Reason for this run"), origin.reason),
        (_("Method and version"), f"{result.method} {result.method_version}"),
        (_("Fingerprint of the published rule (SHA-256)"), origin.spec_hash),
        (_("Fingerprint of the inputs (SHA-256)"), origin.inputs_hash),
        (_("Fingerprint of the result (SHA-256)"), origin.result_hash),
    ]
    return [(label, value) for label, value in pairs if value]


def _rounding(spec: EvaluationSpec) -> list[tuple[str, str]]:
    """Each stage with its published rounding."""
    stages = {
        "line": _("Line totals"), "sum": _("Sums"), "discount": _("Discounts"), "vat": _("VAT"),
        "evaluator_mean": _("Means of the panel"), "criterion_score": _("Scores by curve"),
        "price_points": _("Price points"), "quality_points": _("Quality points"), "total": _("Totals"),
        "ratio": _("Ratios, when compared"), "ratio_display": _("Ratios, as shown"),
        "figure": _("Key figures, when compared"), "figure_display": _("Key figures, as shown"),
    }  # fmt: skip
    modes = {"half_up": _("half up, %(places)s decimals"), "half_even": _("half to even, %(places)s decimals"),
             "down": _("down, %(places)s decimals"), "none": _("not rounded")}  # fmt: skip
    found = []
    for stage in DEFAULT_ROUNDING:
        rule = spec.rule(stage)
        text = modes[rule.mode]
        found.append((stages[stage], text % {"places": rule.decimals} if "%" in text else text))
    return found


def _guide() -> list[str]:
    return [
        _("Yellow cells are inputs: weights, quantities, prices, scores, promised numbers, today's cost. "
          "Everything else is computed from them while you type."),
        _("The first sheet says OFFICIAL as long as every input is the established one. As soon as one differs it says "
          "WHAT-IF; the sheet “Official values” shows which. Nothing you change here changes the established result."),
        _("Sheets are locked without a password, so that only inputs are typed over; unlock them to change more."),
        _("To show exactly the digits of the official result, each formula computes in whole cents and hundredths and "
          "rounds once, half up. Numbers typed with more decimals than planned are read rounded."),
        _("Ranks compare whole numbers; ratios are compared crosswise (points A × price B against points B × price A), "
          "never by the rounded ratio. Where bids stay equal after every published rule, lots are drawn outside."),
        _("Fixed values of the engine, which do not recalculate: the sentences, the sheet “Robustness” except its "
          "totals by weight, who gets which lot, and exclusions decided by people, among them unexplained low prices."),
        _("Columns marked “decided by the engine” hold its values too: no spreadsheet repeats that method exactly."),
        _("Lowest, mean, highest and spread per position count the bids that are admissible in the official result."),
    ]  # fmt: skip


def _range_check(sheet: Sheet, row: int, prices: list[Prices]) -> None:
    """Typed prices may leave the range in which the digits are sure."""
    sheet.text(row, 0, _("Range of exact calculation"), "text!")
    blocks = ",".join(part.gross_prices() for part in prices if part.bids)
    fine, left = _("kept"), _("left: the last digit is not sure")
    if blocks:
        expression = f"IF(MAX({blocks})<{limits.HIGHEST_PRICE},{quoted(fine)},{quoted(left)})"
        sheet.live(row, 1, expression, fine, "text")
