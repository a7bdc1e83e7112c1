"""The service centre sees what its members share and puts people on duty; members agree and leave by themselves."""

from datetime import timedelta

import pytest

from accounts import clock, days
from accounts.actions import duty
from accounts.lifecycle import Role
from accounts.models import CentreMember, Membership
from tests.factories import awarded_tender, draft_tender, make_company, make_town, make_user, open_tender
from tests.tendering.library.shelf import make_centre

pytestmark = pytest.mark.django_db


def member(centre, **fields):
    """A municipality with an administrator that has joined the centre."""
    town = make_town(**fields)
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN)
    duty.join_centre(actor=town.people["admin"], municipality_id=town.organization.pk, centre_id=centre.organization.pk)
    return town


def test_the_portfolio_shows_published_procedures_of_members_and_only_counts_drafts(client) -> None:
    centre = make_centre()
    town, stranger = member(centre), make_town()
    shown, secret = open_tender(town, title="Letters of the member"), draft_tender(town, title="Secret draft")
    open_tender(stranger, title="Letters of somebody else")
    client.force_login(centre.librarian)

    page = client.get("/centre/")

    text = page.content.decode()
    assert [row["tender"] for row in page.context["procedures"]] == [shown]
    assert page.context["drafts"] == [(town.organization.name, 1)]
    assert secret.title not in text
    assert town.contact_unit.name in text


def test_an_invited_only_procedure_is_listed_without_a_link(client) -> None:
    centre = make_centre()
    town = member(centre)
    tender = open_tender(
        town,
        procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL",
        legal_basis="small",
        invited=[make_company().organization],
    )
    client.force_login(centre.officer)

    page = client.get("/centre/")

    assert [row["is_readable"] for row in page.context["procedures"]] == [False]
    assert f'href="/tenders/{tender.pk}/"' not in page.content.decode()


def test_the_portfolio_needs_the_same_queries_whatever_the_number(client, django_assert_max_num_queries) -> None:
    centre = make_centre()
    first = member(centre)
    open_tender(first)
    client.force_login(centre.officer)
    client.get("/centre/")
    with django_assert_max_num_queries(24) as few:
        client.get("/centre/")
    for _number in range(3):
        awarded_tender(member(centre))
    with django_assert_max_num_queries(len(few)):
        client.get("/centre/")


def test_filters_narrow_by_municipality_and_phase(client) -> None:
    centre = make_centre()
    one, two = member(centre), member(centre)
    kept = open_tender(one)
    open_tender(two)
    awarded_tender(one)
    client.force_login(centre.officer)

    page = client.get("/centre/", {"municipality": one.organization.reference, "phase": "open"})

    assert [row["tender"] for row in page.context["procedures"]] == [kept]


def test_only_the_centre_sees_its_page(client) -> None:
    centre, town = make_centre(), make_town()

    assert client.get("/centre/").status_code == 302
    client.force_login(make_company().bidder)
    assert client.get("/centre/").status_code == 404
    client.force_login(town.officer)
    assert client.get("/centre/").headers["Location"] == "/centre/help/"
    client.force_login(centre.opener)
    assert client.get("/centre/help/").headers["Location"] == "/centre/"


def test_a_planner_puts_somebody_on_duty_by_the_page(client) -> None:
    centre = make_centre()
    town = member(centre, openers=2)
    client.force_login(centre.officer)
    today = days.today(town.organization, clock.now())
    data = {
        "centre": centre.organization.reference, "municipality": town.organization.pk, "person": centre.opener.pk,
        "role": "opener", "first_day": f"{today:%d.%m.%Y}", "last_day": f"{today + timedelta(days=100):%d.%m.%Y}",
    }  # fmt: skip

    wrong = client.post("/centre/duty/", {**data, "last_day": f"{today - timedelta(days=3):%d.%m.%Y}"})
    done = client.post("/centre/duty/", data)

    assert wrong.status_code == 422
    assert "last_day" in wrong.context["form"].errors
    assert done.status_code == 302
    row = Membership.objects.get(via=centre.organization)
    assert (row.user, row.organization, row.role) == (centre.opener, town.organization, "opener")
    client.force_login(centre.librarian)
    assert client.post("/centre/duty/", data).status_code == 403


def test_the_municipality_agrees_sees_who_helps_ends_it_and_leaves(client) -> None:
    centre, town = make_centre(), make_town(openers=2)
    admin = make_user(town.organization, Role.ORG_ADMIN)
    client.force_login(admin)
    assert client.post("/centre/join/", {"house": centre.organization.pk}).status_code == 422
    assert client.post("/centre/join/", {"house": centre.organization.pk, "agreed": "on"}).status_code == 302
    today = days.today(town.organization, clock.now())
    row = duty.put_on_duty(
        actor=centre.officer, centre_id=centre.organization.pk, municipality_id=town.organization.pk,
        user_id=centre.opener.pk, role="opener", first_day=today, last_day=today + timedelta(days=50),
    )  # fmt: skip

    assert str(centre.opener) in client.get("/centre/help/").content.decode()
    assert client.get(f"/centre/duty/{row.pk}/end/").status_code == 200
    assert client.post(f"/centre/duty/{row.pk}/end/").status_code == 302
    assert client.post(f"/centre/{centre.organization.pk}/leave/").status_code == 302

    assert not duty.duties_of(clock.now()).exists()
    assert CentreMember.objects.get().until is not None
    client.force_login(centre.officer)
    assert client.get("/centre/").context["members"] == []


def test_colleagues_read_but_do_not_decide(client) -> None:
    centre, town = make_centre(), make_town()
    client.force_login(town.officer)

    assert client.get("/centre/help/").status_code == 200
    answer = client.post("/centre/join/", {"house": centre.organization.pk, "agreed": "on"})

    assert answer.status_code == 403
    assert not CentreMember.objects.exists()
