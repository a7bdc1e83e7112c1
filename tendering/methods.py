"""The award methods a draft can choose, in words, with the numbers each of them must publish.

What a method computes lives in the evaluation; a test there holds names, numbers and rounding of this list against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Promise | str


@dataclass(frozen=True, slots=True)
class Number:
    """A number the rule publishes: name in `params`, label, hint, unit, decimals and a suggestion."""

    name: str
    label: Words
    hint: Words = ""
    unit: str = ""
    places: int = 2
    suggestion: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An award method as the form shows it. `usual` ones stand open, the others under "more".

    `needs_reason`: the published numbers need a written reason. `keeps`: what else the rule says when it is chosen.
    """

    id: str
    title: Words
    hint: Words
    usual: bool = False
    numbers: tuple[Number, ...] = ()
    needs_reason: bool = False
    keeps: Mapping[str, Any] = field(default_factory=dict)


def _rounded(**stages: int) -> dict[str, Any]:
    return {"rounding": {stage: {"mode": "half_up", "decimals": places} for stage, places in stages.items()}}


_FOUR = {"compare": "exact", **_rounded(price_points=4, quality_points=4, total=4)}
_EXACT = {"compare": "exact"}
OFFERS: tuple[Offer, ...] = (
    Offer(
        "price_only", _("The lowest price wins"),
        _("Simple and quick, for services that are the same from everybody."), usual=True,
    ),
    Offer(
        "weighted_linear", _("Price and performance, weighted"),
        _("The usual choice: the cheapest bid gets 100 price points, one at twice that price none."), usual=True,
    ),
    Offer(
        "inverse_proportional", _("Weighted, lowest price divided by price"),
        _("Milder on dear bids: twice the lowest price still gets half of the price points."), usual=True,
    ),
    Offer(
        "ratio_simple", _("Most performance for the money"),
        _("Performance points divided by price (UfAB simple ratio); needs no weights for the price."), usual=True,
    ),
    Offer(
        "ratio_extended", _("Most performance for the money, with a band"),
        _("Among bids close to the best ratio, the one with the most performance wins (UfAB extended ratio)."),
        usual=True,
    ),
    Offer(
        "quality_fixed_price", _("Fixed price, the best performance wins"),
        _("You state the price in the description; bidders compete by performance alone."), keeps=_EXACT,
    ),
    Offer(
        "monetised", _("Quality turned into money"),
        _("Each quality point takes a published amount off the price that is compared. No bid moves another one."),
        numbers=(Number("per_point", _("Worth of one quality point (of 100)"), unit="€",
                        suggestion=Decimal(500)),),
        needs_reason=True, keeps=_rounded(figure=2, figure_display=2),
    ),
    Offer(
        "absolute_scale", _("Weighted, with price points on a fixed scale"),
        _("You publish at which price a bid gets 100 price points and at which none. No bid moves another one."),
        numbers=(
            Number("full_at", _("100 price points at a price of"), unit="€", suggestion=Decimal(80_000)),
            Number("zero_at", _("No price points from a price of"), unit="€", suggestion=Decimal(160_000)),
        ),
    ),
    Offer(
        "ratio_weighted_fixed", _("Performance and price against published reference values"),
        _("Weighted ratio with fixed references (UfAB); no bid moves another one."),
        numbers=(
            Number("l_ref", _("Reference performance points"), suggestion=Decimal(700), most=Decimal(1000)),
            Number("p_ref", _("Reference price"), unit="€", suggestion=Decimal(100_000)),
        ),
        needs_reason=True,
    ),
    Offer(
        "ratio_weighted_median", _("Performance and price against the medians of the bids"),
        _("Weighted ratio (UfAB median method). The medians change with each bid."),
    ),
    Offer(
        "kaden_surcharge", _("Performance with a surcharge, divided by price"),
        _("A surcharge on the performance points lowers their weight (Kaden)."),
        numbers=(Number("surcharge", _("Surcharge in performance points"), suggestion=Decimal(500),
                        most=Decimal(10_000)),),
        keeps=_rounded(figure_display=4),
    ),
    Offer(
        "kaden_exponential", _("Performance and price as weighted powers"),
        _("Weights other than half and half for a ratio (Kaden). No bid moves another one."),
        keeps=_rounded(figure_display=9),
    ),
    Offer(
        "external", _("A key figure stated in the bid"),
        _("The number every bid states under one efficiency or cost criterion decides, by a published calculation."),
        needs_reason=True, keeps=_rounded(figure_display=2),
    ),
    Offer("qcbs", _("Quality and cost based selection"), _("Of development banks: four decimals, minimum mark."),
          keeps=_FOUR),
    Offer("wb_rated", _("Rated criteria, best quality as yardstick"), _("Of development banks, since 2023."),
          keeps=_FOUR),
    Offer("qbs", _("Quality based selection, price negotiated afterwards"), _("Of development banks."), keeps=_EXACT),
    Offer("fbs", _("Best quality within a budget"), _("Of development banks; needs a price cap."), keeps=_EXACT),
    Offer("lcs", _("Lowest cost among the bids that reach the minimum"), _("Of development banks; needs a minimum.")),
    Offer(
        "italy_bilinear", _("Weighted, price points by discount from a base price"),
        _("Bilinear formula: steep up to the mean discount, flat beyond."),
        numbers=(
            Number("base_price", _("Base price"), unit="€", suggestion=Decimal(100_000)),
            Number("knee", _("Share of the points at the mean discount"), suggestion=Decimal("0.85"),
                   most=Decimal(1)),
        ),
    ),
)  # fmt: skip
BY_ID: Mapping[str, Offer] = {offer.id: offer for offer in OFFERS}
NUMBERS: Mapping[str, Number] = {number.name: number for offer in OFFERS for number in offer.numbers}
OWN_KEYS = ("params", "figure_criterion", "reference_reason", "reference_set_on", "rounding", "compare", "scale")
