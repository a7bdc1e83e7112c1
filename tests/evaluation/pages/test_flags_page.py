"""Hints before the award: explained to the office and the audit, answered with a reason, hidden from everybody else."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import AuditEvent
from bids.models import OpenedDocument
from evaluation.flags import board
from evaluation.models import FlagNote
from tests import factories
from tests.evaluation.builders import (
    Case,
    add_bid,
    check_all,
    evaluated_case,
    opened_case,
    score_and_close,
    seat_panel,
)
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of
from tests.evaluation.test_letters_and_contract import contract_case

pytestmark = pytest.mark.django_db


def same_prices() -> Case:
    """Two companies, one price, one shared domain."""
    from evaluation import actions

    case = opened_case()
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    other = case.companies["B02"].bidder
    other.email = f"bernd@{case.companies['B01'].bidder.email.partition('@')[2]}"
    other.save()
    check_all(case)
    score_and_close(case, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case


def test_the_officer_reads_value_meaning_and_harmless_reasons_and_answers() -> None:
    case = same_prices()
    client = browser(case.town.officer)
    body = text_of(client.get(at("flags", case)))
    assert "Same price from different companies" in body and "Companies share a person or an e-mail domain" in body
    assert "Often harmless:" in body and "Too few data" in body
    empty = client.post(at("flags", case), {"flag": "R028|L1", "reason": " "})
    assert empty.status_code == 422 and "Give the reason" in text_of(empty)
    assert client.post(at("flags", case), {"flag": "R999|L1", "reason": "x"}).status_code == 404
    assert client.post(at("flags", case), {"flag": "R028|L1", "reason": "prices fixed by law"}).status_code == 302
    assert FlagNote.objects.get().reason == "prices fixed by law"
    assert AuditEvent.objects.filter(verb="flag.noted").count() == 1
    assert "prices fixed by law" in text_of(browser(case.town.auditor).get(at("flags", case)))


def test_open_hints_warn_on_the_page_of_the_award_and_block_nothing() -> None:
    case = same_prices()
    client = browser(case.town.officer)
    body = text_of(client.get(at("evaluation_award", case)))
    assert "hints are open" in body and "Hints stop nothing" in body
    assert client.post(at("evaluation_award", case), {"reason": "most points"}).status_code == 302


def test_a_bidder_whose_contract_was_changed_twice_is_pointed_out_and_once_is_nothing() -> None:
    from evaluation import actions

    case, contract = contract_case()
    new = Case(case.town, factories.opened_tender(case.town, title="Letters again"))
    add_bid(new, "B01", {"1.1": "2.00", "1.2": "400.00"}, company=case.companies["B02"])
    for number, state in ((1, "fine"), (2, "flag")):
        actions.change_contract(
            actor=case.town.officer, contract_id=contract.pk, ground="small", delta=Decimal(10 * number),
            description="One more stop.", reason="A new school.", effective_on=contract.starts_on,
        )  # fmt: skip
        found = [one for one in [*board(new.tender, clock.now()).raised, *board(new.tender, clock.now()).fine]
                 if one.hint.code == "H04"]  # fmt: skip
        assert [one.hint.state for one in found] == [state]
    assert case.companies["B02"].organization.name in found[0].subject


def test_bidders_council_panel_and_public_never_see_a_hint(client: Any) -> None:
    case = same_prices()
    member = factories.make_user(case.town.organization, Role.COUNCIL_MEMBER)
    people = [case.companies["B01"].bidder, member, case.town.evaluators[0], case.town.chair]
    assert [browser(person).get(at("flags", case)).status_code in (403, 404) for person in people] == [True] * 4
    assert client.get(at("flags", case)).status_code in (302, 404)
    for person in (*people[:2], None):
        visitor = browser(person) if person else client
        for name in ("tender_detail", "evaluation_result"):
            assert "Same price from different" not in text_of(visitor.get(at(name, case)))


def test_the_auditor_comes_to_the_hints_from_the_file_and_only_reads() -> None:
    case = same_prices()
    client = browser(case.town.auditor)
    assert at("flags", case) in text_of(client.get(at("audit_tender", case)))
    assert client.post(at("flags", case), {"flag": "R028|L1", "reason": "fine"}).status_code == 403


def test_the_page_needs_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    case = evaluated_case()
    client = browser(case.town.officer)
    client.get(at("flags", case))
    with django_assert_max_num_queries(45):
        assert client.get(at("flags", case)).status_code == 200


def test_a_draft_with_a_short_period_says_so_to_its_officer_only() -> None:
    from datetime import timedelta

    from accounts import clock

    town = factories.make_town(keys=False)
    now = clock.now()
    tender = factories.draft_tender(town, tender_period_end=now + timedelta(days=6))
    page = f"/tenders/{tender.pk}/"
    assert "Short period for bids" in text_of(browser(town.officer).get(page))
    assert "Short period for bids" not in text_of(browser(town.evaluators[0]).get(page))


def test_the_page_says_when_earlier_tenders_are_left_out_of_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    case = same_prices()
    for _number in range(2):
        factories.awarded_tender(case.town)
    client, words = browser(case.town.officer), "earlier ones are not looked at"
    assert words not in text_of(client.get(at("flags", case)))
    monkeypatch.setattr("evaluation.flags.MOST_PAST", 1)
    assert "Compared with the 1 tenders awarded last" in text_of(client.get(at("flags", case)))


def shared(case: Case) -> Any:
    """The hint about what companies share."""
    with override("en"):
        found = board(case.tender, clock.now())
    return next(one for one in [*found.raised, *found.fine] if one.hint.code == "H02")


def test_companies_with_one_phone_address_or_account_are_named_and_the_value_is_not() -> None:
    case = opened_case()
    for name in ("B01", "B02", "B03"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    assert shared(case).hint.state == "fine"
    iban, first, second = "DE02120300000000202051", *(case.companies[name].organization for name in ("B01", "B02"))
    for company in (first, second):
        company.details = {"iban": iban, "street": "Am Markt 1", "postcode": "12345", "town": "Musterstadt"}
        company.save()
    hint = shared(case)
    assert hint.hint.state == "flag" and case.companies["B03"].organization.name not in hint.subject
    assert f"{first.name} (address, bank account)" in hint.subject and f"{second.name} (" in hint.subject
    assert iban not in hint.subject and "Am Markt" not in hint.subject
    body = text_of(browser(case.town.officer).get(at("flags", case)))
    assert "address, bank account" in body and iban not in body
    assert "bank account" not in text_of(browser(case.companies["B01"].bidder).get(at("tender_detail", case)))


def test_a_bidder_with_the_address_of_a_panel_members_company_is_pointed_out() -> None:
    case = opened_case()
    add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    seat_panel(case)
    other = factories.make_company(name="Nebenher GmbH").organization
    factories.add_role(case.town.evaluators[0], other, Role.BIDDER)
    for company in (other, case.companies["B01"].organization):
        company.details = {"street": "Am Markt 1", "postcode": "12345", "town": "Musterstadt"}
        company.save()
    hint = shared(case)
    assert hint.hint.state == "flag" and "address" in hint.subject and "Nebenher" not in hint.subject


def document(case: Case, name: str, marks: str, sha256: str) -> None:
    OpenedDocument.objects.create(
        bid=case.bids[name], name="geheim.pdf", size=1, sha256=sha256 * 64, path=f"x/{name}{sha256}", marks=marks,
        marks_kinds="author,created", marks_read_at=clock.now(),
    )  # fmt: skip


def test_different_files_of_one_author_and_moment_are_a_hint_and_the_same_file_is_another_one() -> None:
    case = opened_case()
    for name in ("B01", "B02", "B03"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})

    def state() -> str:
        found = board(case.tender, clock.now())
        return next((o.hint.state for o in [*found.raised, *found.few, *found.fine] if o.hint.code == "H05"), "")

    assert state() == ""
    document(case, "B01", "a" * 64, "1")
    assert state() == "few"
    document(case, "B02", "b" * 64, "2")
    assert state() == "fine"
    document(case, "B03", "a" * 64, "1")  # the same file: that is what H03 says
    assert state() == "fine"
    document(case, "B02", "a" * 64, "3")
    assert state() == "flag"
    body = text_of(browser(case.town.officer).get(at("flags", case)))
    assert "never proof" in body and "geheim.pdf" not in body and "a" * 64 not in body
    for person in (case.companies["B01"].bidder, case.companies["B02"].bidder):
        assert "same author and time" not in text_of(browser(person).get(at("tender_detail", case)))
        assert browser(person).get(at("flags", case)).status_code in (403, 404)
