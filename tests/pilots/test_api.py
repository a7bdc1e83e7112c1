"""Pilots by API: the same rules as on the pages."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from accounts import clock
from pilots.models import Measurement, Pilot
from tests import factories
from tests.pilots import trials

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/pilots/"


def post(user, path, body=None):
    client = Client()
    client.force_login(user)
    return client.post(f"{ROOT}{path}", json.dumps(body or {}), content_type="application/json")


def get(path, user=None):
    client = Client()
    if user:
        client.force_login(user)
    return client.get(f"{ROOT}{path}")


def indicators():
    return [{**row, "target": str(row["target"]) if row["target"] else None} for row in trials.KPIS]


def test_from_the_draft_to_the_decision_by_the_api_alone():
    town = factories.make_town(keys=False)
    officer, second = town.officer, town.second
    phases = {"baseline": ["2026-01", "2026-03"], "pilot": ["2026-04", "2026-06"]}
    costs = {"one_off_eur": "1000", "monthly_run_eur": "100.25", "staff_hour_rate_eur": "52", "cases_kpi": "A1"}
    with clock.simulated(trials.BEFORE):
        answer = post(officer, "", {"municipality": town.organization.reference, "title": "Kiosk", "phases": phases,
                                    "costs": costs, "indicators": indicators()})  # fmt: skip
        assert answer.status_code == 201, answer.content
        assert answer.json()["indicators"][0]["target"] == "15.0"
        one = f"{answer.json()['id']}/"
        assert post(officer, f"{one}register/", {"registration": trials.REGISTRATION}).status_code == 200
        assert post(officer, f"{one}co-sign/").json()["code"] == "second_person"
        assert post(second, f"{one}co-sign/").json()["status"] == "registered"
    with clock.simulated(trials.START):
        assert post(officer, f"{one}start/").status_code == 200
    with clock.simulated(trials.AFTER):
        assert post(officer, f"{one}measurements/", {"rows": trials.series()}).json() == {"stored": 36}
        assert get(f"{one}measurements/").status_code == 404
        assert post(officer, f"{one}freeze/").status_code == 200
        run = post(officer, f"{one}effects/")
        assert run.status_code == 201
        assert get(f"{one}effects/").status_code == 404
        assert post(second, f"{one}effects/{run.json()['id']}/confirm/").status_code == 200
    effects = get(f"{one}effects/").json()
    assert effects["effects"]["kpis"][0]["verdict"] == "improved"
    assert effects["result_hash"] == run.json()["result_hash"]
    assert get(f"{one}measurements/").json()["results"][0]["value"] == "27.50"
    assert "C1" not in get(f"{one}review/").json()["sentence"]
    decision = {
        "verdict": "adopt",
        "session_at": trials.SESSION.isoformat(),
        "votes": {"yes": 3, "no": 0, "abstain": 1},
    }
    with clock.simulated(trials.SESSION + timedelta(hours=1)):
        assert post(officer, f"{one}decision/", decision).status_code == 201
        assert get(f"{one}decision/").json()["votes"] == {"yes": 3, "no": 0, "abstain": 1}
    assert get("").json()["results"][0]["decision"] == "adopt"


def test_faults_come_by_path_and_nothing_is_half_stored():
    trial = trials.running()
    rows = [*trials.series()[:3], {**trials.series()[3], "n": 0}]
    with clock.simulated(trials.AFTER):
        answer = post(trial.officer, f"{trial.pilot.pk}/measurements/", {"rows": rows})
    assert answer.status_code == 400
    assert "$.series[3].n" in answer.json()["errors"]
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("value", ["1,5", "1e3", " 2", "٣"])
def test_values_have_one_spelling(value):
    trial = trials.running()
    with clock.simulated(trials.AFTER):
        answer = post(
            trial.officer, f"{trial.pilot.pk}/measurements/", {"rows": [{**trials.series()[0], "value": value}]}
        )
    assert answer.status_code == 400


def test_strangers_read_what_is_public_and_do_nothing():
    draft, sealed = trials.draft(), trials.registered()
    stranger = factories.make_town(keys=False).officer
    assert get(f"{draft.pilot.pk}/").status_code == 404
    assert get(f"{sealed.pilot.pk}/").json()["registration_hash"]
    assert post(stranger, f"{draft.pilot.pk}/register/", {"registration": {}}).status_code == 404
    for path in ("start/", "freeze/", "effects/", "measurements/"):
        body = {"rows": trials.series()[:1]} if path == "measurements/" else {}
        assert post(stranger, f"{sealed.pilot.pk}/{path}", body).status_code == 403, path
    assert Client().post(f"{ROOT}{sealed.pilot.pk}/start/").status_code in {401, 403}
    assert Pilot.objects.get(pk=sealed.pilot.pk).started_at is None


def test_the_list_is_filtered_paged_and_cheap(django_assert_max_num_queries):
    for number in range(3):
        trials.registered(reference=f"R{number}")
    with django_assert_max_num_queries(5):
        first = get("?page_size=2").json()
    assert (first["total"], len(first["results"])) == ("3", 2)
    rest = Client().get(first["next"]).json()
    assert len(rest["results"]) == 1
    assert get("?status=nonsense").status_code == 400
    assert get("?status=decided").json()["results"] == []


def test_drafts_are_listed_for_their_own_town():
    trial = trials.draft()
    assert get("?drafts=true").json()["results"] == []
    found = get("?drafts=true", trial.officer).json()["results"]
    assert [row["reference"] for row in found] == [trial.pilot.reference]


def test_an_unknown_entry_is_refused():
    town = factories.make_town(keys=False)
    answer = post(town.officer, "", {"municipality": town.organization.reference, "title": "X", "colour": "red"})
    assert answer.status_code == 400
    assert "colour" in answer.json()["errors"]
