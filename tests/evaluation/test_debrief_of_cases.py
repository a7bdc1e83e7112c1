"""Every loser of every reference case: what its bidder is told would have won wins, and a step less does not."""

import re
from collections import Counter
from decimal import Decimal
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
from evaluation.scoring.inputs import CriterionScores
from evaluation.scoring.performance import scored_weights
from evaluation.scoring.together import is_together
from evaluation.views.result import lot_context
from tests import factories
from tests.evaluation.scoring.case_input import TENDER_CASES, case_input
from tests.evaluation.scoring.test_together import at_price, awarded
from tests.evaluation.test_debrief import wins
from tests.reports.tenders import LIVE_WITH_BIDS, english_tender

CENT = Fraction(1, 100)
AMOUNT = re.compile(r"won at €([\d,.]+) or less \(([\d.]+) % lower\)")
PERCENT = re.compile(r"with a price that is ([\d.]+) % lower")
SCORE = re.compile(r"won with ([\d.]+) points or more in (\w+) ")
OF_LOT = {
    "amount": re.compile(r"lot would have gone to you at €([\d,.]+) or less \(([\d.]+) % lower\)"),
    "percent": re.compile(r"lot would have gone to you with a price that is ([\d.]+) % lower"),
    "score": re.compile(r"lot would have gone to you with ([\d.]+) points or more in (\w+) "),
}


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


def sources():
    """The reference cases and the tenders of the demo with bids that have scores."""
    return [case_input(case) for case in TENDER_CASES] + [english_tender(one) for one in LIVE_WITH_BIDS]


@pytest.mark.slow
@pytest.mark.django_db
def test_what_every_loser_of_every_case_is_told_would_have_won_wins_and_a_step_less_does_not():
    tender, tried = factories.draft_tender(), Counter()
    for source in sources():
        tried += _told_by(source, tender, most=None)
    assert min(tried[kind] for kind in ("amount", "percent", "score", "lot amount", "lot percent", "lot score")) > 0


@pytest.mark.django_db
@pytest.mark.parametrize("reference", LIVE_WITH_BIDS)
def test_so_it_is_for_the_tenders_of_the_demo(reference):
    assert _told_by(english_tender(reference), factories.draft_tender(), most=None).total() >= 2


@pytest.mark.django_db
def test_so_it_is_where_a_bidder_may_have_two_of_three_lots():
    tried = _told_by(case_input("T09"), factories.draft_tender(), most=1)
    assert min(tried[kind] for kind in ("lot amount", "lot percent", "lot score")) > 0


@pytest.mark.django_db
def test_a_bidder_that_leads_a_lot_and_does_not_get_it_is_told_why_and_what_it_would_have_lost():
    source = case_input("T09")
    tender = factories.draft_tender()
    with translation.override("en"):
        run, view = view_of_case(source, tender)
        row = next(row for row in view.lot("L1").rows if row.bid_id == "T09-B02")
        said = list(_what_if(tender, run, view, "L1", row, clock.now()))
    assert said[0].startswith("In this lot alone your bid came first")
    assert said[1].endswith("(7 % lower). You would then not have got: L2.") or said[1].endswith(
        "7 % lower. You would then not have got: L2."
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("case", "together"), [("T09", True), ("T08", False)])
def test_the_table_of_what_others_would_have_needed_says_where_it_is_about_one_lot_alone(case, together):
    with translation.override("en"):
        _run, view = view_of_case(case_input(case), factories.draft_tender())
        context = lot_context(view, view.lots[0])
    assert ("in this lot alone" in context["robust"][0].note) == together


def _told_by(source, tender, most):
    """Try what the losers of a tender are told (the first `most` of each lot); how many sentences of which kind."""
    now, tried = clock.now(), Counter()
    with translation.override("en"):
        run, view = view_of_case(source, tender)
        for lot in source.lots:
            own, part = Lot(source, lot), view.lot(lot.lot_id)
            got = part.awards if is_together(source) else part.winner
            for row in [row for row in part.valid_rows if row.bid_id not in got][:most]:
                for awarded_at in (None, now):  # before and after the value of the award is public
                    tender.awarded_at = awarded_at
                    said = list(_what_if(tender, run, view, lot.lot_id, row, now))
                    assert said
                    if is_together(source):
                        tried += _hold_together(said, source, lot.lot_id, row.bid_id)
                    else:
                        tried += _hold(said, own, row.bid_id)
    return tried


def _hold_together(said, source, lot_id, name):
    """As `_hold`, evaluating the whole tender again from its unit prices on."""
    text, found = " ".join(said), Counter()
    own = next(b for one in source.lots if one.lot_id == lot_id for b in one.bids if b.bid_id == name)
    price = Fraction(evaluate(source).lot(lot_id).row(name).evaluation_price)

    def at(cents):
        return awarded(source, lot_id, name, **at_price(source, lot_id, cents))

    if match := OF_LOT["amount"].search(text):
        exact = Fraction(match[1].replace(",", ""))
        assert at(exact) and not at(exact + CENT) and at(_lowered(price, match[2]))
        found["lot amount"] += 1
    elif match := OF_LOT["percent"].search(text):
        assert "€" not in text and at(_lowered(price, match[1]))
        found["lot percent"] += 1
    else:
        assert "No price alone" in text and not at(CENT)
    for score, code in OF_LOT["score"].findall(text):
        for value, wins_ in ((Decimal(score), True), (Decimal(score) - Decimal("0.01"), False)):
            scores = {**own.scores, code: CriterionScores(consensus=value)}
            assert awarded(source, lot_id, name, scores=scores) == wins_
        found["lot score"] += 1
    return found


def _hold(said, lot, name):
    """Try each sentence; how many of which kind there were."""
    text, found = " ".join(said), Counter()
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
