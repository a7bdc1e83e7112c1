"""Companies register themselves, people sign in by e-mail, and nobody learns who has an account."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.actions import register_company
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, OutboxMessage, User
from tests.factories import PASSWORD, make_company, make_town, make_user

pytestmark = pytest.mark.django_db
FORM = {
    "company": "Nordlicht Druck GmbH",
    "email": "office@nordlicht.example",
    "password1": "four-words-and-a-fish",
    "country": "DE",
    "vat_number": "",
}


def register(**changes: str) -> Any:
    return Client().post(reverse("account_signup"), {**FORM, **changes})


def test_five_fields_make_a_company_that_can_bid() -> None:
    register(vat_number="de 136 695 976")
    user = User.objects.get(email=FORM["email"])
    (company,) = {membership.organization for membership in user.memberships.all()}
    assert (company.name, company.kind, company.vat_number) == (FORM["company"], "provider", "DE136695976")
    assert user.roles_in(company.pk) == {Role.BIDDER, Role.BIDDER_ADMIN}
    assert AuditEvent.objects.filter(chain=f"organization:{company.pk}", verb="organization.registered").exists()


@pytest.mark.parametrize(
    ("country", "number"), [("DE", "DE136695975"), ("DE", "12"), ("AT", "ATU1234"), ("FR", "DE136695976")]
)
def test_a_vat_number_with_a_slip_is_named_and_nothing_typed_is_lost(country: str, number: str) -> None:
    page = register(country=country, vat_number=number)
    assert page.context["form"].errors.keys() == {"vat_number"}
    assert f'value="{number}"' in page.content.decode()
    assert not User.objects.exists()


def test_a_country_without_a_known_scheme_takes_the_number_as_it_is() -> None:
    register(country="ZZ", vat_number="x-1 2")
    assert User.objects.get().memberships.all()[0].organization.vat_number == "X-12"


@pytest.mark.parametrize("password", ["short", "password123", FORM["email"]])
def test_a_weak_password_is_refused(password: str) -> None:
    assert register(password1=password).context["form"].errors.keys() == {"password1"}


def test_registering_a_known_address_looks_like_any_other_registration(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    fresh = register(email="nordlicht@mail.example")
    known = register(email="nordlicht@mail.example", company="Somebody Else")
    assert (fresh.status_code, fresh.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert User.objects.count() == 1


def test_the_action_refuses_a_known_address_whatever_its_case() -> None:
    make_user(email="office@nordlicht.example")
    with pytest.raises(RefusedError) as refused:
        register_company(name="X", email="Office@Nordlicht.example", password="p", country="DE")
    assert refused.value.refused.code == "email_taken"


def test_outside_the_demo_the_address_is_confirmed_first(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = Client()
    client.post(reverse("account_signup"), FORM)
    assert "_auth_user_id" not in client.session
    link = re.search(r"http\S+/account/confirm-email/\S+", mail.outbox[0].body)
    assert link
    assert link[0].startswith(settings.BASE_URL)
    client.post(link[0].removeprefix(settings.BASE_URL))
    client.post(reverse("account_login"), {"login": FORM["email"], "password": FORM["password1"]})
    assert "_auth_user_id" in client.session


def test_signing_in_leads_to_the_page_one_wanted_but_never_elsewhere() -> None:
    user = make_user()
    for wanted, reached in (
        ("/tenders/", "/tenders/"),
        ("//evil.example/", "/desk/"),
        ("https://evil.example", "/desk/"),
    ):
        answer = Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": wanted})
        assert answer.headers["Location"] == reached


def test_a_wrong_password_and_an_unknown_address_read_the_same() -> None:
    user = make_user()
    texts = [
        Client().post(reverse("account_login"), {"login": login, "password": "wrong"}).context["form"].errors.as_text()
        for login in (user.email, "nobody@town.example")
    ]
    assert texts[0] == texts[1]


def test_a_forgotten_password_is_replaced_by_a_link_to_the_configured_address(settings) -> None:
    user = make_user()
    client = Client(headers={"host": "127.0.0.1"})
    client.post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"http\S+/password/reset/key/\S+", mail.outbox[0].body)
    assert link
    assert link[0].startswith(settings.BASE_URL)
    page = client.get(link[0].removeprefix(settings.BASE_URL), follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": "a-new-one-of-mine", "password2": "a-new-one-of-mine"})
    user.refresh_from_db()
    assert user.check_password("a-new-one-of-mine")
    again = Client().get(link[0].removeprefix(settings.BASE_URL), follow=True)
    assert again.context["token_fail"]


def test_a_forged_host_is_refused() -> None:
    assert Client(headers={"host": "evil.example"}).get(reverse("account_login")).status_code == 400


def test_asking_for_a_reset_tells_nobody_whether_there_is_an_account() -> None:
    user = make_user()
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email}).headers["Location"]
        for email in (user.email, "nobody@town.example")
    ]
    assert answers[0] == answers[1]


def test_a_mail_server_that_is_down_does_not_stop_a_registration(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.EMAIL_BACKEND = "tests.accounts.test_outbox.Broken"
    assert register().status_code == 302
    assert OutboxMessage.objects.get().recipient == FORM["email"]


def test_an_account_that_is_switched_off_is_out_at_once() -> None:
    town, client = make_town(keys=False), Client()
    client.force_login(town.officer)
    assert client.get(reverse("desk")).status_code == 200
    User.objects.filter(pk=town.officer.pk).update(is_active=False)
    assert client.get(reverse("desk")).status_code == 302


def test_choosing_a_language_keeps_the_page_and_changes_the_language_of_mails() -> None:
    company, client = make_company(), Client()
    client.force_login(company.bidder)
    answer = client.post(reverse("set_language"), {"language": "en", "next": "/help/?a=1"})
    assert answer.headers["Location"] == "/help/?a=1"
    company.bidder.refresh_from_db()
    assert company.bidder.language == "en"
    assert 'lang="en"' in client.get("/help/").content.decode()[:200]


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("light", "light"), ("pink", ""), ('"><script>', "")])
def test_the_theme_is_kept_in_a_cookie(theme: str, kept: str) -> None:
    client = Client()
    answer = client.post(reverse("set_theme"), {"theme": theme, "next": "//evil.example"})
    assert answer.headers["Location"] == "/"
    page = client.get("/help/").content.decode()
    assert ('data-kern-theme="dark"' in page, 'data-kern-theme="light"' in page) == (kept == "dark", kept == "light")


def test_pages_of_a_signed_in_person_are_stored_nowhere() -> None:
    client = Client()
    client.force_login(make_user())
    assert client.get(reverse("desk")).headers["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_signing_out_clears_what_the_browser_kept(client):
    client.force_login(make_user())
    assert "Clear-Site-Data" not in client.get("/help/")
    assert client.post("/account/logout/")["Clear-Site-Data"] == '"storage"'
