"""An administrator says who decides on awards up to which value; proposals from then on follow it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.award_rules import competence
from tests.factories import draft_tender, make_company, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Any:
    town = make_town(keys=False)
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN)
    return town


def browser(user: Any, language: str = "de") -> Client:
    client = Client(headers={"accept-language": language})
    client.cookies["django_language"] = language
    client.force_login(user)
    return client


def decider(town: Any, value: str) -> str | None:
    found = competence(draft_tender(town), Decimal(value))
    return found.body if found else None


def test_limits_typed_by_the_administrator_decide_who_must_vote(town: Any) -> None:
    page = reverse("award_limits", args=[town.organization.pk])
    admin = browser(town.people["admin"])
    entries = {"mayor_up_to": "75.000,00", "committee_up_to": "400000", "waiting_days": "12"}
    assert admin.post(page, entries).status_code == 302
    town.organization.refresh_from_db()
    bodies = [decider(town, value) for value in ("75000.00", "75000.01", "400000.00", "400000.01")]
    assert bodies == ["mayor", "committee", "committee", "council"]
    assert town.organization.details["pre_information_days"] == 12
    assert 'value="75.000,00"' in admin.get(page).content.decode()
    data = json.loads(AuditEvent.objects.get(verb="award_limits.changed").body)["data"]
    after = {"mayor_up_to": "75000.00", "committee_up_to": "400000", "waiting_days": "12"}
    assert data == {"before": {}, "after": after}
    assert admin.post(page, entries).status_code == 302
    assert AuditEvent.objects.filter(verb="award_limits.changed").count() == 1
    assert admin.post(page, {}).status_code == 302
    town.organization.refresh_from_db()
    assert decider(town, "75000.01") is None and "pre_information_days" not in town.organization.details


@pytest.mark.parametrize(
    ("entries", "field", "words"),
    [
        ({"mayor_up_to": "1.250"}, "mayor_up_to", "1.250,00"),
        ({"mayor_up_to": "-1"}, "mayor_up_to", "oder mehr"),
        ({"committee_up_to": "100"}, "mayor_up_to", "zuerst"),
        ({"mayor_up_to": "100", "committee_up_to": "100"}, "committee_up_to", "über der des Bürgermeisters"),
        ({"waiting_days": "61"}, "waiting_days", "60"),
        ({"waiting_days": "bald"}, "waiting_days", "zum Beispiel 7"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(town: Any, entries: dict[str, str], field: str, words: str) -> None:
    answer = browser(town.people["admin"]).post(reverse("award_limits", args=[town.organization.pk]), entries)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {field}
    assert words in answer.content.decode()


def test_only_an_administrator_of_the_buyer_sets_them(town: Any) -> None:
    limits = {"mayor_up_to": Decimal(1), "committee_up_to": None, "waiting_days": None}
    with pytest.raises(RefusedError):
        actions.set_award_limits(actor=town.officer, organization_id=town.organization.pk, **limits)
    company = make_company()
    assert browser(company.admin).get(reverse("award_limits", args=[company.organization.pk])).status_code == 404
    with pytest.raises(ValidationError) as wrong:
        actions.set_award_limits(
            actor=town.people["admin"], organization_id=town.organization.pk,
            **{**limits, "mayor_up_to": Decimal("0.001")},
        )  # fmt: skip
    assert wrong.value.message_dict.keys() == {"mayor_up_to"}
