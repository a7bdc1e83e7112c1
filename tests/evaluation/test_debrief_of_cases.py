"""Every loser of every reference case: what its bidder is told would have won wins, and a step less does not."""

import re
from collections import Counter
from fractions import Fraction

import pytest
from django.utils import translation

from accounts import clock
from evaluation.debrief import _what_if
from evaluation.inputs import fingerprint
from evaluation.models import EvaluationRun
from evaluation.results import view_of
from evaluation.scoring import evaluate, robustness
from evaluation.scoring.codec import encode
from evaluation.scoring.engine import entries_of, examine
from evaluation.scoring.performance import scored_weights
from tests import factories
from tests.evaluation.scoring.case_input import TENDER_CASES, case_input
from tests.evaluation.test_debrief import wins

CENT = Fraction(1, 100)
AMOUNT = re.compile(r"won at €([\d,.]+) or less \(([\d.]+) % lower\)")
PERCENT = re.compile(r"with a price that is ([\d.]+) % lower")
SCORE = re.compile(r"won with ([\d.]+) points or more in (\w+) ")


class Lot:
    """A lot of a case with its valid bids, asked whether a changed bid would come first alone."""

    def __init__(self, source, lot):
        self.spec, self.lot = source.spec, lot
        self.entries, self.weights = entries_of(examine(lot, source.spec)), scored_weights(lot)

    def at_price(self, name, price):
        return wins(self.spec, self.lot, self.entries, self._entry(name).at_price(price))

    def with_score(self, name, code, score):
        return wins(self.spec, self.lot, self.entries, self._entry(name).with_score(code, self.weights[code], score))

    def price(self, name):
        return self._entry(name).price

    def _entry(self, name):
        return next(entry for entry in self.entries if entry.bid_id == name)


def view_of_case(source, tender):
    """The result as pages and letters read it, of a run that is not stored."""
    run = EvaluationRun(
        tender=tender, inputs=source.to_json(), created_at=clock.now(),
        result_hash=fingerprint(evaluate(source).to_json()),
        robustness={lot.lot_id: encode(robustness(source, lot.lot_id)) for lot in source.lots},
    )  # fmt: skip
    return run, view_of(run)


@pytest.mark.slow
@pytest.mark.django_db
def test_what_every_loser_of_every_case_is_told_would_have_won_wins_and_a_step_less_does_not():
    tender, now, tried = factories.draft_tender(), clock.now(), Counter()
    with translation.override("en"):
        for case in TENDER_CASES:
            source = case_input(case)
            run, view = view_of_case(source, tender)
            for lot in source.lots:
                own = Lot(source, lot)
                losers = [
                    row for row in view.lot(lot.lot_id).valid_rows if row.bid_id not in view.lot(lot.lot_id).winner
                ]
                for row in losers:
                    for awarded_at in (None, now):  # before and after the value of the award is public
                        tender.awarded_at = awarded_at
                        said = list(_what_if(tender, run, view, lot.lot_id, row, now))
                        assert said
                        tried += _hold(said, own, row.bid_id)
    assert min(tried[kind] for kind in ("amount", "percent", "score", "together")) > 0, tried


def _hold(said, lot, name):
    """Try each sentence; how many of which kind there were."""
    text, found = " ".join(said), Counter()
    if "handed out together" in text:
        return Counter(together=1)
    if match := AMOUNT.search(text):
        price = Fraction(match[1].replace(",", ""))
        assert lot.at_price(name, price) and not lot.at_price(name, price + CENT)
        assert lot.at_price(name, _lowered(lot.price(name), match[2]))
        found["amount"] += 1
    elif match := PERCENT.search(text):
        assert "€" not in text and lot.at_price(name, _lowered(lot.price(name), match[1]))
        found["percent"] += 1
    else:
        assert "No price alone" in text and not lot.at_price(name, CENT)
        found["no price"] += 1
    named = {code: Fraction(score) for score, code in SCORE.findall(text)}
    for code in lot.weights:
        at = named.get(code, Fraction(10))
        assert lot.with_score(name, code, at) == (code in named)
        if code in named:
            assert not lot.with_score(name, code, at - CENT)
            found["score"] += 1
    return found


def _lowered(price, percent):
    """The price after the percentage, cut to the cent below."""
    cents = price * (100 - Fraction(percent))
    return Fraction(cents.numerator // cents.denominator, 100)
