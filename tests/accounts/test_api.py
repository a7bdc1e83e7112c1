"""Tokens: by e-mail and password, shown once, scoped, revocable; and who am I."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import ApiToken
from tests.factories import PASSWORD, make_town, make_user

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def sign_in(**body: Any) -> Any:
    return Client().post(TOKEN, body, content_type="application/json")


def bearer(token: str) -> Client:
    return Client(headers={"authorization": f"Bearer {token}"})


def test_a_token_opens_the_api_to_its_person() -> None:
    town = make_town(keys=False)
    answer = sign_in(email=town.officer.email.upper(), password=PASSWORD)
    assert answer.status_code == 201
    me = bearer(answer.json()["token"]).get("/api/v1/me/").json()
    assert (me["email"], me["organizations"][0]["roles"]) == (town.officer.email, ["officer"])


def test_the_token_itself_is_stored_nowhere() -> None:
    user = make_user()
    token = sign_in(email=user.email, password=PASSWORD).json()["token"]
    row = ApiToken.objects.get()
    assert token not in str(row.__dict__)
    assert len(row.digest) == 64


def test_wrong_password_and_unknown_address_give_the_same_answer() -> None:
    user = make_user()
    answers = [sign_in(email=email, password="wrong").json() for email in (user.email, "nobody@town.example")]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 401


def test_a_revoked_token_is_unknown_at_once() -> None:
    user = make_user()
    client = bearer(sign_in(email=user.email, password=PASSWORD).json()["token"])
    assert client.delete(TOKEN).status_code == 204
    assert client.get("/api/v1/me/").status_code == 401


def test_nobody_revokes_the_token_of_somebody_else() -> None:
    anna, bernd = make_user(), make_user()
    hers = sign_in(email=anna.email, password=PASSWORD).json()
    his = sign_in(email=bernd.email, password=PASSWORD).json()
    assert bearer(his["token"]).delete(f"{TOKEN}{hers['id']}/").status_code == 404
    assert bearer(hers["token"]).delete(f"{TOKEN}{hers['id']}/").status_code == 204


def test_a_reading_token_changes_nothing() -> None:
    user = make_user()
    client = bearer(sign_in(email=user.email, password=PASSWORD, scope="read").json()["token"])
    assert client.get("/api/v1/me/").status_code == 200
    assert client.delete(TOKEN).status_code == 403


def test_a_wrong_token_is_not_taken_for_an_anonymous_visitor() -> None:
    for header in ("Bearer zt_wrong", "Bearer", "Bearer a b"):
        answer = Client(headers={"authorization": header}).get("/api/v1/me/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_a_locked_person_s_token_is_unknown() -> None:
    user = make_user()
    client = bearer(sign_in(email=user.email, password=PASSWORD).json()["token"])
    user.is_active = False
    user.save()
    assert client.get("/api/v1/me/").status_code == 401


def test_an_unconfirmed_address_gets_no_token(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    user = make_user()
    assert sign_in(email=user.email, password=PASSWORD).json()["code"] == "email_unconfirmed"


def test_guessing_is_slowed_and_the_owner_elsewhere_is_not_locked_out() -> None:
    user = make_user()
    answers = [sign_in(email=user.email, password="guess").status_code for _ in range(8)]
    assert answers == [401] * 6 + [429] * 2
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    body = {"email": user.email, "password": PASSWORD}
    assert elsewhere.post(TOKEN, body, content_type="application/json").status_code == 201


def test_a_header_does_not_change_the_address_that_is_counted() -> None:
    user = make_user()
    codes = [
        Client(headers={"x-forwarded-for": f"192.0.2.{n}"})
        .post(TOKEN, {"email": user.email, "password": "guess"}, content_type="application/json")
        .status_code
        for n in range(8)
    ]
    assert codes[-1] == 429


def test_bad_data_is_told_by_field_with_the_request_id() -> None:
    answer = sign_in(email="no address", password="x", scope="everything")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"email", "scope"}
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(kind: str) -> None:
    assert Client().post(TOKEN, "x", content_type=kind).status_code == 415


def test_a_session_without_its_form_token_changes_nothing() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.delete(TOKEN).status_code == 403


def test_the_description_of_the_api_is_valid_and_the_page_shows_it() -> None:
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.validation import validate_schema

    validate_schema(SchemaGenerator().get_schema(request=None, public=True))
    page = Client().get("/api/v1/docs/").content.decode()
    assert "/api/v1/auth/token/" in page
    assert "<script>" not in page


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", ["/api/v1/nowhere/", "/api/v1/bids/1/", "/api/v1/tenders/one/"])
def test_an_address_of_the_api_that_does_not_exist_is_refused_as_every_refusal(path, language):
    answer = Client(headers={"accept-language": language}).get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    body = answer.json()
    assert (body["status"], body["code"], body["title"]) == (404, "not_found", "Not Found")
    assert body["detail"] == {"de": "Hier gibt es nichts für Sie.", "en": "There is nothing here for you."}[language]
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_a_fault_of_the_server_is_told_to_programs_without_a_page(rf, django_assert_num_queries):
    from config.views import bad_request, server_error

    with django_assert_num_queries(0):
        answers = [server_error(rf.get("/api/v1/tenders/")), bad_request(rf.get("/api/v1/tenders/"))]
    assert [(answer.status_code, json.loads(answer.content)["code"]) for answer in answers] == [
        (500, "error"),
        (400, "invalid"),
    ]
