"""Anna prepares, Bernd releases; what was released stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import translation

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from tendering import actions, facts, frozen
from tendering.actions import registry
from tendering.lifecycle import Status
from tendering.models import Approval, Criterion, Item, Tender
from tests.factories import (
    closed_tender,
    default_criteria,
    default_lots,
    draft_tender,
    make_company,
    make_town,
    make_user,
    open_tender,
    opened_tender,
    prepared_tender,
    scheduled_tender,
)

pytestmark = pytest.mark.django_db
ANY_REASON = {"*": "checked"}


def refusal(act, **arguments):
    with pytest.raises(RefusedError) as caught:
        act(**arguments)
    return caught.value.refused.code, caught.value.refused.status


def faults(act, **arguments):
    with pytest.raises(ValidationError) as caught:
        act(**arguments)
    return caught.value.message_dict


def test_who_prepared_cannot_release():
    town = make_town()
    tender = prepared_tender(town)
    assert refusal(actions.release_tender, actor=town.officer, tender_id=tender.pk) == ("second_person", 403)
    assert Tender.objects.get(pk=tender.pk).status(clock.now()) == Status.PREPARED


def test_the_database_refuses_what_the_action_would_miss():
    town = make_town()
    tender = prepared_tender(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(released_by=town.officer, released_at=clock.now())


def test_an_evaluator_does_not_release_and_a_stranger_finds_nothing():
    town, other = make_town(), make_town()
    tender = prepared_tender(town)
    assert refusal(actions.release_tender, actor=town.chair, tender_id=tender.pk) == ("not_your_role", 403)
    for stranger in (other.second, make_company().bidder, make_user(is_superuser=True)):
        with pytest.raises(Http404):
            actions.release_tender(actor=stranger, tender_id=tender.pk)


def test_releasing_freezes_hashes_seals_and_records():
    town = make_town()
    tender = open_tender(town)
    assert tender.status(clock.now()) == Status.OPEN
    assert frozen.is_unchanged(tender)
    assert tender.seals.count() == 1
    approval = Approval.objects.get(tender=tender, kind="release")
    assert (approval.requested_by, approval.approved_by) == (town.officer, town.second)
    verbs = list(AuditEvent.objects.filter(chain=tender.chain).order_by("seq").values_list("verb", flat=True))
    assert verbs[0] == "tender.created"
    assert verbs[-1] == "tender.released", "the record is the last statement of the act"


@pytest.mark.parametrize(
    "change",
    [
        lambda t: Criterion.objects.filter(tender=t, code="B1").update(weight="61"),
        lambda t: Criterion.objects.filter(tender=t, code="B2").update(guide={"8-10": "other words"}),
        lambda t: Item.objects.filter(lot__tender=t, ref="1.1").update(quantity="9001"),
        lambda t: Tender.objects.filter(pk=t.pk).update(max_lots_awarded=1),
        lambda t: Tender.objects.filter(pk=t.pk).update(evaluation={**t.evaluation, "weight_price": "0.6"}),
    ],
)
def test_whatever_decides_an_award_moves_the_hash(change):
    tender = open_tender()
    change(tender)
    assert not frozen.is_unchanged(Tender.objects.get(pk=tender.pk))


def test_the_hash_does_not_depend_on_how_a_number_is_written():
    town = make_town()
    first = draft_tender(town)
    criteria = default_criteria()
    criteria[1]["weight"] = "60.000"
    second = draft_tender(town, criteria=criteria)
    assert frozen.spec_hash(first) == frozen.spec_hash(second)


def test_a_failing_seal_leaves_the_tender_unreleased(monkeypatch):
    def fail(tender, actor, at):
        raise RuntimeError("no seal")

    town = make_town()
    tender = prepared_tender(town)
    monkeypatch.setattr(registry, "on_publication", [fail])
    with pytest.raises(RuntimeError):
        actions.release_tender(actor=town.second, tender_id=tender.pk)
    assert Tender.objects.get(pk=tender.pk).released_at is None


def test_changing_a_tender_that_waits_makes_it_a_draft_again():
    town = make_town()
    tender = prepared_tender(town)
    actions.update_tender(actor=town.second, tender_id=tender.pk, expected_version=None, fields={"title": "Other"})
    tender.refresh_from_db()
    assert tender.status(clock.now()) == Status.DRAFT
    assert refusal(actions.release_tender, actor=town.second, tender_id=tender.pk) == ("not_now", 409)


def test_a_tender_published_later_stays_hidden_until_then():
    town = make_town()
    tender = scheduled_tender(town, publish_in=timedelta(hours=3))
    now = clock.now()
    assert tender.status(now) == Status.SCHEDULED
    bidder = make_company().bidder
    assert not Tender.objects.visible_to(bidder, now).filter(pk=tender.pk).exists()
    later = now + timedelta(hours=4)
    assert Tender.objects.visible_to(bidder, later).filter(pk=tender.pk).exists()
    assert tender.status(later) == Status.OPEN


def test_nothing_is_published_in_the_past_or_after_its_own_deadline():
    town = make_town()
    tender = prepared_tender(town)
    past, far = clock.now() - timedelta(minutes=1), clock.now() + timedelta(days=90)
    release = {"actor": town.second, "tender_id": tender.pk}
    assert set(faults(actions.release_tender, **release, publish_at=past)) == {"publish_at"}
    assert set(faults(actions.release_tender, **release, publish_at=far)) == {"tender_period_end"}


def test_a_deadline_more_than_ten_years_ahead_is_refused_in_the_draft_at_the_release_and_as_an_extension():
    town = make_town()
    now = clock.now()
    far, near = now + timedelta(days=3_660), now + timedelta(days=3_640)
    draft = draft_tender(town)
    edit = {"actor": town.officer, "tender_id": draft.pk, "expected_version": draft.version}
    for end in (far, datetime.max.replace(tzinfo=UTC)):  # the last of all moments no zone east of Greenwich can show
        assert set(faults(actions.update_tender, **edit, fields={"tender_period_end": end})) == {"tender_period_end"}
    actions.update_tender(**edit, fields={"tender_period_end": near, "opening_planned_at": near})
    tender = prepared_tender(town)
    type(tender).objects.filter(pk=tender.pk).update(tender_period_end=far, opening_planned_at=far)
    assert "tender_period_end" in faults(actions.release_tender, actor=town.second, tender_id=tender.pk)
    running = open_tender(town)
    with pytest.raises(RefusedError) as caught:
        actions.request_extension(actor=town.officer, tender_id=running.pk, new_end=far, reason="Later")
    assert caught.value.refused.code == "too_far"


def test_sending_back_needs_a_reason_and_tells_the_preparer():
    town = make_town()
    tender = prepared_tender(town)
    send_back = {"actor": town.second, "tender_id": tender.pk}
    assert set(faults(actions.send_back, **send_back, reason=" ")) == {"reason"}
    actions.send_back(**send_back, reason="The lots are too large.")
    tender.refresh_from_db()
    assert tender.status(clock.now()) == Status.DRAFT
    mail = OutboxMessage.objects.get(recipient=town.officer.email, key__contains="sent_back")
    assert "The lots are too large." in mail.body


def test_what_is_missing_is_named_by_field():
    town = make_town()
    tender = draft_tender(town, lots=[], criteria=[], tender_period_end=None, opening_planned_at=None)
    found = faults(actions.prepare_tender, actor=town.officer, tender_id=tender.pk, reasons=ANY_REASON)
    assert {"tender_period_end", "lots"} <= set(found)


@pytest.mark.parametrize("weights", [("60", "30"), ("60", "40.001"), ("0", "0")])
def test_weights_that_do_not_make_100_stop_the_release(weights):
    town = make_town()
    criteria = default_criteria()
    for row, weight in zip(criteria[1:], weights, strict=True):
        row["weight"] = weight
    tender = draft_tender(town, criteria=criteria)
    found = faults(actions.prepare_tender, actor=town.officer, tender_id=tender.pk, reasons=ANY_REASON)
    assert "criteria" in found


def test_weights_are_counted_lot_by_lot():
    town = make_town()
    criteria = [
        {"code": "B1", "kind": "quality", "name": "Everywhere", "weight": "60"},
        {"code": "B2", "kind": "quality", "name": "First lot", "weight": "40", "lots": ["L1"]},
    ]
    tender = draft_tender(town, lots=default_lots(2), criteria=criteria)
    found = faults(actions.prepare_tender, actor=town.officer, tender_id=tender.pk, reasons=ANY_REASON)
    assert len(found["criteria"]) == 1
    assert "L2" in found["criteria"][0]


def test_findings_take_a_reason_and_keep_it():
    town = make_town()
    now = clock.now()
    tender = draft_tender(town, value="20000", profile="uvgo_land", procedure_type="NATIONAL_PUBLIC",
                          tender_period_end=now + timedelta(days=40))  # fmt: skip
    findings = facts.findings(tender, now)
    asking = [finding["check_id"] for finding in findings if facts.asks_for_reason(finding)]
    if asking:
        assert set(faults(actions.prepare_tender, actor=town.officer, tender_id=tender.pk)) == {
            f"reasons.{check}" for check in asking
        }
    reasons = {finding["check_id"]: f"reason for {finding['check_id']}" for finding in findings}
    tender = actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons=reasons)
    assert tender.rule_version
    kept = {finding["check_id"]: finding["override"]["reason"] for finding in tender.rule_findings}
    assert kept == reasons


@pytest.mark.parametrize("kind", ["NATIONAL_RESTRICTED_WITH_CALL", "NATIONAL_NEGOTIATED_WITH_CALL"])
def test_a_procedure_with_a_call_is_handed_over_without_it_only_for_a_reason(kind):
    """Without its call it would be another procedure, which has conditions of its own."""
    town = make_town()
    tender = draft_tender(town, procedure_type=kind)
    with pytest.raises(ValidationError) as caught:
        actions.prepare_tender(actor=town.officer, tender_id=tender.pk)
    assert "reasons.R14" in caught.value.message_dict
    done = actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "agreed", "R14": "no market"})
    (call,) = [finding for finding in done.rule_findings if finding["code"] == "R14.call"]
    assert (call["level"], call["override"]["reason"], call["source"]) == ("warn", "no market", "§ 8 UVgO")


def test_findings_have_sentences_in_both_languages():
    town = make_town(land="BY", profile="uvgo_land")
    soon = clock.now() + timedelta(days=2)
    short = {"tender_period_end": soon, "enquiry_period_end": None, "opening_planned_at": None}
    tender = draft_tender(town, procedure_type="DIRECT_ORDER", value="90000", **short)
    findings = facts.findings(tender, clock.now())
    assert findings
    for language in ("de", "en"):
        with translation.override(language):
            for finding in findings:
                assert "%(" not in facts.sentence(finding)


def test_an_unpublished_mistake_in_the_rule_is_refused_at_once():
    town = make_town()
    tender = draft_tender(town)
    spec = {**tender.evaluation, "weight_price": "0.7"}
    found = faults(actions.set_evaluation, actor=town.officer, tender_id=tender.pk, spec=spec)
    assert set(found) == {"evaluation"}


def test_every_change_of_the_frozen_parts_is_refused_after_release():
    town = make_town()
    for tender in (open_tender(town), scheduled_tender(town), closed_tender(town)):
        target = {"actor": town.officer, "tender_id": tender.pk}
        for act, data in (
            (actions.replace_lots, {"lots": default_lots()}),
            (actions.replace_items, {"items": {}}),
            (actions.replace_criteria, {"criteria": default_criteria()}),
            (actions.set_evaluation, {"spec": tender.evaluation}),
            (actions.replace_required_documents, {"documents": []}),
            (actions.update_tender, {"expected_version": None, "fields": {"max_lots_awarded": 1}}),
        ):
            assert refusal(act, **target, **data) == ("not_now", 409), act.__name__


def test_a_removed_lot_does_not_turn_its_criterion_into_one_of_all_lots():
    town = make_town()
    tender = draft_tender(town, lots=default_lots(2))
    criteria = [{"code": "B1", "kind": "quality", "name": "Second lot only", "weight": "100", "lots": ["L2"]}]
    actions.replace_criteria(actor=town.officer, tender_id=tender.pk, criteria=criteria)
    found = faults(actions.replace_lots, actor=town.officer, tender_id=tender.pk, lots=default_lots(1))
    assert set(found) == {"lots"}


def test_numbers_count_up_per_buyer_and_year():
    town, other = make_town(), make_town()
    with clock.simulated(datetime(2026, 3, 1, tzinfo=UTC)):
        first, second, foreign = draft_tender(town), draft_tender(town), draft_tender(other)
    with clock.simulated(datetime(2027, 3, 1, tzinfo=UTC)):
        next_year = draft_tender(town)
    head = town.organization.reference
    assert [t.reference for t in (first, second, next_year)] == [
        f"{head}-2026-0001",
        f"{head}-2026-0002",
        f"{head}-2027-0001",
    ]
    assert foreign.reference == f"{other.organization.reference}-2026-0001"


def test_a_contact_of_another_town_is_refused():
    town, other = make_town(), make_town()
    found = faults(
        actions.update_tender,
        actor=town.officer,
        tender_id=draft_tender(town).pk,
        expected_version=None,
        fields={"contact_unit": other.contact_unit, "title": "x"},
    )
    assert set(found) == {"contact_unit"}


@pytest.mark.parametrize("code", ["1234567", "123456789", "1234567a", "１２３４５６７８", "79571000-7"])
def test_a_cpv_code_has_eight_digits(code):
    town = make_town()
    update = {"actor": town.officer, "tender_id": draft_tender(town).pk, "expected_version": None}
    assert set(faults(actions.update_tender, **update, fields={"cpv_main": code})) == {"cpv_main"}
    assert set(faults(actions.update_tender, **update, fields={"cpv_additional": [code]})) == {"cpv_additional"}


def test_a_negotiation_goes_into_a_second_round_with_a_new_seal():
    town, company = make_town(), make_company()
    tender = opened_tender(town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[company.organization])
    end = clock.now() + timedelta(days=7)
    tender = actions.start_next_round(
        actor=town.officer, tender_id=tender.pk, new_end=end, opening_planned_at=end + timedelta(minutes=15)
    )
    assert (tender.round, tender.status(clock.now())) == (2, Status.OPEN)
    assert sorted(tender.seals.values_list("generation", flat=True)) == [1, 2]
    assert refusal(
        actions.start_next_round, actor=town.officer, tender_id=tender.pk, new_end=end, opening_planned_at=end
    ) == ("not_now", 409)


def test_an_open_procedure_has_one_round():
    town = make_town()
    tender = opened_tender(town)
    end = clock.now() + timedelta(days=7)
    act = {"actor": town.officer, "tender_id": tender.pk, "new_end": end, "opening_planned_at": end}
    assert refusal(actions.start_next_round, **act) == ("not_negotiated", 409)


def test_an_imported_case_carries_its_own_reason():
    town = make_town()
    with clock.simulated(datetime(2026, 3, 1, 9, tzinfo=UTC)):
        end = clock.now() + timedelta(days=5)
        moments = {"tender_period_end": end, "enquiry_period_end": None, "opening_planned_at": end}
        tender = draft_tender(town, imported=True, procedure_type="OPEN", profile="eu_vgv", value="300000", **moments)
        tender = actions.prepare_tender(actor=town.officer, tender_id=tender.pk)
    assert tender.imported
    assert tender.simulated
    warnings = [finding for finding in tender.rule_findings if finding["level"] == "warn"]
    assert warnings
    assert {finding["override"]["reason"] for finding in warnings} <= {"imported case", "übernommener Fall"}
    assert all("override" not in finding for finding in tender.rule_findings if finding["level"] == "hint")


def test_nobody_imports_at_the_present_time():
    assert not draft_tender(make_town(), imported=True).imported


def test_a_hard_finding_stops_and_says_why(monkeypatch):
    town = make_town()
    tender = draft_tender(town)
    hard = {"check_id": "R47", "code": "R47.parts", "level": "stop", "message": "The total is %(total)s.", "field": "",
            "source": "", "confidence": "V", "params": {"total": "1.1"}}  # fmt: skip
    monkeypatch.setattr(facts, "findings", lambda *_: [hard])
    with translation.override("en"):
        assert refusal(actions.prepare_tender, actor=town.officer, tender_id=tender.pk, reasons=ANY_REASON) == (
            "hard_stop",
            409,
        )
        assert facts.sentence(hard) == "The total is 1.10."
    assert Tender.objects.get(pk=tender.pk).status(clock.now()) == Status.DRAFT
