"""Results and rules in sentences of the active language: who leads and how firmly, and how it is computed.

`Naming` gives the words for bids and the currency, so that pages say company names and letters may say numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.figures import money, number
from evaluation.method_words import method_words
from evaluation.scoring import LotResult, LotRobustness, Row, example, formula
from evaluation.scoring.exact import as_decimal
from evaluation.scoring.inputs import EvaluationSpec, LotInput, Rounding
from evaluation.scoring.results import Flag

POINTS_METHODS = frozenset({"absolute_scale", "qcbs", "wb_rated", "italy_bilinear"})


@dataclass(frozen=True, slots=True)
class Naming:
    """Words for bids (a bid without an entry goes by its own id) and the currency of the tender."""

    names: Mapping[str, str] = field(default_factory=dict)
    currency: str = "EUR"

    def bid(self, bid_id: str) -> str:
        return self.names.get(bid_id, bid_id)

    def bids(self, bid_ids: Sequence[str]) -> str:
        """ "A", "A and B", "A, B and C"."""
        words = [self.bid(bid_id) for bid_id in bid_ids]
        if len(words) < 2:
            return "".join(words)
        return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}

    def money(self, value: Decimal | None) -> str:
        return money(value, self.currency)


def ranking_sentence(result: LotResult, naming: Naming, drawn: str | None = None) -> str:
    """One sentence that says who comes first in a lot and why; `drawn` is the bid drawn among equals."""
    if not result.winner:
        return _("There is no admissible bid.")
    if len(result.winner) > 1:
        return _tie_sentence(result, naming, drawn)
    first = result.row(result.winner[0])
    if len(result.valid_rows) == 1:
        return _("%(bid)s is the only admissible bid: %(figures)s.") % {
            "bid": naming.bid(first.bid_id),
            "figures": _figures(first, naming),
        }
    text = _("%(bid)s comes first: %(figures)s, ahead of %(second)s.")
    return text % {
        "bid": naming.bid(first.bid_id),
        "figures": _figures(first, naming),
        "second": naming.bids(result.order[1]) if len(result.order) > 1 else _others(result, first, naming),
    }


def allocation_note(result: LotResult, awards: Sequence[str], naming: Naming) -> str:
    """Where a lot goes when the rule for several lots does not give it to whoever comes first; else empty."""
    if not result.winner or set(awards) == set(result.winner):
        return ""
    if not awards:
        return _("By the published rule for several lots nobody gets this lot.")
    return _("By the published rule for several lots this lot goes to %(bids)s.") % {"bids": naming.bids(awards)}


def _others(result: LotResult, first: Row, naming: Naming) -> str:
    """Bids without a rank of their own (outside the band of the extended ratio)."""
    return naming.bids([row.bid_id for row in result.valid_rows if row.bid_id != first.bid_id])


def _tie_sentence(result: LotResult, naming: Naming, drawn: str | None) -> str:
    if drawn is None:
        return _("%(bids)s are equal by every published rule: lots must be drawn.") % {
            "bids": naming.bids(result.winner)
        }
    text = _("%(bids)s are equal by every published rule; %(drawn)s was drawn.")
    return text % {"bids": naming.bids(result.winner), "drawn": naming.bid(drawn)}


def _figures(row: Row, naming: Naming) -> str:
    """ "87.84 points for €24,157.00 (€1.20 per case)"."""
    price = naming.money(row.evaluation_price)
    if row.total is not None:
        text = _("%(points)s points at a price of %(price)s") % {"points": number(row.total), "price": price}
    elif row.figure is not None:
        text = _("key figure %(figure)s at a price of %(price)s") % {"figure": number(row.figure), "price": price}
    elif row.ratio is not None:
        text = _("ratio %(ratio)s at a price of %(price)s") % {"ratio": number(row.ratio), "price": price}
    else:
        text = _("a price of %(price)s") % {"price": price}
    if row.economics and row.economics.eur_per_case is not None:
        per_case = _("%(money)s per case") % {"money": naming.money(row.economics.eur_per_case)}
        return f"{text} ({per_case})"
    return text


def robustness_sentence(result: LotResult, report: LotRobustness, naming: Naming) -> str:
    """How firmly a lot is decided: lead, what the next bid would have needed, what single bids and the weights change.

    Empty when there is nothing to compare.
    """
    if not report.losers or len(report.winner) != 1:
        return ""
    parts = [_lead(result, report, naming), _next_bid(report, naming), _left_out(report, naming), _weights(report)]
    text = "; ".join(part for part in parts if part)
    return text + "." if text else ""


def _lead(result: LotResult, report: LotRobustness, naming: Naming) -> str:
    first = naming.bid(report.winner[0])
    if report.lead is not None:
        points = ngettext(
            "%(bid)s leads by %(points)s point", "%(bid)s leads by %(points)s points", _grammar(report.lead)
        )
        return points % {"bid": first, "points": number(report.lead)}
    rows = [result.row(group[0]) for group in result.order[:2]]
    if len(rows) == 2 and rows[0].ratio_exact and rows[1].ratio_exact:
        ahead = as_decimal((rows[0].ratio_exact / rows[1].ratio_exact - 1) * 100, 2)
        return _("%(bid)s leads by %(percent)s %% in performance points for the money") % {
            "bid": first, "percent": number(ahead),
        }  # fmt: skip
    if len(rows) == 2 and rows[0].figure is not None and rows[1].figure is not None:
        ahead = abs(rows[0].figure - rows[1].figure)
        return _("%(bid)s leads by %(figure)s in the key figure") % {"bid": first, "figure": number(ahead)}
    if len(rows) == 2 and rows[0].quality_points is not None and rows[1].quality_points is not None:
        ahead = rows[0].quality_points - rows[1].quality_points
        return _("%(bid)s leads by %(points)s quality points") % {"bid": first, "points": number(ahead)}
    if len(rows) == 2 and rows[0].evaluation_price is not None and rows[1].evaluation_price is not None:
        cheaper = rows[1].evaluation_price - rows[0].evaluation_price
        return _("%(bid)s is cheaper by %(money)s") % {"bid": first, "money": naming.money(cheaper)}
    return ""


def _grammar(value: Decimal) -> int:
    """Singular only for exactly one."""
    return 1 if value == 1 else 2


def _next_bid(report: LotRobustness, naming: Naming) -> str:
    reachable = [item for item in report.losers if item.reduction is not None]
    nearest = next((item for item in reachable if item.bid_id in report.runner_up), None)
    if nearest is not None:
        return _("%(bid)s would lead with a price lower by %(money)s (%(percent)s %%)") % {
            "bid": naming.bid(nearest.bid_id),
            "money": naming.money(nearest.reduction),
            "percent": number(nearest.reduction_pct),
        }
    if not reachable:
        return _("no other bid would lead with any lower price")
    return ""


def _left_out(report: LotRobustness, naming: Naming) -> str:
    winners = [item for item in report.left_out if item.winner_changes]
    if winners:
        text = _("without %(bid)s the first place would go to %(winner)s")
        return "; ".join(
            text % {"bid": naming.bid(item.bid_id), "winner": naming.bids(item.winner)} for item in winners
        )
    orders = [item.bid_id for item in report.left_out if item.order_changes]
    if orders:
        return _("without %(bids)s the order behind the first place would change") % {"bids": naming.bids(orders)}
    if len(report.left_out) == 1:
        return ""
    return _("without any single one of the others the order is unchanged")


def _weights(report: LotRobustness) -> str:
    if report.price_weight is None:
        return ""
    low, high = (Fraction(end) * 100 for end in report.price_weight)
    values = {"low": number(_tenth(low, ROUND_UP)), "high": number(_tenth(high, ROUND_DOWN))}
    if low > 0 and high < 100:
        text = _("the first place stays unless the price counts for less than %(low)s %% or more than %(high)s %%")
        return text % values
    if low > 0:
        return _("the first place stays unless the price counts for less than %(low)s %%") % values
    if high < 100:
        return _("the first place stays unless the price counts for more than %(high)s %%") % values
    return _("the first place stays whatever the price counts")


def _tenth(value: Fraction, rounding: str) -> Decimal:
    """Rounded inwards to one decimal, so that the sentence holds at both ends; whole numbers without decimals."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    tenth = exact.quantize(Decimal("0.1"), rounding=rounding)
    return tenth.to_integral_value() if tenth == tenth.to_integral_value() else tenth


def flag_text(flag: Flag) -> str:
    """ "25.31 % below the next bid"."""
    return _("%(percent)s %% below %(base)s") % {"percent": number(flag.pct), "base": base_words(flag.base)}


def base_words(base: str) -> str:
    """What a price was compared with."""
    return {
        "next": _("the next bid"), "estimate": _("the estimate"), "mean": _("the mean of the admissible bids"),
        "median": _("the median of the admissible bids"),
    }[base]  # fmt: skip


def blocked_text(code: str) -> str:
    """Why a lot cannot be awarded yet."""
    return {
        "price_clarification_pending": _(
            "A surprisingly low price in this lot has to be clarified first: without that bid the order may change."
        ),
        "draw_required": _("Several bids are equal: lots must be drawn and the draw recorded."),
    }.get(code, code)


def break_even_text(
    row_price: Decimal | None, reduction: Decimal | None, percent: Decimal | None, naming: Naming
) -> str:
    """What a losing bid would have needed at unchanged quality."""
    if reduction is None or row_price is None:
        return _("not reachable by price alone")
    return _("%(price)s (lower by %(money)s, %(percent)s %%)") % {
        "price": naming.money(row_price - reduction),
        "money": naming.money(reduction),
        "percent": number(percent),
    }


def tie_text(steps: Sequence[str]) -> str:
    """The published order in which equal bids are told apart."""
    words = {
        "higher_performance": _("more performance points"),
        "lower_price": _("the lower price"),
        "draw_lots": _("drawing of lots"),
    }
    shown = [
        _("the higher score in %(criterion)s") % {"criterion": step.partition(":")[2]} if ":" in step else words[step]
        for step in steps
    ]
    return _("Equal bids are told apart by: %(steps)s.") % {"steps": ", ".join(shown)}


def formula_sentences(spec: EvaluationSpec) -> list[str]:
    """The published rule in words, one sentence a step; numbers in the reader's format."""
    code, params = formula(spec)
    values = {key: number(value) if value.replace(".", "", 1).isdigit() else value for key, value in params.items()}
    basis = (
        _("Prices are compared including VAT, each bid at its own rate.")
        if spec.price_basis == "gross"
        else _("Prices are compared without VAT.")
    )
    rule = [*_method_sentences(code, values, spec), *_limits(spec), tie_text(spec.tie_chain)]
    sentences = [basis, *rule, *_low_measures(spec)]
    return [sentence for sentence in sentences if sentence]


def formula_text(spec: EvaluationSpec) -> str:
    """`formula_sentences` as one paragraph."""
    return " ".join(formula_sentences(spec))


def _method_sentences(code: str, values: Mapping[str, str], spec: EvaluationSpec) -> list[str]:
    points = _("Performance points are the sum of weight × score over all scored criteria, at most 1,000.")
    if code == "price_only":
        return [_("The lowest price wins.")]
    if code == "lcs":
        return method_words(code, values)
    if code == "ratio_simple":
        words = [points, _("Each bid's performance points are divided by its price; the highest ratio wins.")]
        scaled = _("The ratios are multiplied by ten until the best has three digits, and rounded to whole numbers.")
        return [*words, scaled] if spec.scale else words
    if code == "ratio_extended":
        return [points, _band_sentence(values, spec)]
    total = _(
        "Total = %(weight_price)s %% of the price points + %(weight_quality)s %% of the quality points; "
        "the highest total wins."
    )
    if further := method_words(code, values):
        with_total = code in POINTS_METHODS
        return [points, *further, *([total % values] if with_total else []), *_figure_rounding(spec, with_total)]
    return [
        points,
        _("Quality points = performance points ÷ 10."),
        _price_sentence(code, values),
        total % values,
        _rounding_sentence(spec),
    ]


def _figure_rounding(spec: EvaluationSpec, with_total: bool) -> list[str]:
    if with_total:
        compared = _("Totals are compared without rounding.") if spec.compare == "exact" else ""
        return [_rounding_sentence(spec), compared]
    rule = spec.rule("figure")
    if rule.mode == "none" or spec.compare == "exact":
        return [_("Key figures are compared without rounding.")]
    return [
        _("Key figures are rounded to %(decimals)s decimals before they are compared.") % {"decimals": rule.decimals}
    ]


def _rounding_sentence(spec: EvaluationSpec) -> str:
    """The usual rounding in one sentence, or each step that differs from it."""
    stages = {
        "line": _("line totals"), "discount": _("discounts"), "vat": _("prices with VAT"),
        "evaluator_mean": _("means of the evaluators"), "price_points": _("price points"),
        "quality_points": _("quality points"), "total": _("totals"),
    }  # fmt: skip
    unusual = [
        _rounding_of(name, spec.rule(stage))
        for stage, name in stages.items()
        if spec.rule(stage) != Rounding("half_up", 2)
    ]
    usual = _("Amounts and points are rounded half up to two decimals.")
    return usual if not unusual else usual + " " + _("Other than that: %(steps)s.") % {"steps": ", ".join(unusual)}


def _rounding_of(name: str, rule: Rounding) -> str:
    mode = {"half_up": _("half up"), "half_even": _("half to even"), "down": _("down")}.get(rule.mode)
    if mode is None:
        return _("%(what)s not rounded") % {"what": name}
    return _("%(what)s %(mode)s to %(decimals)s decimals") % {"what": name, "mode": mode, "decimals": rule.decimals}


def _price_sentence(code: str, values: Mapping[str, str]) -> str:
    if code == "inverse_proportional":
        return _("Price points = 100 × lowest price ÷ price.")
    if values["factor"] == "2":
        return _(
            "Price points = 100 × (2 − price ÷ lowest price), never below 0: the lowest price gets 100 points, "
            "twice the lowest price gets none."
        )
    return (
        _(
            "Price points = 100 × (%(factor)s × lowest price − price) ÷ ((%(factor)s − 1) × lowest price), never below "
            "0: the lowest price gets 100 points, %(factor)s times the lowest price gets none."
        )
        % values
    )


def _band_sentence(values: Mapping[str, str], spec: EvaluationSpec) -> str:
    chosen = {"performance_points": _("the most performance points"), "price": _("the lowest price")}.get(
        spec.extended_criterion, _("the highest score in %(criterion)s") % values
    )
    text = _(
        "Each bid's performance points are divided by its price; among the bids whose ratio is at most "
        "%(swing_pct)s %% below the highest, the one with %(chosen)s wins."
    )
    return text % {**values, "chosen": chosen}


def _limits(spec: EvaluationSpec) -> list[str]:
    found = []
    if spec.min_performance_points is not None:
        text = _("A bid below %(points)s performance points is excluded.")
        found.append(text % {"points": number(spec.min_performance_points)})
    for group in spec.group_minima or ():
        text = _("A bid with less than %(share)s %% of the points of “%(group)s” (%(criteria)s together) is excluded.")
        members = ", ".join(group.members)
        found.append(text % {"share": number(group.min_share_pct), "group": group.name, "criteria": members})
    if spec.price_cap is not None:
        found.append(_("A bid above a price of %(price)s is excluded.") % {"price": number(spec.price_cap)})
    return found


def _low_measures(spec: EvaluationSpec) -> list[str]:
    """From which distance a price is asked about, as it is published."""
    gaps = {
        "next": spec.gap_to_next_pct, "estimate": spec.gap_to_estimate_pct, "mean": spec.gap_to_mean_pct,
        "median": spec.gap_to_median_pct,
    }  # fmt: skip
    words = [
        _("%(percent)s %% below %(base)s") % {"percent": number(gap), "base": base_words(base)}
        for base, gap in gaps.items() if gap
    ]  # fmt: skip
    if not words:
        return []
    text = _("A price is asked about if it lies at least %(measures)s. The price alone excludes no bid.")
    return [text % {"measures": _(" or ").join(words)}]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One invented bid of the worked example, with its sentence."""

    name: str
    price: Decimal
    performance_points: Decimal
    price_points: Decimal | None
    quality_points: Decimal | None
    total: Decimal | None
    ratio: Decimal | None
    rank: int | None
    sentence: str
    figure: Decimal | None = None


def worked_example(spec: EvaluationSpec, lot: LotInput, currency: str) -> list[ExampleLine]:
    """Three invented bids evaluated by the published rule itself; raises `scoring.InputError` for an unusable rule.

    Prices lie around the power of ten of the estimate: its size is realistic, the estimate itself stays unsaid.
    """
    digits = len(str(int(lot.estimated_value))) if lot.estimated_value else 6
    result = example(spec, lot.criteria, Decimal(10) ** max(3, digits - 1)).result
    return [_example_line(row, Naming(currency=currency)) for row in result.rows]


def _example_line(row: Row, naming: Naming) -> ExampleLine:
    name = {"cheap": _("the cheap bid"), "middle": _("the middle bid"), "strong": _("the strong bid")}[row.bid_id]
    points = row.performance_points if row.performance_points is not None else Decimal(0)
    values = {
        "bid": name, "price": naming.money(row.evaluation_price), "points": number(points),
        "price_points": number(row.price_points), "quality_points": number(row.quality_points),
        "total": number(row.total), "ratio": number(row.ratio), "figure": number(row.figure),
        "rank": "–" if row.rank is None else str(row.rank),
    }  # fmt: skip
    if row.total is not None:
        text = _(
            "Example, %(bid)s: %(price)s gives %(price_points)s price points, %(points)s performance points give "
            "%(quality_points)s quality points; total %(total)s, rank %(rank)s."
        )
    elif row.ratio is not None:
        text = _("Example, %(bid)s: %(points)s performance points at %(price)s; ratio %(ratio)s, rank %(rank)s.")
    elif row.figure is not None:
        text = _("Example, %(bid)s: %(points)s performance points at %(price)s; key figure %(figure)s, rank %(rank)s.")
    elif row.quality_points is not None:
        text = _("Example, %(bid)s: %(quality_points)s quality points at %(price)s, rank %(rank)s.")
    else:
        text = _("Example, %(bid)s: %(price)s, rank %(rank)s.")
    return ExampleLine(
        name=name,
        price=row.evaluation_price or Decimal(0),
        performance_points=points,
        price_points=row.price_points,
        quality_points=row.quality_points,
        total=row.total,
        ratio=row.ratio,
        rank=row.rank,
        sentence=text % values,
        figure=row.figure,
    )
