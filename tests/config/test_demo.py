"""What exists only in demo mode: the change of role and the mails."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock, outbox
from accounts.lifecycle import Role
from accounts.mail import FileBackend
from tests.factories import make_company, make_town

pytestmark = pytest.mark.django_db


def test_one_click_changes_the_role() -> None:
    town, client = make_town(keys=False), Client()
    answer = client.post(reverse("demo_switch"), {"user": town.officer.pk})
    assert answer.headers["Location"] == reverse("desk")
    assert client.session["_auth_user_id"] == str(town.officer.pk)


def test_the_change_of_role_ends_the_session_before() -> None:
    town, company, client = make_town(keys=False), make_company(), Client()
    client.post(reverse("demo_switch"), {"user": town.officer.pk})
    before = client.session.session_key
    client.post(reverse("demo_switch"), {"user": company.bidder.pk})
    assert client.session.session_key != before


def test_looking_at_an_address_changes_no_role() -> None:
    town, client = make_town(keys=False), Client()
    assert client.get(reverse("demo_switch"), {"user": town.officer.pk}).status_code == 405


def test_nobody_becomes_the_operator_by_a_click(django_user_model) -> None:
    operator = django_user_model.objects.create_superuser("operator@town.example", "x")
    assert Client().post(reverse("demo_switch"), {"user": operator.pk}).status_code == 404


@pytest.mark.parametrize("chosen", ["", "0", "999999", "1 OR 1=1", "-1", "１"])
def test_an_unknown_choice_changes_nothing(chosen: str) -> None:
    client = Client()
    assert client.post(reverse("demo_switch"), {"user": chosen}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["demo_people", "demo_mail"])
def test_outside_demo_mode_the_pages_do_not_exist(settings, name: str) -> None:
    settings.DEMO = False
    assert Client().get(reverse(name)).status_code == 404


def test_outside_demo_mode_no_click_signs_anybody_in(settings) -> None:
    settings.DEMO = False
    town, client = make_town(keys=False), Client()
    assert client.post(reverse("demo_switch"), {"user": town.officer.pk}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_outside_demo_mode_the_sign_in_page_offers_no_roles(settings) -> None:
    make_town(keys=False)
    assert reverse("demo_switch") in Client().get(reverse("account_login")).content.decode()
    settings.DEMO = False
    assert reverse("demo_switch") not in Client().get(reverse("account_login")).content.decode()


def test_the_people_page_shows_one_of_each_role_first() -> None:
    make_town(keys=False)
    make_company()
    page = Client().get(reverse("demo_people"))
    assert {str(Role.OFFICER.label), str(Role.BIDDER.label)} <= {label for label, _person in page.context["first"]}


def test_sent_mails_can_be_read(settings) -> None:
    settings.EMAIL_BACKEND = f"{FileBackend.__module__}.{FileBackend.__name__}"
    town = make_town(keys=False)
    outbox.tell(town.officer, key="k", subject="Größe <b>", body="Guten Tag\n<script>", at=clock.now())
    outbox.deliver()
    client = Client()
    page = client.get(reverse("demo_mail"))
    (mail,) = page.context["mails"]
    assert (mail.subject, mail.to) == ("Größe <b>", town.officer.email)
    text = client.get(reverse("demo_mail_text", args=[mail.name])).content.decode()
    assert "Guten Tag" in text
    assert "<script>" not in text.split("<main")[1]


@pytest.mark.parametrize("name", ["..", "settings", "0" * 31, "0" * 32, "%2e%2e%2fsecret"])
def test_a_mail_address_leads_to_mails_only(name: str) -> None:
    assert Client().get(f"/demo/mail/{name}/").status_code == 404
