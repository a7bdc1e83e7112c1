"""Bids beside one another, and a panel that works without names."""

from typing import Any

import pytest

from bids.models import OpenedDocument
from evaluation import actions
from evaluation.matrix import compared, of_panel
from evaluation.neutral import neutral_names
from evaluation.panel_figures import agreement, history, own_leniency
from evaluation.scorebook import own_sheet, spreads
from tendering.models import Tender
from tests.evaluation.builders import Case, declare, opened_case, score, seat_panel
from tests.evaluation.pages.test_scoring_pages import appointed, at, browser, scene, text_of

pytestmark = pytest.mark.django_db


def without_names(case: Case) -> Case:
    """The published rule says so (frozen by then; written here as the draft would have)."""
    case.tender.evaluation = {**case.tender.evaluation, "anonymous_bids": True}
    Tender.objects.filter(pk=case.tender.pk).update(evaluation=case.tender.evaluation)
    return case


def scored(case: Case, *tables: dict[str, dict[str, str]]) -> list[Any]:
    people = seat_panel(case, len(tables))
    for person, table in zip(people, tables, strict=True):
        score(case, person, table)
        actions.submit_scores(actor=person, tender_id=case.tender.pk)
    return people


def test_the_matrix_marks_best_and_weakest_and_leaves_out_what_is_the_same() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    score(case, person, {"B01": {"B1": "9", "B2": "6"}, "B02": {"B1": "4", "B2": "6"}})
    client = browser(person)
    body = text_of(client.get(at("scoring_compare", case)))
    assert body.count(">best<") == 2 and body.count(">weakest<") == 2  # in the table and on the cards
    only = text_of(client.get(at("scoring_compare", case), {"differences": "1", "with": "2"}))
    assert "1 criterion in which all are the same is left out" in only and "against" in only


def test_an_evaluator_compares_own_scores_only_and_the_chair_the_panels() -> None:
    case = scene()
    anna, bernd = scored(
        case,
        {"B01": {"B1": "9", "B2": "6"}, "B02": {"B1": "5", "B2": "6"}},
        {"B01": {"B1": "8", "B2": "6"}, "B02": {"B1": "5", "B2": "5.5"}},
    )
    assert "8.50" not in text_of(browser(anna).get(at("scoring_compare", case)))
    table = compared(of_panel(spreads(case.tender)), case.tender)[0]
    assert [[str(place.value) for place in row.places if place] for row in table.rows] == [
        ["8.50", "5.00"], ["6.00", "5.75"],
    ]  # fmt: skip
    assert "8.5" in text_of(browser(case.town.chair).get(at("scoring_compare", case)))
    assert browser(case.town.officer).get(at("scoring_compare", case)).status_code == 403
    url = at("scoring_criterion", case, "L1", "B1")
    assert "concept p. 4" in text_of(browser(bernd).get(url)) and "All 2 bids" in text_of(browser(bernd).get(url))
    assert browser(bernd).get(at("scoring_criterion", case, "L1", "B9")).status_code == 404


def test_ten_bids_cost_no_more_queries_than_two(django_assert_max_num_queries: Any) -> None:
    from tests.evaluation.builders import add_bid

    case = scene()
    person = appointed(case)
    for number in range(3, 11):
        add_bid(case, f"B{number:02}", {"1.1": "2.00", "1.2": "400.00"})
    declare(case, person)
    client = browser(person)
    client.get(at("scoring_compare", case))
    with django_assert_max_num_queries(45):
        assert client.get(at("scoring_compare", case)).status_code == 200


def test_no_page_of_the_panel_names_a_bidder_until_it_is_closed_where_the_rule_says_so() -> None:
    case = without_names(scene())
    names = [company.organization.name for company in case.companies.values()]
    people = seat_panel(case, 1)
    anna = people[0]
    row = OpenedDocument.objects.create(
        bid=case.bids["B01"], name="Concept of Bernd Ltd.pdf", role="Service concept", size=1, sha256="0", path="x"
    )
    urls = [at("scoring", case), at("scoring_compare", case), at("scoring_criterion", case, "L1", "B1"),
            at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")]  # fmt: skip
    for url in urls:
        body = text_of(browser(anna).get(url))
        assert not any(name in body for name in names) and case.bids["B01"].reference not in body, url
        assert "Bidder 1" in body or "Bidder 2" in body
    assert "01-service-concept.pdf" in body and row.name not in body
    score(case, anna, {name: {"B1": "6", "B2": "6"} for name in case.bids})
    actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    chair = browser(case.town.chair)
    assert not any(name in text_of(chair.get(at("moderation", case))) for name in names)
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)
    assert all(name in text_of(chair.get(at("moderation", case))) for name in names)


def test_neutral_names_stay_when_a_late_bid_is_opened_and_cannot_be_told_from_the_order_of_receipt() -> None:
    from datetime import timedelta

    from accounts import clock
    from tests.evaluation.builders import add_bid

    case = opened_case()
    now = clock.now()
    for number in range(8):
        add_bid(case, f"B{number:02}", {"1.1": "2.00", "1.2": "400.00"}, opened_at=now)
    before = neutral_names(case.bids.values())
    add_bid(case, "B99", {"1.1": "2.00", "1.2": "400.00"}, opened_at=now + timedelta(hours=1))
    after = neutral_names(case.bids.values())
    assert {pk: after[pk] for pk in before} == before and after[case.bids["B99"].pk] == "Bieter 9"
    assert [before[bid.pk] for bid in list(case.bids.values())[:8]] != [f"Bieter {n}" for n in range(1, 9)]


def test_the_chair_reads_how_the_panel_agrees_and_each_person_only_the_own_mildness() -> None:
    case = opened_case()
    from tests.evaluation.builders import add_bid

    for number in range(1, 6):
        add_bid(case, f"B{number:02}", {"1.1": "2.00", "1.2": "400.00"})
    tables = [
        {name: {"B1": str(5 + at_ + shift), "B2": str(4 + at_ + shift)} for at_, name in enumerate(case.bids)}
        for shift in (0, 0, 1)
    ]
    people = scored(case, *tables)
    found = agreement(spreads(case.tender), case.tender)
    assert found.alpha is not None and found.low is not None and found.high is not None
    assert found.low <= found.alpha <= found.high and found.alpha > 0.6
    assert [str(one.here) for one in found.members] == ["-0.5", "-0.5", "1.0"]
    assert "How well does the panel agree?" in text_of(browser(case.town.chair).get(at("moderation", case)))
    assert own_leniency(people[2]) is None  # not before the panel is closed
    actions.close_panel(actor=case.town.chair, tender_id=case.tender.pk)
    assert own_leniency(people[2]) == (1, 1)
    body = text_of(browser(people[2]).get(at("scoring", case)))
    assert "in 1 closed panel you scored 1.00 points" in body
    office = text_of(browser(case.town.officer).get(at("moderation", case)))
    assert "How well does the panel agree?" not in office


def test_each_agreed_score_stays_in_the_history() -> None:
    case = scene()
    scored(
        case,
        {"B01": {"B1": "9", "B2": "6"}, "B02": {"B1": "5", "B2": "6"}},
        {"B01": {"B1": "3", "B2": "6"}, "B02": {"B1": "5", "B2": "6"}},
    )
    bid = case.bids["B01"]
    where = {"bid_id": bid.pk, "lot_code": "L1", "criterion_code": "B1"}
    for value in ("5", "6"):
        actions.set_consensus(actor=case.town.chair, value=value, reason=f"read {value}", **where)
    cell = next(row.cell for row in own_sheet(case.tender, case.town.chair) if row.cell.bid_id == bid.pk)
    assert [(one.score, one.reason) for one in history(case.tender, cell, bid.pk)] == [("5", "read 5"), ("6", "read 6")]
    page = text_of(browser(case.town.chair).get(at("moderation_cell", case, bid.pk, "L1", "B1")))
    assert "Agreed before" in page and "read 5" in page
