"""What an attacker tries with a browser or a program before anything else."""

import json
import logging
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import SealedObject
from tests.bids.bidding import submit
from tests.factories import PASSWORD, make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db
LISTS = ["/api/v1/tenders/", "/api/v1/bids/", "/api/v1/messages/"]


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
@pytest.mark.parametrize("method", ["get", "options"])
def test_no_other_origin_is_allowed_to_read(origin: str, method: str) -> None:
    client = signed_in(make_company().bidder)
    for path in ("/", "/desk/", "/api/v1/tenders/", "/api/v1/bids/"):
        answer = getattr(client, method)(path, headers={"origin": origin, "access-control-request-method": "POST"})
        assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")], path


@pytest.mark.parametrize("path", ["/", "/tenders/", "/security/", "/account/login/", "/api/v1/tenders/", "/nowhere/"])
def test_every_answer_carries_the_headers_that_confine_a_page(path: str) -> None:
    answer = Client().get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_signing_in_gives_a_new_session_and_signing_out_ends_it_on_the_server() -> None:
    user, client = make_user(), Client()
    client.get("/account/login/")
    client.session.save()
    before = client.session.session_key
    client.cookies["sessionid"] = before
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    cookie = client.cookies["sessionid"]
    assert cookie.value != before
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    thief = Client()
    thief.cookies["sessionid"] = cookie.value
    assert thief.get("/desk/").status_code == 200
    client.post("/account/logout/")
    assert thief.get("/desk/").status_code == 302


@pytest.mark.parametrize("query", ["page_size=100000000", "page_size=-1", "page_size=x", "page_size=0", "cursor=AAAA",
                                   "cursor=%00", "cursor=" + "A" * 3000, "limit=10&offset=99999999"])  # fmt: skip
@pytest.mark.parametrize("path", LISTS)
def test_absurd_pages_are_capped_or_refused(path: str, query: str) -> None:
    answer = signed_in(make_company().bidder).get(f"{path}?{query}")
    assert answer.status_code in {200, 400}
    if answer.status_code == 200:
        assert len(answer.json()["results"]) <= 100


def test_no_list_is_ordered_or_filtered_by_what_is_sealed() -> None:
    town = make_town()
    submit(make_company(), open_tender(town))
    client = signed_in(town.officer)
    plain = client.get("/api/v1/tenders/").json()["results"]
    words = ("ordering", "sort", "bids__company", "lots__items__unit_price__lt")
    for word, field in product(words, ("bids__received_at", "-bids__lot_bids__total", "bids__vat_rate", "pk;--")):
        answer = client.get("/api/v1/tenders/", {word: field})
        assert answer.status_code == 400 or answer.json()["results"] == plain, (word, field)


def test_no_search_text_is_taken_for_a_command() -> None:
    open_tender(make_town())
    odd = ["' OR 1=1 --", "{{7*7}}", "%00", "\x00", "\\", '"', "a" * 5000, "NEAR(", "*", "-", "☃"]
    for path, text in product(("/tenders/", "/api/v1/tenders/"), odd):
        answer = Client().get(path, {"q": text})
        assert answer.status_code in {200, 400}, (path, text)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PUT", "PATCH"])
def test_a_method_a_page_does_not_know_changes_and_tells_nothing(method: str) -> None:
    tender = open_tender(make_town())
    answer = Client().generic(method, f"/tenders/{tender.pk}/", headers={"cookie": "secret=1"})
    assert answer.status_code == 405
    assert b"secret=1" not in answer.content


def test_a_method_in_a_header_overrides_nothing() -> None:
    tender = open_tender(make_town())
    client = signed_in(make_company().bidder)
    answer = client.post(
        f"/api/v1/tenders/{tender.pk}/", {}, "application/json", headers={"x-http-method-override": "DELETE"}
    )
    assert answer.status_code in {403, 404, 405}


def test_an_error_tells_its_number_and_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_arguments: Any) -> None:
        raise RuntimeError("SELECT password FROM /srv/zuschlag")

    caplog.set_level(logging.CRITICAL, "django.request")
    monkeypatch.setattr("config.start_page.content", fails)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"].encode() in answer.content
    assert not [word for word in (b"SELECT", b"/srv", b"Traceback", b"RuntimeError") if word in answer.content]


@pytest.mark.parametrize("path", [".git/config", ".env", "settings.py", "manage.py", "var/zuschlag.sqlite3", "debug/",
                                  "static/app.js.map", "media/x", "static/../manage.py", "static/%2e%2e/manage.py",
                                  "admin/", "server-status"])  # fmt: skip
def test_what_is_not_meant_for_the_web_is_not_there(path: str) -> None:
    assert Client().get(f"/{path}").status_code == 404


def test_no_address_leads_to_a_stored_file_by_its_path() -> None:
    town = make_town()
    submit(make_company(), open_tender(town))
    item = SealedObject.objects.get()
    client = signed_in(town.officer)
    for guess in (item.path, f"sealed/{item.path}", f"media/{item.path}", f"static/{item.path}",
                  f"static/../sealed/{item.path}", item.sha256, f"api/v1/bids/opened/{item.pk}/"):  # fmt: skip
        assert client.get(f"/{guess}").status_code == 404, guess


def test_a_form_of_ten_thousand_fields_is_refused() -> None:
    fields = {f"f{number}": "x" for number in range(10_000)}
    assert Client().post(reverse("account_login"), fields).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_body_of_another_kind_is_no_json(kind: str) -> None:
    client = signed_in(make_company().bidder)
    answer = client.post("/api/v1/bids/", json.dumps({"tender": 1}), content_type=kind)
    assert answer.status_code == 415
