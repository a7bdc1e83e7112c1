"""A company comes in within minutes; one that is here already is asked for a door instead of a second house."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from lxml import html

from accounts import alike, clock
from accounts.actions import people_requests
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, Organization, OutboxMessage, PersonInvitation, User
from tests.factories import make_company, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


FORM = {
    "company": "Nordlicht Druck GmbH",
    "email": "anna@nordlicht.example",
    "password1": "four-words-and-a-fish",
    "country": "DE",
    "vat_number": "",
}


@pytest.fixture
def nordlicht() -> Any:
    return make_company(
        name="Nordlicht Druck GmbH", country="DE", vat_number="DE136695976", email="office@nordlicht.example"
    )


def register(client: Client | None = None, **changes: str) -> Any:
    client = client or Client(headers={"accept-language": "en"})
    return client, client.post(reverse("account_signup"), {**FORM, **changes})


def test_a_new_company_fills_in_five_fields_on_one_page_and_can_bid() -> None:
    client = Client(headers={"accept-language": "en"})
    page = html.document_fromstring(client.get(reverse("account_signup")).content)
    fields = page.xpath("//main//form[.//input[@name='company']]//*[self::input or self::select][not(@type='hidden')]")
    assert len(fields) == 5
    _client, answer = register(client)
    assert answer.headers["Location"] == reverse("desk")
    (company,) = User.objects.get().organizations_with(Role.BIDDER)
    assert Organization.objects.get(pk=company).name == FORM["company"]


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("VAT number", {"company": "Something Else", "email": "a@other.example", "vat_number": "DE 136 695 976"}),
        ("name", {"company": "NORDLICHT-Druck", "email": "a@other.example"}),
        ("domain", {"company": "Something Else"}),
    ],
)
def test_a_company_that_is_here_already_is_noticed(nordlicht: Any, why: str, changes: dict[str, str]) -> None:
    client, answer = register(**changes)
    assert answer.headers["Location"] == reverse("company_known"), why
    page = client.get(reverse("company_known")).content.decode()
    assert "There is already a company like this" in page
    for secret in ("office@nordlicht.example", nordlicht.organization.reference, nordlicht.admin.email):
        assert secret not in page
    assert Organization.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "Nordlicht Druck GmbH", "country": "AT", "email": "a@other.example"},
        {"company": "Südlicht Druck GmbH", "email": "a@other.example"},
        {"company": "GmbH", "email": "a@other.example"},
    ],
)
def test_what_only_sounds_alike_is_let_through(nordlicht: Any, changes: dict[str, str]) -> None:
    _client, answer = register(**changes)
    assert answer.headers["Location"] == reverse("desk")


def test_a_public_mail_host_says_nothing_about_the_company() -> None:
    make_company(name="Somebody", email="somebody@mail.example")
    _client, answer = register(email="other@mail.example")
    assert answer.headers["Location"] == reverse("desk")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordlicht Druck GmbH & Co. KG", "nordlicht  druck"),
        ("Straßenbau Müller e.K.", "STRASSENBAU MÜLLER"),
        ("Smith Ltd.", "Smith Limited"),
        ("GmbH", "gmbh"),
    ],
)
def test_names_are_compared_without_case_punctuation_and_legal_form(one: str, other: str) -> None:
    assert alike.plain_name(one) == alike.plain_name(other) != ""


@pytest.mark.parametrize(
    ("email", "domain"),
    [("a@nordlicht.example", "nordlicht.example"), ("a@mail.example", ""),
     ("a@b.nordlicht.example", "b.nordlicht.example"),
     ("a@yahoo.co.uk", ""), ("a@web.de", ""), ("a", ""), ("a@localhost", "")],
)  # fmt: skip
def test_only_a_domain_of_its_own_is_a_sign(email: str, domain: str) -> None:
    assert alike.own_domain(email) == domain


def test_a_company_nobody_could_let_one_into_is_no_obstacle(nordlicht: Any) -> None:
    User.objects.filter(pk=nordlicht.admin.pk).update(is_active=False)
    _client, answer = register()
    assert answer.headers["Location"] == reverse("desk")


def test_asking_tells_the_administrators_and_makes_no_account(nordlicht: Any) -> None:
    client, _answer = register()
    done = client.post(reverse("company_known"), {"choice": "ask"})
    assert "Your request has been sent" in done.content.decode()
    assert not User.objects.filter(email=FORM["email"]).exists()
    assert [message.recipient for message in Message.objects.all()] == [nordlicht.admin]
    assert FORM["email"] in OutboxMessage.objects.get(recipient=nordlicht.admin.email).body
    assert client.get(reverse("company_known")).status_code == 302
    register(client)
    client.post(reverse("company_known"), {"choice": "ask"})
    nordlicht.organization.refresh_from_db()
    assert len(people_requests.requests_of(nordlicht.organization)) == 1
    body = AuditEvent.objects.get(verb="join.asked").body
    assert FORM["email"] not in body


def test_the_administrator_lets_in_and_the_link_makes_the_account(
    nordlicht: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, _answer = register()
    client.post(reverse("company_known"), {"choice": "ask"})
    admin = Client(headers={"accept-language": "en"})
    admin.force_login(nordlicht.admin)
    page = admin.get(reverse("people", args=[nordlicht.organization.pk]))
    assert FORM["email"] in page.content.decode()
    (row,) = page.context["requests"]
    answer = reverse("join_answer", args=[nordlicht.organization.pk, row["id"]])
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(answer, {"answer": "let_in"}).status_code == 302
    assert PersonInvitation.objects.get().roles == [Role.BIDDER]
    assert mail.outbox[-1].to == [FORM["email"]]
    assert admin.post(answer, {"answer": "let_in"}).status_code == 409
    nordlicht.organization.refresh_from_db()
    assert people_requests.requests_of(nordlicht.organization) == []


def test_declining_tells_the_stranger_nothing(nordlicht: Any) -> None:
    client, _answer = register()
    client.post(reverse("company_known"), {"choice": "ask"})
    nordlicht.organization.refresh_from_db()
    (row,) = people_requests.requests_of(nordlicht.organization)
    people_requests.answer_join_request(
        actor=nordlicht.admin, organization_id=nordlicht.organization.pk, request_id=row["id"], let_in=False
    )
    assert not PersonInvitation.objects.exists()
    assert not OutboxMessage.objects.filter(recipient=FORM["email"]).exists()


def test_going_on_as_another_company_asks_nothing_twice(nordlicht: Any) -> None:
    client, _answer = register()
    answer = client.post(reverse("company_known"), {"choice": "another"})
    assert answer.headers["Location"] == reverse("desk")
    user = User.objects.get(email=FORM["email"])
    assert user.check_password(FORM["password1"])
    assert Organization.objects.filter(name=FORM["company"]).count() == 2
    assert "pending_registration" not in client.session


def test_the_password_waits_as_a_hash_only(nordlicht: Any) -> None:
    client, _answer = register()
    assert FORM["password1"] not in str(dict(client.session.items()))


def test_known_and_unknown_addresses_of_a_known_domain_answer_alike(nordlicht: Any, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    make_user(email="bernd@nordlicht.example")
    for choice in ("ask", "another"):
        answers = []
        for email in ("bernd@nordlicht.example", "clara@nordlicht.example"):
            client, first = register(email=email)
            second = client.post(reverse("company_known"), {"choice": choice})
            text = second.content.decode().replace(email, "…") if second.status_code == 200 else ""
            answers.append((first.headers["Location"], second.status_code, second.headers.get("Location"), len(text)))
        assert answers[0] == answers[1], choice


def test_nobody_gets_to_the_question_without_a_registration() -> None:
    assert Client().get(reverse("company_known")).headers["Location"] == reverse("account_signup")


def test_a_company_is_flooded_with_requests_only_so_far(nordlicht: Any) -> None:
    for number in range(people_requests.MOST_OPEN + 5):
        people_requests.ask_to_join(organization_id=nordlicht.organization.pk, email=f"n{number}@elsewhere.example")
    nordlicht.organization.refresh_from_db()
    assert len(people_requests.requests_of(nordlicht.organization)) == people_requests.MOST_OPEN


def test_looking_for_companies_takes_few_questions(django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        make_company(name=f"Nordlicht {number}")
    with django_assert_max_num_queries(3):
        alike.company_like(
            name="Nordlicht Druck", email="a@b.example", country="DE", vat_number="DE136695976", now=clock.now()
        )


def test_an_address_nobody_answers_is_not_kept_for_ever(nordlicht: Any) -> None:
    people_requests.ask_to_join(organization_id=nordlicht.organization.pk, email="old@elsewhere.example")
    with clock.simulated(clock.now() + timedelta(days=61)):
        people_requests.ask_to_join(organization_id=nordlicht.organization.pk, email="new@elsewhere.example")
    nordlicht.organization.refresh_from_db()
    assert [row["email"] for row in people_requests.requests_of(nordlicht.organization)] == ["new@elsewhere.example"]


@pytest.mark.parametrize(
    ("wanted", "then"),
    [("/tenders/7/", "/account/login/?next=%2Ftenders%2F7%2F"), ("", "/account/login/"),
     ("https://elsewhere.example/", "/account/login/")],
)  # fmt: skip
def test_who_came_from_a_tender_finds_it_again_after_confirming(settings: Any, wanted: str, then: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client, _answer = register(next=wanted)
    [link] = [word for word in mail.outbox[-1].body.split() if "/account/confirm-email/" in word]
    assert client.post(link.removeprefix(settings.BASE_URL)).headers["Location"] == then
