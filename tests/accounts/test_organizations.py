"""Administrators change what their organisation is called and how it is reached; the trail says what changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actions import organizations
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, ContactUnit
from tests.factories import Town, make_company, make_town, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    town = make_town(keys=False)
    town.people["admin"] = make_user(town.organization, Role.ORG_ADMIN)
    return town


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_an_administrator_changes_name_address_and_mailbox(town: Town) -> None:
    admin, page = browser(town.people["admin"]), reverse("organization_edit", args=[town.organization.pk])
    entries = {"name": "Town of Westerlohe", "street": "Markt 1", "postcode": "12345", "town": "Westerlohe",
               "email": "Office@Westerlohe.example", "phone": "+49 30 000"}  # fmt: skip
    assert admin.post(page, entries).status_code == 302
    town.organization.refresh_from_db()
    assert (town.organization.name, town.organization.email) == ("Town of Westerlohe", "office@westerlohe.example")
    assert town.organization.details["street"] == "Markt 1"
    assert 'value="Markt 1"' in admin.get(page).content.decode()
    data = json.loads(AuditEvent.objects.get(verb="organization.changed").body)["data"]
    assert data["fields"] == ["email", "name", "phone", "postcode", "street", "town"]
    assert data["name"] == "Town of Westerlohe"
    assert "Markt" not in json.dumps(data)


def test_saving_without_a_change_writes_nothing(town: Town) -> None:
    organizations.update_organization(
        actor=town.people["admin"], organization_id=town.organization.pk, fields={"name": town.organization.name}
    )
    assert not AuditEvent.objects.filter(verb="organization.changed").exists()


def test_an_empty_name_is_said_at_the_field(town: Town) -> None:
    page = browser(town.people["admin"]).post(
        reverse("organization_edit", args=[town.organization.pk]), {"name": "", "street": "Markt 1"}
    )
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"name"}
    assert 'value="Markt 1"' in page.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("iban", "DE89 3704 0044 0532 0130 01"), ("lei", "213800KUD8LAJWSQ9D16"), ("vat_number", "DE136695975"),
     ("scale", "huge"), ("profile", "nw_75a")],
)  # fmt: skip
def test_numbers_with_a_slip_and_fields_that_are_not_theirs_are_refused(field: str, value: str) -> None:
    company = make_company(country="DE")
    with pytest.raises(ValidationError) as wrong:
        organizations.update_organization(
            actor=company.admin, organization_id=company.organization.pk, fields={field: value}
        )
    assert wrong.value.message_dict.keys() == {field}


def test_only_administrators_change_it(town: Town) -> None:
    arguments = {"organization_id": town.organization.pk, "fields": {"name": "Mine"}}
    with pytest.raises(RefusedError):
        organizations.update_organization(actor=town.officer, **arguments)
    with pytest.raises(Http404):
        organizations.update_organization(actor=make_company().admin, **arguments)


def test_contact_units_are_added_changed_and_taken_out(town: Town) -> None:
    admin, page = browser(town.people["admin"]), reverse("contacts_edit", args=[town.organization.pk])
    entries = {"name": "Awards office", "email": "awards@town.example", "phone": "", "hours": "8–12", "reply_days": "3"}
    assert admin.post(page, entries).status_code == 302
    unit = ContactUnit.objects.get(name="Awards office")
    one = reverse("contact_edit", args=[town.organization.pk, unit.pk])
    assert admin.post(one, {**entries, "reply_days": "1"}).status_code == 302
    unit.refresh_from_db()
    assert unit.reply_days == 1
    assert admin.post(reverse("contact_close", args=[town.organization.pk, unit.pk])).status_code == 302
    assert "Awards office" not in admin.get(page).content.decode()
    verbs = list(AuditEvent.objects.order_by("seq").values_list("verb", flat=True))
    assert verbs == ["contact.added", "contact.changed", "contact.closed"]
    wrong = admin.post(page, {**entries, "email": "nobody", "reply_days": "soon"})
    assert wrong.context["form"].errors.keys() == {"email", "reply_days"}


def test_the_unit_of_another_town_is_not_there(town: Town) -> None:
    other = make_town(keys=False)
    page = reverse("contact_edit", args=[town.organization.pk, other.contact_unit.pk])
    assert browser(town.people["admin"]).get(page).status_code == 404
    with pytest.raises(Http404):
        organizations.close_contact_unit(
            actor=town.people["admin"], organization_id=town.organization.pk, unit_id=other.contact_unit.pk
        )
