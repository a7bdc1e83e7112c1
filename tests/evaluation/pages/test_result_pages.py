"""The result page says what is stored, to those who may see prices and nobody else."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaluation import actions
from evaluation.figures import money, number
from evaluation.results import latest, result_of
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, evaluated_case, opened_case, score, seat_panel

pytestmark = pytest.mark.django_db


def page(user: Any, name: str, *arguments: Any, language: str = "en", code: int = 200) -> str:
    client = Client()
    client.cookies["django_language"] = language
    if user is not None:
        client.force_login(user)
    response = client.get(reverse(name, args=arguments))
    assert response.status_code == code, (name, response.status_code, response.headers.get("Location"))
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_the_figures_of_the_page_are_those_of_the_stored_result() -> None:
    case = evaluated_case()
    run = latest(case.tender)
    assert run is not None
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    rows = result_of(run).lot("L1").rows
    assert len(rows) == 2
    for row in rows:
        assert money(row.evaluation_price, "EUR") in text
        assert number(row.total) in text and number(row.price_points) in text
        assert row.economics is not None
        assert money(row.economics.eur_per_case, "EUR") in text
    assert run.result_hash in text


def test_after_an_exclusion_both_rankings_stand_on_the_page() -> None:
    case = evaluated_case()
    officer, tender = case.town.officer, case.tender
    before = latest(tender)
    assert before is not None and "Earlier results" not in page(officer, "evaluation_result", tender.pk)
    rows = {row.bid_id: row for row in result_of(before).lot("L1").rows}
    first = before.result["lots"][0]["winner"][0]
    gone, stays = sorted(case.bids.values(), key=lambda bid: bid.reference != first)
    exclusion = actions.exclude_bid(
        actor=officer, bid_id=gone.pk, lot_code="L1", code="not_eligible", reason="No licence."
    )
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    actions.evaluate_tender(actor=officer, tender_id=tender.pk, reason="One bid excluded")
    now, _heading, then = page(officer, "evaluation_result", tender.pk).partition('id="earlier"')
    total = number(rows[first].total)
    assert f"First place then: {gone.company.name}. First place now: {stays.company.name}." in then
    assert f"No longer in the ranking: {gone.company.name}." in then
    assert total in then.partition("</details>")[0] and total not in now
    german = page(officer, "evaluation_result", tender.pk, language="de")
    assert "Frühere Ergebnisse" in german and "Nicht mehr in der Rangfolge" in german


def test_every_number_of_the_ranking_leads_to_the_line_that_says_how_it_came_about() -> None:
    case = evaluated_case(criteria=factories.efficiency_criteria(), promised={"E1": "12"})
    links = re.findall(r'href="([^"#]*/result/[0-9a-f-]{36}/)#([^"]+)"', page(
        case.town.officer, "evaluation_result", case.tender.pk
    ))  # fmt: skip
    steps = {step.partition("-")[2] for _address, step in links}
    assert {"gross", "price_points", "efficiency", "quality", "total", "eur_per_case", "break_even"} <= steps
    for bid in case.bids.values():
        text = page(case.town.officer, "evaluation_bid", case.tender.pk, bid.pk)
        ids = set(re.findall(r'id="([^"]+)"', text))
        assert {step for address, step in links if str(bid.pk) in address} <= ids
        assert "rounded half up to 2 decimals" in text and "on the published curve" in text and ">E7<" in text
        assert "agreed by the panel" not in text and "mean of the scores" in text


@pytest.mark.parametrize(("basis", "words"), [("gross", "gross, including VAT"), ("net", "net, without VAT")])
def test_the_page_names_the_basis_of_its_prices(basis: str, words: str) -> None:
    rule = {**factories.price_only(), "price_basis": basis}
    case = opened_case(evaluation=rule, criteria=factories.default_criteria()[:1])
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    check_all(case)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    assert words in text and money("21896.00" if basis == "gross" else "18400.00", "EUR") in text


def test_the_page_begins_with_the_sentence_then_the_picture_then_the_table() -> None:
    case = evaluated_case()
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    assert text.index("comes first") < text.index("<svg") < text.index("app-tiles") < text.index("<tbody")


def test_equal_bids_are_drawn_before_an_award_is_offered_and_give_no_points() -> None:
    case = opened_case(evaluation=factories.price_only(), criteria=factories.default_criteria()[:1])
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    check_all(case)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    assert "A lot cannot be awarded yet" in text
    assert "The award can be proposed" not in text
    assert "quality points, scale 0 to 100" not in text


def test_the_result_speaks_german() -> None:
    case = evaluated_case()
    text = page(case.town.officer, "evaluation_result", case.tender.pk, language="de")
    assert "liegt vorn" in text and "Rangfolge" in text and "Ersparnis je Jahr" in text


def test_a_page_under_the_generic_rules_names_no_german_law() -> None:
    case = evaluated_case(profile="generic_en")
    for name in ("evaluation_result", "evaluation", "checks", "evaluation_award"):
        text = page(case.town.officer, name, case.tender.pk)
        assert not re.search(r"§|Vergabe|VgV", text), name


def test_without_todays_cost_the_page_says_so() -> None:
    lots = factories.default_lots()
    del lots[0]["baseline_cost_per_case"], lots[0]["baseline_minutes_per_case"]
    case = evaluated_case(lots=lots)
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    assert "today's cost not stated" in text and "Saving per year" not in text


@pytest.mark.parametrize("method", ["ratio_simple", "ratio_extended", "price_only"])
def test_the_page_stands_for_every_method(method: str) -> None:
    from tendering.defaults import default_evaluation

    spec = {**default_evaluation("generic_en"), "method": method}
    if method == "price_only":
        spec = factories.price_only()
    case = evaluated_case(evaluation=spec)
    text = page(case.town.officer, "evaluation_result", case.tender.pk)
    assert "comes first" in text
    assert case.companies["B01"].organization.name in text


def test_one_bid_shows_each_number_with_its_values_put_in() -> None:
    case = evaluated_case()
    text = page(case.town.officer, "evaluation_bid", case.tender.pk, case.bids["B01"].pk)
    assert "9,000" in text and "18,400.00 = 18,400.00" in text.replace("18,000.00 + 400.00", "18,400.00")
    assert "concept p. 4" in text


def test_the_panel_sees_no_result_before_it_is_closed_and_sees_it_afterwards() -> None:
    case = opened_case()
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    check_all(case)
    people = seat_panel(case)
    assert "after it has been closed" in page(people[0], "evaluation_result", case.tender.pk, code=409)
    for person in people:
        score(case, person, {"B01": {"B1": "6", "B2": "6"}})
        actions.submit_scores(actor=person, tender_id=case.tender.pk)
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    assert "only admissible bid" in page(people[0], "evaluation_result", case.tender.pk)


def test_strangers_find_no_result_and_openers_are_refused() -> None:
    case = evaluated_case()
    page(factories.make_user(), "evaluation_result", case.tender.pk, code=404)
    page(factories.make_town(keys=False).officer, "evaluation_result", case.tender.pk, code=404)
    page(case.companies["B01"].bidder, "evaluation_result", case.tender.pk, code=404)
    page(case.town.openers[0], "evaluation_result", case.tender.pk, code=403)


def test_the_result_costs_no_more_queries_with_more_bids(django_assert_max_num_queries: Any) -> None:
    case = evaluated_case()
    client = Client()
    client.force_login(case.town.officer)
    with django_assert_max_num_queries(25):
        client.get(reverse("evaluation_result", args=[case.tender.pk]))


def awarded(case: Case) -> None:
    client = Client()
    client.force_login(case.town.officer)
    url = reverse("evaluation_award", args=[case.tender.pk])
    assert client.post(url, {"reason": "Most points."}).status_code == 302
    approval = case.tender.approvals.get(kind="award")
    decide = reverse("evaluation_award_decide", args=[case.tender.pk, approval.pk])
    assert client.post(decide, {"key": "k"}).status_code == 403
    client.force_login(case.town.second)
    assert "Award as proposed" in client.get(url, headers={"accept-language": "en"}).content.decode()
    assert client.post(decide, {"key": "k"}).status_code == 302


def test_an_award_is_proposed_by_one_and_decided_by_another_and_then_public() -> None:
    case = evaluated_case()
    winner = case.companies["B02"].organization.name
    assert winner not in page(None, "results")
    awarded(case)
    text = page(None, "results")
    assert winner in text and "Saving per year" in text
    assert winner in page(None, "tender_detail", case.tender.pk)


def test_an_award_is_not_public_while_it_is_only_proposed() -> None:
    case = evaluated_case()
    actions.propose_award(
        actor=case.town.officer, tender_id=case.tender.pk, lots={"L1": case.bids["B02"].pk}, reason="Most points."
    )
    name = case.companies["B02"].organization.name
    assert name not in page(None, "results") and name not in page(None, "tender_detail", case.tender.pk)
