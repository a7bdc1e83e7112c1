"""Who does what: how many people a procedure takes, who is missing, and what lies in one hand."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import CentreMember, Membership, OpeningGroup
from tendering import actions, duties
from tendering.models import Approval, Tender
from tests.factories import (
    Town,
    add_role,
    draft_tender,
    make_company,
    make_organization,
    make_town,
    make_user,
    open_tender,
    opened_tender,
    prepared_tender,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    return make_town()


def rows_of(tender: Tender) -> dict[str, duties.Duty]:
    return {row.step: row for row in duties.table(Tender.objects.get(pk=tender.pk), clock.now())}


def test_a_fully_staffed_town_misses_nobody(town: Town) -> None:
    rows = rows_of(draft_tender(town))
    assert list(rows) == list(duties.STEPS)
    assert [row.step for row in rows.values() if row.missing] == []
    assert set(rows["prepare"].people) == {town.officer, town.second}
    assert set(rows["open"].people) == set(town.openers)
    assert duties.least_people(list(rows.values())) == 2
    assert len(duties.different_people(list(rows.values()))) == 2 + 3 + 3 + 1


def test_one_officer_alone_cannot_release_and_award() -> None:
    town = make_town()
    Membership.objects.filter(user=town.second).delete()
    rows = rows_of(draft_tender(town))
    assert (rows["release"].missing, rows["award_decision"].missing) == (1, 1)
    add_role(make_user(), town.organization, Role.APPROVER)
    rows = rows_of(draft_tender(town))
    assert (rows["release"].missing, rows["award_decision"].missing) == (0, 0)


def test_who_prepared_does_not_count_as_the_second_person(town: Town) -> None:
    tender = prepared_tender(town)
    Membership.objects.filter(user=town.second).update(ends_at=clock.now())
    assert rows_of(tender)["release"].missing == 1
    assert rows_of(tender)["prepare"].done_by == (town.officer,)


def test_openers_without_a_key_without_the_role_or_gone_do_not_count(town: Town) -> None:
    tender = draft_tender(town)
    first, second, _third = town.openers
    first.opener_keys.all().delete()
    assert rows_of(tender)["open"].missing == 1  # two can open, but sealing takes one key more
    Membership.objects.filter(user=second, role=Role.OPENER).update(ends_at=clock.now())
    assert rows_of(tender)["open"].missing == 2
    OpeningGroup.objects.filter(organization=town.organization).delete()
    assert rows_of(tender)["open"].missing == 3


def test_two_keys_are_enough_once_the_tender_is_sealed(town: Town) -> None:
    tender = open_tender(town)
    town.openers[0].opener_keys.update(retired_at=clock.now())
    assert rows_of(tender)["open"].missing == 0


def test_a_tender_judged_by_price_alone_needs_no_panel(town: Town) -> None:
    from tests.factories import default_criteria, price_only

    tender = draft_tender(town, criteria=default_criteria()[:1], evaluation=price_only())
    assert not {"panel", "chair"} & set(rows_of(tender))


def test_the_panel_is_its_members_once_it_is_named(town: Town) -> None:
    from evaluation.actions import appoint_panel

    tender = opened_tender(town)
    assert set(rows_of(tender)["panel"].people) == set(town.evaluators)
    appoint_panel(actor=town.officer, tender_id=tender.pk, users=town.evaluators[:2])
    row = rows_of(tender)["panel"]
    assert (set(row.people), row.needed, row.missing) == (set(town.evaluators[:2]), 2, 0)
    Membership.objects.filter(user=town.evaluators[0]).update(ends_at=clock.now())
    assert rows_of(tender)["panel"].missing == 1


def test_what_one_person_did_is_listed_for_the_audit(town: Town) -> None:
    """Anna prepares and later proposes; Bernd releases and decides: two people, four steps."""
    tender = opened_tender(town)
    Approval.objects.create(
        tender=tender, kind="award", requested_by=town.officer, requested_at=clock.now(),
        approved_by=town.second, approved_at=clock.now(),
    )  # fmt: skip
    rows = rows_of(tender)
    assert rows["award_proposal"].done_by == (town.officer,)
    assert (town.officer, ("award_proposal",)) in rows["prepare"].combined
    assert duties.combined_steps(list(rows.values()))[:2] == [
        (town.officer, ("prepare", "award_proposal")),
        (town.second, ("release", "award_decision")),
    ]


def test_who_has_to_do_two_steps_because_nobody_else_can_is_listed_before(town: Town) -> None:
    add_role(town.evaluators[0], town.organization, Role.PANEL_CHAIR)
    Membership.objects.filter(user__in=[town.chair, *town.evaluators[1:]]).delete()
    rows = rows_of(draft_tender(town))
    assert rows["chair"].combined == ((town.evaluators[0], ("panel",)),)


def test_openers_panel_and_chair_stand_there_once_they_acted() -> None:
    from tests.evaluation import builders

    town = make_town()
    case = builders.Case(town, opened_tender(town))
    builders.add_bid(case, "B01", {"1.1": "2.00", "1.2": "400.00"})
    builders.check_all(case)
    builders.score_and_close(case, {"B01": {"B1": "6", "B2": "6"}})
    rows = rows_of(case.tender)
    assert set(rows["panel"].done_by) == set(town.evaluators)
    assert rows["chair"].done_by == (town.chair,)


def test_the_service_centre_of_the_town_is_proposed(town: Town) -> None:
    now = clock.now()
    ours, offering, foreign = (make_organization(OrganizationKind.SERVICE_CENTRE) for _number in range(3))
    CentreMember.objects.create(centre=ours, municipality=town.organization, since=now - timedelta(days=1))
    CentreMember.objects.create(
        centre=foreign, municipality=town.organization, since=now - timedelta(days=9), until=now - timedelta(days=1)
    )
    offering.details = {"opening_help_for": [town.organization.reference]}
    offering.save()
    assert duties.helping_centres(town.organization, now) == [ours, offering]


def browser(user: Any = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user)
    return client


def test_the_page_names_who_is_missing_and_who_helps(town: Town) -> None:
    centre = make_organization(OrganizationKind.SERVICE_CENTRE, name="Centre Mittelland", email="help@centre.example")
    CentreMember.objects.create(centre=centre, municipality=town.organization, since=clock.now())
    Membership.objects.filter(user=town.second).delete()
    tender = draft_tender(town)
    page = browser(town.officer).get(reverse("who_does_what", args=[tender.pk])).content.decode()
    assert "takes at least 2 different people" in page
    assert "Release it as the second person: 1 person is missing" in page
    assert "help@centre.example" in page
    admin = make_user(town.organization, Role.ORG_ADMIN)
    there = browser(admin).get(reverse("who_does_what", args=[tender.pk])).content.decode()
    assert reverse("people", args=[town.organization.pk]) in there


def test_a_stand_in_and_somebody_on_loan_are_named_as_such(town: Town) -> None:
    centre = make_organization(OrganizationKind.SERVICE_CENTRE, name="Centre Mittelland")
    lent, clara = make_user(centre, Role.OPENER, function="Lent"), make_user(town.organization, Role.REQUESTER)
    Membership.objects.create(user=lent, organization=town.organization, role=Role.APPROVER, via=centre)
    Membership.objects.create(user=clara, organization=town.organization, role=Role.APPROVER, stands_in_for=town.second)
    tender = draft_tender(town)
    page = browser(town.officer).get(reverse("who_does_what", args=[tender.pk])).content.decode()
    assert "(from Centre Mittelland)" in page
    assert "(for Officer Bernd)" in page


def test_names_are_for_the_buyers_own_people(town: Town) -> None:
    tender = open_tender(town)
    address = reverse("who_does_what", args=[tender.pk])
    assert browser(town.auditor).get(address).status_code == 200
    assert browser(make_company().bidder).get(address).status_code == 404
    assert browser(make_town(keys=False).officer).get(address).status_code == 404
    assert browser().get(address).status_code == 302


def test_the_table_takes_the_same_questions_for_a_large_office(town: Town, django_assert_max_num_queries: Any) -> None:
    tender = draft_tender(town)
    for _number in range(10):
        make_user(town.organization, Role.OFFICER, Role.EVALUATOR)
    tender = Tender.objects.select_related("buyer", "prepared_by", "released_by").get(pk=tender.pk)
    with django_assert_max_num_queries(12):
        duties.table(tender, clock.now())


def test_releasing_changes_the_table_by_itself(town: Town) -> None:
    tender = prepared_tender(town)
    actions.release_tender(actor=town.second, tender_id=tender.pk)
    assert rows_of(tender)["release"].done_by == (town.second,)
