"""Who belongs to an organisation: invitations, roles for a time, leaving, coming back; every act is recorded."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock, sessions
from accounts.actions import people, people_invitations
from accounts.actions.tokens import issue_token
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import ApiToken, AuditEvent, Membership, OpeningGroup, PersonInvitation, User
from tests.factories import (
    PASSWORD,
    Town,
    closed_tender,
    give_key,
    make_company,
    make_organization,
    make_town,
    make_user,
    open_tender,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    town = make_town()
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN, function="Administrator")
    return town


def browser(user: User | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user:
        client.force_login(user)
    return client


def today() -> date:
    """The day at the town."""
    return clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()


def fresh(user: User) -> User:
    """The person as the next request sees it."""
    return User.objects.get(pk=user.pk)


def code_of(act: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        act(**arguments)
    return refused.value.refused.code


def link_in(message: Any) -> str:
    found = re.search(r"/join/\S+", message.body)
    assert found
    return found[0]


def invite(town: Town, email: str = "new@town.example", roles: list[str] | None = None) -> str:
    """The address of the link in the mail."""
    arguments = {"actor": town.people["admin"], "organization_id": town.organization.pk, "email": email}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act: act())
        people_invitations.invite_person(**arguments, roles=roles or [Role.OFFICER, Role.EVALUATOR])
    return link_in(mail.outbox[-1])


def verbs(town: Town) -> list[str]:
    chain = f"organization:{town.organization.pk}"
    return list(AuditEvent.objects.filter(chain=chain).order_by("seq").values_list("verb", flat=True))


def test_the_invited_chooses_a_password_and_holds_the_roles_at_once(town: Town) -> None:
    link, client = invite(town), browser()
    assert "invites you" in client.get(link).content.decode()
    weak = client.post(link, {"password": "password"})
    assert weak.status_code == 422
    assert not User.objects.filter(email="new@town.example").exists()
    assert client.post(link, {"password": "four-words-and-a-fish"}).headers["Location"] == reverse("organizations")
    person = User.objects.get(email="new@town.example")
    assert person.roles_in(town.organization.pk) == {Role.OFFICER, Role.EVALUATOR}
    assert "_auth_user_id" in client.session
    assert verbs(town) == ["person.invited", "person.joined"]


def test_the_address_behind_an_accepted_link_counts_as_confirmed(town: Town, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser().post(invite(town), {"password": "four-words-and-a-fish"})
    client = browser()
    client.post(reverse("account_login"), {"login": "new@town.example", "password": "four-words-and-a-fish"})
    assert "_auth_user_id" in client.session


def test_the_secret_of_the_link_lies_in_no_table(town: Town) -> None:
    secret = invite(town).split("/")[2]
    (row,) = PersonInvitation.objects.all()
    assert secret not in str(vars(row))
    assert row.digest == people_invitations.digest_of(secret)
    from accounts.models import OutboxMessage

    assert not OutboxMessage.objects.filter(body__contains=secret).exists()


def test_who_has_an_account_signs_in_and_accepts_with_one_click(town: Town) -> None:
    anna = make_user(email="anna@town.example")
    link = invite(town, anna.email)
    assert "Sign in and accept" in browser().get(link).content.decode()
    assert browser().post(link, {"password": "four-words-and-a-fish"}).status_code == 409
    assert browser(anna).post(link).status_code == 302
    assert fresh(anna).has_role(town.organization.pk, Role.OFFICER)
    assert fresh(anna).check_password(PASSWORD)


def test_another_address_is_refused_and_told_why(town: Town) -> None:
    link, clara = invite(town), browser(make_user())
    page = clara.get(link)
    assert page.status_code == 403
    assert "for another address" in page.content.decode()
    assert clara.post(link).status_code == 403
    assert not User.objects.filter(email="new@town.example").exists()


@pytest.mark.parametrize("what", ["used", "withdrawn", "replaced", "old", "unknown"])
def test_a_link_works_once_and_for_fourteen_days(town: Town, what: str) -> None:
    link = invite(town)
    row = PersonInvitation.objects.get()
    if what == "used":
        browser().post(link, {"password": "four-words-and-a-fish"})
    elif what == "withdrawn":
        arguments = {"organization_id": town.organization.pk, "invitation_id": row.pk}
        people_invitations.withdraw_person_invitation(actor=town.people["admin"], **arguments)
    elif what == "replaced":
        invite(town)
    elif what == "old":
        PersonInvitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    else:
        link = "/join/never-sent/"
    page = browser().get(link)
    assert page.status_code == 404
    assert "no longer works" in page.content.decode()


def test_an_invitation_says_nothing_about_whether_the_address_has_an_account(town: Town) -> None:
    make_user(email="known@town.example")
    admin, address = browser(town.people["admin"]), reverse("person_invite", args=[town.organization.pk])
    answers = [
        admin.post(address, {"email": email, "roles": [Role.OFFICER]})
        for email in ("known@town.example", "unknown@town.example")
    ]
    assert len({(answer.status_code, answer.headers["Location"]) for answer in answers}) == 1


def test_a_bad_address_or_no_role_is_said_at_the_field_and_the_entry_is_kept(town: Town) -> None:
    admin, address = browser(town.people["admin"]), reverse("person_invite", args=[town.organization.pk])
    page = admin.post(address, {"email": "nobody", "function": "office"})
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"email", "roles"}
    assert 'value="office"' in page.content.decode()


def test_roles_of_a_company_do_not_exist_at_a_town(town: Town) -> None:
    arguments = {"actor": town.people["admin"], "organization_id": town.organization.pk}
    with pytest.raises(ValidationError):
        people.set_roles(**arguments, user_id=town.officer.pk, roles=[Role.BIDDER])
    with pytest.raises(ValidationError):
        people.set_roles(**arguments, user_id=town.officer.pk, roles=[])


def test_one_person_holds_several_roles_until_a_day(town: Town) -> None:
    admin = browser(town.people["admin"])
    page = reverse("person", args=[town.organization.pk, town.officer.pk])
    last = today() + timedelta(days=30)
    answer = admin.post(page, {"roles": [Role.OFFICER, Role.EVALUATOR], "last_day": f"{last:%d.%m.%Y}"})
    assert answer.status_code == 302
    assert fresh(town.officer).roles_in(town.organization.pk) == {Role.OFFICER, Role.EVALUATOR}
    with clock.simulated(clock.now() + timedelta(days=32)):
        assert fresh(town.officer).roles_in(town.organization.pk) == frozenset()
    assert f"{last.day} " in admin.get(reverse("people", args=[town.organization.pk])).content.decode()


def test_a_day_in_the_past_is_refused_at_its_field(town: Town) -> None:
    admin = browser(town.people["admin"])
    page = reverse("person", args=[town.organization.pk, town.officer.pk])
    answer = admin.post(page, {"roles": [Role.OFFICER], "last_day": "01.01.2020"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"last_day"}
    assert fresh(town.officer).has_role(town.organization.pk, Role.OFFICER)


def test_a_leaver_is_out_at_once_everywhere(town: Town) -> None:
    bernd = browser(town.second)
    issue_token(actor=town.second)
    admin = browser(town.people["admin"])
    admin.post(reverse("person_leave", args=[town.organization.pk, town.second.pk]), {"last_day": ""})
    assert not Membership.objects.active(clock.now()).filter(user=town.second).exists()
    assert Membership.objects.filter(user=town.second).exists()
    assert bernd.get(reverse("desk")).status_code == 302
    assert not ApiToken.objects.filter(user=town.second, revoked_at=None).exists()
    assert browser(town.people["admin"]).get(reverse("desk")).status_code == 200
    assert verbs(town) == ["person.left"]


def test_a_leaver_with_another_organisation_stays_signed_in(town: Town) -> None:
    company = make_company()
    Membership.objects.create(user=town.second, organization=company.organization, role=Role.BIDDER)
    bernd = browser(town.second)
    people.remove_person(actor=town.people["admin"], organization_id=town.organization.pk, user_id=town.second.pk)
    assert bernd.get(reverse("desk")).status_code == 200


def test_who_leaves_on_a_day_is_signed_out_when_it_is_over(town: Town) -> None:
    bernd = browser(town.second)
    people.remove_person(
        actor=town.people["admin"], organization_id=town.organization.pk, user_id=town.second.pk, last_day=today()
    )
    assert bernd.get(reverse("desk")).status_code == 200
    later = Membership.objects.filter(user=town.second)[0].ends_at + timedelta(minutes=1)
    open_before = Session.objects.count()
    with clock.simulated(later):
        assert sessions.sign_out_leavers(later) == 1
    assert Session.objects.count() == open_before - 1
    assert bernd.get(reverse("desk")).status_code == 302


def test_a_leaver_can_be_let_back_in(town: Town) -> None:
    arguments = {"actor": town.people["admin"], "organization_id": town.organization.pk, "user_id": town.second.pk}
    people.remove_person(**arguments)
    admin = browser(town.people["admin"])
    assert "Let back in" in admin.get(reverse("people", args=[town.organization.pk])).content.decode()
    admin.post(reverse("person", args=[town.organization.pk, town.second.pk]), {"roles": [Role.APPROVER]})
    assert fresh(town.second).roles_in(town.organization.pk) == {Role.APPROVER}
    assert Membership.objects.filter(user=town.second, organization=town.organization).count() == 2


def test_the_last_administrator_cannot_leave_or_lose_the_role(town: Town) -> None:
    admin = town.people["admin"]
    arguments = {"actor": admin, "organization_id": town.organization.pk, "user_id": admin.pk}
    tomorrow = today() + timedelta(days=1)
    assert code_of(people.remove_person, **arguments) == "last_admin"
    assert code_of(people.remove_person, **arguments, last_day=tomorrow) == "last_admin"
    assert code_of(people.set_roles, **arguments, roles=[Role.OFFICER]) == "last_admin"
    assert fresh(admin).has_role(town.organization.pk, Role.ORG_ADMIN)
    page = browser(admin).post(reverse("person_leave", args=[town.organization.pk, admin.pk]), {})
    assert "Make somebody else administrator first" in page.content.decode()
    make_user(town.organization, Role.ORG_ADMIN)
    people.remove_person(**arguments)
    assert not fresh(admin).role_table


def test_an_opener_who_is_still_needed_cannot_leave_before_the_opening(town: Town) -> None:
    """Three hold a piece of the key, two must open: the first may go, the second may not."""
    tender = open_tender(town)
    admin, place = town.people["admin"], town.organization
    arguments = {"actor": admin, "organization_id": place.pk}
    page = browser(admin).get(reverse("person_leave", args=[place.pk, town.openers[0].pk])).content.decode()
    assert "needs a replacement" in page
    people.remove_person(**arguments, user_id=town.openers[0].pk)
    assert OpeningGroup.objects.get(organization=place).members.count() == 2
    leave = reverse("person_leave", args=[place.pk, town.openers[1].pk])
    assert tender.title in browser(admin).get(leave).content.decode()
    refused = browser(admin).post(leave, {})
    assert refused.status_code == 422
    assert "only 1 could open" in refused.content.decode()
    assert fresh(town.openers[1]).has_role(place.pk, Role.OPENER)
    after = tender.opening_planned_at.date() + timedelta(days=1)
    people.remove_person(**arguments, user_id=town.openers[1].pk, last_day=after)


def test_who_leaves_the_service_centre_is_on_duty_nowhere_any_more(town: Town) -> None:
    centre = make_organization("service_centre")
    admin = make_user(centre, Role.ORG_ADMIN)
    lent = make_user(centre, Role.OPENER, function="Lent")
    give_key(lent)
    Membership.objects.create(user=lent, organization=town.organization, role=Role.OPENER, via=centre)
    town.organization.opening_group.members.add(lent)
    page = browser(admin).get(reverse("person_leave", args=[centre.pk, lent.pk])).content.decode()
    assert town.organization.name in page
    people.remove_person(actor=admin, organization_id=centre.pk, user_id=lent.pk)
    assert not fresh(lent).role_table
    assert lent not in OpeningGroup.objects.get(organization=town.organization).members.all()
    assert verbs(town) == ["person.left"]


def test_after_the_opening_an_opener_may_leave(town: Town) -> None:
    from tests.bids.bidding import open_all

    open_all(town, closed_tender(town))
    for opener in town.openers:
        people.remove_person(actor=town.people["admin"], organization_id=town.organization.pk, user_id=opener.pk)
    assert not OpeningGroup.objects.get(organization=town.organization).members.exists()


def test_taking_the_role_of_an_opener_away_asks_the_same(town: Town) -> None:
    open_tender(town)
    arguments = {"actor": town.people["admin"], "organization_id": town.organization.pk}
    people.set_roles(**arguments, user_id=town.openers[0].pk, roles=[Role.REQUESTER])
    needed = {**arguments, "user_id": town.openers[1].pk, "roles": [Role.REQUESTER]}
    assert code_of(people.set_roles, **needed) == "key_still_needed"


def test_an_ended_opener_cannot_open_although_the_group_still_names_the_person(town: Town) -> None:
    from bids import actions

    tender = closed_tender(town)
    Membership.objects.filter(user=town.openers[0]).update(ends_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Http404):
        actions.start_opening(actor=fresh(town.openers[0]), tender_id=tender.pk)


def test_the_opening_group_is_named_from_openers_one_more_than_needed(town: Town) -> None:
    admin, place = browser(town.people["admin"]), town.organization
    fourth = make_user(place, Role.OPENER, function="Opener 4")
    give_key(fourth)
    address = reverse("opening_group", args=[place.pk])
    assert "has an opening key" in admin.get(address).content.decode()
    few = admin.post(address, {"people": [town.openers[0].pk, town.openers[1].pk]})
    assert few.status_code == 422
    stranger = admin.post(address, {"people": [opener.pk for opener in town.openers] + [town.officer.pk]})
    assert stranger.status_code == 422
    chosen = [town.openers[0].pk, town.openers[1].pk, fourth.pk]
    assert admin.post(address, {"people": chosen}).status_code == 302
    assert set(OpeningGroup.objects.get(organization=place).members.values_list("pk", flat=True)) == set(chosen)
    assert verbs(town) == ["opening_group.chosen"]


def test_only_administrators_manage_people_and_strangers_see_nothing(town: Town) -> None:
    place = town.organization.pk
    pages = [
        reverse("people", args=[place]), reverse("person_invite", args=[place]), reverse("opening_group", args=[place]),
        reverse("person", args=[place, town.second.pk]), reverse("person_leave", args=[place, town.second.pk]),
        reverse("organization_edit", args=[place]), reverse("contacts_edit", args=[place]),
    ]  # fmt: skip
    foreign = make_town(keys=False)
    stranger = make_user(foreign.organization, Role.ORG_ADMIN)
    for page in pages:
        assert browser(town.officer).get(page).status_code == 403, page
        assert browser(stranger).get(page).status_code == 404, page
        assert browser(town.people["admin"]).get(page).status_code == 200, page
    with pytest.raises(Http404):
        people.set_roles(actor=stranger, organization_id=place, user_id=town.second.pk, roles=[Role.OFFICER])
    with pytest.raises(Http404):  # somebody who never belonged here
        people.set_roles(actor=town.people["admin"], organization_id=place, user_id=stranger.pk, roles=[Role.OFFICER])


def test_an_administrator_of_a_company_manages_its_people_in_the_same_way() -> None:
    company = make_company()
    page = browser(company.admin).get(reverse("people", args=[company.organization.pk]))
    assert page.status_code == 200
    assert "opening group" not in page.content.decode()
    assert browser(company.bidder).get(reverse("people", args=[company.organization.pk])).status_code == 403


def test_the_people_page_asks_the_same_number_of_questions_for_many_people(
    town: Town, django_assert_max_num_queries: Any
) -> None:
    for _number in range(10):
        make_user(town.organization, Role.EVALUATOR, Role.OFFICER)
    client = browser(town.people["admin"])
    with django_assert_max_num_queries(14):
        client.get(reverse("people", args=[town.organization.pk]))


def test_my_organisations_name_roles_and_their_end(town: Town) -> None:
    Membership.objects.filter(user=town.second, role=Role.APPROVER).update(ends_at=clock.now() + timedelta(days=400))
    page = browser(town.second).get(reverse("organizations")).content.decode()
    assert town.organization.name in page
    assert "until" in page
    assert "People and roles" not in page
    assert "You belong to no organisation" in browser(make_user()).get(reverse("organizations")).content.decode()
