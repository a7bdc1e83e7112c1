"""Who belongs to a bidder does not judge it; who does not know the bidders yet is asked again by name."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts import clock
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.conflicts import connections, unasked
from evaluation.models import BidderDeclaration
from tendering.models import ConflictDeclaration
from tests import factories
from tests.evaluation.builders import add_bid, declare, opened_case, score, seat_panel

pytestmark = pytest.mark.django_db
GOOD = {"B1": "8", "B2": "7"}


@pytest.fixture
def case():
    case = opened_case()
    for name in ("B01", "B02"):
        add_bid(case, name, {"1.1": "2.00", "1.2": "400.00"})
    return case


def seated(case, **fields):
    """A new evaluator of the town on the panel, who declared no conflict."""
    person = factories.make_user(case.town.organization, Role.EVALUATOR, **fields)
    actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[person])
    declare(case, person)
    return person


def refusal(act, *args, **kwargs):
    with pytest.raises(RefusedError) as caught:
        act(*args, **kwargs)
    return caught.value.refused


def test_a_member_of_a_bidders_company_does_not_score_whatever_it_declared(case):
    anna = seated(case)
    company = case.companies["B01"].organization
    factories.add_role(anna, company, Role.BIDDER)
    refused = refusal(score, case, anna, {"B01": GOOD})
    assert (refused.code, refused.status) == ("connected", 403) and company.name in str(refused.sentence)


def test_an_address_of_a_bidders_own_domain_keeps_from_scoring_and_a_public_host_does_not(case):
    domain = case.companies["B01"].bidder.email.partition("@")[2]
    assert [one.kind for one in connections(case.tender, seated(case, email=f"anna@{domain}"))] == ["domain"]
    clara = case.companies["B02"].bidder
    clara.email = "clara@gmx.example"
    clara.save()
    bernd = seated(case, email="bernd@gmx.example")
    assert connections(case.tender, bernd) == []
    assert score(case, bernd, {"B01": GOOD}) is None


def test_what_the_platform_sees_is_written_into_the_trail_without_a_name(case):
    domain = case.companies["B01"].bidder.email.partition("@")[2]
    anna = factories.make_user(case.town.organization, Role.EVALUATOR, email=f"anna@{domain}")
    companies = {company.organization.pk: False for company in case.companies.values()}
    actions.declare_interests(actor=anna, tender_id=case.tender.pk, conflict=False, answers=companies)
    event = AuditEvent.objects.get(verb="conflict.found")
    assert '"signs":["domain"]' in event.body and case.companies["B01"].organization.name not in event.body


def test_who_declared_before_the_opening_answers_for_each_bidder_by_name(case):
    anna = case.town.evaluators[0]
    earlier = clock.now() - timedelta(days=1)
    ConflictDeclaration.objects.create(tender=case.tender, user=anna, declared_at=earlier, conflict=False)
    pks = {company.organization.pk for company in case.companies.values()}
    assert {company.pk for company in unasked(case.tender, anna)} == pks
    first = min(pks)
    with pytest.raises(ValidationError) as caught:
        actions.declare_interests(actor=anna, tender_id=case.tender.pk, conflict=False, answers={first: False})
    assert list(caught.value.message_dict) == [f"company_{max(pks)}"]
    assert not BidderDeclaration.objects.exists()
    answers = dict.fromkeys(pks, False)
    actions.declare_interests(actor=anna, tender_id=case.tender.pk, conflict=False, answers=answers)
    assert unasked(case.tender, anna) == []


def test_one_yes_is_a_conflict(case):
    (anna,) = seat_panel(case, 1)
    pks = [company.organization.pk for company in case.companies.values()]
    answers = {pks[0]: False, pks[1]: True}
    actions.declare_interests(actor=anna, tender_id=case.tender.pk, conflict=False, answers=answers)
    assert refusal(score, case, anna, {"B01": GOOD}).code == "conflict"


def test_the_chair_is_held_to_the_same(case):
    anna, bernd = seat_panel(case, 2)
    for person in (anna, bernd):
        score(case, person, {"B01": GOOD, "B02": GOOD})
        actions.submit_scores(actor=person, tender_id=case.tender.pk)
    factories.add_role(case.town.chair, case.companies["B02"].organization, Role.BIDDER_ADMIN)
    assert refusal(actions.close_panel, actor=case.town.chair, tender_id=case.tender.pk).code == "connected"


def company_of(person, **data):
    """A company of this person's own, besides the town."""
    other = factories.make_company(name="Nebenher GmbH").organization
    factories.add_role(person, other, Role.BIDDER)
    state(other, **data)
    return other


def state(company, phone="", **details):
    company.phone, company.details = phone, {**company.details, **details}
    company.save(update_fields=["phone", "details"])


@pytest.mark.parametrize(
    ("theirs", "own", "kinds"),
    [
        ({"phone": "+49 30 1234567"}, {"phone": "030/123 45 67"}, ["phone"]),
        ({"iban": "DE02120300000000202051"}, {"iban": "DE02 1203 0000 0000 2020 51"}, ["iban"]),
        ({"phone": "030 1234567"}, {"phone": "030 7654321"}, []),
        ({"phone": "12"}, {"phone": "12"}, []),
        ({"phone": "", "iban": ""}, {"phone": "", "iban": ""}, []),
    ],
)
def test_a_company_of_a_member_with_the_bidders_phone_or_account_keeps_from_scoring(case, theirs, own, kinds):
    anna = seated(case)
    company_of(anna, **theirs)
    state(case.companies["B01"].organization, **own)
    assert [one.kind for one in connections(case.tender, anna)] == kinds


def test_an_address_in_common_alone_keeps_nobody_from_scoring(case):
    anna = seated(case)
    where = {"street": "Hauptstraße 5", "postcode": "12345", "town": "Musterstadt"}
    company_of(anna, **where)
    state(case.companies["B01"].organization, **{**where, "street": "Hauptstrasse 5"})
    assert connections(case.tender, anna) == []
