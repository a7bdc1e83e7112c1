"""Roles and steps of a procedure, attacked: foreign names in a body, lists asked for foreign ids, skipped states."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import ProtectedError
from django.test import Client
from rest_framework.test import APIClient

from accounts import clock
from accounts.audit_checks import verify
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent
from bids.models import Bid, Draft, ItemPrice
from evaluation import actions
from evaluation.models import Complaint, Contract, RegisterQuery
from tendering.models import Tender
from tests import factories
from tests.bids.bidding import content, open_all, submit
from tests.evaluation.builders import evaluated_case
from tests.evaluation.test_api import as_user
from tests.evaluation.test_letters_and_contract import DAY, contract_case, decide, propose, record, send, sign

pytestmark = pytest.mark.django_db
API = "/api/v1"


def test_a_body_that_names_a_foreign_house_tender_or_owner_changes_nothing_of_theirs() -> None:
    case, other = evaluated_case(), evaluated_case()
    mine, officer = as_user(case.companies["B01"].bidder), as_user(case.town.officer)
    created = officer.post(f"{API}/tenders/", {"title": "x", "buyer": other.town.organization.reference}, format="json")
    assert created.status_code in (400, 403, 404)
    assert not Tender.objects.filter(buyer=other.town.organization).exclude(pk=other.tender.pk).exists()
    foreign_bid = {"bid_id": str(other.bids["B02"].pk), "result": "clear"}
    register = f"{API}/tenders/{case.tender.pk}/award/register/"
    assert officer.post(register, foreign_bid, format="json").status_code == 404
    award = {"lots": {"L1": other.bids["B02"].reference}, "reason": "x"}
    assert officer.post(f"{API}/tenders/{case.tender.pk}/award/", award, format="json").status_code == 400
    today = clock.now().date().isoformat()
    complaint = {"text": "Wrong.", "known_on": today, "company": other.companies["B01"].organization.reference,
                 "tender": other.tender.pk, "filed_by": other.town.officer.pk}  # fmt: skip
    answer = mine.post(f"{API}/tenders/{case.tender.pk}/complaints/", complaint, format="json")
    assert answer.status_code in (201, 400)
    assert set(Complaint.objects.values_list("company", "tender")) <= {
        (case.companies["B01"].organization.pk, case.tender.pk)
    }
    open_one, company = factories.open_tender(other.town), other.companies["B01"]
    draft = {"tender": open_one.pk, "company": company.organization.reference, "content": content()}
    for address in ("bids/", "bids/drafts/"):
        assert mine.post(f"{API}/{address}", draft, format="json").status_code in (400, 403, 404, 405), address
    assert not Draft.objects.filter(company=company.organization).exists()
    assert not RegisterQuery.objects.exists()


def test_lists_and_downloads_hold_own_rows_only_whatever_ids_are_asked_for() -> None:
    case, contract = contract_case()
    other, foreign = contract_case()
    ids = f"?ids={foreign.pk}&id={foreign.pk}&all=1&company={foreign.company_id}"
    for user in (case.town.officer, case.companies["B02"].bidder):
        client = as_user(user)
        assert client.get(f"{API}/contracts/{ids}").status_code == 400
        assert [row["id"] for row in client.get(f"{API}/contracts/").json()] == [contract.pk]
        listed = json.dumps(client.get(f"{API}/bids/{ids}").json())
        assert str(other.bids["B02"].pk) not in listed
        browser = Client()
        browser.force_login(user)
        table = browser.get(f"/contracts.csv{ids}").content.decode()
        assert contract.tender.reference in table and foreign.tender.reference not in table
        for address in (f"/contracts/{foreign.pk}/", f"{API}/contracts/{foreign.pk}/",
                        f"/tenders/{foreign.tender_id}/statistics.xlsx",
                        f"/letters/{foreign.tender.letters.first().pk}/pdf/"):  # fmt: skip
            assert browser.get(address).status_code == 404, address


def test_a_bidder_changes_neither_price_nor_file_after_the_deadline_or_the_opening() -> None:
    town, company = factories.make_town(), factories.make_company()
    with clock.simulated(clock.now() - timedelta(days=41)):
        tender = factories.open_tender(town)
        submit(company, tender, content("1.2500"))
    with clock.simulated(tender.tender_period_end + timedelta(seconds=1)):
        assert submit(company, tender, content("0.0100")).bid.is_late
    open_all(town, tender)
    client = as_user(company.bidder)
    with pytest.raises(RefusedError):
        submit(company, tender, content("0.0200"))
    bid = Bid.objects.get(tender=tender, opened_at__isnull=False)
    for method in ("put", "patch", "delete"):
        for address in (f"{API}/bids/{bid.pk}/", f"{API}/bids/{bid.pk}/manifest/", f"{API}/bids/{bid.pk}/receipt/"):
            answer = getattr(client, method)(address, {"prices": {"1.1": "0.01"}}, format="json")
            assert answer.status_code in (400, 403, 404, 405), f"{method} {address}: {answer.status_code}"
    assert set(ItemPrice.objects.values_list("unit_price", flat=True)) == {Decimal("1.25"), Decimal(500)}


def test_no_state_is_reached_by_writing_it() -> None:
    case = evaluated_case()
    draft = factories.draft_tender(case.town)
    officer, moment = as_user(case.town.officer), clock.now().isoformat()
    for tender in (draft, case.tender):
        before = Tender.objects.filter(pk=tender.pk).values().get()
        for given in ({"status": "awarded"}, {"awarded_at": moment}, {"published_at": moment, "released_at": moment},
                      {"opened_at": moment}, {"withholds_award_value": True}):  # fmt: skip
            for method in ("patch", "put", "post"):
                answer = getattr(officer, method)(f"{API}/tenders/{tender.pk}/", given, format="json")
                assert answer.status_code in (400, 405, 409), f"{method} {given}: {answer.status_code}"
        after = Tender.objects.filter(pk=tender.pk).values().get()
        assert {name: value for name, value in after.items() if "updated" not in name} == {
            name: value for name, value in before.items() if "updated" not in name
        }
    contract = {"lot": "L1", "value": "1.00", "awarded": True}
    answer = officer.post(f"{API}/tenders/{case.tender.pk}/contracts/", contract, format="json")
    assert (answer.status_code, answer.json()["code"], Contract.objects.count()) == (409, "not_awarded", 0)


def test_a_tender_or_company_with_bids_is_not_deleted_by_anybody() -> None:
    case = evaluated_case()
    company = case.companies["B01"].organization
    for row in (case.tender, company, case.town.organization, case.companies["B01"].bidder):
        with pytest.raises(ProtectedError):
            row.delete()
    admin = factories.make_user(case.town.organization, Role.ORG_ADMIN)
    for user in (case.town.officer, admin, case.companies["B01"].admin):
        for address in (f"{API}/tenders/{case.tender.pk}/", f"{API}/bids/{case.bids['B01'].pk}/"):
            assert as_user(user).delete(address).status_code in (403, 404, 405)
    operator = factories.make_user(is_staff=True, is_superuser=True)
    desk = Client()
    desk.force_login(operator)
    for model, pk in (("tendering/tender", case.tender.pk), ("accounts/organization", company.pk)):
        assert desk.post(f"/admin/{model}/{pk}/delete/", {"post": "yes"}).status_code in (403, 404)
    assert Bid.objects.filter(tender=case.tender, company=company).exists()


def test_every_act_of_a_whole_procedure_stands_in_the_trail_with_person_time_and_object() -> None:
    started = clock.now() - timedelta(days=60)
    case = evaluated_case()
    decide(case, propose(case))
    send(case)
    contract = sign(case)
    with clock.simulated(contract.recorded_at + 40 * DAY):
        period = record(case, contract)
        actions.reply_to_period(actor=case.companies["B02"].bidder, period_id=period.pk, text="Agreed.")
    town = case.town
    events = list(AuditEvent.objects.filter(chain=case.tender.chain).order_by("seq"))
    told = [event.verb for event in events]
    officer, second = town.officer, town.second
    expected = {
        "tender.created": officer, "tender.released": second, "formal_check.recorded": officer,
        "formal_check.confirmed": second, "panel.appointed": officer, "scores.handed_in": town.evaluators[0],
        "panel.closed": town.chair, "tender.evaluated": officer, "award.proposed": officer, "award.decided": second,
        "letters.sent": officer, "contract.signed": officer, "contract.period_recorded": officer,
        "contract.replied": case.companies["B02"].bidder,
    }  # fmt: skip
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    assert all(event.at >= started and json.loads(event.body) for event in events)
    people = {(event.verb, json.loads(event.body).get("actor")) for event in events}
    missing = [verb for verb, actor in expected.items() if (verb, f"u:{actor.pk}") not in people]
    assert not missing, f"{missing}\n{told}"
    assert verify(case.tender.chain).faults == []
    assert APIClient().delete(f"{API}/audit/events/").status_code in (401, 403, 404, 405)
