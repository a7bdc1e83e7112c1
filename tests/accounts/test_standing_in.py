"""A colleague stands in for a time, with the same rights and as the person it is."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock, desk
from accounts.actions import people, people_stand_ins
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Membership, Message, User
from accounts.standing_in import represented
from tendering import actions as tendering
from tests.factories import Town, give_key, make_company, make_town, make_user, prepared_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    town = make_town()
    town.people["colleague"] = make_user(town.organization, Role.REQUESTER, function="Clara of the department")
    town.people["approver"] = make_user(town.organization, Role.APPROVER, function="Approver")
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN, function="Administrator")
    return town


def today() -> date:
    """The day at the town."""
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def name(town: Town, absent: User, stand_in: User, *roles: str, actor: User | None = None, **changes: Any) -> Any:
    period = {"first_day": today(), "last_day": today() + timedelta(days=7), **changes}
    return people_stand_ins.name_stand_in(
        actor=actor or absent, organization_id=town.organization.pk, absent_id=absent.pk, stand_in_id=stand_in.pk,
        roles=roles, **period,
    )  # fmt: skip


def code_of(*arguments: Any, **more: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        name(*arguments, **more)
    return refused.value.refused.code


def test_the_stand_in_holds_the_role_from_the_first_day_to_the_end_of_the_last(town: Town) -> None:
    clara, now = town.people["colleague"], clock.now()
    first, last = today() + timedelta(days=2), today() + timedelta(days=4)
    name(town, town.officer, clara, Role.OFFICER, first_day=first, last_day=last)
    for days, holds in ((0, False), (3, True), (6, False)):
        with clock.simulated(now + timedelta(days=days)):
            assert fresh(clara).has_role(town.organization.pk, Role.OFFICER) is holds, days
            assert (represented(clara, clock.now()) == [(town.organization.pk, Role.OFFICER, town.officer)]) is holds
    assert {message.recipient for message in Message.objects.all()} == {town.officer, clara}
    assert AuditEvent.objects.filter(verb="stand_in.named").exists()


def test_the_person_names_the_stand_in_on_a_page_and_ends_it_when_back(town: Town) -> None:
    anna, clara = browser(town.officer), town.people["colleague"]
    prefix = f"o{town.organization.pk}"
    form = {
        "organization": town.organization.pk, f"{prefix}-stand_in": clara.pk, f"{prefix}-roles": [Role.OFFICER],
        f"{prefix}-first_day": f"{today():%d.%m.%Y}", f"{prefix}-last_day": f"{today() + timedelta(days=3):%d.%m.%Y}",
    }  # fmt: skip
    assert anna.post(reverse("stand_ins"), form).status_code == 302
    assert fresh(clara).has_role(town.organization.pk, Role.OFFICER)
    page = anna.get(reverse("stand_ins")).content.decode()
    assert "Clara of the department: Procurement officer" in page
    assert "Officer Anna: Procurement officer" in browser(clara).get(reverse("stand_ins")).content.decode()
    row = Membership.objects.get(stands_in_for=town.officer)
    assert anna.post(reverse("stand_in_end", args=[row.pk])).status_code == 302
    assert not fresh(clara).has_role(town.organization.pk, Role.OFFICER)


def test_a_wrong_day_is_said_at_its_field_and_nothing_is_stored(town: Town) -> None:
    prefix = f"o{town.organization.pk}"
    form = {
        "organization": town.organization.pk, f"{prefix}-stand_in": town.people["colleague"].pk,
        f"{prefix}-roles": [Role.OFFICER], f"{prefix}-first_day": "01.01.2020", f"{prefix}-last_day": "soon",
    }  # fmt: skip
    page = browser(town.officer).post(reverse("stand_ins"), form)
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"last_day"}
    assert "<title>Error: " in page.content.decode()
    form[f"{prefix}-last_day"] = "05.01.2020"
    assert browser(town.officer).post(reverse("stand_ins"), form).context["form"].errors.keys() == {"first_day"}
    assert not Membership.objects.filter(stands_in_for=town.officer).exists()


def test_an_administrator_names_a_stand_in_for_the_absent_and_others_cannot(town: Town) -> None:
    clara, admin = town.people["colleague"], town.people["admin"]
    name(town, town.officer, clara, Role.OFFICER, actor=admin)
    assert fresh(clara).has_role(town.organization.pk, Role.OFFICER)
    with pytest.raises(Http404):
        name(town, town.officer, clara, Role.OFFICER, actor=town.second)
    page = reverse("person_stand_in", args=[town.organization.pk, town.officer.pk])
    assert browser(admin).get(page).status_code == 200
    assert browser(town.second).get(page).status_code == 403


def test_only_a_colleague_and_only_roles_one_holds(town: Town) -> None:
    stranger = make_company().bidder
    with pytest.raises(ValidationError) as wrong:
        name(town, town.officer, stranger, Role.OFFICER)
    assert wrong.value.message_dict.keys() == {"stand_in"}
    with pytest.raises(ValidationError) as wrong:
        name(town, town.officer, town.people["colleague"], Role.APPROVER)
    assert wrong.value.message_dict.keys() == {"roles"}
    with pytest.raises(ValidationError):
        name(town, town.officer, town.officer, Role.OFFICER)


def test_a_role_held_for_somebody_is_not_handed_on(town: Town) -> None:
    clara = town.people["colleague"]
    name(town, town.officer, clara, Role.OFFICER)
    with pytest.raises(ValidationError):
        name(town, clara, town.second, Role.OFFICER)


def test_a_stand_in_cannot_release_what_the_same_person_prepared(town: Town) -> None:
    """Anna prepares, then stands in for the approver: she stays one person."""
    tender = prepared_tender(town)
    name(town, town.people["approver"], town.officer, Role.APPROVER)
    anna = fresh(town.officer)
    assert anna.has_role(town.organization.pk, Role.APPROVER)
    with pytest.raises(RefusedError) as refused:
        tendering.release_tender(actor=anna, tender_id=tender.pk)
    assert refused.value.refused.code == "second_person"


def test_a_stand_in_who_prepared_nothing_releases_like_the_approver(town: Town) -> None:
    tender = prepared_tender(town)
    clara = town.people["colleague"]
    name(town, town.people["approver"], clara, Role.APPROVER)
    assert tendering.release_tender(actor=fresh(clara), tender_id=tender.pk).released_by == clara


def test_the_desk_of_the_stand_in_shows_what_the_absent_would_do(town: Town) -> None:
    tender = prepared_tender(town)
    clara = town.people["colleague"]
    address = reverse("tender_release", args=[tender.pk])
    assert address not in [task.url for task in desk.tasks_of(fresh(clara), clock.now())]
    name(town, town.people["approver"], clara, Role.APPROVER)
    assert address in [task.url for task in desk.tasks_of(fresh(clara), clock.now())]


def test_opening_cannot_be_taken_over_without_an_own_key(town: Town) -> None:
    clara, opener = town.people["colleague"], town.openers[0]
    with pytest.raises(RefusedError) as refused:
        name(town, opener, clara, Role.OPENER)
    assert refused.value.refused.code == "no_opener_key"
    assert "another opener of the group" in str(refused.value.refused.sentence)
    give_key(clara)
    name(town, opener, clara, Role.OPENER)
    assert fresh(clara).has_role(town.organization.pk, Role.OPENER)


def test_a_council_seat_and_the_audit_stay_where_they_are(town: Town) -> None:
    member = make_user(town.organization, Role.COUNCIL_MEMBER)
    assert code_of(town, member, town.people["colleague"], Role.COUNCIL_MEMBER) == "seat_is_personal"
    assert code_of(town, town.auditor, town.second, Role.AUDITOR) == "audit_stays_apart"
    assert code_of(town, town.officer, town.auditor, Role.OFFICER) == "audit_stays_apart"
    name(town, town.auditor, make_user(town.organization, Role.AUDITOR), Role.AUDITOR)


def test_who_leaves_or_loses_the_role_takes_the_stand_in_along(town: Town) -> None:
    clara, admin = town.people["colleague"], town.people["admin"]
    name(town, town.second, clara, Role.OFFICER, Role.APPROVER)
    arguments = {"actor": admin, "organization_id": town.organization.pk, "user_id": town.second.pk}
    people.set_roles(**arguments, roles=[Role.APPROVER])
    assert fresh(clara).roles_in(town.organization.pk) == {Role.REQUESTER, Role.APPROVER}
    people.remove_person(**arguments)
    assert fresh(clara).roles_in(town.organization.pk) == {Role.REQUESTER}


def test_who_administers_for_somebody_makes_nobody_administrator(town: Town) -> None:
    clara, admin = town.people["colleague"], town.people["admin"]
    name(town, admin, clara, Role.ORG_ADMIN)
    arguments = {"actor": fresh(clara), "organization_id": town.organization.pk}
    for person in (clara, town.second):
        with pytest.raises(RefusedError) as refused:
            people.set_roles(**arguments, user_id=person.pk, roles=[Role.ORG_ADMIN])
        assert refused.value.refused.code == "only_for_somebody"
    people.set_roles(**arguments, user_id=town.second.pk, roles=[Role.OFFICER])
    assert fresh(town.second).roles_in(town.organization.pk) == {Role.OFFICER}


def test_naming_again_moves_the_period_and_never_beyond_the_role_itself(town: Town) -> None:
    clara, now = town.people["colleague"], clock.now()
    name(town, town.officer, clara, Role.OFFICER)
    name(town, town.officer, clara, Role.OFFICER, last_day=today() + timedelta(days=30))
    row = Membership.objects.get(stands_in_for=town.officer)
    assert row.ends_at > now + timedelta(days=29)
    end = now + timedelta(days=3)
    Membership.objects.filter(user=town.officer, stands_in_for=None).update(ends_at=end)
    name(town, town.officer, clara, Role.OFFICER)
    row.refresh_from_db()
    assert row.ends_at == end


def test_a_stranger_cannot_end_a_stand_in(town: Town) -> None:
    name(town, town.officer, town.people["colleague"], Role.OFFICER)
    row = Membership.objects.get(stands_in_for=town.officer)
    assert browser(town.second).post(reverse("stand_in_end", args=[row.pk])).status_code == 404
    assert browser(town.people["colleague"]).post(reverse("stand_in_end", args=[row.pk])).status_code == 302


def test_the_page_says_what_a_stand_in_does_not_take_over(town: Town) -> None:
    page = browser(town.evaluators[0]).get(reverse("stand_ins")).content.decode()
    assert "does not take over your score sheet" in page
