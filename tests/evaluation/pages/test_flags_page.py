"""Hints before the award: explained to the office and the audit, answered with a reason, hidden from everybody else."""

from decimal import Decimal
from typing import Any

import pytest

from accounts import clock
from accounts.lifecycle import Role
from accounts.models import AuditEvent
from evaluation.flags import board
from evaluation.models import FlagNote
from tests import factories
from tests.evaluation.builders import Case, add_bid, check_all, evaluated_case, opened_case, score_and_close
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
