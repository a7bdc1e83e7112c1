"""The panel works blind: declare first, score without prices, hand in, moderate, close."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.content import WITH_PRICES
from bids.models import OpenedDocument
from evaluation import actions
from evaluation.models import Consensus, PanelLock, PanelMember, Score
from evaluation.panel_documents import shows_prices
from tendering.models import PRICE_PAPER
from tests.evaluation.builders import Case, add_bid, check_all, declare, opened_case, score, seat_panel

pytestmark = pytest.mark.django_db
MARKED = {"1.1": "2.1379", "1.2": "513.79"}  # found nowhere else on a page


def scene(lots: int = 1) -> Case:
    from tests import factories

    case = opened_case(lots=factories.default_lots(lots))
    for name in ("B01", "B02"):
        add_bid(case, name, {f"L{n}": {f"{n}.1": "2.1379", f"{n}.2": "513.79"} for n in range(1, lots + 1)})
    return case


def browser(user: Any) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def appointed(case: Case) -> Any:
    person = case.town.evaluators[0]
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[person])
    return person


def at(name: str, case: Case, *more: Any) -> str:
    return reverse(name, args=[case.tender.pk, *more])


def no_conflict(case: Case) -> dict[str, str]:
    """A no for each bidder."""
    return {f"company_{company.organization.pk}": "no" for company in case.companies.values()}


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def test_an_evaluator_declares_before_seeing_anything() -> None:
    case = scene()
    client = browser(appointed(case))
    for url in (
        at("scoring", case),
        at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1"),
        at("scoring_submit", case),
    ):
        assert client.get(url).headers["Location"] == at("scoring_declare", case)
    assert "Declare first whether you have a conflict of interest." in text_of(client.get(at("scoring_declare", case)))


def test_who_declares_a_conflict_does_not_score() -> None:
    case = scene()
    client = browser(appointed(case))
    yes = f"company_{case.companies['B01'].organization.pk}"
    assert (
        client.post(at("scoring_declare", case), {**no_conflict(case), yes: "yes", "note": "my sister"}).status_code
        == 302
    )
    response = client.get(at("scoring", case))
    assert response.status_code == 403 and "do not score this tender" in text_of(response)


def test_no_page_of_the_panel_shows_a_price() -> None:
    case = scene()
    check_all(case)
    person = appointed(case)
    declare(case, person)
    client = browser(person)
    pages = [at("scoring", case), at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1"), at("scoring_submit", case),
             at("evaluation", case), at("tender_detail", case)]  # fmt: skip
    for url in pages:
        body = client.get(url).content.decode()
        assert not re.search(r"2[.,]1379|513[.,]79|19[.,]?241|19[.,]?754", body), url


def test_price_sheets_of_a_bid_are_held_back_from_the_panel() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    names = {"Concept.pdf": "Service concept", "Preise.pdf": "", "sheet.xlsx": "", "list.pdf": "Price sheet"}
    rows = [
        OpenedDocument.objects.create(bid=case.bids["B01"], name=name, role=role, size=1, sha256="0", path=name)
        for name, role in names.items()
    ]
    assert [row.name for row in rows if not shows_prices(row)] == ["Concept.pdf"]
    client = browser(person)
    body = text_of(client.get(at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")))
    assert "Concept.pdf" in body and "Preise.pdf" not in body and "3 documents with prices" in body
    for row in rows[1:]:
        assert client.get(at("scoring_document", case, row.pk)).status_code == 404


def test_papers_marked_as_priced_are_held_back_whatever_they_are_called() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    case.tender.required_documents.create(name="Annex 7", category=PRICE_PAPER)
    papers = {"annex.pdf": "Annex 7", "own.pdf": WITH_PRICES, "concept.pdf": "document"}
    for name, role in papers.items():
        OpenedDocument.objects.create(bid=case.bids["B01"], name=name, role=role, size=1, sha256="0", path=name)
    client = browser(person)
    body = text_of(client.get(at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")))
    assert "2 documents with prices" in body
    assert "concept.pdf" in body and "another document" in body
    for row in OpenedDocument.objects.exclude(name="concept.pdf"):
        assert row.name not in body
        assert client.get(at("scoring_document", case, row.pk)).status_code == 404
    office = text_of(browser(case.town.officer).get(at("check_bid", case, case.bids["B01"].pk)))
    assert "own.pdf" in office and "another document, with prices" in office


def test_a_score_needs_a_reason_and_keeps_what_was_typed() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    url = at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")
    response = browser(person).post(url, {"choice": "other", "other": "7.25", "comment": ""})
    body = text_of(response)
    assert response.status_code == 422 and 'value="7.25"' in body and "Give the reason" in body
    assert not Score.objects.exists()


def test_saving_leads_to_what_is_still_missing() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    client = browser(person)
    url = at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")
    response = client.post(url, {"choice": "other", "other": "7.25", "comment": "page 4"})
    assert response.headers["Location"] == at("scoring_cell", case, case.bids["B01"].pk, "L1", "B2")
    assert str(Score.objects.get().value) == "7.25"


def test_two_bids_in_two_lots_take_eight_scores_and_eleven_pages() -> None:
    """The way of an evaluator: declaration, eight scores with two fields each, overview, handing in."""
    case = scene(lots=2)
    person = appointed(case)
    client = browser(person)
    url, pages, fields = at("scoring_declare", case), 1, 1
    url = client.post(url, no_conflict(case)).headers["Location"]
    url = re.findall(r'kern-btn--primary" href="([^"]+)"', client.get(url).content.decode())[0]
    while "/scoring/" in url and url != at("scoring", case):
        response = client.post(url, {"choice": "7", "comment": "page 4"})
        url, pages, fields = response.headers["Location"], pages + 1, fields + 2
    assert client.get(url).status_code == 200
    assert client.post(at("scoring_submit", case)).status_code == 302
    assert PanelMember.objects.get().submitted_at is not None
    assert (Score.objects.count(), pages + 2, fields) == (8, 11, 17)


def test_handed_in_scores_cannot_be_changed() -> None:
    case = scene()
    person = appointed(case)
    declare(case, person)
    score(case, person, {name: {"B1": "6", "B2": "6"} for name in case.bids})
    actions.submit_scores(actor=person, tender_id=case.tender.pk)
    url = at("scoring_cell", case, case.bids["B01"].pk, "L1", "B1")
    client = browser(person)
    assert "<textarea" not in client.get(url).content.decode()
    assert client.post(url, {"choice": "9", "comment": "better"}).status_code == 409


def test_who_is_not_on_the_panel_finds_no_score_sheet() -> None:
    case = scene()
    appointed(case)
    for user in (case.town.officer, case.town.evaluators[1], case.companies["B01"].bidder):
        assert browser(user).get(at("scoring", case)).status_code == 404


def test_the_chair_moderates_when_all_have_handed_in_and_closes_when_all_is_agreed() -> None:
    case = scene()
    people = seat_panel(case)
    client = browser(case.town.chair)
    assert "Not every evaluator has handed in yet." in text_of(client.get(at("moderation", case)))
    for person, value in zip(people, ("2", "9", "9"), strict=True):
        score(case, person, {"B01": {"B1": value, "B2": "6"}, "B02": {"B1": "6", "B2": "6"}})
        actions.submit_scores(actor=person, tender_id=case.tender.pk)
    assert "far apart" in text_of(client.get(at("moderation", case)))
    assert client.post(at("moderation_close", case)).status_code == 409
    cell = at("moderation_cell", case, case.bids["B01"].pk, "L1", "B1")
    assert client.post(cell, {"choice": "7", "comment": "read again together"}).status_code == 302
    assert client.post(at("moderation_close", case)).status_code == 302
    assert Consensus.objects.count() == 1 and PanelLock.objects.count() == 1
