"""A village without people gets its second opener from the service centre, for a time and with everybody's consent."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock, days
from accounts.actions import duty
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, CentreMember, Membership, OpeningGroup
from tests.factories import add_role, give_key, make_town, make_user
from tests.tendering.library.shelf import Centre, make_centre

pytestmark = pytest.mark.django_db


def village(**fields):
    """A municipality with one opener of its own and an administrator."""
    town = make_town(openers=2, **fields)
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN)
    return town


def joined(town, centre: Centre) -> None:
    duty.join_centre(actor=town.people["admin"], municipality_id=town.organization.pk, centre_id=centre.organization.pk)


def assigned(town, centre: Centre, role=Role.OPENER, person=None, length=90) -> Membership:
    today = days.today(town.organization, clock.now())
    return duty.put_on_duty(
        actor=centre.officer, centre_id=centre.organization.pk, municipality_id=town.organization.pk,
        user_id=(person or centre.opener).pk, role=role, first_day=today, last_day=today + timedelta(days=length),
    )  # fmt: skip


def test_nobody_is_put_on_duty_before_the_municipality_has_agreed() -> None:
    town, centre = village(), make_centre()

    with pytest.raises(ValidationError) as refused:
        assigned(town, centre)

    assert "municipality" in refused.value.message_dict
    joined(town, centre)
    assert assigned(town, centre).via == centre.organization


def test_only_the_municipality_itself_agrees() -> None:
    town, centre = village(), make_centre()

    with pytest.raises(RefusedError):
        duty.join_centre(actor=town.officer, municipality_id=town.organization.pk, centre_id=centre.organization.pk)
    with pytest.raises(Http404):
        duty.join_centre(actor=centre.admin, municipality_id=town.organization.pk, centre_id=centre.organization.pk)
    assert not CentreMember.objects.exists()


def test_librarians_and_strangers_plan_no_duty() -> None:
    town, centre, other = village(), make_centre(), make_centre()
    joined(town, centre)
    plan = {
        "centre_id": centre.organization.pk, "municipality_id": town.organization.pk, "user_id": centre.opener.pk,
        "role": Role.OPENER, "first_day": days.today(town.organization, clock.now()),
        "last_day": days.today(town.organization, clock.now()),
    }  # fmt: skip

    with pytest.raises(RefusedError):
        duty.put_on_duty(actor=centre.librarian, **plan)
    with pytest.raises(Http404):
        duty.put_on_duty(actor=other.officer, **plan)


def test_duty_gives_the_role_for_the_period_only_and_stands_in_both_trails() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)

    row = assigned(town, centre, Role.APPROVER, centre.approver, length=10)

    def roles_in(days_from_now):
        held = Membership.objects.active(clock.now() + timedelta(days=days_from_now))
        return set(held.filter(user=centre.approver, organization=town.organization).values_list("role", flat=True))

    assert roles_in(5) == {Role.APPROVER}
    assert roles_in(12) == set()
    for organization in (centre.organization, town.organization):
        chain = AuditEvent.objects.filter(chain=f"organization:{organization.pk}")
        assert list(chain.order_by("seq").values_list("verb", flat=True)) == ["centre.joined", "duty.assigned"]
    duty.end_duty(actor=town.people["admin"], membership_id=row.pk)
    assert roles_in(0) == set()


def test_an_opener_on_duty_belongs_to_the_opening_group_until_the_duty_ends() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    row = assigned(town, centre)
    group = OpeningGroup.objects.get(organization=town.organization)
    assert centre.opener in group.members.all()

    duty.end_duty(actor=centre.opener, membership_id=row.pk)

    assert centre.opener not in group.members.all()


def test_a_duty_that_ran_out_leaves_the_opening_group_by_itself() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    assigned(town, centre, length=3)
    group = OpeningGroup.objects.get(organization=town.organization)

    assert duty.leave_groups_after_duty(clock.now()) == 0
    assert duty.leave_groups_after_duty(clock.now() + timedelta(days=5)) == 1
    assert centre.opener not in group.members.all()


def test_a_person_with_the_role_of_its_own_is_not_lent_again() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    add_role(centre.opener, town.organization, Role.OPENER)

    with pytest.raises(ValidationError) as refused:
        assigned(town, centre)

    assert "person" in refused.value.message_dict


def test_leaving_the_centre_ends_every_duty() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    assigned(town, centre)
    assigned(town, centre, Role.APPROVER, centre.approver)

    duty.leave_centre(
        actor=town.people["admin"], municipality_id=town.organization.pk, centre_id=centre.organization.pk
    )

    assert not duty.duties_of(clock.now()).exists()
    with pytest.raises(ValidationError):
        assigned(town, centre)


def test_strangers_do_not_learn_of_a_duty() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    row = assigned(town, centre)

    with pytest.raises(Http404):
        duty.end_duty(actor=make_town().officer, membership_id=row.pk)


def test_a_full_opening_group_says_so() -> None:
    town, centre = village(), make_centre()
    joined(town, centre)
    group = OpeningGroup.objects.get(organization=town.organization)
    for _number in range(3):
        group.members.add(make_user(town.organization, Role.OPENER))

    with pytest.raises(ValidationError) as refused:
        assigned(town, centre)

    assert "person" in refused.value.message_dict
    give_key(centre.opener)
