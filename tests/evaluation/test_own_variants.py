"""A company with a main bid and a variant beside it: two bids in everything, one bidder where bidders are counted."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from bids.models import Bid
from evaluation import actions
from evaluation.award_notice import gather
from evaluation.benchmark.flags import BidFacts, LotFacts
from evaluation.inputs import build_inputs
from evaluation.lot_statistics import board
from evaluation.models import Letter
from evaluation.partner_checks import doubles, too_many_lots
from evaluation.results import bidder_names, latest, view_of
from evaluation.scoring import evaluate
from evaluation.scoring.inputs import BidTerms, LotRules, TenderInput
from tests.evaluation.builders import Case, add_bid, check_all, opened_case, score_and_close
from tests.evaluation.scoring.builders import bid, lot, spec
from tests.factories import default_lots

D = Decimal


def own_variant_case() -> Case:
    """B01 and its variant B03 of one company, B02 of another; the variant is best."""
    case = opened_case(variants_allowed=True, variant_requirements="Two deliveries a day")
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    add_bid(case, "B03", {"1.1": "1.90", "1.2": "390.00"}, company=case.companies["B01"], variant=1)
    check_all(case)
    scores = {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "7", "B2": "7"}, "B03": {"B1": "9", "B2": "9"}}
    score_and_close(case, scores)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case


def award(case: Case, name: str = "B03") -> None:
    lots = {"L1": case.bids[name].pk}
    proposed = actions.propose_award(
        actor=case.town.officer, tender_id=case.tender.pk, lots=lots, reason="It comes first."
    )
    actions.decide_award(actor=case.town.second, approval_id=proposed.pk)


@pytest.mark.django_db
def test_both_are_judged_and_named_apart():
    case = own_variant_case()
    company = case.companies["B01"].organization.name
    names = bidder_names(case.tender)
    assert names[case.bids["B01"].reference] == company
    assert names[case.bids["B03"].reference] in {f"{company} (Variant 1)", f"{company} (Nebenangebot 1)"}
    ranks = {row.bid_id: row.rank for row in view_of(latest(case.tender)).lots[0].rows}
    assert ranks == {case.bids["B03"].reference: 1, case.bids["B01"].reference: 2, case.bids["B02"].reference: 3}


@pytest.mark.django_db
def test_the_award_the_letters_and_the_contract_are_about_the_bid_that_won():
    case = own_variant_case()
    award(case)
    rows = {row.bid_id: row for row in view_of(latest(case.tender)).lots[0].rows}
    awarded = [name for name, row in rows.items() if row.is_awarded]
    assert awarded == [case.bids["B03"].reference]
    actions.send_letters(actor=case.town.officer, tender_id=case.tender.pk)
    kinds = {letter.bid.reference[-3:]: (letter.kind, letter.content) for letter in Letter.objects.all()}
    assert {name: kind for name, (kind, _content) in kinds.items()} == {
        "B01": "refusal", "B02": "refusal", "B03": "winner",
    }  # fmt: skip
    told = " ".join(kinds["B01"][1]["lots"][0]["sentences"])
    assert "another bid of yours" in told or "anderes Angebot von Ihnen" in told
    assert "Nebenangebot 1" in kinds["B03"][1]["opening"] or "Variant 1" in kinds["B03"][1]["opening"]
    assert "yours" not in " ".join(kinds["B02"][1]["lots"][0]["sentences"])
    client = Client()
    client.force_login(case.companies["B01"].bidder)
    page = client.get(f"/tenders/{case.tender.pk}/").content.decode()
    for name in ("B01", "B03"):
        assert reverse("bid_debrief", args=[case.bids[name].pk]) in page
    explained = client.get(reverse("bid_debrief", args=[case.bids["B03"].pk])).content.decode()
    assert "Nebenangebot 1" in explained
    contract = actions.sign_contract(actor=case.town.officer, tender_id=case.tender.pk, lot_code="L1")
    assert contract.bid_id == case.bids["B03"].pk


@pytest.mark.django_db
def test_the_notice_and_the_figures_count_one_bidder():
    case = own_variant_case()
    award(case)
    facts = gather(case.tender)
    assert len(facts.lots[0].companies) == 2
    assert facts.lots[0].winning_bid == case.bids["B03"].reference


@pytest.mark.django_db
def test_a_company_alone_with_its_variant_is_a_single_bidder():
    case = opened_case(variants_allowed=True, variant_requirements="x")
    type(case.tender).objects.filter(pk=case.tender.pk).update(awarded_at=clock.now())
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    add_bid(case, "B02", {"1.1": "1.90", "1.2": "390.00"}, company=case.companies["B01"], variant=1)
    single = board([case.town.organization.pk], clock.now())[0]
    assert single.own == 100


def test_hints_see_one_price_and_one_bidder_of_each_company():
    bids = (
        BidFacts("B1", "Clara", Fraction(100), True),
        BidFacts("B2", "Clara", Fraction(98), True),
        BidFacts("B3", "Dora", Fraction(150), True),
    )
    facts = LotFacts("L1", "town", True, False, 30, bids)
    assert (facts.bidders, facts.prices, facts.gap) == (2, [98, 150], Fraction(52, 98))


def test_an_own_variant_does_not_hide_how_far_the_others_are_away():
    of_clara = [replace(bid(name, price, "8"), provider_id="Clara") for name, price in (("A", "1000"), ("B", "980"))]
    tender = TenderInput("T", spec(), (lot([*of_clara, bid("C", "1500", "8")]),))
    rows = {row.bid_id: row for row in evaluate(tender).lots[0].rows}
    bases = {name: [(flag.base, flag.pct) for flag in row.flags] for name, row in rows.items()}
    assert bases == {"A": [("next", D("33.33"))], "B": [("next", D("34.67"))], "C": []}


def test_limits_on_lots_hold_for_the_company_with_all_its_bids():
    def lots(rules, terms=()):
        tables = {"L1": {"A": ("1000", "9"), "B": ("1100", "8")}, "L2": {"V": ("1000", "9"), "B": ("1050", "8")}}
        made = []
        for name, table in tables.items():
            bids = [
                replace(bid(key, price, score), provider_id="Dora" if key == "B" else "Clara")
                for key, (price, score) in table.items()
            ]
            made.append(replace(lot(bids), lot_id=name))
        return evaluate(TenderInput("T", spec(), tuple(made), rules, tuple(terms))).allocation.assignment

    rules = LotRules(max_lots_awarded=1, allocation_rule="maximise_total_points")
    assert lots(rules) == {"L1": ("A",), "L2": ("B",)}
    free = LotRules(allocation_rule="maximise_total_points")
    assert lots(free) == {"L1": ("A",), "L2": ("V",)}
    capacity = [BidTerms("A", "Clara", max_lots_capacity=1), BidTerms("V", "Clara")]
    assert lots(free, capacity) == {"L1": ("A",), "L2": ("B",)}


@pytest.mark.django_db
def test_a_withdrawn_main_bid_leaves_the_variant_in_the_result():
    case = own_variant_case()
    Bid.objects.filter(pk=case.bids["B01"].pk).update(withdrawn_at=clock.now())
    states = {row.bid_id[-3:]: row.state for row in build_inputs(case.tender).lots[0].bids}
    assert states == {"B01": "withdrawn", "B02": "submitted", "B03": "submitted"}


@pytest.mark.django_db
def test_own_bids_are_no_doubles_and_more_lots_than_allowed_are_told_at_the_check():
    case = opened_case(
        lots=default_lots(3), max_lots_bid=2, variants_allowed=True, variant_requirements="x", value="60000"
    )
    prices = {code: {f"{code[1]}.1": "2.00", f"{code[1]}.2": "400.00"} for code in ("L1", "L2", "L3")}
    consortium = {"opened": {"consortium": {"name": "ARGE", "members": [{"name": "Fritz GmbH"}]}}}
    add_bid(case, "B01", {code: prices[code] for code in ("L1", "L2")}, **consortium)
    own = add_bid(case, "B02", {"L1": prices["L1"]}, company=case.companies["B01"], variant=1, **consortium)
    assert doubles(list(case.bids.values())) == {}
    assert too_many_lots(own, 2) == ""
    add_bid(case, "B03", {"L3": prices["L3"]}, company=case.companies["B01"], variant=2)
    assert "3" in too_many_lots(own, 2)
    assert too_many_lots(own, None) == ""
    client = Client()
    client.force_login(case.town.officer)
    page = client.get(f"/tenders/{case.tender.pk}/checks/{own.pk}/").content.decode()
    assert "zusammen für 3 Lose" in page
    assert "Nebenangebot 1" in page
    for other in ("B01", "B03"):
        assert reverse("check_bid", args=[case.tender.pk, case.bids[other].pk]) in page
