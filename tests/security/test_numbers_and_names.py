"""Sums that floats get wrong, unknown currencies, prices of nothing, names that look alike, mark-up in every text."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import escape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import alike, clock
from accounts.models import OutboxMessage
from evaluation import actions
from evaluation.models import Letter
from evaluation.price_findings import price_findings
from evaluation.scoring.inputs import Position
from reports.documents.letter import letter_pdf
from tendering.actions import update_tender
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, opened_case, score_and_close
from tests.evaluation.pages.test_scoring_pages import browser
from tests.evaluation.scoring.builders import bid, result, spec
from tests.evaluation.test_letters_and_contract import decide, send
from tests.reports.pdf_text import pages

D = Decimal
MARK_UP = '<script>alert("x")</script><b>&amp;'


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [
        ("1", "0.1", "0.10"),
        ("3", "33.33", "99.99"),
        ("3", "0.005", "0.02"),
        ("1", "1.005", "1.01"),
        ("7", "0.0715", "0.50"),
    ],
)
def test_lines_are_exact_rounded_half_up_to_the_cent_and_add_up_to_the_total(
    quantity: str, price: str, total: str
) -> None:
    positions = tuple(Position(ref, "x", "each", D(quantity), 4) for ref in ("1", "2"))
    offer = replace(bid("A", "1"), prices={"1": D(price), "2": D("0.2")})
    found = result([offer], spec("price_only"), positions=positions).rows[0]
    assert str(found.lines[0].line_total) == total
    assert found.net == sum(line.line_total for line in found.lines)
    if quantity == "1" and price == "0.1":
        assert str(found.net) == "0.30"


@pytest.mark.django_db
def test_a_currency_that_is_missing_or_unknown_is_refused() -> None:
    tender = factories.draft_tender()
    for currency in ("", "eur", " EUR", "EUR ", "XXX", "E1R", "EURO"):
        with pytest.raises(ValidationError) as caught:
            update_tender(
                actor=tender.created_by, tender_id=tender.pk, expected_version=None, fields={"currency": currency}
            )
        assert list(caught.value.message_dict) == ["currency"], currency
    tender.refresh_from_db()
    assert tender.currency == "EUR"


@pytest.mark.django_db
def test_a_position_for_nothing_is_pointed_out_and_the_bid_stays() -> None:
    case = opened_case()
    add_bid(case, "B01", {"1.1": "0", "1.2": "20000.00"})
    add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    first, second = price_findings(case.tender)
    assert first.zeros.endswith("1.1") and not second.zeros
    page = browser(case.town.officer).get(reverse("checks", args=[case.tender.pk])).content.decode()
    assert "unit price 0 in 1.1" in page
    check_all(case)
    score_and_close(case, {name: {"B1": "8", "B2": "7"} for name in case.bids})
    run = actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    assert [row["status"] for row in run.result["lots"][0]["rows"]] == ["valid", "valid"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "new"),
    [("Nova Druck GmbH", "Noνa Druck"), ("Muster Druck", "Mυster Druck"), ("NOVA YARD", "ΝΟVΑ ΥARD"), ("ΥΝΑ", "υνα")],
)
def test_greek_letters_are_read_as_what_they_look_like_small_and_as_capitals(known: str, new: str) -> None:
    for there, asked in ((known, new), (new, known)):
        company = factories.make_company(name=there).organization
        data = {"email": "a@other.example", "country": company.country, "vat_number": "", "now": clock.now()}
        assert alike.company_like(name=asked, **data) == company
        assert alike.company_like(name=f"{asked} West", **data) is None
        company.name = "Something else"
        company.save(update_fields=["name"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Nоrdlicht Druck GmbH", "NORDLIСHT  DRUCK", "Νordlicht Druck", "Nordlıcht Druck "])
def test_a_name_in_letters_of_another_alphabet_is_the_company_it_looks_like(name: str) -> None:
    for known, new in (("Nordlicht Druck GmbH", name), (name, "Nordlicht Druck GmbH")):
        company = factories.make_company(name=known).organization
        asked = {"email": "a@other.example", "country": company.country, "vat_number": "", "now": clock.now()}
        assert alike.company_like(name=new, **asked) == company
        company.name = "Something else"
        company.save(update_fields=["name"])


def marked_case() -> Case:
    """Everything people can write says MARK_UP: tender, company, criteria, scores, questions, answers, reasons."""
    lots = factories.default_lots()
    lots[0] |= {"title": MARK_UP, "quantity_basis": MARK_UP, "reference_unit": "x"}
    for item in lots[0]["items"]:
        item["text"] = MARK_UP
    criteria = [{**row, "name": MARK_UP} for row in factories.default_criteria()]
    case = opened_case(title=MARK_UP, summary=MARK_UP, lots=lots, criteria=criteria)
    for name, price in (("B01", "2.10"), ("B02", "2.00")):
        add_bid(case, name, {"1.1": price, "1.2": "400.00"}, company=factories.make_company(name=f"{MARK_UP} {name}"))
    due = clock.now() + timedelta(days=2)
    asked = {"actor": case.town.officer, "bid_id": case.bids["B01"].pk, "due_at": due}
    question = actions.ask_clarification(text=MARK_UP, **asked)
    actions.answer_clarification(actor=case.companies["B01"].bidder, clarification_id=question.pk, text=MARK_UP)
    check = actions.ask_price(lot_code="L1", **asked)
    actions.answer_price(actor=case.companies["B01"].bidder, check_id=check.pk, text=MARK_UP)
    actions.decide_price(actor=case.town.officer, check_id=check.pk, outcome="explained", reason=MARK_UP)
    actions.confirm_price(actor=case.town.second, check_id=check.pk)
    actions.set_check_steps(
        actor=case.town.officer, bid_id=case.bids["B01"].pk, states={1: ("objection", MARK_UP), 2: ("done", MARK_UP)}
    )
    check_all(case)
    score_and_close(case, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk, reason=MARK_UP)
    decide(case)
    send(case)
    return case


@pytest.mark.django_db
def test_mark_up_in_every_text_is_shown_and_never_run_on_pages_in_mails_and_in_documents() -> None:
    case = marked_case()
    bid_id, officer = case.bids["B01"].pk, browser(case.town.officer)
    names: list[tuple[str, list[Any]]] = [
        ("tender_detail", []), ("checks", []), ("check_steps", []), ("check_bid", [bid_id]),
        ("check_bid_steps", [bid_id]), ("evaluation", []), ("evaluation_result", []), ("evaluation_bid", [bid_id]),
        ("evaluation_award", []), ("award_letters", []),
    ]  # fmt: skip
    for name, more in names:
        _assert_escaped(officer, reverse(name, args=[case.tender.pk, *more]))
    bidder = browser(case.companies["B01"].bidder)
    for address in (
        reverse("bid_requests", args=[case.tender.pk]), reverse("bid_debrief", args=[bid_id]), reverse("desk"),
    ):  # fmt: skip
        _assert_escaped(bidder, address)
    assert OutboxMessage.objects.exists()
    for message in OutboxMessage.objects.all():  # plain text only: there is nothing to escape, and nothing runs
        assert "<html" not in message.body.casefold()
    letter = Letter.objects.filter(bid=bid_id).get()
    assert '<script>alert("x")</script><b>&amp;' in " ".join(" ".join(pages(letter_pdf(letter))).split())


def _assert_escaped(client: Any, address: str) -> None:
    body = client.get(address).content.decode()
    assert escape("<script>alert(") in body, address
    assert "<script>alert(" not in body and "</script><b>" not in body, address
