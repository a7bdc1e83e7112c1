"""The acts of a pilot: two people seal the promise, values come in whole, two people stand for the analysis."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock, desk
from accounts.decision import RefusedError
from accounts.evidence import parse_canonical
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, OutboxMessage
from pilots import actions, promise, results
from pilots.lifecycle import Status
from pilots.models import Indicator, Measurement, Pilot
from tests import factories
from tests.pilots import trials

pytestmark = pytest.mark.django_db


def refused(code):
    return pytest.raises(RefusedError, match=code)


def sign(trial, actor=None, registration=None):
    return actions.request_registration(
        actor=actor or trial.requester, pilot_id=trial.pilot.pk, registration=registration or trials.REGISTRATION
    )


def deliver(trial, rows, at=trials.AFTER):
    with clock.simulated(at):
        return actions.import_measurements(
            actor=trial.officer, pilot_id=trial.pilot.pk, rows=rows, provenance={"source": "test"}
        )


def test_the_promise_is_sealed_only_by_a_second_person():
    trial = trials.draft()
    with clock.simulated(trials.BEFORE):
        with refused("not_signed"):
            actions.confirm_registration(actor=trial.second, pilot_id=trial.pilot.pk)
        sign(trial)
        with refused("second_person"):
            actions.confirm_registration(actor=trial.requester, pilot_id=trial.pilot.pk)
        assert trial.fresh().status(trials.BEFORE) == Status.DRAFT
        actions.confirm_registration(actor=trial.second, pilot_id=trial.pilot.pk)
    assert trial.fresh().status(trials.BEFORE) == Status.REGISTERED


def test_who_audits_a_pilot_does_not_sign_its_promise_and_is_not_asked_to():
    trial = trials.draft()
    both = factories.make_user(trial.town.organization, Role.AUDITOR, Role.APPROVER)
    with clock.simulated(trials.BEFORE):
        sign(trial)
        for auditor in (trial.town.auditor, both):
            with refused("auditor"):
                actions.confirm_registration(actor=auditor, pilot_id=trial.pilot.pk)
            assert not [task for task in desk.tasks_of(auditor, clock.now()) if trial.pilot.title in str(task.title)]
    assert not trial.fresh().registered_at
    assert not Message.objects.filter(recipient__in=[trial.town.auditor, both]).exists()


def test_one_act_for_both_signatures_needs_two_people_too():
    trial = trials.draft()
    with clock.simulated(trials.BEFORE), refused("second_person"):
        actions.register_pilot(
            actor=trial.officer, pilot_id=trial.pilot.pk, registration=trials.REGISTRATION, co_signer=trial.officer
        )
    assert not trial.fresh().registration_hash


def test_the_seal_holds_the_indicators_and_costs_with_their_digits():
    pilot = trials.registered().fresh()
    sealed = parse_canonical(pilot.sealed_registration)
    assert [kpi["id"] for kpi in sealed["kpis"]] == ["C1", "B1", "A1"]
    assert sealed["kpis"][0]["target"] == "15.0"
    assert sealed["costs"] == {"one_off_eur": 1000, "monthly_run_eur": "100.25", "staff_hour_rate_eur": "52.0",
                               "cases_kpi": "A1"}  # fmt: skip
    assert promise.is_unbroken(pilot)
    event = AuditEvent.objects.get(chain=pilot.chain, verb="pilot.registered")
    assert json.loads(event.body)["data"]["registration"] == promise.hash_of(pilot.sealed_registration)


def test_the_seal_does_not_depend_on_the_order_of_keys():
    first, second = trials.draft(reference="X1"), trials.draft(reference="X2")
    Pilot.objects.filter(pk=second.pilot.pk).update(municipality=first.pilot.municipality)
    turned = dict(reversed(trials.REGISTRATION.items()))
    texts = []
    for trial, registration in ((first, trials.REGISTRATION), (second, turned)):
        pilot = trial.fresh()
        pilot.registration, pilot.reference = promise.exact_json(registration), "X"
        texts.append(promise.sealed_text(pilot))
    assert texts[0] == texts[1]


def test_a_changed_indicator_breaks_the_seal_and_stops_the_analysis():
    trial = trials.frozen()
    Indicator.objects.filter(pilot=trial.pilot, code="C1").update(target=Decimal("18"))
    assert not promise.is_unbroken(trial.fresh())
    with clock.simulated(trials.AFTER), refused("seal_broken"):
        actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)


def test_a_change_after_the_first_signature_needs_a_new_one():
    trial = trials.draft()
    with clock.simulated(trials.BEFORE):
        sign(trial)
        actions.update_pilot(actor=trial.officer, pilot_id=trial.pilot.pk, fields={"title": "Another kiosk"})
        with refused("not_signed"):
            actions.confirm_registration(actor=trial.second, pilot_id=trial.pilot.pk)


def test_nothing_is_changed_after_the_seal():
    trial = trials.registered()
    with clock.simulated(trials.BEFORE):
        with refused("not_now"):
            actions.update_pilot(actor=trial.officer, pilot_id=trial.pilot.pk, fields={"title": "Other"})
        with refused("not_now"):
            actions.set_indicators(actor=trial.officer, pilot_id=trial.pilot.pk, indicators=trials.KPIS)


def test_a_promise_in_the_first_month_of_the_trial_is_too_late():
    trial = trials.draft()
    with clock.simulated(trials.START), refused("too_late"):
        sign(trial)
    with clock.simulated(trials.BEFORE):
        sign(trial)
    with clock.simulated(trials.START), refused("too_late"):
        actions.confirm_registration(actor=trial.second, pilot_id=trial.pilot.pk)


def test_the_month_is_the_towns_month_not_the_clocks():
    trial = trials.draft()
    midnight_in_berlin = trials.START.replace(hour=0, minute=5)
    assert midnight_in_berlin.astimezone(clock.UTC).month == 3
    with clock.simulated(midnight_in_berlin), refused("too_late"):
        sign(trial)


@pytest.mark.parametrize("name", ["problem", "success", "control", "gate_date", "deciding_body", "options"])
def test_a_promise_with_a_gap_is_not_signed(name):
    trial = trials.draft()
    registration = {key: value for key, value in trials.REGISTRATION.items() if key != name}
    with clock.simulated(trials.BEFORE), pytest.raises(ValidationError) as found:
        sign(trial, registration=registration)
    assert name in found.value.message_dict


def test_a_promise_without_a_group_or_without_a_deciding_indicator_is_not_signed():
    trial = trials.draft()
    with clock.simulated(trials.BEFORE):
        rows = [{**row, "is_primary": False} for row in trials.KPIS if row["group"] != "business"]
        actions.set_indicators(actor=trial.officer, pilot_id=trial.pilot.pk, indicators=rows)
        with pytest.raises(ValidationError) as found:
            sign(trial)
    text = " ".join(found.value.messages)
    assert "keine Kennzahl für Unternehmen" in text
    assert "Genau eine Kennzahl entscheidet" in text


def test_a_council_that_decides_before_the_end_is_refused():
    trial = trials.draft()
    with clock.simulated(trials.BEFORE), pytest.raises(ValidationError):
        sign(trial, registration={**trials.REGISTRATION, "gate_date": "2026-06-30"})


def test_every_fault_of_an_indicator_is_named_by_its_path():
    trial = trials.draft()
    rows = [{**trials.KPIS[0], "target": "1,5"}, {**trials.KPIS[0], "better": "sideways", "colour": "red"}]
    with clock.simulated(trials.BEFORE), pytest.raises(ValidationError) as found:
        actions.set_indicators(actor=trial.officer, pilot_id=trial.pilot.pk, indicators=rows)
    assert set(found.value.message_dict) == {
        "indicators[0].target", "indicators[1].better", "indicators[1].colour", "indicators[1].id",
    }  # fmt: skip
    assert trial.pilot.indicators.count() == 3


@pytest.mark.parametrize(
    "phases",
    [
        {"baseline": ["2026-01", "2026-04"], "pilot": ["2026-04", "2026-06"]},
        {"baseline": ["2026-1", "2026-03"], "pilot": ["2026-04", "2026-06"]},
        {"baseline": ["2026-01", "2026-03"], "pilot": ["2026-04", "2026-06"], "ramp_up_months": 3},
        {"pilot": ["2026-04", "2026-06"]},
    ],
)
def test_phases_that_do_not_fit_are_refused(phases):
    trial = trials.draft()
    with clock.simulated(trials.BEFORE), pytest.raises(ValidationError):
        actions.update_pilot(actor=trial.officer, pilot_id=trial.pilot.pk, fields={"phases": phases})


def test_people_of_other_towns_see_no_draft_and_change_nothing_public():
    trial, foreign = trials.draft(), factories.make_town(keys=False).officer
    with clock.simulated(trials.BEFORE), pytest.raises(Http404):
        actions.update_pilot(actor=foreign, pilot_id=trial.pilot.pk, fields={"title": "Mine"})
    sealed = trials.registered()
    with clock.simulated(trials.START), refused("not_your_role"):
        actions.start_pilot(actor=foreign, pilot_id=sealed.pilot.pk)


def test_the_trial_does_not_begin_before_its_first_month_nor_twice():
    trial = trials.registered()
    with clock.simulated(trials.BEFORE), refused("too_early"):
        actions.start_pilot(actor=trial.officer, pilot_id=trial.pilot.pk)
    with clock.simulated(trials.START):
        actions.start_pilot(actor=trial.officer, pilot_id=trial.pilot.pk)
        with refused("not_now"):
            actions.start_pilot(actor=trial.officer, pilot_id=trial.pilot.pk)


def test_values_keep_the_digits_they_were_delivered_with():
    trial = trials.running()
    assert deliver(trial, trials.series()) == 36
    stored = Measurement.objects.get(indicator__code="C1", arm="pilot", month="2026-01")
    assert str(stored.value) == "27.50"
    assert stored.phase == "baseline"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"kpi_id": "Z9"}, "$.series[1].kpi_id"),
        ({"arm": "third"}, "$.series[1].arm"),
        ({"month": "2025-12"}, "$.series[1].month"),
        ({"month": "2026-01"}, "$.series[0]"),
        ({"phase": "pilot"}, "$.series[1].phase"),
        ({"value": "twelve"}, "$.series[1].value"),
        ({"value": "1.1234567"}, "$.series[1].value"),
        ({"value": float("nan")}, "$.series[1].value"),
        ({"kpi_id": "B1", "value": "1.2"}, "$.series[1].value"),
        ({"n": 0}, "$.series[1].n"),
        ({"n": "many"}, "$.series[1].n"),
        ({"colour": "red"}, "$.series[1]"),
    ],
)
def test_one_faulty_row_is_named_and_nothing_is_stored(change, path):
    trial = trials.running()
    rows = trials.series()
    rows[1] = {**rows[1], **change}
    with pytest.raises(ValidationError) as found:
        deliver(trial, rows)
    assert path in found.value.message_dict
    assert not Measurement.objects.exists()


def test_a_month_that_is_not_over_is_not_taken():
    trial = trials.running()
    rows = [row for row in trials.series() if row["month"] == "2026-04"]
    with pytest.raises(ValidationError):
        deliver(trial, rows, at=trials.START + timedelta(days=20))
    assert deliver(trial, rows, at=trials.START + timedelta(days=40)) == 6


def test_a_correction_keeps_the_former_value_and_equal_rows_change_nothing():
    trial = trials.running()
    deliver(trial, trials.series())
    assert deliver(trial, trials.series()) == 0
    assert deliver(trial, [{**trials.series()[0], "value": "27.4"}]) == 1
    stored = Measurement.objects.get(indicator__code="C1", arm="pilot", month="2026-01")
    assert (str(stored.value), stored.provenance["replaces"]["value"]) == ("27.4", "27.50")


def test_data_are_frozen_only_when_every_month_is_there_and_never_changed_again():
    trial = trials.running()
    deliver(trial, trials.series()[:-1])
    with clock.simulated(trials.AFTER), pytest.raises(ValidationError):
        actions.freeze_data(actor=trial.officer, pilot_id=trial.pilot.pk)
    deliver(trial, trials.series()[-1:])
    with clock.simulated(trials.AFTER):
        actions.freeze_data(actor=trial.officer, pilot_id=trial.pilot.pk)
    with refused("frozen"):
        deliver(trial, trials.series())


def test_no_analysis_before_the_data_are_frozen():
    trial = trials.running()
    with clock.simulated(trials.AFTER), refused("not_frozen"):
        actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)


def test_an_analysis_counts_when_a_second_person_repeats_it():
    trial = trials.frozen()
    with clock.simulated(trials.AFTER):
        run = actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)
        assert results.latest(trial.fresh()) is None
        with refused("second_person"):
            actions.confirm_analysis(actor=trial.officer, run_id=run.pk)
        actions.confirm_analysis(actor=trial.second, run_id=run.pk)
        with refused("confirmed"):
            actions.confirm_analysis(actor=trial.second, run_id=run.pk)
    assert results.latest(trial.fresh()) == run
    assert trial.fresh().status(trials.AFTER) == Status.ANALYSED
    assert Message.objects.filter(recipient=trial.council, kind="council_paper").exists()
    assert not OutboxMessage.objects.filter(recipient=trial.council.email).exists()  # mailed only by consent


def test_a_result_that_cannot_be_repeated_is_not_confirmed():
    trial = trials.frozen()
    with clock.simulated(trials.AFTER):
        run = actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)
        run.result["kpis"][0]["verdict"] = "worsened"
        run.save()
        with refused("not_reproducible"):
            actions.confirm_analysis(actor=trial.second, run_id=run.pk)


def test_a_value_changed_behind_the_freeze_stops_the_confirmation():
    trial = trials.frozen()
    with clock.simulated(trials.AFTER):
        run = actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)
        Measurement.objects.filter(indicator__code="C1", arm="pilot", month="2026-05").update(value=Decimal("1"))
        with refused("not_reproducible"):
            actions.confirm_analysis(actor=trial.second, run_id=run.pk)


def test_an_unproven_saving_is_kept_in_the_annex_and_shown_as_zero():
    run = results.latest(trials.analysed().fresh())
    money = run.result["money"]
    assert Decimal(money["staff_hours_saved"]) != 0
    assert Decimal(money["staff_hours_shown"]) == 0


def decide(trial, **fields):
    given = {"verdict": "adopt", "body": "Council", "session_at": trials.SESSION,
             "votes": {"yes": 3, "no": 1, "abstain": 0}, "dissent": "Too dear."}  # fmt: skip
    with clock.simulated(trials.SESSION + timedelta(hours=2)):
        return actions.record_decision(actor=trial.officer, pilot_id=trial.pilot.pk, **{**given, **fields})


def test_the_decision_is_recorded_once_with_votes_and_dissent():
    trial = trials.analysed()
    decision = decide(trial)
    assert (decision.votes, decision.dissent) == ({"yes": 3, "no": 1, "abstain": 0}, "Too dear.")
    assert trial.fresh().status(trials.SESSION) == Status.DECIDED
    with refused("not_now"):
        decide(trial)


@pytest.mark.parametrize(
    "fields",
    [
        {"verdict": "maybe"},
        {"votes": {"yes": 0, "no": 0, "abstain": 0}},
        {"votes": {"yes": -1, "no": 2}},
        {"votes": {"yes": 1, "absent": 2}},
        {"session_at": trials.SESSION + timedelta(days=1)},
        {"session_at": trials.BEFORE},
    ],
)
def test_a_decision_that_cannot_have_been_is_refused(fields):
    with pytest.raises(ValidationError):
        decide(trials.analysed(), **fields)


def test_there_is_no_decision_before_the_analysis():
    with refused("not_now"):
        decide(trials.frozen())
