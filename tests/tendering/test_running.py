"""A published tender: later deadlines, questions, declarations, cancellation, outcomes, and the clock."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.audit import in_transaction
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from tendering import actions
from tendering.lifecycle import Status
from tendering.locking import lock_tender
from tendering.models import ConflictDeclaration, Tender
from tests.factories import (
    cancelled_tender,
    closed_tender,
    draft_tender,
    make_company,
    make_town,
    open_tender,
    scheduled_tender,
)

pytestmark = pytest.mark.django_db


def refusal(act, **arguments):
    with pytest.raises(RefusedError) as caught:
        act(**arguments)
    return caught.value.refused.code, caught.value.refused.status


def ask_for(town, tender, **delta):
    new_end = tender.tender_period_end + timedelta(**delta)
    return actions.request_extension(actor=town.officer, tender_id=tender.pk, new_end=new_end, reason="Many questions")


def test_a_later_deadline_needs_a_second_person_and_moves_the_opening_along():
    town = make_town()
    tender = open_tender(town)
    amendment = ask_for(town, tender, days=7)
    assert refusal(actions.approve_extension, actor=town.officer, amendment_id=amendment.pk) == ("second_person", 403)
    moved = actions.approve_extension(actor=town.second, amendment_id=amendment.pk)
    assert moved.tender_period_end == tender.tender_period_end + timedelta(days=7)
    assert moved.opening_planned_at == tender.opening_planned_at + timedelta(days=7)
    assert moved.spec_hash == tender.spec_hash


def test_an_earlier_or_equal_deadline_is_refused():
    town = make_town()
    tender = open_tender(town)
    for delta in (0, -1):
        with pytest.raises(RefusedError) as caught:
            ask_for(town, tender, minutes=delta)
        assert caught.value.refused.code == "only_later"


def test_an_extension_asked_for_in_time_but_approved_too_late_does_not_reopen_the_tender():
    town = make_town()
    tender = open_tender(town)
    amendment = ask_for(town, tender, days=7)
    with clock.simulated(tender.tender_period_end):
        assert refusal(actions.approve_extension, actor=town.second, amendment_id=amendment.pk)[1] == 409
    assert Tender.objects.get(pk=tender.pk).tender_period_end == tender.tender_period_end


def test_the_second_of_two_requests_for_the_same_deadline_must_be_asked_again():
    town = make_town()
    tender = open_tender(town)
    first, second = ask_for(town, tender, days=7), ask_for(town, tender, days=3)
    actions.approve_extension(actor=town.second, amendment_id=first.pk)
    assert refusal(actions.approve_extension, actor=town.second, amendment_id=second.pk) == ("stale", 409)


def test_after_the_deadline_nobody_can_even_ask_for_a_later_one():
    town = make_town()
    with pytest.raises(RefusedError) as caught:
        ask_for(town, closed_tender(town), days=90)
    assert caught.value.refused.status == 409


def test_a_question_comes_from_ones_own_company_and_in_time():
    town, company, other = make_town(), make_company(), make_company()
    tender = open_tender(town)
    ask = {"tender_id": tender.pk, "text": "May we visit?"}
    assert refusal(actions.ask_question, actor=company.bidder, company=other.organization, **ask) == (
        "not_your_role",
        403,
    )
    with clock.simulated(tender.enquiry_period_end):
        late = refusal(actions.ask_question, actor=company.bidder, company=company.organization, **ask)
    assert late == ("questions_closed", 409)
    with pytest.raises(ValidationError):
        actions.ask_question(actor=company.bidder, company=company.organization, tender_id=tender.pk, text="  ")
    with pytest.raises(Http404):
        actions.ask_question(
            actor=company.bidder, company=company.organization, tender_id=draft_tender(town).pk, text="?"
        )


def test_neither_trail_nor_mail_to_the_office_names_the_asker():
    town, company = make_town(), make_company(name="Secret Asker Ltd")
    tender = open_tender(town)
    question = actions.ask_question(
        actor=company.bidder, company=company.organization, tender_id=tender.pk, text="May we visit?"
    )
    event = AuditEvent.objects.get(chain=tender.chain, verb="question.asked")
    assert f"u:{company.bidder.pk}" not in event.body
    mail = OutboxMessage.objects.get(recipient=town.officer.email, key__contains=f"question:{question.pk}")
    assert "Secret Asker" not in mail.subject + mail.body
    actions.answer_question(actor=town.officer, question_id=question.pk, text="Yes, on Monday.")
    assert OutboxMessage.objects.filter(recipient=company.bidder.email, key__contains="answer").exists()
    assert refusal(actions.answer_question, actor=town.officer, question_id=question.pk, text="No.") == (
        "already_answered",
        409,
    )


def test_a_changed_declaration_of_conflict_leaves_both_in_the_trail():
    town = make_town()
    tender = open_tender(town)
    evaluator = town.evaluators[0]
    actions.declare_conflict(actor=evaluator, tender_id=tender.pk, conflict=False)
    actions.declare_conflict(actor=evaluator, tender_id=tender.pk, conflict=True, note="My brother bids")
    assert ConflictDeclaration.objects.get(tender=tender, user=evaluator).conflict
    assert AuditEvent.objects.filter(chain=tender.chain, verb="conflict.declared").count() == 2


def test_a_cancelled_tender_tells_ground_reason_and_outcome():
    town = make_town()
    tender = cancelled_tender(town)
    assert tender.status(clock.now()) == Status.CANCELLED
    assert [outcome.kind for lot in tender.lots.all() for outcome in lot.outcomes.all()] == ["cancelled"]
    again = {"actor": town.officer, "tender_id": tender.pk, "ground": "other_serious_reason", "reason": "x"}
    assert refusal(actions.cancel_tender, **again) == ("not_now", 409)


def test_only_invited_procedures_take_invitations_and_each_is_told_once():
    town, company = make_town(), make_company()
    invite = {"actor": town.officer, "providers": [company.organization]}
    assert refusal(actions.invite_providers, tender_id=open_tender(town).pk, **invite) == ("open_to_all", 409)
    tender = open_tender(town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[company.organization])
    actions.invite_providers(tender_id=tender.pk, **invite)
    assert OutboxMessage.objects.filter(recipient=company.bidder.email, key__contains="invited").count() == 1


def test_invitations_of_a_tender_published_later_go_out_when_it_is_published():
    town, company = make_town(), make_company()
    scheduled_tender(town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[company.organization])
    told = OutboxMessage.objects.filter(recipient=company.bidder.email)
    assert actions.tell_invited_of_published(clock.now()) == 0
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    assert not told.exists()
    assert (actions.tell_invited_of_published(tomorrow), actions.tell_invited_of_published(tomorrow)) == (1, 0)
    assert told.count() == 1


def test_bids_are_never_marked_as_opened_before_the_deadline():
    tender = open_tender()
    with pytest.raises(ValueError), in_transaction():
        actions.mark_opened(tender, tender.tender_period_end - timedelta(microseconds=1))


def test_a_clock_that_was_set_back_stops_every_act():
    town = make_town()
    tender = open_tender(town)
    ahead = clock.now() + timedelta(hours=1)
    Tender.objects.filter(pk=tender.pk).update(time_high_water=ahead)
    question = {"actor": town.officer, "tender_id": tender.pk, "ground": "other_serious_reason", "reason": "x"}
    assert refusal(actions.cancel_tender, **question)[0] == "clock"
    with clock.simulated(ahead - timedelta(seconds=1)), in_transaction():
        assert lock_tender(tender.pk).pk == tender.pk


def test_invented_times_are_exempt_from_the_mark():
    tender = closed_tender()
    assert tender.simulated
    Tender.objects.filter(pk=tender.pk).update(time_high_water=clock.now() + timedelta(days=1))
    with in_transaction():
        lock_tender(tender.pk)


def test_a_lock_needs_a_transaction_and_a_tender():
    with pytest.raises(Http404), in_transaction():
        lock_tender(999_999)
