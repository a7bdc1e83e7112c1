"""The standing pages: what they say follows the settings, they set no cookie, and real contacts stand where needed."""

import errno
import subprocess
import sys
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from django.core import checks
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from config.checks import NEEDED
from tests import factories
from tests.bids.pages.scene import text_of
from tests.config.access_table import PUBLIC
from tests.config.test_access import ADDRESSES, TRIED, World
from tests.config.test_settings import CLEAN, ROOT

pytestmark = pytest.mark.django_db
# What has a form of its own, and what answers programs.
WITH_FORM: set[str] = set()
OPERATOR = {
    "name": "Centre of Towns", "address": "Square 1\n00000 Town", "email": "help@centre.example", "phone": "+49 1 2",
    "hours": "8-17", "privacy_officer": "dpo@centre.example", "represented_by": "Head of the centre",
    "vat_number": "DE1", "privacy_authority": "Authority of the Land",
}  # fmt: skip


def page(name: str, language: str = "en", **query: Any) -> str:
    response = Client(headers={"accept-language": language}).get(reverse(name), query)
    assert response.status_code == 200
    return text_of(response)


def test_reading_sets_no_cookie() -> None:
    world = World()
    for name, row in TRIED.items():
        if name in ADDRESSES and row.who == PUBLIC and row.method == "GET" and not name.startswith("account_"):
            client = Client()
            response = client.get(world.address(name, row))
            has_form = b"csrfmiddlewaretoken" in response.content if not response.streaming else False
            if name not in WITH_FORM and not has_form:
                assert not response.cookies, f"{name} sets {list(response.cookies)}"


def test_a_foreign_page_cannot_choose_how_ours_look() -> None:
    for name, data in (("set_language", {"language": "en"}), ("set_theme", {"theme": "dark"})):
        client = Client(enforce_csrf_checks=True)
        foreign = client.post(reverse(name), data, headers={"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403
        assert not foreign.cookies
        own = client.post(reverse(name), data, headers={"sec-fetch-site": "same-origin"})
        assert own.status_code == 302
        assert own.cookies


@pytest.mark.parametrize("name", ["imprint", "privacy", "help", "accessibility", "easy_language", "sign_in_trouble"])
def test_the_operators_contact_stands_on_each_page_that_needs_it(settings: Any, name: str) -> None:
    settings.OPERATOR = OPERATOR
    text = page(name)
    for part in ("Centre of Towns", "Square 1 00000 Town", "+49 1 2", "help@centre.example"):
        assert part in text


def test_imprint_and_privacy_name_people_and_authority(settings: Any) -> None:
    settings.OPERATOR = OPERATOR
    assert "Head of the centre" in page("imprint")
    text = page("privacy")
    assert "dpo@centre.example" in text
    assert "complain to the supervisory authority: Authority of the Land" in text
    for word in ("sessionid", "csrftoken", "30 days after the deadline", "No decision about you is made by a program"):
        assert word in text


def test_without_settings_the_pages_say_that_something_is_missing(settings: Any) -> None:
    settings.OPERATOR = dict.fromkeys(OPERATOR, "")
    assert "has not entered its contact yet" in page("imprint")
    assert "supervisory authority of your state" in page("privacy")
    assert "has not entered its name yet" in page("accessibility")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("full", "meets the requirements of EN 301 549 and of WCAG 2.2, level AA."),
        ("partial", "level AA, in part. The gaps stand below."),
        ("none", "does not meet the requirements"),
    ],
)
def test_the_accessibility_statement_follows_the_settings(settings: Any, status: str, sentence: str) -> None:
    settings.ACCESSIBILITY = {
        "status": status, "checked_on": date(2026, 11, 1), "gaps": ("Old maps cannot be read aloud.",),
        "email": "barrier@centre.example", "enforcement_body": "",
        "enforcement_bodies": {"NW": "Body of the west", "BY": "Body of the south"},
    }  # fmt: skip
    text = page("accessibility")
    assert sentence in text
    assert ("Old maps cannot be read aloud." in text) == (status != "full")
    assert "1 Nov 2026" in text
    assert "barrier@centre.example" in text
    assert text.index("Body of the south") < text.index("Body of the west")
    assert reverse("report_barrier") in Client().get(reverse("accessibility")).content.decode()


def test_a_video_in_sign_language_is_offered_where_there_is_one(settings: Any) -> None:
    assert "There is no video in sign language yet." in page("easy_language")
    settings.SIGN_LANGUAGE_VIDEO = "https://centre.example/signs"
    assert "There is no video" not in page("easy_language")
    assert "https://centre.example/signs" in Client().get(reverse("easy_language")).content.decode()
    assert "There are no texts in sign language yet." not in page("accessibility")


def test_help_names_the_buyer_one_comes_from_and_nobody_elses_draft() -> None:
    town = factories.make_town()
    town.contact_unit.phone, town.contact_unit.hours = "+49 30 123", "8-12"
    town.contact_unit.save()
    tender, draft = factories.open_tender(town), factories.draft_tender(town, title="Secret plan")
    text = page("help", tender=tender.pk)
    assert "Questions about this tender" in text
    assert "+49 30 123 (8-12)" in text
    assert town.contact_unit.email in text
    assert "Secret plan" not in page("help", tender=draft.pk)
    for odd in ("", "x", "-1", "9" * 30, "²"):
        assert "Questions about this tender" not in page("help", tender=odd)
    detail = Client().get(reverse("tender_detail", args=[tender.pk])).content.decode()
    assert f"/help/?tender={tender.pk}" in detail


def test_error_pages_name_somebody_to_call_and_the_number_to_quote(settings: Any) -> None:
    settings.OPERATOR = OPERATOR
    response = Client(headers={"accept-language": "en"}).get("/nowhere/")
    assert response.status_code == 404
    assert "+49 1 2" in text_of(response)
    assert response.headers["X-Request-ID"] in text_of(response)


def test_a_server_error_needs_no_database_to_say_so(settings: Any, rf: Any, django_assert_num_queries: Any) -> None:
    from config.views import server_error

    settings.OPERATOR = OPERATOR
    request = rf.get("/")
    request.id = "abc123"
    with django_assert_num_queries(0):
        response = server_error(request)
    assert response.status_code == 500
    assert b"abc123" in response.content
    assert b"help@centre.example" in response.content


def test_the_deployment_check_names_what_the_operator_has_not_said(settings: Any) -> None:
    settings.OPERATOR = dict.fromkeys(OPERATOR, "")
    settings.ACCESSIBILITY = {**settings.ACCESSIBILITY, "enforcement_body": "", "enforcement_bodies": {}}
    found = [str(one.msg) for one in checks.run_checks(include_deployment_checks=True, tags=["security"])]
    for variable in (*NEEDED, "ENFORCEMENT_BODY", "ACCESSIBILITY_DATE"):
        assert any(message.startswith(variable) for message in found), variable
    settings.OPERATOR = OPERATOR
    settings.ACCESSIBILITY = {**settings.ACCESSIBILITY, "enforcement_body": "x", "checked_on": date(2026, 1, 1)}
    left = checks.run_checks(include_deployment_checks=True, tags=["security"])
    assert [one for one in left if (one.id or "").startswith("config.")] == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ACCESSIBILITY_DATE", "1.11.2026"), ("ENFORCEMENT_BODIES", "NW"), ("ACCESSIBILITY_STATUS", "perfect")],
)
def test_a_malformed_text_of_the_operator_stops_the_start(tmp_path: Any, variable: str, value: str) -> None:
    given = {**CLEAN, "DEMO": "1", "DATA_DIR": str(tmp_path / "var"), variable: value}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"], cwd=ROOT, env=given, capture_output=True, text=True
    )
    assert done.stderr.startswith(f"Zuschlag cannot start: {variable}"), done.stderr


@pytest.mark.parametrize("fault", [OperationalError("gone"), OSError(errno.ENOSPC, "full"), InterfaceError("closed")])
def test_without_database_or_disk_the_answer_is_try_again_and_nothing_of_the_fault(fault: Exception) -> None:
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})
    with patch("config.start_page.content", side_effect=fault):
        page = client.get("/")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "nothing is half stored" in text_of(page)
    with patch("tendering.api.views.clock.now", side_effect=fault):
        answer = client.get("/api/v1/tenders/")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "30")
    assert str(fault).encode() not in page.content + answer.content


def test_any_other_fault_stays_a_fault() -> None:
    with patch("config.start_page.content", side_effect=OSError(errno.ENOENT, "no such file")):
        assert Client(raise_request_exception=False).get("/").status_code == 500
