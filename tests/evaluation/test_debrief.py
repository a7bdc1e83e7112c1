"""What a bidder is told would have won really wins when it is tried, and gives nothing away."""

from decimal import Decimal
from fractions import Fraction

import pytest

from accounts import clock
from evaluation import actions
from evaluation.debrief import debrief_of, rounded_up
from evaluation.models import Letter
from evaluation.results import inputs_of, latest, robustness_of
from evaluation.scoring.engine import entries_of, examine, method_of
from evaluation.scoring.performance import scored_weights
from evaluation.scoring.ranking import winners_of
from tests.evaluation.builders import add_bid, check_all, opened_case, score_and_close
from tests.evaluation.test_letters_and_contract import awarded_case, decide, send

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("percent", "shown"), [("0.01", "0.5"), ("0.5", "0.5"), ("0.51", "1.0"), ("7.3", "7.5"), ("12", "12.0")]
)
def test_percentages_are_rounded_up_to_half_a_per_cent(percent, shown):
    assert rounded_up(Fraction(percent)) == Decimal(shown)


def wins(spec, lot, entries, changed):
    tried = [changed if entry.bid_id == changed.bid_id else entry for entry in entries]
    scoring = method_of(spec).score(spec, tried)
    return winners_of(tried, scoring, spec.tie_chain) == (changed.bid_id,)


@pytest.mark.parametrize("method", ["ratio_simple", "weighted_linear"])
def test_what_would_have_won_wins_when_it_is_tried(method):
    from tendering.defaults import default_evaluation

    weights = {"weight_price": "0.5", "weight_quality": "0.5"}
    case = opened_case(evaluation={**default_evaluation("uvgo_land"), "method": method, **weights})
    for number, price in enumerate(("1.90", "2.05", "2.20", "2.35"), start=1):
        add_bid(case, f"B0{number}", {"1.1": price, "1.2": "400.00"})
    check_all(case)
    scores = {"B01": ("5", "4"), "B02": ("7", "6"), "B03": ("9", "9"), "B04": ("8", "9")}
    score_and_close(case, {name: {"B1": one, "B2": two} for name, (one, two) in scores.items()})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    run = latest(case.tender)
    inputs, tried = inputs_of(run), 0
    lot = inputs.lots[0]
    entries, weight = entries_of(examine(lot, inputs.spec)), scored_weights(lot)
    for loser in robustness_of(run, lot.lot_id).losers:
        entry = next(entry for entry in entries if entry.bid_id == loser.bid_id)
        if loser.break_even_price is not None:
            percent = rounded_up(Fraction(loser.reduction_pct) + Fraction("0.01"))
            lower = entry.price * (100 - Fraction(percent)) / 100
            assert wins(inputs.spec, lot, entries, entry.at_price(Fraction(loser.break_even_price)))
            assert lower <= 0 or wins(inputs.spec, lot, entries, entry.at_price(lower))
            tried += 1
        for code, score in loser.needed_scores.items():
            if score is not None:
                assert wins(inputs.spec, lot, entries, entry.with_score(code, weight[code], Fraction(score)))
                tried += 1
    assert tried >= 3


def told(case, name):
    letter = Letter.objects.get(bid=case.bids[name])
    return " ".join(sentence for part in debrief_of(letter, clock.now()) for sentence in part.would_have_won)


def test_an_exact_amount_is_named_only_while_the_value_of_the_award_is_public():
    case = awarded_case()
    send(case)
    case.tender.refresh_from_db()
    assert "€" in told(case, "B01") or "No price" in told(case, "B01") or "Kein Preis" in told(case, "B01")
    actions.set_award_notice(
        actor=case.town.officer, tender_id=case.tender.pk, withhold_value=True, reason="It would harm the winner."
    )
    assert "€" not in told(case, "B01") and told(case, "B01")


def test_the_winner_is_told_no_alternative():
    case = awarded_case()
    send(case)
    assert told(case, "B02") == ""


def test_after_a_draw_the_loser_learns_that_both_were_equal():
    case = opened_case()
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    check_all(case)
    good = {"B1": "8", "B2": "7"}
    score_and_close(case, {"B01": good, "B02": good})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    actions.record_draw(
        actor=case.town.officer, lot_id=case.tender.lots.get().pk, drawn_bid_id=case.bids["B02"].pk,
        between=[bid.pk for bid in case.bids.values()], place="Town hall", persons=["One", "Two"], witnesses=["Three"],
    )  # fmt: skip
    lots = {"L1": case.bids["B02"].pk}
    key = {"actor": case.town.officer, "tender_id": case.tender.pk, "lots": lots, "reason": "Drawn."}
    decide(case, actions.propose_award(**key))
    send(case)
    assert "drawn" in told(case, "B01") or "Los hat entschieden" in told(case, "B01")
