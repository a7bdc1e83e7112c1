"""Barriers are reported in a form, stored, mailed to the operator, and nobody can flood the operator."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import clock, practice
from accounts.actions import feedback
from accounts.decision import RefusedError
from accounts.models import Feedback, OutboxMessage, PracticeRun
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/accessibility/report/"
GIVEN = {"text": "The button cannot be reached by keyboard", "page": "/tenders/", "email": "a@b.example"}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"accept-language": "en"})


def test_a_barrier_reaches_the_operator_and_the_visitor_is_thanked(visitor: Client, settings: Any) -> None:
    response = visitor.post(ADDRESS, GIVEN, follow=True)
    assert "Your report has arrived" in response.content.decode()
    row = Feedback.objects.get()
    assert (row.kind, row.text, row.page, row.email) == ("barrier", GIVEN["text"], GIVEN["page"], GIVEN["email"])
    mail = OutboxMessage.objects.get()
    assert mail.recipient == settings.OPERATOR["email"]
    assert GIVEN["text"] in mail.body
    assert GIVEN["email"] in mail.body
    assert GIVEN["text"] not in mail.subject


def test_neither_page_nor_address_is_needed(visitor: Client) -> None:
    assert visitor.post(ADDRESS, {"text": "I cannot read it"}).status_code == 302
    assert Feedback.objects.get().email == ""


def test_the_form_knows_the_page_one_comes_from(visitor: Client) -> None:
    page = visitor.get(ADDRESS, headers={"referer": "http://testserver/pilots/?q=x"}).content.decode()
    assert 'value="/pilots/"' in page
    assert "evil.example" not in visitor.get(ADDRESS, headers={"referer": "http://evil.example/"}).content.decode()


@pytest.mark.parametrize(
    ("change", "field"), [({"text": " "}, "text"), ({"text": "x" * 5001}, "text"), ({"email": "nobody"}, "email")]
)
def test_faults_are_told_at_the_field_and_nothing_is_lost(visitor: Client, change: dict[str, str], field: str) -> None:
    response = visitor.post(ADDRESS, {**GIVEN, **change})
    assert response.status_code == 422
    page = response.content.decode()
    assert f'id="id_{field}_error"' in page
    assert 'value="/tenders/"' in page
    assert not Feedback.objects.exists()


def test_one_network_cannot_flood_the_operator(visitor: Client) -> None:
    codes = [visitor.post(ADDRESS, GIVEN).status_code for _number in range(7)]
    assert codes == [302] * 5 + [429] * 2
    response = visitor.post(ADDRESS, GIVEN)
    assert "Please write us a mail or call" in response.content.decode()
    assert GIVEN["text"] in response.content.decode()


def test_all_networks_together_cannot_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback, "MOST_A_DAY", 2)
    for _number in range(2):
        feedback.report_barrier(text="x")
    with pytest.raises(RefusedError, match="too_many"):
        feedback.report_barrier(text="x")


def test_without_an_address_of_the_operator_the_report_is_stored(settings: Any) -> None:
    settings.OPERATOR = {**settings.OPERATOR, "email": ""}
    feedback.report_barrier(text="x")
    assert Feedback.objects.count() == 1
    assert not OutboxMessage.objects.exists()


def test_a_barrier_met_in_a_practice_is_a_real_one(settings: Any) -> None:
    user, now = make_user(), clock.now()
    run = PracticeRun.objects.create(user=user, part="officer", moment=now, anchored_at=now, started_at=now)
    with practice.inside(run.pk):
        feedback.report_barrier(text="x")
    assert OutboxMessage.objects.get().recipient == settings.OPERATOR["email"]
