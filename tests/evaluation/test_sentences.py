"""Results and rules in words, in both languages, with numbers as people there write them."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from evaluation import sentences
from evaluation.reasons import reason_text
from evaluation.rule_checks import check_tender_rule
from evaluation.scoring import evaluate, robustness
from evaluation.scoring.inputs import (
    Criterion,
    CriterionScores,
    EvaluationSpec,
    LotBid,
    LotInput,
    Position,
    Reason,
    Rounding,
    TenderInput,
)
from evaluation.sentences import Naming
from tests import factories

PARTS = Path(__file__).resolve().parents[2] / "config" / "locale" / "parts" / "evaluation.json"
NAMES = Naming({"B01": "Briefwerk", "B02": "Postdienst Nord", "B03": "Kuvert"}, "EUR")


@pytest.fixture
def german(monkeypatch):
    """German as the parts say it, whether or not the catalogue has been merged."""
    texts = {}
    for key, text in json.loads(PARTS.read_text("utf-8")).items():
        if isinstance(text, list):
            texts |= {(key.partition("|")[0], 0): text[0], (key.partition("|")[0], 1): text[1]}
        else:
            texts[key] = text
    with translation.override("de"):
        catalog = trans_real.catalog()
        monkeypatch.setattr(catalog, "_catalog", _Over(texts, catalog._catalog))
        yield


class _Over:
    """Texts laid over a catalogue."""

    def __init__(self, texts, below):
        self.texts, self.below = texts, below

    def get(self, key, default=None):
        return self.texts[key] if key in self.texts else self.below.get(key, default)

    def plural(self, key, number):
        return self.texts[key, int(number != 1)]

    def __getitem__(self, key):
        return self.texts[key] if key in self.texts else self.below[key]


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def spec(**changes):
    rule = {"method": "weighted_linear", "weight_price": Decimal("0.5"), "weight_quality": Decimal("0.5")}
    return EvaluationSpec(**{**rule, "price_basis": "net", **changes})


def bid(name, price, score):
    return LotBid(
        name, name, {"1": Decimal(price)}, Decimal(19), scores={"B1": CriterionScores(consensus=Decimal(score))}
    )


def lot_of(*bids, **changes):
    position = Position("1", "Letters", "year", Decimal(1))
    criterion = Criterion("B1", "quality", "Concept", Decimal(100))
    return LotInput("L1", "Letters", (position,), (criterion,), bids, **changes)


def say(rule, *bids, drawn=None, **changes):
    """(ranking sentence, robustness sentence)."""
    tender = TenderInput("T", rule, (lot_of(*bids, **changes),))
    result = evaluate(tender).lot("L1")
    return (
        sentences.ranking_sentence(result, NAMES, drawn),
        sentences.robustness_sentence(result, robustness(tender, "L1"), NAMES),
    )


def test_the_ranking_is_said_in_english(english):
    # B01: 0.5 × 100 + 0.5 × 60 = 80; B02: price points 100 × (2 − 1.1) = 90, 0.5 × 90 + 0.5 × 80 = 85
    ranking, firm = say(
        spec(), bid("B01", "100000", "6"), bid("B02", "110000", "8"),
        reference_quantity=Decimal(50000), term_years=Decimal(2),
    )  # fmt: skip
    assert (
        ranking
        == "Postdienst Nord comes first: 85.00 points at a price of €110,000.00 (€1.10 per case), ahead of Briefwerk."
    )
    assert firm.startswith("Postdienst Nord leads by 5.00 points; Briefwerk would lead with a price lower by €")


def test_the_ranking_is_said_in_german(german):
    ranking, firm = say(
        spec(), bid("B01", "100000", "6"), bid("B02", "110000", "8"),
        reference_quantity=Decimal(50000), term_years=Decimal(2),
    )  # fmt: skip
    figures = "85,00 Punkte bei einem Preis von 110.000,00\u00a0€ (1,10\u00a0€ je Fall)"
    assert ranking == f"Postdienst Nord liegt vorn: {figures}, vor Briefwerk."
    assert firm.startswith("Postdienst Nord führt mit 5,00 Punkten Vorsprung; Briefwerk läge mit einem um ")


def test_the_price_that_would_have_led_is_true_to_the_cent(english):
    _ranking, firm = say(spec(), bid("B01", "100000", "6"), bid("B02", "110000", "8"))
    amount = Decimal(firm.split("lower by €")[1].split(" ")[0].replace(",", ""))
    ranking, _ = say(spec(), bid("B01", str(100000 - amount), "6"), bid("B02", "110000", "8"))
    assert ranking.startswith("Briefwerk comes first")
    ranking, _ = say(spec(), bid("B01", str(100000 - amount + Decimal("0.01")), "6"), bid("B02", "110000", "8"))
    assert not ranking.startswith("Briefwerk comes first")


def test_a_bid_whose_leaving_changes_the_winner_is_named(english):
    # B03 sets the lowest price 100000: B01 40 + 30 = 70.00, B02 25 + 43.5 = 68.50
    # without it 120000 is the lowest: B01 50 + 30 = 80.00, B02 37.5 + 43.5 = 81.00
    bids = (bid("B01", "120000", "6.0"), bid("B02", "150000", "8.7"), bid("B03", "100000", "0"))
    ranking, firm = say(spec(), *bids)
    assert ranking.startswith("Briefwerk comes first: 70.00 points")
    assert "without Kuvert the first place would go to Postdienst Nord" in firm


def test_nothing_is_compared_where_there_is_one_bid_or_none(english):
    ranking, firm = say(spec(), bid("B01", "100000", "6"))
    assert ranking == "Briefwerk is the only admissible bid: 80.00 points at a price of €100,000.00."
    assert firm == ""
    out = LotBid("B01", "B01", {}, Decimal(19), formal_reasons=(Reason("form", "x"),))
    assert say(spec(), out) == ("There is no admissible bid.", "")


def test_a_lot_that_goes_elsewhere_because_of_the_rule_for_several_lots_says_so(english):
    tender = TenderInput("T", spec(), (lot_of(bid("B01", "100000", "6"), bid("B02", "110000", "8")),))
    lot = evaluate(tender).lot("L1")
    assert sentences.allocation_note(lot, lot.winner, NAMES) == ""
    elsewhere = "By the published rule for several lots this lot goes to Briefwerk."
    assert sentences.allocation_note(lot, ("B01",), NAMES) == elsewhere


def test_a_tie_asks_for_a_draw_and_names_the_drawn_bid(german):
    twins = (bid("B01", "100000", "6"), bid("B02", "100000", "6"))
    assert say(spec(), *twins)[0] == (
        "Briefwerk und Postdienst Nord sind nach allen veröffentlichten Regeln gleich: Es muss gelost werden."
    )
    assert say(spec(), *twins, drawn="B02")[0].endswith("ausgelost wurde Postdienst Nord.")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("ratio_simple", "leads by 21.21 % in performance points for the money"),
        ("price_only", "is cheaper by €10,000.00"),
    ],
)
def test_methods_without_a_total_say_their_own_lead(english, method, words):
    # ratios 600 / 100000 and 800 / 110000: 7.2727 / 6 = 1.2121
    _ranking, firm = say(spec(method=method), bid("B01", "100000", "6"), bid("B02", "110000", "8"))
    assert words in firm


def test_the_formula_is_told_in_both_languages(english):
    text = sentences.formula_text(spec(weight_price=Decimal("0.45"), weight_quality=Decimal("0.55")))
    assert "Total = 45 % of the price points + 55 % of the quality points; the highest total wins." in text
    assert text.startswith("Prices are compared without VAT.")
    assert "twice the lowest price gets none" in text
    assert "rounded half up to two decimals" in text


def test_the_formula_in_german_writes_numbers_the_german_way(german):
    text = sentences.formula_text(
        spec(price_basis="gross", zero_at_factor=Decimal("1.5"), min_performance_points=Decimal(550))
    )
    assert "100 × (1,5 × niedrigster Preis − Preis) ÷ ((1,5 − 1) × niedrigster Preis)" in text
    assert "Ein Angebot unter 550 Leistungspunkten wird ausgeschlossen." in text
    assert text.startswith("Verglichen werden Preise mit Umsatzsteuer")


def test_unusual_rounding_and_the_band_are_told(english):
    text = sentences.formula_text(spec(rounding={"total": Rounding("half_up", 3), "vat": Rounding("none", None)}))
    assert "Other than that: prices with VAT not rounded, totals half up to 3 decimals." in text
    band = sentences.formula_text(spec(method="ratio_extended", extended_criterion="B1"))
    assert "at most 5 % below the highest, the one with the highest score in B1 wins" in band


def test_the_worked_example_is_computed_by_the_rule_and_does_not_give_the_estimate_away(english):
    lines = sentences.worked_example(spec(), lot_of(estimated_value=Decimal("173456.78")), "EUR")
    assert [line.rank for line in lines] == [3, 1, 2]
    # cheap: 90000 and 600 points: 0.5 × 100 + 0.5 × 60 = 80
    assert lines[0].sentence == (
        "Example, the cheap bid: €90,000.00 gives 100.00 price points, 600.00 performance points give 60.00 quality "
        "points; total 80.00, rank 3."
    )
    assert not any("173" in line.sentence for line in lines)


@pytest.mark.parametrize("method", ["price_only", "ratio_simple", "ratio_extended", "inverse_proportional"])
def test_every_method_has_a_formula_and_an_example(english, method):
    rule = spec(method=method)
    assert len(sentences.formula_sentences(rule)) >= 3
    assert all(line.sentence.endswith(".") for line in sentences.worked_example(rule, lot_of(), "GBP"))


def test_the_range_of_weights_is_rounded_inwards(english):
    assert sentences._weights(_report((Fraction(1, 3), Fraction(2, 3)))).endswith(
        "stays unless the price counts for less than 33.4 % or more than 66.6 %"
    )
    assert sentences._weights(_report((Fraction(1, 3), Fraction(1)))).endswith("less than 33.4 %")
    assert sentences._weights(_report((Fraction(0), Fraction(2, 3)))).endswith("more than 66.6 %")
    assert sentences._weights(_report((Fraction(0), Fraction(1)))).endswith("whatever the price counts")


def _report(weight):
    from evaluation.scoring import LotRobustness

    return LotRobustness("L1", ("B01",), (), None, (), (), weight)


def test_reasons_are_told_in_the_readers_language(german):
    low = Reason("min_score", "…", {"criterion": "B3", "score": "3.67", "minimum": "4"})
    assert reason_text(low) == "Kriterium B3: 3,67 Punkte liegen unter dem veröffentlichten Mindestwert von 4."
    assert reason_text(Reason("not_eligible", "Keine Zulassung.")) == "Keine Zulassung."
    position = Reason("price_missing", "…", {"positions": "1.10, 2"})
    assert reason_text(position) == "Der Preis der wesentlichen Position(en) 1.10, 2 fehlt."


@pytest.mark.django_db
def test_a_faulty_rule_is_told_while_drafting(english):
    tender = factories.draft_tender(criteria=[
        {"code": "B1", "kind": "quality", "name": "Quality", "weight": "60"},
        {"code": "E1", "kind": "efficiency", "name": "Days", "weight": "30", "unit": "days", "direction": "lower",
         "curve": [["5", "0"], ["20", "10"]]},
    ])  # fmt: skip
    found = {item["code"]: item for item in check_tender_rule(tender)}
    assert found["weights_sum"]["message"] == "The weights add up to 90 instead of 100."
    assert found["curve_against_direction"]["severity"] == "error"
    tender.evaluation = {"method": "weighted_linear", "weight_price": 0.5}
    assert [item["code"] for item in check_tender_rule(tender)] == ["unreadable_rule"]
