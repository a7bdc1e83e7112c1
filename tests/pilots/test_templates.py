"""A pilot from a template: complete enough that two people can sign it after filling in what only the town knows."""

from datetime import date

import pytest

from accounts import clock
from pilots import actions
from pilots.models import Pilot
from tendering.actions import library as acts
from tendering.library.results import achieved
from tendering.library.shipped import shipped
from tests.factories import make_town
from tests.tendering.library.shelf import make_centre, publish

pytestmark = pytest.mark.django_db
PILOTS = [entry.code for entry in shipped() if entry.content["kind"] == "pilot"]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", PILOTS)
def test_a_pilot_from_a_template_can_be_registered(code: str, language: str) -> None:
    town = make_town()
    version = publish(make_centre(), code)

    made = acts.use_template(actor=town.officer, version=version, buyer=town.organization, language=language)

    pilot = Pilot.objects.get(pk=made.pk)
    assert pilot.template_version == version
    assert pilot.language == language
    checked = dict.fromkeys(("data_protection", "accessibility", "staff_council"), True)
    registration = {**pilot.registration, "deciding_body": "Council", "checklist": checked}
    actions.register_pilot(actor=town.officer, pilot_id=pilot.pk, registration=registration, co_signer=town.second)
    pilot.refresh_from_db()
    assert pilot.registered_at
    assert pilot.gate_date and pilot.gate_date > date.fromisoformat(f"{pilot.phases['pilot'][1]}-01")
    assert set(pilot.indicators.values_list("group", flat=True)) == {"citizen", "business", "authority"}


def test_the_library_counts_registered_pilots_only() -> None:
    town = make_town()
    version = publish(make_centre(), PILOTS[0])
    acts.use_template(actor=town.officer, version=version, buyer=town.organization, language="de")

    found = achieved([version.template_id], clock.now())

    assert found[version.template_id].tried is None


def test_definitions_of_a_template_survive_the_form(client) -> None:
    town = make_town()
    version = publish(make_centre(), PILOTS[0])
    made = acts.use_template(actor=town.officer, version=version, buyer=town.organization, language="de")
    before = {row.code: row.definition for row in Pilot.objects.get(pk=made.pk).indicators.all()}
    client.force_login(town.officer)
    page = client.get(made.url)
    form, table = page.context["form"], page.context["table"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data["municipality"] = town.organization.pk
    data |= {field.html_name: field.value() or "" for line in table for field in line.visible_fields()}
    data |= {f"kpi-{name}": table.management_form[name].value() for name in table.management_form.fields}

    answer = client.post(made.url, {key: value for key, value in data.items() if value is not False})

    assert answer.status_code == 302, answer.context["form"].errors
    assert {row.code: row.definition for row in Pilot.objects.get(pk=made.pk).indicators.all()} == before
