"""What would have brought a bidder a lot that was handed out together with others, in sentences.

Only what the published allocation gives when it is asked again (`evaluation.scoring.together`).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, prod

from django.utils.translation import gettext as _

from evaluation.figures import money, number, shortest
from evaluation.results import LotView, RowView
from evaluation.scoring.inputs import TenderInput
from evaluation.scoring.together import Needed, Together

MOST_ALLOCATIONS = 20_000  # ways to hand out the lots up to which a page can wait for the answer
HALF = Decimal("0.5")


def rounded_up(percent: Fraction) -> Decimal:
    """To the next half per cent, never less."""
    return ceil(percent * 2) * HALF


def together_words(inputs: TenderInput, lot: LotView, row: RowView, currency: str | None) -> Iterator[str]:
    """For a valid bid that did not get the lot; without a currency no amount is named."""
    if row.bid_id in lot.winner:
        yield _("In this lot alone your bid came first; the published rule for several lots gave it to another bid.")
    if prod(len(one.bids) + 1 for one in inputs.lots) > MOST_ALLOCATIONS:
        yield _("The lots were handed out together by the published rule; for so many lots no single change is named.")
        return
    asked = Together(inputs)
    needed = asked.needed(lot.lot_id, row.bid_id)
    yield from _by_price(asked, needed, row, currency)
    yield from _by_criterion(needed, lot)


def _by_price(asked: Together, needed: Needed, row: RowView, currency: str | None) -> Iterator[str]:
    own, price = Fraction(row.price or 0), needed.price
    percent = Decimal(100) if price is None or not own else rounded_up((own - Fraction(price)) * 100 / own)
    if price is None or percent >= 100:
        yield _("No price alone would have brought you this lot.")
        return
    if not _holds(asked, needed, own, percent):
        return
    words = {"percent": number(shortest(percent))}
    if currency is None:
        text = _("With the same quality this lot would have gone to you with a price that is %(percent)s %% lower.")
    else:
        words["price"] = money(price, currency)
        text = _("With the same quality this lot would have gone to you at %(price)s or less (%(percent)s %% lower).")
    yield _with_lost(text % words, needed, needed.lots_at_price)


def _holds(asked: Together, needed: Needed, own: Fraction, percent: Decimal) -> bool:
    """Whether the lot still goes to the bid at the rounded percentage, cut to the cent: only what was tried is said."""
    cents = own * (100 - Fraction(percent))
    return asked.holds_at(needed.lot_id, needed.bid_id, Fraction(cents.numerator // cents.denominator, 100))


def _with_lost(text: str, needed: Needed, then: tuple[str, ...]) -> str:
    """The sentence, and which lots the bid would have lost by it."""
    lost = [lot for lot in needed.lots_now if lot not in then]
    return f"{text} {_('You would then not have got: %(lots)s.') % {'lots': ', '.join(lost)}}" if lost else text


def _by_criterion(needed: Needed, lot: LotView) -> Iterator[str]:
    reachable: Mapping[str, Decimal] = {code: score for code, score in needed.scores.items() if score is not None}
    names = {criterion.id: criterion.name for criterion in lot.criteria}
    for code, score in reachable.items():
        text = _(
            "At the same price this lot would have gone to you with %(score)s points or more in %(code)s %(name)s."
        )
        words = {"score": number(shortest(score)), "code": code, "name": names.get(code, "")}
        yield _with_lost(text % words, needed, needed.lots_at_score[code])
    if needed.scores and not reachable:
        yield _("No single criterion alone would have been enough, not even with all 10 points.")
    elif len(reachable) < len(needed.scores):
        yield _("No other single criterion would have been enough.")
