"""The award methods and what is to be said about them, in the active language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from evaluation.figures import number
from evaluation.scoring import Finding


def method_names() -> dict[str, str]:
    """The award methods in words."""
    return {
        "price_only": _("The lowest price wins"),
        "weighted_linear": _("Price and performance, weighted"),
        "inverse_proportional": _("Price and performance, weighted; lowest price divided by price"),
        "ratio_simple": _("Most performance for the money"),
        "ratio_extended": _("Most performance for the money, with a band"),
        "quality_fixed_price": _("Fixed price, the best performance wins"),
        "ratio_weighted_fixed": _("Performance and price against published reference values"),
        "ratio_weighted_median": _("Performance and price against the medians of the bids"),
        "ratio_weighted_mean": _("Performance and price against the means of the bids"),
        "absolute_scale": _("Weighted, with price points on a fixed scale"),
        "kaden_surcharge": _("Performance with a surcharge, divided by price"),
        "kaden_exponential": _("Performance and price as weighted powers"),
        "monetised": _("Quality turned into money"),
        "external": _("A key figure stated in the bid"),
        "qcbs": _("Quality and cost based selection"),
        "qbs": _("Quality based selection, price negotiated afterwards"),
        "fbs": _("Best quality within a budget"),
        "lcs": _("Lowest cost among the bids that reach the minimum"),
        "wb_rated": _("Rated criteria, best quality as yardstick"),
        "italy_bilinear": _("Weighted, price points by discount from a base price"),
    }


def method_words(code: str, values: Mapping[str, str]) -> list[str]:
    """How a further method ranks, with its published numbers; empty for the five usual ones."""
    quality = _("Quality points = performance points ÷ 10.")
    texts: dict[str, list[str]] = {
        "quality_fixed_price": [_("The price is fixed and the same for all; the most performance points win.")],
        "qbs": [_("The most performance points come first; the price is negotiated with that bidder.")],
        "fbs": [_("Among the bids within the budget the most performance points win.")],
        "lcs": [_("Among the bids that reach the published minimum the lowest price wins.")],
        "ratio_weighted_fixed": [
            _("Key figure = %(weight_quality)s %% × performance points ÷ %(l_ref)s − %(weight_price)s %% × price ÷ "
              "%(p_ref)s; the highest wins."),
        ],
        "ratio_weighted_median": [
            _("Key figure = %(weight_quality)s %% × performance points ÷ their median − %(weight_price)s %% × price ÷ "
              "the median price; the highest wins. The medians are those of the admissible bids."),
        ],
        "ratio_weighted_mean": [
            _("Key figure = %(weight_quality)s %% × performance points ÷ their mean − %(weight_price)s %% × price ÷ "
              "the mean price; the highest wins. The means are those of the admissible bids."),
        ],
        "absolute_scale": [
            quality,
            _("Price points: 100 at a price of %(full_at)s or less, none at %(zero_at)s or more, in a straight line "
              "between them."),
        ],
        "kaden_surcharge": [
            _("Key figure = (performance points + %(surcharge)s) ÷ price × 100,000; the highest wins."),
        ],
        "kaden_exponential": [
            _("Key figure = performance points to the power of %(weight_quality)s %%, divided by the price to the "
              "power of %(weight_price)s %%; the highest wins."),
        ],
        "monetised": [
            quality,
            _("Comparison price = price − %(per_point)s for each quality point; the lowest wins. Only the price is "
              "paid."),
        ],
        "external": [_external(values)],
        "qcbs": [quality, _("Price points = 100 × lowest price ÷ price, among the bids that reach the minimum.")],
        "wb_rated": [
            _("Quality points = 100 × performance points ÷ the most performance points of any bid."),
            _("Price points = 100 × lowest price ÷ price."),
        ],
        "italy_bilinear": [
            quality,
            _("Price points: 100 × %(knee)s × discount ÷ mean discount up to the mean discount from the base price of "
              "%(base_price)s, from there in a straight line to 100 at the highest discount."),
        ],
    }  # fmt: skip
    return [text % values if "%(" in text else text for text in texts.get(code, [])]


def _external(values: Mapping[str, str]) -> str:
    if values.get("higher") == "0":
        return _("The lowest number stated under criterion %(criterion)s wins.")
    return _("The highest number stated under criterion %(criterion)s wins.")


def reference_words(reference: str) -> str:
    """The value that other bids set."""
    return {
        "lowest_price": _("the lowest price"),
        "best_ratio": _("the best ratio"),
        "median": _("the medians of the bids"),
        "mean": _("the means of the bids"),
        "lowest_and_best": _("the lowest price and the best performance"),
        "mean_discount": _("the mean and the highest discount"),
    }.get(reference, reference)


def finding_words(finding: Finding) -> str:
    """A finding as a sentence with its numbers in the reader's format."""
    params = {key: number(value) if _is_number(value) else value for key, value in finding.message_params.items()}
    if "reference" in params:
        params["reference"] = reference_words(params["reference"])
    return _texts().get(finding.code, finding.code) % params


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit()


def _texts() -> dict[str, str]:
    return {**_fault_texts(), **_doubt_texts(), **_simulated_texts()}


def _fault_texts() -> dict[str, str]:
    return {
        "unknown_method": _("The award method %(method)s is not known."),
        "span_interpolation_unlawful": _(
            "Points between the dearest and the cheapest bid are refused: the dearest bid gets nothing, however small "
            "its distance. Choose a line that ends at a multiple of the lowest price."
        ),
        "unpublished_method": _(
            "%(method)s shows a result from another side, but may not award: choose a method bidders can calculate."
        ),
        "weights_sum": _("The weights add up to %(sum)s instead of %(expected)s."),
        "tie_chain_incomplete": _("The rule for equal bids must end with drawing lots."),
        "band_width": _("The band must be 1 to 10 per cent wide, and the deciding criterion must exist in every lot."),
        "parameter_faulty": _("The published number “%(name)s” of the method is missing or out of its range."),
        "min_above_scale": _("The minimum %(minimum)s lies above the highest value %(maximum)s."),
        "group_unknown": _("The group “%(group)s” names criteria that no lot scores: %(criteria)s."),
        "reference_ex_ante": _(
            "Say why these reference values were chosen, before any bid is there: nobody may think they were fitted."
        ),
        "figure_unexplained": _("Say where the key figure comes from and which document explains it."),
        "budget_missing": _("This method needs a published budget: state it as price cap."),
        "minimum_missing": _("This method needs a published minimum: points, or a minimum score of a criterion."),
        "negative_scale_ratio": _("Negative points cannot be divided by a price. Choose points from 0 to 10."),
        "curve_too_short": _("Criterion %(criterion)s: publish at least two points of the scoring curve."),
        "curve_off_scale": _("Criterion %(criterion)s: the points of the curve lie between 0 and 10."),
        "curve_values_not_rising": _("Criterion %(criterion)s: the values of the curve must rise."),
        "curve_flat": _("Criterion %(criterion)s: the curve gives every value the same points."),
        "curve_against_direction": _("Criterion %(criterion)s: the curve rewards the opposite of what is wanted."),
        "lot_rule_missing": _("A limit of %(limit)s lots per bidder needs a rule that says which lots it gets."),
    }


def _doubt_texts() -> dict[str, str]:
    return {
        "relative_reference": _(
            "The points of a bid depend on other bids (%(reference)s): a bid that drops out can change the order."
        ),
        "mean_reference_flipping": _(
            "The means change with every bid: a hopeless bid can make another one win. Publish fixed reference values "
            "instead."
        ),
        "scale_jump": _("Ratios rounded to three digits: whether bids are equal depends on the size of the best one."),
        "linear_without_floor": _("Without minimum points or a price cap a very cheap, weak bid can win."),
        "steep_line": _(
            "The line ends at %(factor)s times the lowest price: small differences in price outweigh much quality."
        ),
        "flat_for_dear": _(
            "The dearer a bid, the less a further euro costs it: between dear bids the price counts little."
        ),
        "price_only_concept": _("Concepts are asked for, but only the price decides."),
        "innovation_price_only": _(
            "In an innovation partnership the price must not be the only criterion. Add a quality criterion."
        ),
        "not_a_weight": _(
            "In this method 1 %% lower price is worth 1 %% more performance points. That is not a weight of the price: "
            "do not publish a percentage for it."
        ),
        "value_unreasoned": _("Say why a quality point is worth this much money."),
        "base_price_not_cap": _("Publish the base price of %(base)s as price cap too: dearer bids have no discount."),
        "price_share_italy": _("With this formula the price usually counts at most 30 per cent."),
        "scale_misses_estimate": _(
            "Lot %(lot)s: the estimate lies outside the published price scale, so that most bids would get all or no "
            "price points."
        ),
        "lcc_method_missing": _(
            "Criterion %(criterion)s: describe how the cost is calculated and which figures bidders must state."
        ),
        "lcc_counts_price_twice": _(
            "Criterion %(criterion)s: the price is part of the life-cycle cost and has a weight of its own, so it "
            "counts twice. Leave it out of the cost, or let the key figure of this criterion decide."
        ),
    }


def _simulated_texts() -> dict[str, str]:
    return {
        "dead_criterion": _("Criterion %(criterion)s changed no rank in %(sets)s random sets of bids."),
        "rounding_decides": _("In %(percent)s %% of the random sets rounding alone decides who wins."),
    }
